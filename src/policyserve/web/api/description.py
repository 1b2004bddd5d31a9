"""The description of the API, as OpenAPI has it: who may call, and every refusal with its problem document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from policyserve.web.api.call import Call
from policyserve.web.api.models import Problem
from policyserve.web.api.problems import MEDIA
from policyserve.web.door import SESSION
from policyserve.web.errors import OF_READS, OF_WRITES, SAME

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "Made by `policyserve token add`."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION, "description": "Of whoever signed in to the pages."},
}

FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""The body of a call that takes a file."""

_PROBLEM = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def refusals(call: Call) -> dict[int | str, dict[str, Any]]:
    """Return what else a call answers."""
    statuses = OF_READS if call.method == "GET" else OF_WRITES
    told = {status: HTTPStatus(status).phrase for status in statuses}
    return {
        status: {"description": phrase} | ({} if status == SAME else {"content": _PROBLEM})
        for status, phrase in told.items()
    }


def described(app: FastAPI) -> None:
    """Add to the description of an application what FastAPI does not know of it."""
    document = app.openapi()
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    schemas = parts.setdefault("schemas", {})
    schemas.update(Problem.model_json_schema(ref_template="#/components/schemas/{model}").pop("$defs"))
    schemas["Problem"] = {
        name: value
        for name, value in Problem.model_json_schema(ref_template="#/components/schemas/{model}").items()
        if name != "$defs"
    }
    document["security"] = [{name: []} for name in SCHEMES]

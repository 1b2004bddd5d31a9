"""The application of the API, which stands beside the pages under /api/v1."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, Header
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policyserve.access.sent_forms import REMEMBERED
from policyserve.web.api.call import Call
from policyserve.web.api.calls import CALLS
from policyserve.web.api.description import FILE, described, refusals
from policyserve.web.api.gate import Gate
from policyserve.web.api.problems import problem
from policyserve.web.door import Door
from policyserve.web.errands import errand_of
from policyserve.web.errors import TOO_LONG
from policyserve.web.forms import LARGEST, LONGEST
from policyserve.web.threads import CrowdedError

KeyHeader = Annotated[
    str | None,
    Header(
        min_length=1, max_length=64, pattern="^[!-~]+$", examples=["5f0c9a4e-1f0e-4d7b-9c57-0f5b7f2f4a10"],
        description=f"Of your own: the same key acts once, and is answered the same again for {REMEMBERED.days} days.",
    ),
]  # fmt: skip
MatchHeader = Annotated[str | None, Header(max_length=200, description="The version, or the ETag, that was seen.")]
NoneMatchHeader = Annotated[str | None, Header(max_length=400, description="The ETag of what one has already.")]

UPLOADS = "/imports"
"""Where files are sent to."""

GATE = "policyserve.gate"
"""Where a request finds the gate of its house."""

Endpoint = Callable[..., Awaitable[Response]]


def make_api(door: Door) -> ASGIApp:
    """Return the application for the house of a door."""
    app, gate = _application(), Gate(door)

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        scope[GATE] = gate
        await app(scope, limited(receive, LARGEST if scope["path"].endswith(UPLOADS) else LONGEST), send)

    return api


def limited(receive: Receive, longest: int) -> Receive:
    """Read a body of some bytes at most; raises HTTPException for a longer one."""
    read = 0

    async def piece() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > longest:
            raise HTTPException(TOO_LONG)
        return message

    return piece


@cache
def _application() -> FastAPI:
    """Make the application, which all houses of a process share."""
    app = FastAPI(
        title="policyserve", version="1", docs_url=None, redoc_url=None, redirect_slashes=False,
        exception_handlers={RequestValidationError: _refuse, HTTPException: _refuse, CrowdedError: _crowded},
    )  # fmt: skip
    for call in CALLS:
        app.add_api_route(
            call.path, _endpoint(call), methods=[call.method], status_code=call.status, response_model=call.model,
            operation_id=call.name, responses=refusals(call), summary=call.summary, tags=[call.noun],
            openapi_extra=FILE if call.upload else None,
        )  # fmt: skip
    described(app)
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    gate: Gate = request.scope[GATE]
    call = getattr(request.scope.get("endpoint"), "call", None)
    return await gate.door.threads.run(gate.refuse, call, request, error)


async def _crowded(request: Request, error: Exception) -> Response:
    gate: Gate = request.scope[GATE]
    return problem(error, gate.door.language(request))


def _endpoint(call: Call) -> Endpoint:
    """Return what FastAPI calls: it takes what the work takes, and the headers that every call of its method does."""
    own = {name for name, _ in _parameters(call)}

    async def endpoint(request: Request, **values: Any) -> Response:
        gate: Gate = request.scope[GATE]
        if call.upload and (refusal := await gate.door.threads.run(gate.turned_away, call, request)):
            return refusal
        sent = await request.body()
        asked = {name: value for name, value in values.items() if name in own}
        async with errand_of(request, gate.house.stopping):
            return await gate.door.threads.run(gate.answer, call, request, sent, asked)

    headers = {"if_none_match": NoneMatchHeader} if call.method == "GET" else {"idempotency_key": KeyHeader}
    headers |= {"if_match": MatchHeader} if call.versioned else {}
    keyword = inspect.Parameter.KEYWORD_ONLY
    endpoint.call = call  # type: ignore[attr-defined]
    endpoint.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("request", keyword, annotation=Request),
            *(one.replace(kind=keyword) for _, one in _parameters(call)),
            *(inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in headers.items()),
        ]
    )
    return endpoint


def _parameters(call: Call) -> list[tuple[str, inspect.Parameter]]:
    """Return what the work of a call takes, beside the first, which is who asks."""
    return list(inspect.signature(call.work, eval_str=True).parameters.items())[1:]

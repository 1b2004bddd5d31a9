"""Problem documents: every refusal of the API, in the reader's language (RFC 9457)."""

from __future__ import annotations

from typing import Any, Final, cast

from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from starlette.responses import Response

from policyserve.locale import N_, Sentence
from policyserve.model_errors import clause
from policyserve.web.api.models import Fault, Problem
from policyserve.web.errors import (
    NO_SESSION,
    SENT_AWAY,
    InvalidError,
    WrongValue,
    kind_of,
    status_of_call,
    told_to_call,
)
from policyserve.web.headers import HEADERS
from policyserve.web.threads import RETRY_AFTER

MEDIA: Final = "application/problem+json"


def problem(refusal: Exception, language: str, **more: str) -> Response:
    """Return the problem document of a refusal; `more` are headers."""
    status = status_of_call(refusal)
    faults = refusal.faults if isinstance(refusal, InvalidError) else ()
    document = Problem(
        type=kind_of(refusal), title=status.phrase, status=status, detail=told_to_call(refusal).told(language),
        errors=[Fault(place=one.place, detail=one.told.told(language)) for one in faults],
    )  # fmt: skip
    headers = {**HEADERS, "Content-Language": language, **more}
    headers |= RETRY_AFTER if status in SENT_AWAY else {}
    headers |= {"WWW-Authenticate": "Bearer"} if status == NO_SESSION else {}
    return Response(document.model_dump_json(), status, headers, MEDIA)


def invalid(error: RequestValidationError) -> InvalidError:
    """Return the refusal of what a call does not take."""
    refusal = InvalidError("What was sent is not what this call takes: `errors` says where.")
    refusal.faults = tuple(
        WrongValue(place="/".join(map(str, one["loc"])), told=_clause(one)) for one in error.errors()
    )
    return refusal


def _clause(error: Any) -> Sentence:
    if error["type"] == "extra_forbidden":
        return Sentence(N_("there is no field of this name"))
    return clause(cast("ErrorDetails", error))

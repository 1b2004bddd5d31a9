"""Outcomes: what a script that kept a form without network is told of it, in place of a page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.requests import Request

from policyserve.locale import N_, say
from policyserve.web.errors import SENT_AWAY, status_of, told
from policyserve.web.visit import Download, Move, Screen

KIND: Final = "application/json"

GONE: Final = N_("This is not yours to do any more: somebody else has it now, or it is gone.")


def is_script(request: Request) -> bool:
    """Whether a form is sent by the script of our pages."""
    return request.method == "POST" and request.headers.get("accept", "") == KIND


def outcome_of(answer: Screen | Move | Download, language: str) -> tuple[HTTPStatus, dict[str, str]]:
    """Return the status and what came of a form: `outcome` is sent, refused, sign-in or later; `said` is in words."""
    if isinstance(answer, Move):
        return HTTPStatus.OK, {
            "outcome": "sent",
            "said": " ".join(one.told(language) for one in answer.said),
            "to": answer.to,
        }
    refusal = answer.refusal if isinstance(answer, Screen) else None
    status = status_of(refusal)
    if refusal is None:
        return status, {"outcome": "sent", "said": ""}
    said = say(language, GONE) if status == HTTPStatus.NOT_FOUND else told(refusal).told(language)
    return status, {"outcome": _outcome(status), "said": said}


def _outcome(status: HTTPStatus) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return "sign-in"
    return "later" if status in SENT_AWAY or status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"

"""Refusals as answers: the one place that knows status codes of pages."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from policyserve.access.scope import OtherScopeError
from policyserve.access.sent_forms import ChangedError, OtherBodyError
from policyserve.access.throttle import ThrottledError
from policyserve.complaints.records import StepError
from policyserve.errors import (
    UNEXPECTED,
    DatabaseAwayError,
    DatabaseBusyError,
    NotFoundError,
    PolicyserveError,
    QuestionError,
)
from policyserve.locale import N_, Sentence
from policyserve.operations.sessions import SignInError
from policyserve.tasks.deeds import TaskClosedError
from policyserve.web.threads import CrowdedError


class SignInNeededError(PolicyserveError):
    """Nobody has signed in, or the session is over."""


class OtherRoleError(PolicyserveError):
    """The page is for another role."""


class StrangeFormError(PolicyserveError):
    """The form was sent by a page that is not ours."""


class TooLongError(PolicyserveError):
    """More was sent than a page takes."""


class NoPageError(PolicyserveError):
    """No page has this address."""


class NoMethodError(PolicyserveError):
    """The page of this address does not take this method."""


class InvalidError(PolicyserveError):
    """What was sent to the API is not what it takes; `faults` says what, and where."""

    faults: tuple[WrongValue, ...] = ()


class CursorError(PolicyserveError):
    """The cursor is none of this list."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("This is no cursor of this list; begin again without one.")


@dataclass(frozen=True, kw_only=True)
class WrongValue:
    """One value that is not taken."""

    place: str
    """Such as body/on, or query/date."""
    told: Sentence


MOVED, NO_METHOD, NO_PAGE = HTTPStatus.SEE_OTHER, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND
TOO_LONG, NO_SESSION = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNAUTHORIZED

SENT_AWAY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
"""Who gets these hears when to come again."""

STATUSES: dict[type[PolicyserveError], HTTPStatus] = {
    SignInNeededError: NO_SESSION,
    SignInError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OtherRoleError: HTTPStatus.FORBIDDEN,
    OtherScopeError: HTTPStatus.FORBIDDEN,
    StrangeFormError: HTTPStatus.FORBIDDEN,
    TooLongError: TOO_LONG,
    NotFoundError: NO_PAGE,
    NoPageError: NO_PAGE,
    CursorError: NO_PAGE,
    NoMethodError: NO_METHOD,
    ThrottledError: HTTPStatus.TOO_MANY_REQUESTS,
    ChangedError: HTTPStatus.PRECONDITION_FAILED,
    DatabaseBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseAwayError: HTTPStatus.SERVICE_UNAVAILABLE,
    CrowdedError: HTTPStatus.SERVICE_UNAVAILABLE,
    PolicyserveError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""The status of each refusal; of one that is not named, that of its parent."""

TOLD = {
    HTTPStatus.NOT_FOUND: N_("There is no such page, or it is not yours to see."),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("The system is busy and nothing was changed; try again in a minute."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("There is no such page, or it is not yours to see."),
    HTTPStatus.INTERNAL_SERVER_ERROR: UNEXPECTED,
}
"""What a page says in place of a sentence that is meant for a terminal."""


def status_of(refusal: Exception | None) -> HTTPStatus:
    """Return the status of an answer."""
    if refusal is None:
        return HTTPStatus.OK
    return next((STATUSES[one] for one in type(refusal).__mro__ if one in STATUSES), HTTPStatus.INTERNAL_SERVER_ERROR)


def told(refusal: Exception) -> Sentence:
    """Return what a page says of a refusal; nothing that only a terminal understands."""
    status = status_of(refusal)
    if status in TOLD or not isinstance(refusal, PolicyserveError):
        return Sentence(TOLD.get(status, TOLD[HTTPStatus.INTERNAL_SERVER_ERROR]))
    return refusal.fact


DONE, MADE, ACCEPTED, SAME = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NOT_MODIFIED
"""The statuses of what the API did."""

NOT_HERE = N_("There is nothing of this kind here, or it is not yours to see.")
"""What the API says in place of `TOLD` of what is not found."""

_AS_SENT = (SignInError, QuestionError, OtherBodyError, InvalidError)
"""Refusals whatever the book holds; the others of status 422 are conflicts with it."""

KINDS: dict[type[PolicyserveError], str] = {
    TaskClosedError: "task-closed",
    StepError: "step-out-of-turn",
    ChangedError: "changed",
    OtherBodyError: "key-sent-before",
    InvalidError: "invalid",
    CursorError: "cursor",
}
"""What programs tell refusals by, beyond their status."""

OF_READS = (304, 401, 403, 404, 405, 409, 422, 429, 500, 503)
OF_WRITES = (401, 403, 404, 405, 409, 412, 413, 422, 429, 500, 503)
"""The statuses with which a call of the API may be refused."""


def status_of_call(refusal: Exception) -> HTTPStatus:
    """Return the status with which the API refuses: 422 for what it never takes, 409 for what the book does not."""
    status = status_of(refusal)
    conflict = status == HTTPStatus.UNPROCESSABLE_ENTITY and not isinstance(refusal, _AS_SENT)
    return HTTPStatus.CONFLICT if conflict else status


def told_to_call(refusal: Exception) -> Sentence:
    """Return what the API says of a refusal."""
    if isinstance(refusal, CursorError):
        return refusal.sentence
    return Sentence(NOT_HERE) if status_of(refusal) in (NO_PAGE, NO_METHOD) else told(refusal)


def refusal_of(status: int | None) -> PolicyserveError:
    """Return the refusal of what the framework itself refuses, by its status."""
    if status == NO_METHOD:
        return NoMethodError("No.")
    if status == NO_PAGE:
        return NoPageError("No.")
    if status == TOO_LONG:
        return TooLongError("This is more than a call takes.")
    return InvalidError("This cannot be read; send it whole, as JSON.")


def kind_of(refusal: Exception) -> str:
    """Return the type of a refusal as an URI; `about:blank` where its status says all."""
    named = next((KINDS[one] for one in type(refusal).__mro__ if one in KINDS), None)
    return f"urn:policyserve:{named}" if named else "about:blank"

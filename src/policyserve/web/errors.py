"""Refusals as answers: the one place that knows status codes of pages."""

from __future__ import annotations

from http import HTTPStatus

from policyserve.access.throttle import ThrottledError
from policyserve.errors import DatabaseAwayError, DatabaseBusyError, NotFoundError, PolicyserveError
from policyserve.locale import N_, Sentence
from policyserve.operations.sessions import SignInError
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


MOVED, NO_METHOD, NO_PAGE = HTTPStatus.SEE_OTHER, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND

SENT_AWAY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
"""Who gets these hears when to come again."""

STATUSES: dict[type[PolicyserveError], HTTPStatus] = {
    SignInNeededError: HTTPStatus.UNAUTHORIZED,
    SignInError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OtherRoleError: HTTPStatus.FORBIDDEN,
    StrangeFormError: HTTPStatus.FORBIDDEN,
    TooLongError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotFoundError: NO_PAGE,
    NoPageError: NO_PAGE,
    NoMethodError: NO_METHOD,
    ThrottledError: HTTPStatus.TOO_MANY_REQUESTS,
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
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something went wrong that we did not expect; nothing half-done was kept."),
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
    fact: Sentence = getattr(refusal, "fact", refusal.sentence)
    return fact

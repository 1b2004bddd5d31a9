"""Sessions: sign-in, sign-out, and who has a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, second_factor, sessions, throttle, users
from policyserve.access.passwords import is_password
from policyserve.access.sessions import Owed
from policyserve.access.throttle import ThrottledError
from policyserve.access.users import Known, login_of
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database


class SignInError(PolicyserveError):
    """The name or the password is wrong; which of them is not told."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A session that begins."""

    token: str
    owes: Owed | None
    """What its user still owes before it opens anything."""


def sign_in(
    engine: Database,
    login: str,
    password: str,
    *,
    address: str,
    at: datetime,
    before: str | None,
    factor_required: bool = False,
) -> Begun:
    """Begin a session; the one of the token `before` ends. It is half where its user has a second factor, or must have.

    Raises SignInError for a wrong name or password, and ThrottledError after too many of them: nothing is hashed then,
    or others have failed meanwhile, and the try counts for nothing.
    """
    login = login_of(login)[:100]
    with db.reading(engine) as connection:
        throttle.check(connection, login, address, at)
        known = users.known(connection, login)
    right = is_password(password, known.password if known else None)
    refusal: PolicyserveError
    with db.writing(engine) as connection:
        try:
            throttle.check(connection, login, address, at)
            if known is not None and right and users.known(connection, login) == known:
                return begin(connection, known, address=address, at=at, before=before, factor_required=factor_required)
            throttle.fail(connection, login, address, at)
            audit.note(connection, login, "sign-in failed", at=at, address=address)
            refusal = SignInError("The name or the password is wrong.")
        except ThrottledError as throttled:
            audit.note(connection, login, "sign-in throttled", at=at, address=address)
            refusal = throttled
    raise refusal


def begin(
    connection: Connection, known: Known, *, address: str, at: datetime, before: str | None, factor_required: bool
) -> Begun:
    """Begin the session of a user who has shown who they are; failures are forgotten when nothing is owed any more."""
    owes: Owed | None = None
    if second_factor.has(connection, known.user_id):
        owes = "code"
    elif factor_required and known.role == "administrator":
        owes = "set-up"
        second_factor.offer(connection, known.user_id)
    if before is not None:
        sessions.end(connection, before)
    if owes is None:
        throttle.forget(connection, known.login)
        audit.note(connection, known.login, "signed in", at=at, address=address)
    return Begun(token=sessions.begin(connection, known.user_id, address, at, owes=owes), owes=owes)


def enter(engine: Database, login: str, *, address: str, at: datetime) -> str:
    """Begin a session without a password, and return its token: for a demo alone. Raises SignInError."""
    with db.writing(engine) as connection:
        known = users.known(connection, login)
        if known is None:
            raise SignInError("The name or the password is wrong.")
        audit.note(connection, login, "signed in", at=at, address=address)
        return sessions.begin(connection, known.user_id, address, at)


def sign_out(engine: Database, token: str, *, at: datetime) -> None:
    """End a session, a half one too; nothing where it is over."""
    with db.writing(engine) as connection:
        if (holder := sessions.holder(connection, token, at)) is not None:
            sessions.end(connection, token)
            audit.note(connection, holder.login, "signed out", at=at)


def viewer_of_session(engine: Database, token: str, *, at: datetime) -> Viewer | None:
    """Return who has the session of a token; None where it is half, over or was ended, or its user is disabled."""
    with db.reading(engine) as connection:
        return sessions.viewer(connection, token, at)

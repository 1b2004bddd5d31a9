"""Sessions: sign-in, sign-out, and who has a session."""

from __future__ import annotations

from datetime import datetime

from policyserve import db
from policyserve.access import audit, sessions, throttle, users
from policyserve.access.passwords import is_password
from policyserve.access.throttle import ThrottledError
from policyserve.access.users import login_of
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database


class SignInError(PolicyserveError):
    """The name or the password is wrong; which of them is not told."""


def sign_in(engine: Database, login: str, password: str, *, address: str, at: datetime, before: str | None) -> str:
    """Begin a session and return its token; the one of the token `before` ends.

    Raises SignInError for a wrong name or password, and ThrottledError after too many of them: nothing is hashed then.
    """
    login = login_of(login)[:100]
    with db.reading(engine) as connection:
        throttle.check(connection, login, address, at)
        known = users.with_password(connection, login)
    right = is_password(password, known[1] if known else None)
    with db.writing(engine) as connection:
        try:
            throttle.check(connection, login, address, at)  # others may have failed meanwhile
        except ThrottledError:
            audit.note(connection, login, "sign-in throttled", at=at, address=address)
            right = False
        known_still = users.with_password(connection, login) if right else None
        if known is None or known_still != known:
            throttle.fail(connection, login, address, at)
            audit.note(connection, login, "sign-in failed", at=at, address=address)
            token = None
        else:
            if before is not None:
                sessions.end(connection, before)
            throttle.forget(connection, login)
            audit.note(connection, login, "signed in", at=at, address=address)
            token = sessions.begin(connection, known[0], address, at)
    if token is None:
        raise SignInError("The name or the password is wrong.")
    return token


def enter(engine: Database, login: str, *, address: str, at: datetime) -> str:
    """Begin a session without a password, and return its token: for a demo alone. Raises SignInError."""
    with db.writing(engine) as connection:
        known = users.with_password(connection, login)
        if known is None:
            raise SignInError("The name or the password is wrong.")
        audit.note(connection, login, "signed in", at=at, address=address)
        return sessions.begin(connection, known[0], address, at)


def sign_out(engine: Database, viewer: Viewer, token: str, *, at: datetime) -> None:
    """End a session."""
    with db.writing(engine) as connection:
        sessions.end(connection, token)
        audit.note(connection, viewer, "signed out", at=at)


def viewer_of_session(engine: Database, token: str, *, at: datetime) -> Viewer | None:
    """Return who has the session of a token; None where it is over or was ended, or its user is disabled."""
    with db.reading(engine) as connection:
        return sessions.viewer(connection, token, at)

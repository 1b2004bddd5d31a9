"""The second factor of a session: looked at, offered, and its codes taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, second_factor, sessions, throttle
from policyserve.access.sessions import Holder, Owed
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database


class CodeError(PolicyserveError):
    """The code is wrong, or was used before."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """The second factor of whoever has a session, whole or half."""

    login: str
    owes: Owed | None
    """None: the session is whole."""
    on: bool
    """Whether it is asked for."""
    secret: str | None
    """What an app takes in, while it waits for its first code."""
    uri: str | None
    """The same as an address."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What comes of a right code."""

    token: str
    """A session of its own; the one before has ended."""
    codes: list[str] = field(default_factory=list)
    """New recovery codes, told this once; none at a plain sign-in."""


def factor_of_session(engine: Database, token: str, *, at: datetime) -> Factor | None:
    """Return the second factor of whoever has a session; None where nobody has."""
    with db.reading(engine) as connection:
        who = sessions.holder(connection, token, at)
        if who is None:
            return None
        secret = second_factor.offered(connection, who.user_id)
        return Factor(
            login=who.login, owes=who.owes, on=second_factor.has(connection, who.user_id), secret=secret,
            uri=secret and second_factor.uri(secret, who.login),
        )  # fmt: skip


def offer_factor(engine: Database, viewer: Viewer) -> None:
    """Make a secret for a user's app; nothing is asked for until its first code has come."""
    with db.writing(engine) as connection:
        if viewer.user_id is not None:
            second_factor.offer(connection, viewer.user_id)


def give_code(engine: Database, token: str, code: str, *, address: str, at: datetime) -> Passed:
    """Take a code: what a half session owed is given; a factor that was offered is set up, with recovery codes.

    One that is set up gets new recovery codes where the session is whole. Raises CodeError for a code that is wrong or
    was used, or a session that is over, and ThrottledError after too many of them.
    """
    with db.writing(engine) as connection:
        who = sessions.holder(connection, token, at)
        if who is not None:
            throttle.check(connection, who.login, address, at)
            if second_factor.check(connection, who.user_id, code, at):
                return _passed(connection, who, token, address=address, at=at)
            throttle.fail(connection, who.login, address, at)
            audit.note(connection, who.login, "second factor refused", at=at, address=address)
    raise CodeError("This code is wrong, or was used before; type the one that the app shows now.")


def _passed(connection: Connection, who: Holder, token: str, *, address: str, at: datetime) -> Passed:
    codes: list[str] = []
    if who.owes != "code":
        codes = second_factor.confirm(connection, who.user_id, at)
        audit.note(connection, who.login, "second factor set up", at=at, kind="user", number=who.login)
    if who.owes is not None:
        audit.note(connection, who.login, "signed in", at=at, address=address)
    throttle.forget(connection, who.login)
    sessions.end(connection, token)
    return Passed(token=sessions.begin(connection, who.user_id, address, at), codes=codes)

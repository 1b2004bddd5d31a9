"""Sessions: a token in the browser, its hash in the database, so that one can be ended from either side.

Every sign-in makes a new token: one that somebody else put into a browser before never becomes a session.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select

from policyserve.access.users import USERS, WHO, viewer_of
from policyserve.access.viewer import Viewer
from policyserve.tables import SignedIn, table

SESSIONS = table(SignedIn)

_OPEN = (SESSIONS.c.token == bindparam("hashed"), SESSIONS.c.ends_at > bindparam("at"), USERS.c.active)

_VIEWER = WHO.join_from(USERS, SESSIONS, SESSIONS.c.user_id == USERS.c.id).where(*_OPEN, SESSIONS.c.owes.is_(None))
"""Made once: every request asks it."""

LASTS: Final = timedelta(hours=12)
"""A working day: whoever comes back tomorrow signs in again."""


HALF_LASTS: Final = timedelta(minutes=10)
"""Of a session whose user still owes the second factor."""

Owed = Literal["code", "set-up"]


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whoever has a session, whole or half."""

    user_id: int
    login: str
    owes: Owed | None
    """What they owe before they open anything; None: the session is whole."""


def begin(connection: Connection, user_id: int, address: str, at: datetime, *, owes: Owed | None = None) -> str:
    """Begin a session and return its token; sessions that are over are forgotten."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at <= at))
    row = {
        "token": _hash(token), "user_id": user_id, "begun_at": at, "ends_at": at + (HALF_LASTS if owes else LASTS),
        "address": address, "owes": owes,
    }  # fmt: skip
    connection.execute(insert(SESSIONS).values(row))
    return token


def viewer(connection: Connection, token: str, at: datetime) -> Viewer | None:
    """Return who has a session by this token; None where it is over, ended, half, or its user disabled."""
    row = connection.execute(_VIEWER, {"hashed": _hash(token), "at": at}).mappings().first()
    return None if row is None else viewer_of(row)


def holder(connection: Connection, token: str, at: datetime) -> Holder | None:
    """Return who has a session by this token, a half one too."""
    query = select(USERS.c.id, USERS.c.login, SESSIONS.c.owes).join_from(USERS, SESSIONS)
    row = connection.execute(query.where(*_OPEN), {"hashed": _hash(token), "at": at}).first()
    return None if row is None else Holder(user_id=row.id, login=row.login, owes=row.owes)


def end(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token == _hash(token)))


def end_all(connection: Connection, user_id: int) -> None:
    """End all sessions of a user: disabled, in another role, or with a new password."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

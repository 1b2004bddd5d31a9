"""Sessions: a token in the browser, its hash in the database, so that one can be ended from either side.

Every sign-in makes a new token: one that somebody else put into a browser before never becomes a session.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert

from policyserve.access.users import USERS, WHO, viewer_of
from policyserve.access.viewer import Viewer
from policyserve.tables import SignedIn, table

SESSIONS = table(SignedIn)

LASTS: Final = timedelta(hours=12)
"""A working day: whoever comes back tomorrow signs in again."""


def begin(connection: Connection, user_id: int, address: str, at: datetime) -> str:
    """Begin a session and return its token; sessions that are over are forgotten."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at <= at))
    row = {"token": _hash(token), "user_id": user_id, "begun_at": at, "ends_at": at + LASTS, "address": address}
    connection.execute(insert(SESSIONS).values(row))
    return token


def viewer(connection: Connection, token: str, at: datetime) -> Viewer | None:
    """Return who has a session by this token; None where it is over, ended, or its user disabled."""
    query = WHO.join_from(USERS, SESSIONS, SESSIONS.c.user_id == USERS.c.id)
    own = (SESSIONS.c.token == _hash(token), SESSIONS.c.ends_at > at, USERS.c.active)
    row = connection.execute(query.where(*own)).mappings().first()
    return None if row is None else viewer_of(row)


def end(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token == _hash(token)))


def end_all(connection: Connection, user_id: int) -> None:
    """End all sessions of a user: disabled, in another role, or with a new password."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

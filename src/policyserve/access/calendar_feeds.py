"""Calendar feeds: a secret address per user, stored as its hash, that can be made anew and revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from policyserve.access.users import USERS, WHO, viewer_of
from policyserve.access.viewer import Viewer
from policyserve.tables import CalendarFeed, table

FEEDS = table(CalendarFeed)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Whose calendar it is, and how much it tells."""

    viewer: Viewer
    names: bool
    """Whether customers are named in full."""


def make(connection: Connection, user_id: int, *, names: bool, at: datetime) -> str:
    """Make a secret, and return it this once; the one before leads nowhere any more."""
    revoke(connection, user_id)
    secret = secrets.token_urlsafe(32)
    row = {"user_id": user_id, "secret": _hash(secret), "names": names, "made_at": at}
    connection.execute(insert(FEEDS).values(row))
    return secret


def revoke(connection: Connection, user_id: int) -> bool:
    """Let the address lead nowhere any more; return whether there was one."""
    return bool(connection.execute(delete(FEEDS).where(FEEDS.c.user_id == user_id)).rowcount)


def made_at(connection: Connection, user_id: int) -> datetime | None:
    """Return when the address was made; None where there is none."""
    at: datetime | None = connection.scalar(select(FEEDS.c.made_at).where(FEEDS.c.user_id == user_id))
    return at


def feed_of(connection: Connection, secret: str) -> Feed | None:
    """Return the feed of a secret; None for a wrong or a revoked one, and where its user is disabled."""
    query = (
        WHO.add_columns(FEEDS.c.names)
        .join_from(USERS, FEEDS, FEEDS.c.user_id == USERS.c.id)
        .where(FEEDS.c.secret == _hash(secret), USERS.c.active)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else Feed(viewer=viewer_of(row), names=row["names"])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

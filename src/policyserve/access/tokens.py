"""Tokens of machines: each asks as a user does, with that user's role and scope, until it ends or is revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from policyserve.access.users import USERS, WHO, login_of, viewer_of
from policyserve.access.viewer import Viewer
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.tables import Token, table

TOKENS = table(Token)

PREFIX: Final = "policyserve_"
"""What a token begins with, so that one is recognised where it does not belong."""

TOLD: Final = timedelta(hours=1)
"""How exactly the last use is known: each would be a write otherwise."""


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A token as administrators see one."""

    name: str
    login: str
    role: str
    reads_only: bool
    created_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Who has shown a token."""

    viewer: Viewer
    reads_only: bool
    token_id: int
    stale: bool
    """Whether its last use is to be written down again."""


def add(
    connection: Connection, name: str, login: str, *, reads_only: bool, ends_at: datetime | None, at: datetime
) -> str:
    """Make a token for a user and return it; raises NotFoundError, and PolicyserveError for a name that is taken."""
    name = name.strip()
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise PolicyserveError("'{name}' is no name for a token; take up to 64 letters and digits.", name=name)
    if connection.execute(select(TOKENS.c.id).where(TOKENS.c.name == name)).first():
        raise PolicyserveError("There is a token '{name}' already; choose another name.", name=name)
    user = connection.execute(select(USERS.c.id).where(USERS.c.login == login_of(login))).scalar()
    if user is None:
        raise NotFoundError("user", login)
    token = PREFIX + secrets.token_urlsafe(32)
    row = {"name": name, "token": _hash(token), "user_id": user, "reads_only": reads_only}
    connection.execute(insert(TOKENS).values(row | {"created_at": at, "ends_at": ends_at}))
    return token


def revoke(connection: Connection, name: str, at: datetime) -> None:
    """End a token; raises NotFoundError for a name that none has that still holds."""
    own = (TOKENS.c.name == name.strip(), TOKENS.c.revoked_at.is_(None))
    if not connection.execute(update(TOKENS).where(*own).values(revoked_at=at)).rowcount:
        raise NotFoundError("token", name)


def issued(connection: Connection) -> list[Issued]:
    """Return all tokens by name, revoked ones too."""
    query = select(TOKENS, USERS.c.login, USERS.c.role).join(USERS, USERS.c.id == TOKENS.c.user_id)
    rows = connection.execute(query.order_by(TOKENS.c.name)).mappings()
    return [Issued(**{name: row[name] for name in Issued.__dataclass_fields__}) for row in rows]


def bearer(connection: Connection, token: str, at: datetime) -> Bearer | None:
    """Return who has a token; None where it has ended or was revoked, or its user is disabled."""
    own = (TOKENS.c.token == _hash(token), TOKENS.c.revoked_at.is_(None), USERS.c.active)
    lasting = or_(TOKENS.c.ends_at.is_(None), TOKENS.c.ends_at > at)
    extra = (TOKENS.c.reads_only, TOKENS.c.last_used_at, TOKENS.c.id.label("token_id"))
    query = WHO.add_columns(*extra).join(TOKENS, TOKENS.c.user_id == USERS.c.id).where(*own, lasting)
    row = connection.execute(query).mappings().first()
    return None if row is None else _bearer(row, at)


def _bearer(row: Any, at: datetime) -> Bearer:
    stale = row["last_used_at"] is None or row["last_used_at"] < at - TOLD
    return Bearer(viewer=viewer_of(row), reads_only=row["reads_only"], token_id=row["token_id"], stale=stale)


def used(connection: Connection, token_id: int, at: datetime) -> None:
    """Write down that a token is used."""
    connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(last_used_at=at))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

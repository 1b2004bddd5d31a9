"""Tokens of machines: made, listed, revoked, and who shows one; each change is noted in the audit log."""

from __future__ import annotations

from datetime import datetime

from policyserve import db
from policyserve.access import audit, throttle, tokens
from policyserve.access.tokens import Bearer, Issued
from policyserve.access.viewer import Viewer
from policyserve.operations.database import Database


def add_token(
    engine: Database,
    viewer: Viewer,
    name: str,
    login: str,
    *,
    reads_only: bool,
    ends_at: datetime | None,
    at: datetime,
) -> str:
    """Make a token for a user and return it: it is never shown again. Raises NotFoundError, PolicyserveError."""
    with db.writing(engine, durable=True) as connection:
        token = tokens.add(connection, name, login, reads_only=reads_only, ends_at=ends_at, at=at)
        audit.note(connection, viewer, "token added", at=at, kind="token", number=name.strip())
        return token


def revoke_token(engine: Database, viewer: Viewer, name: str, *, at: datetime) -> None:
    """End a token at once; raises NotFoundError."""
    with db.writing(engine, durable=True) as connection:
        tokens.revoke(connection, name, at)
        audit.note(connection, viewer, "token revoked", at=at, kind="token", number=name.strip())


def all_tokens(engine: Database) -> list[Issued]:
    """Return all tokens by name, revoked ones too."""
    with db.reading(engine) as connection:
        return tokens.issued(connection)


def bearer_of(engine: Database, token: str, *, address: str, at: datetime) -> Bearer | None:
    """Return who has a token; None where nobody does, which is noted. Raises ThrottledError after too many of those.

    A token that is right is let in all the same: machines stand behind one address, and nobody guesses 256 bits.
    """
    with db.reading(engine) as connection:
        found = tokens.bearer(connection, token, at)
        if found is None:
            throttle.check(connection, _account(address), "", at)
    if found is None:
        with db.writing(engine) as connection:
            throttle.fail(connection, _account(address), "", at)
            audit.note(connection, "?", "token refused", at=at, address=address)
    return found


def _account(address: str) -> str:
    """What wrong tokens of an address count as: apart from sign-ins, which people make there."""
    return f"token {address}"


def token_used(engine: Database, token_id: int, *, at: datetime) -> None:
    """Write down that a token is used."""
    with db.writing(engine) as connection:
        tokens.used(connection, token_id, at)

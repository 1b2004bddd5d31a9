"""Seals: addresses and secrets as the database keeps them, encrypted (Fernet) where a key is configured.

Several keys serve a change of keys: the first one encrypts, each of them opens. What was stored before there was a key
is plain, and is encrypted when it is next written, or by `db upgrade`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, update

from policyserve.config import secret_keys
from policyserve.errors import PolicyserveError
from policyserve.tables import AgentChannel, SecondFactor, table

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

SEAL: Final = "fernet:"
"""What a sealed value begins with; no address and no secret of a robot does."""

CHANNELS, FACTORS = table(AgentChannel), table(SecondFactor)


def sealed(plain: str) -> str:
    """Return what to store for a secret; raises PolicyserveError for a key that is none."""
    box = _box()
    return plain if box is None else SEAL + box.encrypt(plain.encode()).decode()


def opened(stored: str) -> str:
    """Return the address or the secret that is stored; raises PolicyserveError where it cannot be opened."""
    if not stored.startswith(SEAL):
        return stored
    if (box := _box()) is None:
        raise PolicyserveError(
            "Secrets in the database are encrypted; name their key in POLICYSERVE_SECRET_KEY, or its file in "
            "POLICYSERVE_SECRET_KEY_FILE."
        )
    from cryptography.fernet import InvalidToken

    try:
        return box.decrypt(stored.removeprefix(SEAL)).decode()
    except InvalidToken as error:
        raise PolicyserveError(
            "Secrets in the database are encrypted with another key than that of POLICYSERVE_SECRET_KEY; add "
            "the former key behind the new one, with a comma between them."
        ) from error


def seal_all(connection: Connection) -> None:
    """Encrypt what is stored with the first key, where there is one."""
    if _box() is None:
        return
    for key, address, secret in connection.execute(
        select(CHANNELS.c.agent_id, CHANNELS.c.address, CHANNELS.c.secret)
    ).all():
        values = {"address": sealed(opened(address)), "secret": secret and sealed(opened(secret))}
        connection.execute(update(CHANNELS).where(CHANNELS.c.agent_id == key).values(values))
    for user_id, secret in connection.execute(select(FACTORS.c.user_id, FACTORS.c.secret)).all():
        own = FACTORS.c.user_id == user_id
        connection.execute(update(FACTORS).where(own).values(secret=sealed(opened(secret))))


def _box() -> MultiFernet | None:
    if not (keys := secret_keys(os.environ)):
        return None
    try:
        from cryptography.fernet import Fernet, MultiFernet
    except ImportError as error:
        raise PolicyserveError(
            "POLICYSERVE_SECRET_KEY asks for encryption, for which a library is not installed; run: "
            "pip install 'policyserve[secrets]'."
        ) from error
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise PolicyserveError(
            "POLICYSERVE_SECRET_KEY holds something else than keys: each is 32 bytes in URL-safe base64, with commas "
            "between several."
        ) from error

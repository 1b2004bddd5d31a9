"""The second factor: codes of an app by the clock (TOTP, RFC 6238), and recovery codes for a lost one."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from policyserve.access.seals import FACTORS, opened, sealed
from policyserve.errors import PolicyserveError
from policyserve.tables import RecoveryCode, table

if TYPE_CHECKING:
    from types import ModuleType

CODES = table(RecoveryCode)

STEP: Final = 30
"""Seconds that a code holds."""

CLOCKS: Final = 1
"""Steps by which the clocks may differ, either way (RFC 6238, 5.2)."""

RECOVERY: Final = 8
"""Recovery codes of a user."""

ISSUER: Final = "policyserve"


def offer(connection: Connection, user_id: int) -> None:
    """Make a secret that its user has to confirm by a code; one that is in use stays."""
    if _row(connection, user_id) is None:
        secret = sealed(_pyotp().random_base32())
        connection.execute(insert(FACTORS).values(user_id=user_id, secret=secret))


def offered(connection: Connection, user_id: int) -> str | None:
    """Return the secret that waits for its first code; one in use is never shown again."""
    row = _row(connection, user_id)
    return None if row is None or row.confirmed_at is not None else opened(row.secret)


def uri(secret: str, login: str) -> str:
    """Return the address that an app takes the secret from."""
    return str(_pyotp().TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def has(connection: Connection, user_id: int) -> bool:
    """Whether a user signs in with a second factor."""
    row = _row(connection, user_id)
    return row is not None and row.confirmed_at is not None


def check(connection: Connection, user_id: int, code: str, at: datetime) -> bool:
    """Whether a code is right, and use it up: of the app, later than the last one taken, or a recovery code."""
    typed = "".join(code.split())
    row = _row(connection, user_id)
    if row is None:
        return False
    if (step := _step(opened(row.secret), typed, at)) is not None:
        unused = or_(FACTORS.c.last_step.is_(None), FACTORS.c.last_step < step)
        taken = update(FACTORS).where(FACTORS.c.user_id == user_id, unused).values(last_step=step)
        return bool(connection.execute(taken).rowcount)
    used = delete(CODES).where(CODES.c.user_id == user_id, CODES.c.code == _hash(typed))
    return bool(connection.execute(used).rowcount)


def confirm(connection: Connection, user_id: int, at: datetime) -> list[str]:
    """Ask for the second factor from now on, and return new recovery codes, which are told this once."""
    connection.execute(update(FACTORS).where(FACTORS.c.user_id == user_id).values(confirmed_at=at))
    connection.execute(delete(CODES).where(CODES.c.user_id == user_id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY)]
    connection.execute(insert(CODES), [{"user_id": user_id, "code": _hash(code)} for code in codes])
    return [" ".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def reset(connection: Connection, user_id: int) -> None:
    """Forget a user's second factor: lost with its recovery codes."""
    connection.execute(delete(CODES).where(CODES.c.user_id == user_id))
    connection.execute(delete(FACTORS).where(FACTORS.c.user_id == user_id))


def _step(secret: str, code: str, at: datetime) -> int | None:
    """Return the half minute of a code, the latest that it fits; None for a wrong one."""
    now, maker = int(at.timestamp()) // STEP, _pyotp().TOTP(secret)
    near = range(now + CLOCKS, now - CLOCKS - 1, -1)
    typed = code.encode()
    return next((step for step in near if secrets.compare_digest(maker.generate_otp(step).encode(), typed)), None)


def _row(connection: Connection, user_id: int) -> Any:
    return connection.execute(select(FACTORS).where(FACTORS.c.user_id == user_id)).first()


def _hash(code: str) -> str:
    return hashlib.sha256(code.upper().encode()).hexdigest()


def _pyotp() -> ModuleType:
    try:
        import pyotp
    except ImportError as error:
        raise PolicyserveError(
            "A second factor needs a library that is not installed; run: pip install 'policyserve[sign-in]'."
        ) from error
    return pyotp

"""The throttle of sign-ins: whoever fails too often, by account or by address, waits.

It stands in the database, so that every process of the server knows of every attempt.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from policyserve.errors import PolicyserveError
from policyserve.tables import SignInAttempt, table

ATTEMPTS = table(SignInAttempt)

OF_ACCOUNT: Final = 5
"""Failures of one account within `WINDOW`."""

OF_ADDRESS: Final = 50
"""Failures of one address within it: a branch stands behind one."""

WINDOW: Final = timedelta(minutes=15)


class ThrottledError(PolicyserveError):
    """Too many failures; nothing was looked at."""


def check(connection: Connection, login: str, address: str, at: datetime) -> None:
    """Raise ThrottledError while an account or an address has failed too often."""
    c = ATTEMPTS.c
    for own, most in ((c.login == login, OF_ACCOUNT), (c.address == address, OF_ADDRESS)):
        if _failures(connection, own, at) >= most:
            raise ThrottledError(
                "Too many sign-ins have failed. Wait {minutes} minutes, or ask an administrator.",
                minutes=int(WINDOW.total_seconds() // 60),
            )


def fail(connection: Connection, login: str, address: str, at: datetime) -> None:
    """Remember a failure, and forget those that count no more."""
    connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < at - 2 * WINDOW))
    connection.execute(insert(ATTEMPTS).values(login=login, address=address, at=at))


def forget(connection: Connection, login: str) -> None:
    """Forget the failures of an account, whose user has signed in or has a new password."""
    connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.login == login))


def _failures(connection: Connection, own: ColumnElement[bool], at: datetime) -> int:
    query = select(func.count()).select_from(ATTEMPTS).where(own, ATTEMPTS.c.at > at - WINDOW)
    return int(connection.execute(query).scalar_one())

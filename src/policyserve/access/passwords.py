"""Passwords: hashed by argon2id with 19 MiB and two passes (OWASP's least), two at a time.

A hash costs some 35 ms of a core and 19 MiB: a morning of two hundred sign-ins must not stand in the way of pages.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from policyserve.errors import PolicyserveError

SHORTEST: Final = 10
"""Characters of a password at least (NIST SP 800-63B asks for eight)."""

LONGEST: Final = 256

_TURNS = threading.BoundedSemaphore(2)
_HASHER = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)])


def hash_password(password: str) -> str:
    """Return the hash that is stored; raises PolicyserveError for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PolicyserveError(
            "A password has from {shortest} to {longest} characters; choose another one.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    with _TURNS:
        return _HASHER.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was hashed; None (nobody of that name) takes as long, and is not."""
    if len(password) > LONGEST:
        return False
    with _TURNS:
        try:
            same = _HASHER.verify(password, stored or _nobodys())
        except PwdlibError:  # not a hash of ours
            return False
    return same and stored is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")

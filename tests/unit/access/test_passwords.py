"""Passwords: hashed with the strength that is asked for, and never longer or shorter than allowed."""

from __future__ import annotations

import pytest

from policyserve.access.passwords import hash_password, is_password
from policyserve.errors import PolicyserveError


def test_a_password_is_known_by_its_hash_alone() -> None:
    stored = hash_password("a password of some length")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password("a password of some length", stored)
    assert not is_password("another one of some length", stored)


def test_nobody_has_a_password() -> None:
    assert not is_password("nobody has this password", None)


def test_what_is_no_hash_is_nobodys_password() -> None:
    assert not is_password("a password of some length", "plain")


@pytest.mark.parametrize("password", ["short", "", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(PolicyserveError, match="from 10 to 256 characters"):
        hash_password(password)

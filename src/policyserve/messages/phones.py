"""Phones as gateways write them, and as the book does."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[^\d+]")
_MAINLAND = re.compile(r"^(?:\+?86|0086)?(1[3-9]\d{9})$")


def canonical(phone: str) -> str:
    """Return a phone as the book keeps it: a mainland mobile without country code, others as digits with their plus."""
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", phone))
    mainland = _MAINLAND.match(plain)
    return mainland[1] if mainland else plain

"""Phones as gateways write them, and as the book does."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_SIGNS = re.compile(r"[^0-9+]")
_MAINLAND = re.compile(r"(?:\+?86|0086)?0?(1[3-9]\d{9})")


def key(phone: pl.Expr) -> pl.Expr:
    """Return what phones are compared by: digits, of a mainland mobile the eleven, however it is written."""
    digits = phone.str.replace_all(r"[^0-9]", "")
    return pl.coalesce(digits.str.extract(r"^(?:0086|86|0)?(1[3-9]\d{9})$"), digits)


def is_mainland(phone: str) -> bool:
    """Whether a phone is a mainland mobile, as the book keeps it."""
    return len(phone) == 11 and _MAINLAND.fullmatch(phone) is not None


def canonical(phone: str) -> str:
    """Return a phone as the book keeps it: a mainland mobile without country code, one abroad with its plus."""
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", phone))
    mainland = _MAINLAND.fullmatch(plain)
    if mainland:
        return mainland[1]
    return f"+{plain[2:]}" if plain.startswith("00") else plain

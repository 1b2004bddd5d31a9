"""Signs that a file holds, asked once for all its cells: a rule of cleaning runs only where some cell may need it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_PLAIN = bytes([*range(33, 127), 10])
_ASCII = bytes(range(128))


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What the cells of a file may hold; of a spreadsheet nothing is known beforehand."""

    blanks: bool = True
    """Blanks or control characters."""
    odd: bool = True
    """Other signs beyond ASCII than Chinese ones."""
    wrapping: bool = True
    """The signs of `="0012"` and `'0012`."""


def signs_of(text: bytes) -> Signs:
    """Return which signs a CSV file in UTF-8 holds."""
    rest = text.replace(b"\r\n", b"\n").translate(None, delete=_PLAIN)
    beyond = rest.translate(None, delete=_ASCII)
    quoted = b'"' in text  # a cell may hold the end of a line
    return Signs(
        blanks=quoted or len(beyond) < len(rest),
        odd=bool(is_odd(pl.Series([beyond], dtype=pl.Binary).cast(pl.String)).any()),
        wrapping=b"=" in text or b"'" in text,
    )


def is_odd(texts: pl.Series) -> pl.Series:
    """Which texts hold more than plain signs and Chinese ones, or a blank."""
    return texts.str.contains(r"[^\x21-\x7e\p{Han}]")


def may_be_odd(texts: pl.Series, signs: Signs) -> bool:
    """Whether some cell of a column of a file may be odd."""
    return signs.blanks or (signs.odd and bool((texts.str.len_bytes() != texts.str.len_chars()).any()))

"""Signs that deceive: those that turn a text round, hide or command a terminal, and those that begin a formula."""

from __future__ import annotations

import json
import re
from typing import Final

import polars as pl

UNSEEN: Final = r"[\x00-\x08\x0B-\x1F\x7F-\x9F\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F" \
    r"\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\U0001D173-\U0001D17A\U000E0000-\U000E007F]"  # fmt: skip
"""Controls but tab and newline, directions, joiners, fillers and tags; marks of letters and emoji stay."""

FORMULA: Final = "=+-@\t\r\n＝＋－＠"
"""What a cell begins with that a spreadsheet would run."""

_NUMBER: Final = r"^[-+]?[0-9][0-9,]*(\.[0-9]+)?([Ee][-+]?[0-9]+)?%?$"
"""A number, an amount or a phone with its country: it stays what it is."""

_HALVES: Final = r"\uD800-\uDFFF]"
"""Halves of a sign, which JSON can bring alone and nothing can write; a column never holds one."""

_UNSEEN, _PLAIN = re.compile(UNSEEN.replace("]", _HALVES)), re.compile(_NUMBER)
_UNPRINTED = re.compile(_UNSEEN.pattern.replace(r"\x1F", r"\x1A\x1C-\x1F"))


def seen(text: str) -> str:
    """Return a text without the signs that nobody sees; tabs and newlines stay."""
    return _UNSEEN.sub("", text)


def printed(text: str) -> str:
    """Return a text as a terminal may have it: colours (they begin with ESC) stay."""
    return _UNPRINTED.sub("", text)


def escaped(document: str) -> str:
    """Write the unseen signs of a JSON document as escapes, so that it says the same and a terminal obeys nothing."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1].replace("\x7f", "\\u007f"), document)


def seen_in(text: pl.Expr) -> pl.Expr:
    """Return a column of texts without the signs that nobody sees."""
    return text.str.replace_all(UNSEEN, "")


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell of a CSV file; numbers, phones and a single sign stay as they are."""
    risky = cell[:1] in FORMULA and len(cell) > 1 and not _PLAIN.match(cell)
    return f"'{cell}" if cell and risky else cell


def harmless_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Do the same for all texts of a frame."""
    text = pl.col(pl.String)
    risky = text.str.slice(0, 1).is_in(list(FORMULA)) & (text.str.len_chars() > 1) & ~text.str.contains(_NUMBER)
    return frame.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep())

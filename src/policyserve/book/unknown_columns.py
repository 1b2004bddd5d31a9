"""Columns that a list does not know: one that looks like money or a date is not left out unless the user says so.

It may be the day of a payment under another name: left out in silence, who has paid would be asked to pay.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

import polars as pl

from policyserve.book.files import Source
from policyserve.book.headers import Headers, plain_header, words_of
from policyserve.book.list_columns import Column, ListKind
from policyserve.errors import QuestionError
from policyserve.locale import N_, Counted, Listed, Sentence

_LOOKED_AT = 500
"""So many filled cells of a column are looked at."""

_NEAR = 0.45
"""How like (0 to 1) a known header must be to be proposed."""

_MONEY_HEADER = (
    r"保费|保险费|保额|金额|费用|余额|欠款|本金|利息|红利|年金|佣金|现金|价值|[款费额金]$|[(]万?(元|rmb|cny|usd|hkd)[)]|"
    r"amount|premium|payment|price|balance|money|yuan"
)
_MONEY_WORDS = r"\b(amt|prem|fee|fees|sum|paid|due|owed|cash|cost|total|charge)\b"
_DATE_HEADER = r"日$|年月|到期|date|birth"
_DATE_WORDS = r"\b(day|time|on|at|dob|expiry|until|since)\b"
_DATE = (
    r"^(19|20)\d{2}([-/.年])\d{1,2}[-/.月]\d{1,2}日?([ T]\d{1,2}:\d{2}.*)?$|"
    r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
)
_MONEY = r"^[¥￥$]\s*-?[\d,]+(\.\d+)?$|^-?\d{1,3}(,\d{3})+(\.\d+)?元?$|^-?\d+\.\d{2}元?$|^-?\d+(\.\d+)?万?元$"
_MOST = 0.8
"""The part of the cells that must look so."""

Look = Literal["money", "date"]


def refuse_losses(source: Source, headers: Headers, kind: ListKind) -> None:
    """Raise QuestionError for unknown columns that look like money or dates, with the known column that is nearest."""
    looks = {label: _look(source.cells[place], label) for place, label in headers.unknown.items()}
    lost = {label: look for label, look in looks.items() if look}
    if lost:
        free = [column for column in kind.columns if column.name not in headers.places]
        named = Listed([_proposed(label, look, kind, free) for label, look in lost.items()], N_(", "))
        raise QuestionError(
            Counted(
                "The column {columns} is not known here and looks like money or a date, which would be lost. Name it "
                "with --column HEADER=FIELD, or leave it out with --ignore HEADER.",
                "The columns {columns} are not known here and look like money or dates, which would be lost. Name "
                "each with --column HEADER=FIELD, or leave it out with --ignore HEADER.",
                len(lost),
                columns=named,
            )
        ).on_pages(
            Counted(
                "The column {columns} is not known here and looks like money or a date, which would be lost. Choose "
                "below which it is, or leave it out.",
                "The columns {columns} are not known here and look like money or dates, which would be lost. Choose "
                "below which they are, or leave them out.",
                len(lost),
                columns=named,
            )
        )


def _look(cells: pl.Series, label: str) -> Look | None:
    """Say what a column looks like, by its header where a cell has a digit, or by its cells."""
    text = cells.str.strip_chars()
    filled = text.filter(text.str.len_chars() > 0).head(_LOOKED_AT)
    word = plain_header(label)
    if filled.is_empty() or not filled.str.contains(r"\d").any():
        return None
    apart = re.sub(r"[_\-./]", " ", label.lower())
    by_header: dict[Look, bool] = {
        "date": bool(re.search(_DATE_HEADER, word) or re.search(_DATE_WORDS, apart)),
        "money": bool(re.search(_MONEY_HEADER, word) or re.search(_MONEY_WORDS, apart)),
    }
    by_cells: dict[Look, bool] = {"date": _most(filled, _DATE), "money": _most(filled, _MONEY)}
    return next((look for found in (by_header, by_cells) for look, alike in found.items() if alike), None)


def _most(texts: pl.Series, pattern: str) -> bool:
    return int(texts.str.contains(pattern).sum()) >= _MOST * texts.len()


def _proposed(label: str, look: Look, kind: ListKind, free: list[Column]) -> Sentence:
    """Name a column, and the known one of its sort that is nearest by its words, if any is near."""
    forms = {"money"} if look == "money" else {"date", "birthday"}
    word = plain_header(label)
    likely = [
        (SequenceMatcher(None, word, plain_header(other)).ratio(), column.title)
        for column in free
        if column.form in forms
        for other in words_of(column, kind)
    ]
    likeness, title = max(likely, default=(0.0, ""))
    if likeness < _NEAR:
        return Sentence("'{header}'", header=label)
    return Sentence("'{header}' (nearest: {column})", header=label, column=title)

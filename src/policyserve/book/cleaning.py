"""Cells made clean before anything is compared: plain signs, no blanks around, null for what says nothing."""

from __future__ import annotations

import string

import polars as pl

from policyserve.book.list_columns import Column
from policyserve.book.signs import Signs, is_odd, may_be_odd

_INVISIBLE = r"[\p{Cf}\u{34F}\u{115F}\u{1160}\u{3164}\u{FFA0}\u{180B}-\u{180F}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]"
_FULL_WIDTH = {chr(ord(sign) + 0xFEE0): sign for sign in string.digits + string.ascii_letters}
_MACHINE_WORDS = ("NULL", "N/A", "#N/A")
_NOTHING = tuple(
    {
        spelt
        for word in ("NULL", "(NULL)", "N/A", "#N/A", "无", "空", "暂无", "--", "—", "——", "/", "\\N")
        for spelt in (word, word.lower(), word.capitalize(), word.title())
    }
)


def clean(text: pl.Expr, column: Column) -> pl.Expr:
    """Make signs plain, trim a cell, unwrap `="0012"` and `'0012`, and turn one that says nothing to null."""
    text = text.str.replace_all(_INVISIBLE, "").str.replace_all(r"[\p{Cc}\p{Z}]+", " ")
    text = text.str.replace_many(_FULL_WIDTH) if column.form in {"text", "name"} else text.str.normalize("NFKC")
    text = text.str.strip_chars().str.replace(r'^="(.*)"$', "$1").str.replace(r"^'([^a-z].*?)'?$", "$1")
    text = text.str.strip_chars()
    if column.form == "name":
        text = text.str.replace_all(r"(\p{Han}) +", "$1").str.replace_all(r" +(\p{Han})", "$1")
    empty = text.is_in(_MACHINE_WORDS if column.own else _NOTHING)
    return pl.when((text != "") & ~empty).then(text)


def needs_cleaning(texts: pl.Series, signs: Signs) -> pl.Series:
    """Which cells of a column `clean` may change, in a file with these signs; every other one is clean."""
    special = texts.is_in(("", *_NOTHING))
    if signs.wrapping:
        special |= texts.str.starts_with("=") | texts.str.starts_with("'")
    return special | is_odd(texts) if may_be_odd(texts, signs) else special

"""Rows of totals, and who made the list: an export puts them below its rows, and they are none."""

from __future__ import annotations

import polars as pl

from policyserve.book.headers import words_of
from policyserve.book.list_columns import ListKind

_BLANK = r"[\s\p{Cf}]"
_TOTAL = (
    r"合计|小计|总计|共计|总合计|^(本页|全部)?(汇总|累计)|^共\d+[条笔件户人页行]|^第\d+页|^页码|^page\d+of\d+|"
    r"^(grand|sub|page)?-?totals?([:：(（].*|[:：]?[\d,.]+)?$"
)
_PERHAPS = r"(?i)[^!-~]|[a-z]{4}|:"
"""What every total has: a sign that is none of ASCII, a blank, a word or a colon; few numbers have."""

_MAKER = (
    r"^((制表|制单|打印|导出|审核|复核|经办|填表|填报)(人|员|日期|时间|单位|部门)?|备注|说明|"
    r"(prepared|printed|exported|created|generated)(by|on|at))[:：]"
)


def without_totals(texts: pl.DataFrame, cells: pl.DataFrame, kind: ListKind) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Return the clean `texts` without rows of totals and headers that stand again, and the lines of these.

    A total has the word in the first number by which its row is known, or in the first cell that is filled while that
    is empty.
    """
    key = next((column for column in kind.columns if column.form == "number" and column.name in texts.columns), None)
    if key is None:
        return texts, ()
    again = pl.col(key.name).is_in(words_of(key, kind))
    likely = texts.filter(pl.col(key.name).str.contains(_PERHAPS))
    worded = likely.filter(_is_total(pl.col(key.name)) | again)["line"]
    keyless = texts.filter(pl.col(key.name).is_null()).select("line")
    first = pl.coalesce(pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in cells.columns[1:])
    below = cells.join(keyless, on="line", how="semi").filter(_is_total(first))["line"] if keyless.height else worded
    lines = tuple(sorted({*worded.to_list(), *below.to_list()}))
    return (texts.filter(~pl.col("line").is_in(lines)) if lines else texts), lines


def _is_total(text: pl.Expr) -> pl.Expr:
    word = text.str.replace_all(_BLANK, "").str.to_lowercase()
    return word.str.contains(_TOTAL) | word.str.contains(_MAKER)

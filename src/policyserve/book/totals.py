"""Rows of totals, and who made the list: an export puts them below its rows, and they are none."""

from __future__ import annotations

import polars as pl

from policyserve.book.lists import ListKind

_BLANK = r"[\s\p{Cf}]"
_TOTAL = (
    r"^(本页|本|全部)?(合计|小计|总计|共计|汇总|累计|total|totals|sub-?total|grandtotal)(数|金额|人数|笔数|件数)?"
    r"([:：].*|[:：]?[\d,.]+[元笔件人户条行单]?)?$"
)
_MAKER = (
    r"^((制表|制单|打印|导出|审核|复核|经办|填表|填报)(人|员|日期|时间|单位|部门)?|备注|说明|"
    r"(prepared|printed|exported|created|generated)(by|on|at))[:：]"
)


def without_totals(texts: pl.DataFrame, cells: pl.DataFrame, kind: ListKind) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Return the clean `texts` without rows of totals, and the lines of these.

    Such a row has the word in the column of the list's key, or in the first cell that is filled while the key is empty.
    """
    key = next(name for name in kind.key if name in texts.columns) if set(kind.key) & set(texts.columns) else None
    if key is None:
        return texts, ()
    worded = texts.filter(_is_total(pl.col(key)))["line"]
    keyless = texts.filter(pl.col(key).is_null()).select("line")
    first = pl.coalesce(pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in cells.columns[1:])
    below = cells.join(keyless, on="line", how="semi").filter(_is_total(first))["line"] if keyless.height else worded
    lines = tuple(sorted({*worded.to_list(), *below.to_list()}))
    return (texts.filter(~pl.col("line").is_in(lines)) if lines else texts), lines


def _is_total(text: pl.Expr) -> pl.Expr:
    word = text.str.replace_all(_BLANK, "").str.to_lowercase()
    return word.str.contains(_TOTAL) | word.str.contains(_MAKER)

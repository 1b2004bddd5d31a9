"""From the cells of a file to typed rows: every cell that cannot be read becomes a problem in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from policyserve.book.files import EXTRA, Source
from policyserve.book.headers import Headers
from policyserve.book.lists import Column, ListKind
from policyserve.book.money import SCALE
from policyserve.book.rows import Rows, cleared
from policyserve.book.values import REASONS, clean, quickly, thoroughly
from policyserve.locale import N_

CLEAR = "-"
"""What is typed into a cell to clear what is stored."""


def parse(source: Source, headers: Headers, kind: ListKind) -> Rows:
    """Read the cells of a file as rows of a list; amounts are ten-thousandths until `amounts` settles them."""
    columns = [column for column in kind.columns if column.name in headers.places]
    texts = source.cells.select(
        "line", *(clean(pl.col(headers.places[c.name]), controls=source.controls).alias(c.name) for c in columns)
    )
    texts = _with_plain_numbers(texts, columns)
    rows = parse_texts(texts, columns, sheet=source.sheet)
    if EXTRA in source.cells.columns:
        rows = _reject_ragged(rows, source)
    return _reject_rounded(rows, source, headers, columns)


def parse_texts(texts: pl.DataFrame, columns: Sequence[Column], *, sheet: bool = False) -> Rows:
    """Read clean cells: `line` and one string column for each of `columns`, null where the cell is empty."""
    texts, marks = _without_clears(texts, columns)
    read = texts.select("line", *(quickly(pl.col(column.name), column).alias(column.name) for column in columns))
    left = _unread(texts, read, columns)
    again = [thoroughly(pl.col(column.name), column, sheet=sheet).alias(column.name) for column in left]
    read = read.with_columns(texts.select(again)) if again else read
    rows = Rows(values=read.with_columns(marks))
    for column in _unread(texts, read, left):
        rows = _note_unread(rows, texts.get_column(column.name), column)
    return _reject_missing(rows, texts, columns)


def _with_plain_numbers(texts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Write numbers in full-width digits with plain ones, so that a number is one text everywhere."""
    names = [column.name for column in columns if column.form == "number"]
    wide = texts.select((pl.col(name).str.len_bytes() != pl.col(name).str.len_chars()).any() for name in names)
    return texts.with_columns(pl.col(name).str.normalize("NFKC") for name in names if wide[name].item())


def _without_clears(texts: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, list[pl.Series]]:
    names = [column.name for column in columns]
    found = texts.select((pl.col(names) == CLEAR).any())
    names = [name for name in names if found[name].item()]
    marks = [(texts[name] == CLEAR).fill_null(value=False).alias(cleared(name)) for name in names]
    return texts.with_columns(pl.when(pl.col(name) != CLEAR).then(name) for name in names), marks


def _unread(texts: pl.DataFrame, read: pl.DataFrame, columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if read[column.name].null_count() > texts[column.name].null_count()]


def _note_unread(rows: Rows, text: pl.Series, column: Column) -> Rows:
    where = pl.lit(text).is_not_null() & pl.col(column.name).is_null()
    lost = column.required or column.form == "number"
    note = rows.reject if lost else rows.warn
    if column.form == "code":
        words = N_("is none of the words known here: {known}")
        return note(where, column.name, words, known=pl.lit(", ".join(column.words)))
    if column.form == "whole":
        words = N_("is no whole number from {lowest} to {highest}")
        return note(where, column.name, words, lowest=pl.lit(column.lowest), highest=pl.lit(column.highest))
    return note(where, column.name, _words(text, column))


def _words(text: pl.Series, column: Column) -> str | pl.Expr:
    if column.form == "money":
        fine = pl.lit(text).str.contains(rf"^\D?[\d,]+\.\d{{{SCALE + 1},}}\D?$")
        return pl.when(fine).then(pl.lit(MANY_DECIMALS)).otherwise(pl.lit(REASONS["money"]))
    return REASONS[column.form]


MANY_DECIMALS = N_("has more decimals than the currency has")


def _reject_missing(rows: Rows, texts: pl.DataFrame, columns: Sequence[Column]) -> Rows:
    for column in columns:
        if column.required and texts[column.name].null_count():
            mark = pl.col(cleared(column.name)) if rows.has(cleared(column.name)) else pl.lit(value=False)
            reason = (
                pl.when(mark).then(pl.lit(N_("is required and cannot be cleared"))).otherwise(pl.lit(N_("is missing")))
            )
            rows = rows.reject(pl.lit(texts[column.name]).is_null(), column.name, reason)
    return rows


def _reject_ragged(rows: Rows, source: Source) -> Rows:
    if source.cells[EXTRA].null_count() == source.cells.height:
        return rows
    return rows.reject(
        pl.lit(source.cells[EXTRA]).str.strip_chars() != "",
        "row",
        N_("has more cells than the header; put a text with a separator in it in quotation marks"),
    )


def _reject_rounded(rows: Rows, source: Source, headers: Headers, columns: Sequence[Column]) -> Rows:
    if source.rounded is None or source.rounded.is_empty():
        return rows
    for column in columns:
        place = headers.places[column.name]
        lines = source.rounded.filter(pl.col("column") == place)["line"]
        if column.form == "number" and not lines.is_empty():
            rows = rows.reject(pl.col("line").is_in(lines.implode()), column.name, REASONS["number"])
    return rows

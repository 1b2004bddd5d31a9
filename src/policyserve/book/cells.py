"""From the cells of a file to typed rows: every cell that cannot be read becomes a problem in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from policyserve.book.cleaning import clean, needs_cleaning
from policyserve.book.files import EXTRA, Source
from policyserve.book.headers import Headers
from policyserve.book.list_columns import Column, Form, ListKind
from policyserve.book.modes import AMBIGUOUS, NUMBER, with_named_modes
from policyserve.book.money import SCALE
from policyserve.book.rows import Rows, cleared
from policyserve.book.signs import Signs
from policyserve.book.totals import without_totals
from policyserve.book.values import (
    REASONS,
    quickly,
    stands_for_none,
    thoroughly,
)
from policyserve.book.words import CLEAR, plain_word, spelled
from policyserve.locale import N_

OPEN_ENDS = ("ends_on", "left_on", "deceased_on")
"""Columns in which 9999-12-31 says what an empty cell says."""


def parse(source: Source, headers: Headers, kind: ListKind) -> Rows:
    """Read the cells of a file as rows of a list; amounts are ten-thousandths until `amounts` settles them."""
    columns = [column for column in kind.columns if column.name in headers.places]
    cells = source.cells.select("line", **{column.name: headers.places[column.name] for column in columns})
    texts = cells.select("line", *(cleaned(cells[column.name], column, source.signs) for column in columns))
    texts, lines = without_totals(texts, source.cells, kind)
    if "mode" in texts.columns:
        texts = with_named_modes(texts, source.headers[int(headers.places["mode"])])
    rows = replace(parse_texts(texts, columns, sheet=source.sheet), totals=lines)
    source = replace(source, cells=source.cells.filter(~pl.col("line").is_in(lines))) if lines else source
    if EXTRA in source.cells.columns:
        rows = _reject_ragged(rows, source)
    return _reject_rounded(rows, source, headers, columns)


def parse_texts(texts: pl.DataFrame, columns: Sequence[Column], *, sheet: bool = False) -> Rows:
    """Read clean cells: `line` and one string column for each of `columns`, null where the cell is empty."""
    texts, marks = _without_clears(_respelt(texts, columns), columns)
    read = texts.select("line", *(quickly(pl.col(column.name), column).alias(column.name) for column in columns))
    left = _unread(texts, read, columns)
    again = [thoroughly(pl.col(column.name), column, sheet=sheet).alias(column.name) for column in left]
    read = read.with_columns(texts.select(again)) if again else read
    rows = Rows(values=read.with_columns(marks))
    for column in _unread(texts, read, left):
        if column.form in {"date", "birthday"}:
            rows, texts = _without_no_days(rows, texts, column, sheet=sheet)
        rows = _note_unread(rows, texts.get_column(column.name), column)
    return _reject_missing(_reject_long(_warn_of_zeros(rows, columns), texts, columns), texts, columns)


def _without_no_days(rows: Rows, texts: pl.DataFrame, column: Column, *, sheet: bool) -> tuple[Rows, pl.DataFrame]:
    """Empty the cells with a day that stands for none, and warn where that could matter."""
    none = (
        texts.select(stands_for_none(pl.col(column.name), sheet=sheet)).to_series() & rows.values[column.name].is_null()
    )
    if column.decisive:
        words = N_("holds a day that stands for none, and counts as empty")
        rows = rows.warn(
            pl.lit(none) & ~(pl.lit(column.name in OPEN_ENDS) & pl.lit(texts[column.name]).str.starts_with("9999")),
            column.name,
            words,
        )
    return rows, texts.with_columns(pl.when(~pl.lit(none).fill_null(value=False)).then(column.name).alias(column.name))


def _warn_of_zeros(rows: Rows, columns: Sequence[Column]) -> Rows:
    """Warn of numbers that are shorter than others of their column, all of one length, which begin with zeros."""
    for column in (column for column in columns if column.form == "number"):
        numbers = rows.values[column.name]
        if not numbers.str.starts_with("0").any():
            continue
        widths = numbers.filter(numbers.str.contains(r"^0\d+$")).str.len_chars().unique()
        if widths.len() == 1:
            short = pl.col(column.name).str.contains(r"^[1-9]\d*$") & (pl.col(column.name).str.len_chars() < widths[0])
            words = N_("may have lost its leading zeros: other numbers of this column have {width} digits with them")
            rows = rows.warn(short, column.name, words, width=pl.lit(widths[0]))
    return rows


def cleaned(texts: pl.Series, column: Column, signs: Signs) -> pl.Series:
    """Clean the cells of a column that need it, each text once."""
    unclean = texts.filter(needs_cleaning(texts, signs)).unique()
    if unclean.is_empty():
        return texts
    return texts.replace(unclean, unclean.to_frame().select(clean(pl.col(column.name), column)).to_series())


def _respelt(texts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Write the words that say what another cell says (终身: `-`, for there is no end) as that cell."""
    for column in (column for column in columns if column.spelt):
        said = {word: column.spelt.get(plain_word(word)) for word in texts[column.name].unique().drop_nulls()}
        if found := {word: cell for word, cell in said.items() if cell}:
            texts = texts.with_columns(pl.col(column.name).replace(found))
    return texts


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
    if column.name == "mode" and (numbers := text.str.contains(NUMBER).fill_null(value=False)).any():
        rows = rows.reject(where & pl.lit(numbers), column.name, AMBIGUOUS)
        where = where & ~pl.lit(numbers)
    lost = column.required or column.decisive or column.form == "number"
    note = rows.reject if lost else rows.warn
    if column.form == "code":
        words = N_("is none of the words known here: {known}")
        return note(where, column.name, words, known=pl.lit(spelled(column.words)))
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


LONGEST: Mapping[Form, int] = {"number": 64, "name": 500, "text": 500}
"""Characters of a cell; an index of PostgreSQL holds 2,700 bytes."""


def _reject_long(rows: Rows, texts: pl.DataFrame, columns: Sequence[Column]) -> Rows:
    lengths = texts.select(pl.col(column.name).str.len_chars().max() for column in columns)
    for column in columns:
        most = LONGEST.get(column.form)
        if most and (lengths[column.name].item() or 0) > most:
            long = pl.lit(texts[column.name]).str.len_chars() > most
            rows = rows.reject(long, column.name, N_("is longer than {most} characters"), most=pl.lit(most))
    return rows


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

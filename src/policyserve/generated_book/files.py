"""Write lists to files as a branch's core system would: in English, or with Chinese headers and words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from policyserve.book.list_columns import Column
from policyserve.book.lists import find_kind

SLICE = 200_000
"""Rows that are encoded at a time, where the encoding is not UTF-8."""


def write_lists(
    lists: Mapping[str, pl.DataFrame], folder: Path, *, chinese_headers: bool = False, encoding: str = "utf-8"
) -> dict[str, Path]:
    """Write each list to `<kind>.csv` in the folder, which is made; return the files by kind.

    `encoding` is `utf-8`, `utf-8-sig` (with a byte order mark) or `gb18030`. With Chinese headers, yes and no and the
    words that stand for a code are Chinese too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {kind: folder / f"{kind}.csv" for kind in lists}
    for kind, rows in lists.items():
        _write(_worded(rows, kind, chinese=chinese_headers), files[kind], encoding)
    return files


def _worded(rows: pl.DataFrame, kind: str, *, chinese: bool) -> pl.DataFrame:
    """Put words in the place of yes, no and codes, and name the columns."""
    columns = {column.name: column for column in find_kind(kind).columns if column.name in rows.columns}
    worded = rows.with_columns(_words(column, chinese=chinese) for column in columns.values())
    return worded.rename({name: column.chinese for name, column in columns.items()}) if chinese else worded


def _words(column: Column, *, chinese: bool) -> pl.Expr:
    value = pl.col(column.name)
    if column.form == "yes-no":
        yes, no = ("是", "否") if chinese else ("Y", "N")
        return value.cast(pl.String).replace({"true": yes, "false": no})
    return value.replace(_chinese(column.words)) if column.words and chinese else value


def _chinese(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Give each code its first Chinese word."""
    return {code: next((word for word in others if not word.isascii()), code) for code, others in words.items()}


def _write(rows: pl.DataFrame, file: Path, encoding: str) -> None:
    if encoding.startswith("utf-8"):
        rows.write_csv(file, include_bom=encoding == "utf-8-sig")
        return
    with file.open("w", encoding=encoding, newline="") as text:
        text.write(rows.head(0).write_csv())
        for part in rows.iter_slices(SLICE):
            text.write(part.write_csv(include_header=False))

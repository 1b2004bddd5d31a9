"""Rows into files that people open in a spreadsheet: CSV and XLSX."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars import selectors

from policyserve.cli.screen.output import Row
from policyserve.errors import QuestionError
from policyserve.files import PRODUCT, check_target, replacing, write
from policyserve.metrics.figure import Figure
from policyserve.signs import harmless_texts, seen_in
from policyserve.tasks.headings import heading

ENDINGS = (".csv", ".xlsx")

_BOM = b"\xef\xbb\xbf"
_SLICE = 50_000


def check_out(path: Path, endings: tuple[str, str] = ENDINGS, *, kept: Collection[Path] = ()) -> None:
    """Refuse a file that could not be written, before any work is done.

    Raises QuestionError for another ending, PolicyserveError for a place that cannot be written or must be kept.
    """
    if path.suffix.lower() not in endings:
        one, other = endings
        raise QuestionError(
            "'{path}' ends with neither {one} nor {other}; name a file of one of these kinds.",
            path=path,
            one=one,
            other=other,
        )
    check_target(path, kept=kept)


def save(
    rows: Sequence[Row], path: Path, language: str, *, columns: Sequence[str], zone: str, kept: Collection[Path] = ()
) -> None:
    """Write rows to FILE.csv (UTF-8 with BOM, plain field names) or FILE.xlsx (headings in `language`).

    `columns` stand in the header where there are no rows. Numbers of people and policies stay texts; a text that a
    spreadsheet would run is made harmless in CSV. A spreadsheet knows no time zones: instants stand there in `zone`.
    Raises PolicyserveError; see `files.replacing`.
    """
    check_out(path, kept=kept)
    flat = [{name: _flat(value) for name, value in row.items()} for row in rows]
    save_frame(
        pl.DataFrame(flat, infer_schema_length=None) if flat else pl.DataFrame(schema=list(dict.fromkeys(columns))),
        path,
        language,
        zone=zone,
        kept=kept,
    )


def save_figure(figure: Figure, path: Path, language: str, *, zone: str, kept: Collection[Path] = ()) -> None:
    """Write a figure to FILE.csv exactly, or to FILE.xlsx as people read it; see `save`."""
    check_out(path, kept=kept)
    if path.suffix.lower() == ".csv":
        columns = [*figure.flat.told, *figure.flat.of_all, "as_of"]
        save(flat_rows(figure.flat), path, language, columns=columns, zone=zone, kept=kept)
        return
    from policyserve.reporting.sheets import figure_workbook

    write(path, figure_workbook(figure, language), kept=kept)


def flat_rows(figure: Figure) -> list[Row]:
    """Return the rows for programs, a list of keys in one cell."""
    return [
        {name: " ".join(f"#{key}" for key in one) if isinstance(one, list) else one for name, one in row.items()}
        for row in figure.exact()
    ]


def save_frame(
    frame: pl.DataFrame,
    path: Path,
    language: str,
    *,
    zone: str,
    kept: Collection[Path] = (),
    marked: bool = True,
) -> None:
    """Write a frame in the same way, and to FILE.parquet as it is.

    `marked`: CSV begins with a BOM, by which spreadsheets know UTF-8.
    """
    ending = path.suffix.lower()
    frame = frame.with_columns(seen_in(pl.col(pl.String)))
    if ending == ".parquet":
        parts = iter([_parquet(frame)])
    elif ending == ".csv":
        parts = csv_of(frame, marked=marked)
    else:
        parts = iter([_workbook(frame, language, zone)])
    with replacing(path, kept=kept) as file:
        file.writelines(parts)


def csv_of(frame: pl.DataFrame, *, marked: bool) -> Iterator[bytes]:
    """Write a frame as CSV, a piece at a time, its texts harmless; `marked`: with a BOM."""
    yield (_BOM if marked else b"") + frame.head(0).write_csv().encode()
    for part in frame.iter_slices(_SLICE):
        yield harmless_texts(part).write_csv(include_header=False).encode()


def _flat(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def _workbook(frame: pl.DataFrame, language: str, zone: str) -> bytes:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    written = io.BytesIO()
    local = frame.with_columns(selectors.datetime(time_zone="*").dt.convert_time_zone(zone).dt.replace_time_zone(None))
    with Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"author": PRODUCT})
        titles = {name: heading(name, language) for name in frame.columns}
        local.rename(titles).write_excel(book, autofit=True, freeze_panes=(1, 0))
    return written.getvalue()

"""The reject file: the rows that stayed out or need a look, as they were, each with line, field, value and reason.

It is a list like the one that it came from: mended, it can be imported again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path

import polars as pl

from policyserve.book.files import EXTRA, Source
from policyserve.book.headers import Headers
from policyserve.book.rows import Rows
from policyserve.errors import PolicyserveError
from policyserve.files import REJECTS, REPORT, check_target, write
from policyserve.signs import harmless_texts

_BOM = b"\xef\xbb\xbf"  # without it a spreadsheet takes the file for something else than UTF-8


def default_path(path: Path) -> Path:
    """Name the reject file of a list: beside it."""
    return path.with_name(f"{path.stem}.rejects.csv")


def check_writable(rejects: Path, kept: Collection[Path]) -> None:
    """Raise PolicyserveError where the reject file could not be written, or would replace `kept` or a stranger."""
    try:
        check_target(rejects, kept=kept, bears=REJECTS)
    except PolicyserveError as error:
        raise PolicyserveError(
            "{why} Nothing was imported; the reject file is named by --rejects.", why=error.sentence
        ) from error


def with_values(rows: Rows, source: Source, headers: Headers) -> pl.DataFrame:
    """Return all problems with the cell that each is about: PROBLEMS with `value`."""
    problems = rows.all_problems
    cells = source.cells.join(problems.select("line").unique(), on="line", how="semi")
    named = cells.select("line", **headers.places).cast(pl.String)
    values = named.with_columns(pl.col("line").cast(pl.UInt32)).unpivot(
        index="line", variable_name="field", value_name="value"
    )
    told = problems.join(values, on=["line", "field"], how="left", maintain_order="left")
    return told.select("line", "severity", "field", "value", "reason", "arguments")


def write_rejects(
    path: Path, problems: pl.DataFrame, source: Source, headers: Headers, kept: Collection[Path] = ()
) -> None:
    """Write the reject file in one step: a crash leaves the old one or none, never half of one.

    `problems` in words, as `problems.told` makes them.
    """
    rows = _by_row(problems).join(source.cells, on="line", how="left").sort("line")
    own = [str(place) for place in range(len(source.headers)) if str(place) not in headers.report]
    extra = [EXTRA] if EXTRA in rows.columns and rows[EXTRA].null_count() < rows.height else []
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(
        [*REPORT, *(source.headers[int(place)] for place in own), *("" for _ in extra)]
    )
    body = harmless_texts(rows.select(*REPORT, *own, *extra)).write_csv(include_header=False)
    write(path, _BOM + (header.getvalue() + body).encode(), kept=kept)


def _by_row(problems: pl.DataFrame) -> pl.DataFrame:
    """Put all problems of a row on one line, so that the row stands once; `rejected` goes before `warning`."""
    several = pl.when(pl.len() > 1).then(pl.format("{} {}", "field", "reason")).otherwise("reason")
    return problems.group_by("line", maintain_order=True).agg(
        severity=pl.col("severity").cast(pl.String).min(),
        field=pl.col("field").str.join("; "),
        value=pl.col("value").fill_null("").str.join("; "),
        reason=several.str.join("; "),
    )

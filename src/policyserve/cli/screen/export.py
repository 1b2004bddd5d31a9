"""Rows into files that people open in a spreadsheet: CSV and XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from policyserve.cli.screen.headings import heading
from policyserve.cli.screen.output import FORMULA, Row
from policyserve.errors import PolicyserveError
from policyserve.metrics.figure import Figure


def save(rows: Sequence[Row], path: Path, language: str) -> None:
    """Write rows to FILE.csv (UTF-8 with BOM, plain field names) or FILE.xlsx (headings in `language`).

    Numbers of people and policies stay texts; a text that a spreadsheet would run is made harmless in CSV. The file is
    readable by its owner only. Raises PolicyserveError for another ending.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise PolicyserveError(
            "'{path}' ends with neither .csv nor .xlsx; name a file of one of these kinds.", path=path
        )
    path.touch(mode=0o600)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if path.suffix.lower() == ".csv":
        frame.with_columns(_harmless(pl.col(pl.String))).write_csv(path, include_bom=True)
        return
    titles = {name: heading(name, language) for name in frame.columns}
    frame.rename(titles).write_excel(path, autofit=True, freeze_panes=(1, 0))


def save_figure(figure: Figure, path: Path, language: str) -> None:
    """Write a figure to FILE.csv exactly, or to FILE.xlsx as people read it; raise PolicyserveError for another ending.

    The file is readable by its owner only.
    """
    if path.suffix.lower() != ".xlsx":
        save(flat_rows(figure.flat), path, language)
        return
    from policyserve.reporting.sheets import figure_workbook

    path.touch(mode=0o600)
    path.write_bytes(figure_workbook(figure, language))


def flat_rows(figure: Figure) -> list[Row]:
    """Return the rows for programs, a list of keys in one cell."""
    return [
        {name: " ".join(f"#{key}" for key in one) if isinstance(one, list) else one for name, one in row.items()}
        for row in figure.exact()
    ]


def _harmless(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.slice(0, 1).is_in(sorted(FORMULA))).then("'" + text).otherwise(text).name.keep()

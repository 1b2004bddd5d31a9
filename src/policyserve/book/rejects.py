"""The reject file: the rows that stayed out or need a look, as they were, each with line, field, value and reason.

It is a list like the one that it came from: mended, it can be imported again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Self

import polars as pl
from polars._typing import PolarsDataType as DataType

from policyserve.book.files import EXTRA, Source
from policyserve.book.headers import Headers
from policyserve.book.problems import told
from policyserve.book.rows import PROBLEMS, Rows
from policyserve.book.values import REASONS
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


@dataclass(frozen=True, kw_only=True)
class RejectedRows:
    """The rows of a list with problems, as they stood in it; personal data, for the eyes of whoever sent the list."""

    kind: str
    headers: tuple[str, ...]
    places: Mapping[str, str]
    """The place of each column of the list that is there, as `Headers.places`."""
    report: tuple[str, ...]
    cells: pl.DataFrame
    """`line`, `0`, `1`, ... and perhaps `extra`, by line."""
    problems: pl.DataFrame
    """PROBLEMS with the `value` of the cell."""

    @classmethod
    def of(cls, rows: Rows, source: Source, headers: Headers, kind: str) -> Self:
        """Take the rows with problems out of a list that was read."""
        problems = rows.all_problems
        cells = source.cells.join(problems.select("line").unique(), on="line", how="semi").sort("line")
        cells = _as_rounded(cells, problems, headers)
        return cls(
            kind=kind, headers=source.headers, places=headers.places, report=headers.report,
            cells=cells.cast({"line": pl.UInt32}), problems=_with_values(problems, cells, headers),
        )  # fmt: skip

    @property
    def rejected(self) -> pl.DataFrame:
        """The cells of the rows that stayed out."""
        out = self.problems.filter(pl.col("severity") == "rejected")
        return self.cells.join(out.select("line").unique(), on="line", how="semi", maintain_order="left")

    def none(self) -> Self:
        """Return no rows of the same list."""
        return replace(self, cells=self.cells.clear(), problems=self.problems.clear())

    def after(self, before: Self) -> Self | None:
        """Return the same rows beside those of `before` that went in with a warning; None where there are none."""
        went_in = before.cells.join(before.rejected, on="line", how="anti")
        warned = before.problems.join(went_in, on="line", how="semi")
        problems = pl.concat([warned, self.problems]).unique(maintain_order=True).sort("line", maintain_order=True)
        cells = pl.concat([went_in, self.cells], how="diagonal").unique("line", keep="last").sort("line")
        return None if problems.is_empty() else replace(self, cells=cells, problems=problems)

    def renumbered(self, lines: Sequence[int]) -> Self:
        """Return the same rows under other lines: the first row below the header is that of `lines[0]`."""
        numbers = {place + 2: line for place, line in enumerate(lines)}
        cells, problems = (
            frame.with_columns(pl.col("line").replace_strict(numbers, default=pl.col("line"), return_dtype=pl.UInt32))
            for frame in (self.cells, self.problems)
        )
        told = problems["arguments"].unique().drop_nulls().to_list()
        again = pl.col("arguments").replace({one: _elsewhere(one, numbers) for one in told})
        return replace(self, cells=cells, problems=problems.with_columns(again))

    def file(self, language: str) -> bytes:
        """Return the reject file (CSV): each row once, with all that is wrong with it in `language`."""
        rows = _by_row(told(self.kind, self.problems, language)).join(self.cells, on="line", how="left").sort("line")
        own = [str(place) for place in range(len(self.headers)) if str(place) not in self.report]
        extra = [EXTRA] if EXTRA in rows.columns and rows[EXTRA].null_count() < rows.height else []
        header = _csv([[*REPORT, *(self.headers[int(place)] for place in own), *("" for _ in extra)]])
        body = harmless_texts(rows.select(*REPORT, *own, *extra)).write_csv(include_header=False)
        return _BOM + (header + body).encode()

    def mended(self, typed: Mapping[tuple[int, str], str]) -> tuple[bytes, list[int]]:
        """Return the rows that stayed out as a list, with the cells (line, place) that were typed, and their lines."""
        places = [name for name in self.rejected.columns if name != "line"]
        rows = self.rejected.to_dicts()
        made = [[_one_line(typed.get((row["line"], place), row[place] or "")) for place in places] for row in rows]
        trimmed = [row[:-1] if EXTRA in places and not row[-1] else row for row in made]
        return _csv([list(self.headers), *trimmed]).encode(), [row["line"] for row in rows]

    def text(self) -> str:
        """Write them as JSON; see `of_text`."""
        frames = {
            name: (frame.columns, frame.rows()) for name, frame in (("cells", self.cells), ("problems", self.problems))
        }
        return json.dumps({**vars(self), **frames, "places": dict(self.places)}, ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what `text` has written."""
        said = json.loads(text)
        cells, problems = (
            pl.DataFrame(rows, {name: KNOWN.get(name, pl.String) for name in names}, orient="row")
            for names, rows in (said["cells"], said["problems"])
        )
        return cls(
            kind=said["kind"], headers=tuple(said["headers"]), places=said["places"], report=tuple(said["report"]),
            cells=cells, problems=problems,
        )  # fmt: skip


KNOWN: Mapping[str, DataType] = dict(PROBLEMS)
"""The types of columns of problems and cells that are no text."""


def _elsewhere(arguments: str, numbers: Mapping[int, int]) -> str:
    """Return the values of a reason with the lines that it names under other numbers."""
    said = json.loads(arguments)
    if "lines" not in said:
        return arguments
    lines = [int(line) for line in str(said["lines"]).split(", ")]
    return json.dumps({**said, "lines": ", ".join(str(numbers.get(line, line)) for line in lines)}, ensure_ascii=False)


def _one_line(cell: str) -> str:
    """Keep a cell on its line, so that lines are counted as rows."""
    return " ".join(cell.splitlines())


def _csv(rows: Sequence[Sequence[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


def _as_rounded(cells: pl.DataFrame, problems: pl.DataFrame, headers: Headers) -> pl.DataFrame:
    """Write the numbers that have lost digits as spreadsheets show them (1.2E+17), so that they stay out again."""
    lost = problems.filter(pl.col("reason") == REASONS["number"])
    for (field,), part in lost.group_by("field"):
        place = headers.places[str(field)]
        digits = pl.col("line").is_in(part["line"].implode()) & pl.col(place).str.contains(r"^-?\d+$")
        texts = cells.filter(digits)[place].unique().to_list()
        shown = {text: re.sub(r"\.?0*E", "E", f"{Decimal(text):.14E}") for text in texts}
        cells = cells.with_columns(pl.when(digits).then(pl.col(place).replace(shown)).otherwise(place).alias(place))
    return cells


def _with_values(problems: pl.DataFrame, cells: pl.DataFrame, headers: Headers) -> pl.DataFrame:
    """Return all problems with the cell that each is about: PROBLEMS with `value`."""
    named = cells.select("line", **headers.places).cast(pl.String)
    values = named.with_columns(pl.col("line").cast(pl.UInt32)).unpivot(
        index="line", variable_name="field", value_name="value"
    )
    found = problems.join(values, on=["line", "field"], how="left", maintain_order="left")
    return found.select("line", "severity", "field", "value", "reason", "arguments")


def write_rejects(path: Path, rows: RejectedRows, language: str, kept: Collection[Path] = ()) -> None:
    """Write the reject file in one step: a crash leaves the old one or none, never half of one."""
    write(path, rows.file(language), kept=kept)


def _by_row(problems: pl.DataFrame) -> pl.DataFrame:
    """Put all problems of a row on one line, so that the row stands once; `rejected` goes before `warning`."""
    several = pl.when(pl.len() > 1).then(pl.format("{} {}", "field", "reason")).otherwise("reason")
    return problems.group_by("line", maintain_order=True).agg(
        severity=pl.col("severity").cast(pl.String).min(),
        field=pl.col("field").str.join("; "),
        value=pl.col("value").fill_null("").str.join("; "),
        reason=several.str.join("; "),
    )

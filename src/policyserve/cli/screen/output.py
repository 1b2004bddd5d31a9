"""How commands print: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import rich_click as click
from rich.console import Console, RenderableType

from policyserve.cli.screen.folding import indented
from policyserve.cli.screen.layout import laid_out
from policyserve.locale import say
from policyserve.metrics import percents
from policyserve.signs import escaped, harmless, seen
from policyserve.tasks.codes import shown
from policyserve.tasks.headings import heading

Row = Mapping[str, Any]

NUMBERS = frozenset({
    "ordinal", "task_id", "message_id", "event", "year", "merged_into_id", "entry", "corrects", "check_id", "seed",
})  # fmt: skip
"""Columns of numbers that name something: 202611 is a month and no amount."""

PIPE_WIDTH = 160
"""Columns of a table where there is no terminal to ask."""


def console() -> Console:
    """Return where tables are printed: the terminal, or plain text of a fixed width in a pipe."""
    wide = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, width=wide, highlight=False, soft_wrap=False)


def tell(text: str, *, indent: int = 0, style: str | None = None) -> None:
    """Print a text for a person, folded between words, every line `indent` columns in."""
    out = console()
    out.print(indented(seen(text), out.width, indent), markup=False, style=style, overflow="ignore", crop=False)


def show(
    rows: Sequence[Row],
    form: str,
    *,
    columns: Sequence[str],
    language: str = "en",
    headings: Mapping[str, str] | None = None,
    numeric: Collection[str] = (),
    empty: str = "",
) -> None:
    """Print rows as a table of `columns`, or all their fields as JSON or CSV; `empty` is said of no rows at all.

    `numeric`: columns of amounts and ratios that are written already; they stand to the right as numbers do.
    """
    if form == "json":
        click.echo(escaped(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=1)))
    elif form == "csv":
        click.echo(_csv(rows, columns), nl=False)
    elif rows:
        titles = {name: heading(name, language) for name in columns} | dict(headings or {})
        worded = [{name: shown(name, row.get(name), language) for name in columns} for row in rows]
        out = console()
        wanted = numbers_in(worded) | frozenset(numeric)
        out.print(_laid_out(worded, {name: titles[name] for name in columns}, wanted, out), soft_wrap=True)
    else:
        click.echo(empty or say(language, "Nothing to show."))


def numbers_in(rows: Sequence[Row]) -> frozenset[str]:
    """Return the columns that hold amounts, counts or ratios, before they are written; yes and no are none."""
    return frozenset(name for row in rows for name, value in row.items() if type(value) in {int, float})


def note(text: str) -> None:
    """Say something beside the output, where programs do not read it; folded between words on a terminal."""
    if text:
        out = Console(stderr=True)
        lines = [indented(line, out.width, 0) for line in seen(text).splitlines()] if out.is_terminal else [seen(text)]
        click.echo("\n".join(lines), err=True)


def _plain(value: Any) -> Any:
    """Return what JSON can say, dates as ISO text, at any depth."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    names = list(rows[0]) if rows else list(columns)
    writer = csv.DictWriter(text, fieldnames=names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _safe(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula."""
    return harmless(value) if isinstance(value, str) else value


def _laid_out(
    rows: Sequence[Row], headings: Mapping[str, str], numeric: frozenset[str], out: Console
) -> RenderableType:
    cells = [{name: _named(name, row.get(name)) for name in headings} for row in rows]
    return laid_out(cells, headings, numeric=numeric, keys=NUMBERS, width=out.width, stacks=out.is_terminal)


def _named(column: str, value: Any) -> str:
    """Write one value of a column; a number that names something is no amount and has no separators."""
    return str(value) if column in NUMBERS and value is not None else cell(value)


def cell(value: Any) -> str:
    """Write one value for a person."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def percent(ratio: float | None, target: float | None = None) -> str:
    """Write a ratio as a percentage with two decimals, more where these hide that it is below `target`."""
    return "-" if ratio is None else percents.percent(ratio, target=target)

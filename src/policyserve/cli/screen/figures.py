"""Figures on the screen and for programs: the one printer of tables, JSON, CSV and files for spreadsheets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import rich_click as click

from policyserve.cli.screen.export import flat_rows, save_figure
from policyserve.cli.screen.layout import laid_out
from policyserve.cli.screen.output import console, note, show, tell
from policyserve.locale import N_, say, translated
from policyserve.metrics.cells import cell
from policyserve.metrics.figure import Figure, Told
from policyserve.metrics.legend import legend, title
from policyserve.signs import seen

NOTHING = N_("Nothing to show.")


def print_figure(
    figure: Figure,
    form: str,
    language: str,
    *,
    out: Path | None = None,
    zone: str = "UTC",
    kept: Collection[Path] = (),
) -> None:
    """Print a figure as a table for people, or exactly as JSON or CSV; as CSV the lists below its rows alone.

    With `out` it goes into that file instead, which replaces none of `kept`.
    """
    if out is not None:
        save_figure(figure, out, language, zone=zone, kept=kept)
    elif form == "table":
        _tell(figure, language)
    else:
        flat = figure.flat if form == "csv" else figure
        rows = flat_rows(flat) if form == "csv" else flat.exact()
        show(rows, form, columns=[*flat.told, *flat.of_all, "as_of"])


def _tell(figure: Figure, language: str) -> None:
    tell(title(figure, language))
    if figure.rows.is_empty():
        tell(figure.empty.told(language) if figure.empty else say(language, NOTHING))
    elif figure.nested:
        _tell_rows(figure, language)
    else:
        print_rows(figure, language)
    for line in (*legend(figure), *figure.lines):
        tell(line.told(language))
    _define(figure.definition if not figure.nested or figure.rows.height else (), language)
    for further in figure.also:
        click.echo()
        _tell(further, language)


def _tell_rows(figure: Figure, language: str) -> None:
    """Say what there is to each row, and show the list below it."""
    nested = figure.nested
    assert nested is not None
    for row in figure.rows.to_dicts():
        click.echo()
        for sentence in nested.sentences(row, figure.names):
            tell(sentence.told(language))
        of_row = nested.list.of(nested.key, row[nested.key])
        if of_row.rows.height:
            print_rows(of_row, language)


def print_rows(figure: Figure, language: str) -> None:
    """Print the rows of a figure as a table for people, without what it says around them."""
    shown = figure.shown
    cells = [
        {one.name: seen(cell(one, row, language, figure.names)) for one in shown} for row in figure.rows.to_dicts()
    ]
    out = console()
    table = laid_out(
        cells, {one.name: translated(language, one.title) for one in shown},
        numeric=frozenset(one.name for one in shown if one.right or one.kind in {"key", "task"}),
        keys=frozenset(one.name for one in shown if one.kind in {"key", "task"}), width=out.width,
        stacks=out.is_terminal,
    )  # fmt: skip
    out.print(table, soft_wrap=True)


def _define(definition: Sequence[Told], language: str) -> None:
    for one in definition:
        note("\n" + one.told(language))

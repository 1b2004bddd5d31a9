"""What stands behind figures of service: the tasks with what became of each, and the orphan policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import rich_click as click

from policyserve import db
from policyserve.cli.options import Session
from policyserve.cli.screen.figure_tables import asked, title
from policyserve.cli.screen.output import Row, note, show, tell
from policyserve.cli.words.figure_words import with_names
from policyserve.dates import Days
from policyserve.metrics.services.definitions import service_definition
from policyserve.metrics.services.tasks_behind import tasks_behind

TASKS = click.option(
    "--tasks", "listed", is_flag=True, help="List the tasks behind the figure, and what became of each."
)


def show_tasks(
    session: Session,
    tasks: pl.DataFrame,
    fields: Sequence[str],
    *,
    figure: str,
    days: Days,
    readable: Callable[[Row], Row],
    told: Sequence[str] = ("fate",),
) -> None:
    """Print the tasks behind a figure; `tasks`, `fields` and `told` as for `tasks_behind`."""
    with db.reading(session.engine) as connection:
        found = tasks_behind(connection, tasks, fields, told)
    show_list(session, found, figure=figure, days=days, readable=readable)


def show_list(
    session: Session,
    found: pl.DataFrame,
    *,
    figure: str,
    days: Days | None = None,
    readable: Callable[[Row], Row] | None = None,
) -> None:
    """Print what stands behind a figure: all of it for programs; for people by names, without empty columns."""
    if session.form != "table":
        exact = [{**row, "as_of": session.as_of} for row in found.to_dicts()]
        show(exact, session.form, columns=[*found.columns, "as_of"])
        return
    rows = [with_names({**row, **(readable(row) if readable else {})}, session.language) for row in found.to_dicts()]
    tell(title(session, asked(figure, days, session.language)))
    kept = [name for name in found.columns if name != "performer" and any(row[name] is not None for row in rows)]
    show(rows, "table", columns=kept, language=session.language)
    note("\n" + service_definition(figure.partition(".")[0], session.language))

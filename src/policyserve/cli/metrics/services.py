"""Commands that print figures of service: what was done in time, what customers said, orphans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import rich_click as click

from policyserve.cli.metrics import add_ons
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, figure_options, grouped_by
from policyserve.errors import QuestionError
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import OF_AGENTS
from policyserve.metrics.services.figures import callbacks_figure, satisfaction_figure, services_figure
from policyserve.metrics.services.orphans_figure import orphans_figure
from policyserve.metrics.services.service_rate import ALLOWED


def in_days(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--from` and `--to`, both included."""
    first = click.option("--from", "first", type=DATE, help="The first day; default the year's first.")
    return first(click.option("--to", "last", type=DATE, help="The last day; default today.")(command))


TASKS = click.option(
    "--tasks", "listed", is_flag=True, help="List the tasks behind the figure, and what became of each."
)


def _print(
    session: Session, figure: Callable[..., Figure], of: Literal["due", "done_on"] = "due", *, first: date | None,
    last: date | None, by: tuple[str, ...], listed: bool,
) -> None:  # fmt: skip
    """Print a figure of the tasks of some days, or the list of them."""
    days = session.days(first, last)
    session.print(lambda facts: figure(facts.work(days, of=of), by=by), behind="tasks" if listed else "")


@click.command(name="services")
@in_days
@grouped_by(ALLOWED, "level")
@TASKS
@figure_options
def services_(session: Session, **asked: Any) -> None:
    """Services done in time over services due (服务达成率), late ones apart."""
    _print(session, services_figure, **asked)


@click.command(name="callbacks")
@in_days
@grouped_by(ALLOWED, "company")
@TASKS
@figure_options
def callbacks_(session: Session, **asked: Any) -> None:
    """Call-backs that reached the customer inside the free-look (犹豫期内电话回访成功率)."""
    _print(session, callbacks_figure, **asked)


@click.command(name="satisfaction")
@in_days
@grouped_by(ALLOWED, "company")
@TASKS
@figure_options
def satisfaction_(session: Session, **asked: Any) -> None:
    """What customers said of the services done (满意度)."""
    _print(session, satisfaction_figure, "done_on", **asked)


@click.command(name="orphans")
@in_days
@grouped_by(OF_AGENTS, "company")
@TASKS
@click.option("--policies", is_flag=True, help="List the orphan policies, who wrote them and who serves them.")
@figure_options
def orphans_(
    session: Session, *, first: date | None, last: date | None, by: tuple[str, ...], listed: bool, policies: bool
) -> None:
    """Hand-over visits made in time, and policies whose agent has left (孤儿单)."""
    if listed and policies:
        raise QuestionError("--tasks and --policies are two lists; ask for one of them.")
    days = session.days(first, last)
    session.print(
        lambda facts: orphans_figure(facts.book, facts.work(days), by=by),
        behind="tasks" if listed else "policies" if policies else "",
    )


FIGURES = [services_, callbacks_, satisfaction_, orphans_, *add_ons.FIGURES]
"""Commands of the group `metrics`."""

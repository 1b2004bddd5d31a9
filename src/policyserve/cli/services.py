"""Commands that print figures of service: what was done in time, what customers said, orphans, what came in when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import polars as pl
import rich_click as click

from policyserve import db, operations
from policyserve.book.loading import load_agents
from policyserve.cli import prospects
from policyserve.cli.figure_tables import show_figures
from policyserve.cli.headings import heading
from policyserve.cli.options import DATE, Decorator, Session, shared
from policyserve.cli.output import Row, percent
from policyserve.cli.service_words import say
from policyserve.dates import Days, add_months
from policyserve.metrics import collected, collection, groupings, orphans, services
from policyserve.metrics.task_states import read_tasks
from policyserve.standard.model import Standard


def grouped_by(allowed: Sequence[str], *default: str) -> Decorator:
    """Add `--by`, which may be repeated."""
    return click.option(
        "--by", multiple=True, type=click.Choice(allowed), default=default, show_default=bool(default),
        help="What to group by; may be repeated.",
    )  # fmt: skip


def in_days(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--from` and `--to`, both included."""
    first = click.option("--from", "first", type=DATE, help="The first day; default the year's first.")
    return first(click.option("--to", "last", type=DATE, help="The last day; default today.")(command))


def _work(
    session: Session, days: Days, of: Literal["due", "done_on"] = "due"
) -> tuple[pl.DataFrame, Standard, pl.DataFrame]:
    """Read the tasks of the days, the standard and the agents."""
    with db.reading(session.engine) as connection:
        standard = operations.current_standard(connection, session.as_of)
        return read_tasks(connection, days, session.as_of, of=of), standard, load_agents(connection, session.as_of)


def names_of_services(standard: Standard, language: str) -> Callable[[Row], Row]:
    """Return what puts the name of a service in place of its code, for people."""
    names = {one.code: one.name_zh if language == "zh" else one.name for one in reversed(standard.services)}
    return lambda row: {"service": names.get(row["service"], row["service"])} if "service" in row else {}


@click.command(name="services")
@in_days
@grouped_by(services.ALLOWED, "level")
@shared
def services_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Services done in time over services due (服务达成率), late ones apart."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    found = services.service_rate(tasks, standard, agents, days, by=by, as_of=session.as_of)
    unshown = {"ratio_with_late", "small"}
    columns = [*services.fields_by(by), *(name for name in services.RATE if name not in unshown)]
    show_figures(
        session, found, columns, figure="services", days=days, ratios=("ratio",), starred="ratio",
        readable=names_of_services(standard, session.language),
    )  # fmt: skip


@click.command(name="callbacks")
@in_days
@grouped_by(services.ALLOWED, "company")
@shared
def callbacks_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Call-backs that reached the customer inside the free-look (犹豫期内电话回访成功率)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    found = services.callbacks(tasks, standard, agents, days, by=by, as_of=session.as_of)
    show_figures(
        session, found, found.columns, figure="callbacks", days=days, ratios=("ratio",),
        readable=names_of_services(standard, session.language),
        headings={"numerator": say("callbacks.numerator", session.language)},
    )  # fmt: skip


@click.command(name="satisfaction")
@in_days
@grouped_by(services.ALLOWED, "company")
@shared
def satisfaction_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """What customers said of the services done (满意度)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days, "done_on")
    found = services.satisfaction(tasks, standard, agents, days, by=by)
    names = names_of_services(standard, session.language)
    show_figures(
        session, found, [name for name in found.columns if name != "small"], figure="satisfaction", days=days,
        ratios=("satisfied",), starred="satisfied",
        readable=lambda row: {**names(row), "mean": "-" if row["mean"] is None else f"{row['mean']:.2f}"},
    )  # fmt: skip


@click.command(name="orphans")
@in_days
@grouped_by(groupings.OF_AGENTS, "company")
@shared
def orphans_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Hand-over visits made in time, and policies whose agent has left (孤儿单)."""
    days = session.days(first, last)
    tasks, standard, _ = _work(session, days)
    book = operations.read_book(session.engine)
    found = orphans.orphan_service(book, tasks, standard, days, by=by, as_of=session.as_of)
    show_figures(session, found, found.columns, figure="orphans", days=days, ratios=("ratio",))


@click.command(name="collected")
@in_days
@click.option("--policy-year", type=click.IntRange(2, 100), default=2, show_default=True, help="2 = second premiums.")
@click.option("--all-years", is_flag=True, help="All renewal premiums, whatever the policy year.")
@grouped_by(collection.ALLOWED)
@shared
def collected_(session: Session, *, first: date | None, last: date | None, all_years: bool, **asked: Any) -> None:
    """Premiums collected in the month due, by the end of the next, by the end of grace (当月、次月、宽末)."""
    days = session.days(first, last)
    found = collected.collected_by(
        operations.read_book(session.engine),
        days,
        policy_year=None if all_years else asked["policy_year"],
        by=asked["by"],
        as_of=session.as_of,
    )
    fields = groupings.fields_of(asked["by"], collection.ALLOWED)
    rates = [f"{step}_rate" for step in collected.STEPS]
    running = (found["status"] == "provisional").any()
    show_figures(
        session, found, [*fields, "month", "currency", "due", "by_grace", *rates, "due_count"],
        figure="collected", days=days, amounts=("due", *collected.STEPS), ratios=rates,
        readable=lambda row: _running(row, session.as_of),
        headings={
            "due": heading("due_premium", session.language), "by_grace": heading("collected", session.language),
        },
        below=[say("collected.running", session.language)] if running else [],
    )  # fmt: skip


def _running(row: Row, as_of: date) -> Row:
    """Mark the rates whose time is not over on `as_of`."""
    month = date.fromisoformat(f"{row['month']}-01")
    ends = {"in_month": add_months(month, 1), "by_next_month": add_months(month, 2)}
    over = {f"{step}_rate": end - timedelta(days=1) < as_of for step, end in ends.items()}
    over["by_grace_rate"] = row["status"] == "final"
    return {name: percent(row[name]) + ("" if ended else " …") for name, ended in over.items()}


FIGURES = [services_, callbacks_, satisfaction_, orphans_, collected_, *prospects.FIGURES]
"""Commands of the group `metrics`."""

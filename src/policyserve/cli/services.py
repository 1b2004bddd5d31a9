"""Commands that print figures of service, the funnel of referrals, and who might buy again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
import rich_click as click

from policyserve import db, operations
from policyserve.cli.options import DATE, Decorator, Session, shared
from policyserve.cli.output import Row, decimal, note, percent, show
from policyserve.cli.words import say
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.metrics import collected, collection, funnel, groupings, orphans, services
from policyserve.metrics.candidates import COLUMNS, CoverRules, candidates, read_refusals, read_sums
from policyserve.metrics.rules import read_rules
from policyserve.metrics.service_definitions import service_definition
from policyserve.metrics.task_states import read_agents, read_tasks
from policyserve.standard.model import Standard

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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
        return read_tasks(connection, days, session.as_of, of=of), standard, read_agents(connection)


COUNTS = ("numerator", "denominator")


@click.command(name="services")
@in_days
@grouped_by(services.ALLOWED, "level")
@shared
def services_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Services done in time over services due (服务达成率), late ones apart."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    found = services.service_rate(tasks, standard, agents, days, by=by, as_of=session.as_of)
    columns = (*services.fields_by(by), *services.RATE)
    _show(session, found, columns, figure="services", ratios=("ratio", "ratio_with_late"), starred="ratio")


@click.command(name="callbacks")
@in_days
@grouped_by(services.ALLOWED, "company")
@shared
def callbacks_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Call-backs that reached the customer inside the free-look (犹豫期内电话回访成功率)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    found = services.callbacks(tasks, standard, agents, days, by=by, as_of=session.as_of)
    _show(session, found, found.columns, figure="callbacks", ratios=("ratio",))


@click.command(name="satisfaction")
@in_days
@grouped_by(services.ALLOWED, "company")
@shared
def satisfaction_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """What customers said of the services done (满意度)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days, "done_on")
    found = services.satisfaction(tasks, standard, agents, days, by=by)
    columns = [name for name in found.columns if name != "small"]
    _show(session, found, columns, figure="satisfaction", ratios=("satisfied",), starred="satisfied")


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
    _show(session, found, found.columns, figure="orphans", ratios=("ratio",))


@click.command(name="collected")
@in_days
@click.option("--policy-year", type=click.IntRange(2, 100), default=2, show_default=True, help="2 = second premiums.")
@click.option("--all-years", is_flag=True, help="All renewal premiums, whatever the policy year.")
@grouped_by(collection.ALLOWED)
@shared
def collected_(session: Session, *, first: date | None, last: date | None, all_years: bool, **asked: Any) -> None:
    """Premiums collected in the month due, by the end of the next, by the end of grace (当月、次月、宽末)."""
    found = collected.collected_by(
        operations.read_book(session.engine),
        session.days(first, last),
        policy_year=None if all_years else asked["policy_year"],
        by=asked["by"],
        as_of=session.as_of,
    )
    rates = [f"{step}_rate" for step in collected.STEPS]
    fields = groupings.fields_of(asked["by"], collection.ALLOWED)
    columns = [*fields, "month", "currency", "due", *collected.STEPS, *rates, "due_count", "status"]
    headings = {"due": say("metrics.due", session.language)}
    _show(
        session, found, columns, figure="collected", amounts=("due", *collected.STEPS), ratios=rates, headings=headings
    )


@click.command(name="funnel")
@grouped_by(funnel.ALLOWED, "year")
@click.option("--leads", is_flag=True, help="List the people who hold no policy yet, and those to be deleted.")
@shared
def funnel_(session: Session, *, by: tuple[str, ...], leads: bool) -> None:
    """Referrals from named to issued (转介绍漏斗), or the people on the way."""
    book = operations.read_book(session.engine)
    if leads:
        found = funnel.open_leads(book, as_of=session.as_of)
        show(found.to_dicts(), session.form, columns=funnel.LEADS, language=session.language)
        if session.form == "table" and (old := int(found["delete"].sum())):
            note("\n" + say("funnel.delete", session.language, count=old, days=funnel.KEPT_DAYS))
        return
    found = funnel.funnel(book, by=by, as_of=session.as_of)
    ratios = [name for name in found.columns if name.endswith("_rate")]
    _show(session, found, found.columns, figure="funnel", ratios=[*ratios, "conversion"])


@click.command(name="candidates")
@click.option("--rules", type=FILE, help="Which cover belongs to whom, as YAML; default the rules that ship.")
@click.option("--agent", "agent_no", metavar="NO", help="Only the customers of this agent.")
@click.option("--top", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many.")
@shared
def candidates_(session: Session, *, rules: Path | None, agent_no: str | None, top: int) -> None:
    """Single-policy customers who lack cover, the most urgent first (加保名单)."""
    cover = read_rules(rules or fixture("cover", "cover-cn.yaml"), CoverRules)
    with db.reading(session.engine) as connection:
        sums, refusals = read_sums(connection), read_refusals(connection)
    book = operations.read_book(session.engine)
    found = candidates(book, cover, sums, refusals, language=session.language, as_of=session.as_of)
    mine = found.filter(pl.col("agent_no") == agent_no) if agent_no else found
    _show(session, mine.head(top), COLUMNS, figure="candidates", rounded="score")


def _show(
    session: Session,
    found: pl.DataFrame,
    columns: Sequence[str],
    *,
    figure: str,
    amounts: Sequence[str] = (),
    ratios: Sequence[str] = (),
    starred: str = "",
    rounded: str = "",
    headings: Row | None = None,
) -> None:
    """Print figures: exact for programs, readable with the definition for people; `starred`: a ratio over few."""
    people = session.form == "table"
    rows = [{**row, "as_of": session.as_of} for row in found.to_dicts()]
    for row in rows:
        exact = {name: decimal(row[name], row["currency"]) for name in amounts}
        row.update({name: f"{amount:,.0f}" if people else str(amount) for name, amount in exact.items()})
        if people:
            row.update({name: percent(row[name]) for name in ratios})
            row.update({name: f"{row[name]:.2f}" for name in (rounded, "mean") if row.get(name) is not None})
            if starred and row.get("small"):
                row[starred] += " *"
    titles = {name: say(f"services.{name}", session.language) for name in COUNTS if name in columns}
    show(rows, session.form, columns=columns, language=session.language, headings={**titles, **(headings or {})})
    if people:
        note("\n" + service_definition(figure, session.language))


FIGURES = [services_, callbacks_, satisfaction_, orphans_, collected_, funnel_, candidates_]
"""Commands of the group `metrics`."""

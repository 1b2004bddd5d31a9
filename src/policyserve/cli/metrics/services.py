"""Commands that print figures of service: what was done in time, what customers said, orphans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import polars as pl
import rich_click as click

from policyserve import db
from policyserve.book.snapshot import load_agents
from policyserve.cli.metrics import add_ons
from policyserve.cli.metrics.service_lists import TASKS, show_list, show_tasks
from policyserve.cli.metrics.service_names import in_order, in_words
from policyserve.cli.options import DATE, Session, grouped_by, shared
from policyserve.cli.screen.figure_tables import show_figures
from policyserve.cli.screen.output import Row, percent
from policyserve.cli.words.service_words import say
from policyserve.dates import Days
from policyserve.errors import QuestionError
from policyserve.metrics import groupings
from policyserve.metrics.services import orphans, service_rate
from policyserve.metrics.services.task_states import read_tasks
from policyserve.operations.figures import read_book
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard


def in_days(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--from` and `--to`, both included."""
    first = click.option("--from", "first", type=DATE, help="The first day; default the year's first.")
    return first(click.option("--to", "last", type=DATE, help="The last day; default today.")(command))


def _work(
    session: Session, days: Days, of: Literal["due", "done_on"] = "due"
) -> tuple[pl.DataFrame, Standard, pl.DataFrame]:
    """Read the tasks of the days, the standard and the agents."""
    with db.reading(session.engine) as connection:
        standard = current_standard(connection, session.as_of)
        return read_tasks(connection, days, session.as_of, of=of), standard, load_agents(connection, session.as_of)


def names_of_services(standard: Standard, language: str) -> Callable[[Row], Row]:
    """Return what puts the name of a service in place of its code, for people; a name that several share with it."""
    names = {one.code: one.name_zh if language == "zh" else one.name for one in reversed(standard.services)}
    counts = Counter(names.values())
    called = {code: name if counts[name] == 1 else f"{name} ({code})" for code, name in names.items()}
    return lambda row: {"service": called.get(row["service"], row["service"])} if "service" in row else {}


def _words(standard: Standard, language: str) -> Callable[[Row], Row]:
    """Return what people read in place of the codes of a row."""
    names = names_of_services(standard, language)
    return lambda row: {**in_words(row, language), **names(row)}


def _undecided(row: Row, still_open: str, due: str) -> Row:
    """Show no ratio to people where all that is due is still open: 0 % would say that it was missed."""
    return {"ratio": percent(None)} if row[still_open] == row[due] else {}


@click.command(name="services")
@in_days
@grouped_by(service_rate.ALLOWED, "level")
@TASKS
@shared
def services_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...], listed: bool) -> None:
    """Services done in time over services due (服务达成率), late ones apart."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    fields, words = service_rate.fields_by(by), _words(standard, session.language)
    if listed:
        due = service_rate.tasks_due(tasks, days, session.as_of)
        behind = service_rate.named(due, standard, agents, [*fields, "agent_no"])
        show_tasks(session, behind, fields, figure="services", days=days, readable=words)
        return
    found = service_rate.service_rate(tasks, standard, agents, days, by=by, as_of=session.as_of)
    unshown = {"ratio_with_late", "small"}
    show_figures(
        session, in_order(found, fields, standard),
        [*fields, *(name for name in service_rate.RATE if name not in unshown)],
        figure="services", days=days, ratios=("ratio",), starred="ratio",
        readable=lambda row: {**words(row), **_undecided(row, "open", "denominator")},
    )  # fmt: skip


@click.command(name="callbacks")
@in_days
@grouped_by(service_rate.ALLOWED, "company")
@TASKS
@shared
def callbacks_(session: Session, *, first: date | None, last: date | None, by: tuple[str, ...], listed: bool) -> None:
    """Call-backs that reached the customer inside the free-look (犹豫期内电话回访成功率)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    fields, words = service_rate.fields_by(by), _words(standard, session.language)
    if listed:
        due = service_rate.callbacks_due(tasks, standard, days, session.as_of)
        behind = service_rate.named(due, standard, agents, [*fields, "agent_no"])
        told = ("outcome", "fate")
        show_tasks(session, behind, fields, figure="callbacks", days=days, readable=words, told=told)
        return
    found = service_rate.callbacks(tasks, standard, agents, days, by=by, as_of=session.as_of)
    show_figures(
        session, in_order(found, fields, standard), [name for name in found.columns if name != "small"],
        figure="callbacks", days=days, ratios=("ratio",), starred="ratio",
        readable=lambda row: {**words(row), **_undecided(row, "open", "denominator")},
        headings={"numerator": say("callbacks.numerator", session.language)},
    )  # fmt: skip


@click.command(name="satisfaction")
@in_days
@grouped_by(service_rate.ALLOWED, "company")
@TASKS
@shared
def satisfaction_(
    session: Session, *, first: date | None, last: date | None, by: tuple[str, ...], listed: bool
) -> None:
    """What customers said of the services done (满意度)."""
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days, "done_on")
    fields, words = service_rate.fields_by(by), _words(standard, session.language)
    if listed:
        done = service_rate.tasks_done(tasks, days).rename({"satisfaction": "answer"})
        behind = service_rate.named(done, standard, agents, [*fields, "agent_no"])
        show_tasks(session, behind, fields, figure="satisfaction", days=days, readable=words, told=("answer",))
        return
    found = service_rate.satisfaction(tasks, standard, agents, days, by=by)
    show_figures(
        session, in_order(found, fields, standard), [name for name in found.columns if name != "small"],
        figure="satisfaction", days=days, ratios=("satisfied",), starred="satisfied",
        readable=lambda row: {**words(row), "mean": "-" if row["mean"] is None else f"{row['mean']:.2f}"},
    )  # fmt: skip


@click.command(name="orphans")
@in_days
@grouped_by(groupings.OF_AGENTS, "company")
@TASKS
@click.option("--policies", is_flag=True, help="List the orphan policies, who wrote them and who serves them.")
@shared
def orphans_(
    session: Session, *, first: date | None, last: date | None, by: tuple[str, ...], listed: bool, policies: bool
) -> None:
    """Hand-over visits made in time, and policies whose agent has left (孤儿单)."""
    if listed and policies:
        raise QuestionError("--tasks and --policies are two lists; ask for one of them.")
    days = session.days(first, last)
    tasks, standard, agents = _work(session, days)
    if listed:
        fields = groupings.fields_of(by, groupings.OF_AGENTS)
        due = orphans.hand_overs_due(tasks, standard, days, session.as_of)
        behind = groupings.with_agents(due, agents, [*fields, "agent_no"])
        words = _words(standard, session.language)
        show_tasks(session, behind, fields, figure="orphans", days=days, readable=words)
        return
    book = read_book(session.engine)
    if policies:
        behind = orphans.orphans_behind(book, standard.grace_days, by=by, as_of=session.as_of)
        show_list(session, behind, figure="orphans.policies")
        return
    found = orphans.orphan_service(book, tasks, standard, days, by=by, as_of=session.as_of)
    show_figures(
        session, found, [name for name in found.columns if name != "small"], figure="orphans", days=days,
        ratios=("ratio",), starred="ratio", readable=lambda row: _undecided(row, "visits_open", "visits_due"),
    )  # fmt: skip


FIGURES = [services_, callbacks_, satisfaction_, orphans_, *add_ons.FIGURES]
"""Commands of the group `metrics`."""

"""Commands around follow-up calls: agree on one, note what came of it, see what is to be done and what was."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.calls.records import Call, clock
from policyserve.calls.texts import calls_said, outcome_said, state_said
from policyserve.cli.option_types import DATE, KEY, MINUTE
from policyserve.cli.options import BY, Session, figure_options, grouped_by, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.cli.screen.output import show, tell
from policyserve.metrics.calls.figures import GROUPS
from policyserve.operations import calls

if TYPE_CHECKING:
    from policyserve.metrics.figure import Figure

TASK = click.argument("task_id", metavar="TASK", type=KEY)
MADE = ("reached", "not-reached", "refused")


@click.group()
def call() -> None:
    """Follow-up calls (回访): tries, times agreed, questionnaires, satisfaction."""


@call.command(name="list")
@figure_options
def list_(session: Session) -> None:
    """List the calls to be made, those that were agreed for a time and those that press first."""
    _print(session, calls.calls_of_viewer(session.engine, SYSTEM, as_of=session.as_of))


@call.command(name="shares")
@click.option("--from", "first", type=DATE, help="The first day; default the year's first.")
@click.option("--to", "last", type=DATE, help="The last day; default today.")
@grouped_by(GROUPS, "company")
@figure_options
def shares(session: Session, first: date | None, last: date | None, by: tuple[str, ...]) -> None:
    """Tell what calls came to: answered, in time, tries used up, not satisfied."""
    days = session.days(first, last)
    _print(session, calls.call_shares_of_viewer(session.engine, SYSTEM, days, by=by, as_of=session.as_of))


def _print(session: Session, found: Figure) -> None:
    print_figure(
        found, session.form, session.language, out=session.out, zone=session.settings.time_zone, kept=session.kept_files
    )


@call.command(name="show")
@TASK
@shared
def show_(session: Session, task_id: int) -> None:
    """Show what a call is to ask, and the calls of before with this customer."""
    _show(session, task_id)


@call.command()
@TASK
@click.option("--on", type=DATE, required=True, help="The day.")
@click.option("--at", "minute", type=MINUTE, required=True, help="The time, such as 10:30.")
@click.option("--words", default="", help="What the customer said.")
@BY
@shared
def agree(session: Session, task_id: int, *, on: date, minute: int, words: str, actor: str) -> None:
    """Agree with the customer on the time of a call."""
    agreed = Call(outcome="agreed", on=on, minute=minute, words=words)
    _record(session, task_id, agreed, actor)


@call.command()
@TASK
@click.option("--outcome", type=click.Choice(MADE), required=True, help="What came of it.")
@click.option("--yes", multiple=True, metavar="POINT", help="A point that was answered with yes; may be repeated.")
@click.option("--no", multiple=True, metavar="POINT", help="A point that was answered with no; may be repeated.")
@click.option("--satisfaction", type=click.IntRange(1, 5), help="How satisfied the customer is, 1 to 5.")
@click.option("--words", default="", help="What the customer said.")
@click.option("--on", type=DATE, help="The day of the call; default today.")
@click.option("--at", "minute", type=MINUTE, help="The time of the call, such as 10:30; default now.")
@BY
@shared
def record(
    session: Session, task_id: int, *, outcome: str, yes: tuple[str, ...], no: tuple[str, ...],
    satisfaction: int | None, words: str, on: date | None, minute: int | None, actor: str,
) -> None:  # fmt: skip
    """Note what came of a call; a questionnaire that was answered marks its task done."""
    made = Call(
        outcome=outcome, on=on or session.as_of, minute=_now(session) if minute is None else minute,
        answers={**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}, satisfaction=satisfaction, words=words,
    )  # fmt: skip
    _record(session, task_id, made, actor)


def _now(session: Session) -> int:
    now: datetime = session.now.astimezone(ZoneInfo(session.settings.time_zone))
    return now.hour * 60 + now.minute


def _record(session: Session, task_id: int, made: Call, actor: str) -> None:
    calls.record_call(session.engine, SYSTEM, session.stamp(actor), task_id, made)
    if session.form == "table":
        session.tell(
            "Task {task_id}: {outcome}, {day} {time}.", task_id=task_id, outcome=outcome_said(made.outcome),
            day=made.on, time=clock(made.minute),
        )  # fmt: skip
    else:
        _show(session, task_id)


def _show(session: Session, task_id: int) -> None:
    found = calls.seen_call(session.engine, SYSTEM, task_id, as_of=session.as_of)
    if session.form != "table":
        fields = found.fields(session.language)
        show([fields], session.form, columns=list(fields))
        return
    session.tell("Calls with customer {number} until now:", number=found.task["customer_no"])
    for line in calls_said(found.former, found.points, session.language) or ["-"]:
        tell(line)
    click.echo()
    session.tell(
        "Task {task_id}: {state}; {tries} of {most} tries count; to be made by {day}.",
        task_id=task_id, state=state_said(found.state), tries=found.tries, most=found.most, day=found.task["made_by"],
    )  # fmt: skip
    for point in found.points:
        tell(f"{point.code}: {point.said(session.language)}")


COMMANDS = [call]

"""Commands around spot checks: draw a sample, write down what customers say, see what it comes to."""

from __future__ import annotations

from datetime import date
from typing import Any

import rich_click as click

from policyserve.cli.option_types import DATE, KEY
from policyserve.cli.options import BY, Session, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.cli.screen.output import note, show
from policyserve.locale import N_, Counted
from policyserve.metrics.figure import Figure
from policyserve.metrics.spot_checks.figures import RESULT, estimate_figure, sample_figure
from policyserve.metrics.spot_checks.scopes import Scope, scope_said
from policyserve.metrics.spot_checks.spot_checks import RESULTS
from policyserve.operations.spot_checks import Sample, draw_sample, list_samples, read_sample, record_result

SAMPLES = ["check_id", "first_day", "last_day", "scope", "seed", "drawn", "answered", "as_of", "actor"]


@click.group(name="spot-check")
def spot_check() -> None:
    """Spot checks (抽查): draw services said to be done, verify them with customers, estimate the true rate."""


@spot_check.command()
@click.option("--from", "first", type=DATE, required=True, help="The first day on which services were done.")
@click.option("--to", "last", type=DATE, required=True, help="The last day, yesterday at the latest.")
@click.option("--size", type=click.IntRange(1, 1_000_000), required=True, help="How many tasks, at least one an agent.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), required=True, help="Any number; it draws the same again.")
@click.option("--branch", metavar="NAME", help="Only agents of this branch.")
@click.option("--team", metavar="NAME", help="Only agents of this team.")
@click.option("--agent", "agent_no", metavar="NO", help="Only this agent.")
@BY
@shared
def draw(session: Session, *, first: date, last: date, size: int, seed: int, actor: str, **scope: Any) -> None:
    """Draw a sample; the same days, scope and seed give the same one."""
    days = session.days(first, last)
    stamp = session.stamp(actor)
    sample = draw_sample(session.engine, days, stamp, scope=Scope(**scope), size=size, seed=seed)
    print_figure(_sample(session, sample, drawn=True), session.form, session.language)
    said = (
        N_("Sample {check} of {tasks} is drawn.")
        if sample.is_new
        else N_("Sample {check} of {tasks} was drawn before with this seed.")
    )
    tasks = Counted("{n} task", "{n} tasks", sample.tasks.height)
    note("\n" + session.words(said, check=sample.check["check_id"], tasks=tasks))


def _sample(session: Session, sample: Sample, *, drawn: bool = False) -> Figure:
    """Return the tasks of a sample."""
    made = sample_figure(sample.check, sample.tasks, sample.standard, as_of=session.as_of, drawn=drawn)
    return made.named(sample.names)


@spot_check.command(name="list")
@click.argument("check_id", metavar="[SAMPLE]", type=KEY, required=False)
@shared
def list_(session: Session, check_id: int | None) -> None:
    """List the samples, or the tasks of one with their results."""
    if check_id is not None:
        sample = read_sample(session.engine, check_id, as_of=session.as_of)
        print_figure(_sample(session, sample), session.form, session.language)
        return
    rows = list_samples(session.engine, as_of=session.as_of)
    if session.form == "table":
        rows = [{**row, "scope": scope_said(str(row["scope"])).told(session.language)} for row in rows]
    empty = session.words("No sample has been drawn yet; draw one with 'policyserve spot-check draw'.")
    show(rows, session.form, columns=SAMPLES, language=session.language, empty=empty)


@spot_check.command()
@click.argument("check_id", metavar="SAMPLE", type=KEY)
@click.argument("task_id", metavar="TASK", type=KEY)
@click.argument("result", type=click.Choice(RESULTS))
@click.option("--note", "remark", help="What the customer said.")
@BY
@shared
def record(session: Session, check_id: int, task_id: int, result: str, *, remark: str | None, actor: str) -> None:
    """Write down what verifying a task came to; a later result goes before an earlier one."""
    record_result(session.engine, check_id, task_id, session.stamp(actor), result=result, note=remark)
    told = RESULT(result, session.language)
    session.tell("Task {task} of sample {check} is {result}.", task=task_id, check=check_id, result=told)


@spot_check.command()
@click.argument("check_id", metavar="SAMPLE", type=KEY)
@click.option("--agents", "by_agent", is_flag=True, help="A row for each agent instead of the whole.")
@shared
def estimate(session: Session, check_id: int, by_agent: bool) -> None:
    """Estimate the share of services that were really done, with a 95 % interval."""
    sample = read_sample(session.engine, check_id, as_of=session.as_of)
    made = estimate_figure(sample.check, sample.tasks, by_agent=by_agent, as_of=session.as_of)
    print_figure(made.named(sample.names), session.form, session.language)


COMMANDS = [spot_check]

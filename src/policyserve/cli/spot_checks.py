"""Commands around spot checks: draw a sample, write down what customers say, see what it comes to."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import rich_click as click

from policyserve.cli.metrics.services import names_of_services
from policyserve.cli.options import DATE, KEY, Session, shared
from policyserve.cli.screen.codes import coded, shown
from policyserve.cli.screen.figure_tables import title
from policyserve.cli.screen.headings import heading
from policyserve.cli.screen.output import Row, note, percent, show, tell
from policyserve.locale import N_, say, say_many
from policyserve.metrics.groupings import WHOLE_COMPANY
from policyserve.metrics.services.definitions import service_definition
from policyserve.metrics.spot_checks.records import SAMPLE, Scope
from policyserve.metrics.spot_checks.spot_checks import RESULTS, estimated, summed
from policyserve.operations.spot_checks import Sample, draw_sample, list_samples, read_sample, record_result

LISTED = [name for name in SAMPLE.names() if name not in {"agent_id", "claimed", "branch"}]
AGENTS = ["agent_no", "claimed", "drawn", "confirmed", "not_confirmed", "not_reached", "open", "flagged"]
SAMPLES = ["check_id", "first_day", "last_day", "scope", "seed", "drawn", "answered", "as_of", "actor"]
WHOLE = ["claimed", "drawn", "confirmed", "not_confirmed", "not_reached", "open", "flagged"]
RATES = ("rate", "low", "high", "lowest")

BY = click.option("--by", "actor", default="command line", metavar="WHO", help="Who did it, for the records.")


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
    key = sample.check["check_id"]
    _title(session, sample)
    _tasks(session, sample, {"check_id": key})
    note(
        "\n"
        + say(
            session.language,
            N_("Sample {check} of {tasks} is drawn.")
            if sample.is_new
            else N_("Sample {check} of {tasks} was drawn before with this seed."),
            check=key,
            tasks=say_many(session.language, "{n} task", "{n} tasks", sample.tasks.height),
        )
    )


def _title(session: Session, sample: Sample, status: str | None = None) -> None:
    """Say above a table which sample it is of: its days and its scope."""
    if session.form != "table":
        return
    check = sample.check
    days = {"first": check["first_day"], "last": check["last_day"]}
    scope = _scope(str(check["scope"]), session.language)
    question = say(
        session.language, "Sample {check} · {first} to {last} · {scope}", check=check["check_id"], scope=scope, **days
    )
    tell(title(session, question, [status]))


def _scope(name: str, language: str) -> str:
    """Put a scope (as `Scope.name`) into the language of the screen; names of branches and teams stay."""
    if language != "zh":
        return name
    if name == "company":
        return coded(WHOLE_COMPANY, language)
    kinds = {"branch": "branch", "team": "team", "agent": "agent_no"}
    parts = re.split(r", (?=(?:branch|team|agent) )", name)
    return "，".join(heading(kinds[kind], language) + of for kind, _, of in (part.partition(" ") for part in parts))


def _tasks(session: Session, sample: Sample, more: Row | None = None) -> None:
    """List the tasks of a sample; people read names of services and see no empty columns."""
    rows = [{**(more or {}), **row} for row in sample.tasks.select(LISTED).to_dicts()]
    columns = [*(more or {}), *LISTED]
    if session.form == "table":
        names = names_of_services(sample.standard, session.language)
        rows = [{**row, **names(row)} for row in rows]
        columns = [name for name in LISTED if any(row[name] is not None for row in rows)]
    show(rows, session.form, columns=columns, language=session.language)


@spot_check.command(name="list")
@click.argument("check_id", metavar="[SAMPLE]", type=KEY, required=False)
@shared
def list_(session: Session, check_id: int | None) -> None:
    """List the samples, or the tasks of one with their results."""
    if check_id is not None:
        sample = read_sample(session.engine, check_id, as_of=session.as_of)
        _title(session, sample)
        _tasks(session, sample)
        return
    rows = list_samples(session.engine, as_of=session.as_of)
    if session.form == "table":
        rows = [{**row, "scope": _scope(str(row["scope"]), session.language)} for row in rows]
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
    told = str(shown("result", result, session.language)).replace("-", " ")
    session.tell("Task {task} of sample {check} is {result}.", task=task_id, check=check_id, result=told)


@spot_check.command()
@click.argument("check_id", metavar="SAMPLE", type=KEY)
@click.option("--agents", "by_agent", is_flag=True, help="A row for each agent instead of the whole.")
@shared
def estimate(session: Session, check_id: int, by_agent: bool) -> None:
    """Estimate the share of services that were really done, with a 95 % interval."""
    sample = read_sample(session.engine, check_id, as_of=session.as_of)
    counts = summed(sample.tasks)
    whole = estimated(counts)
    _title(session, sample, str(whole["status"]))
    headings = {"open": session.words("To be asked")}
    if by_agent:
        numbers = sample.tasks.select("agent_id", "agent_no").unique()
        rows = counts.join(numbers, on="agent_id").sort("agent_no").select(AGENTS).to_dicts()
        show(rows, session.form, columns=AGENTS, language=session.language, headings=headings)
        return
    row: dict[str, Any] = {"check_id": check_id, **whole, "as_of": session.as_of}
    headings["flagged"] = session.words("Agents flagged")
    show([row], session.form, columns=WHOLE, language=session.language, headings=headings)
    if session.form == "table":
        rates = {name: percent(row[name]) for name in RATES}
        told, untold = (
            N_(
                "True rate {rate}, with 95 % confidence between {low} and {high}; {lowest} if nobody who was not "
                "reached would confirm. Agents without an answer: {silent}."
            ),
            N_("Nobody has given an answer yet."),
        )
        click.echo("\n" + session.words(untold if row["rate"] is None else told, silent=row["silent"], **rates))
        note("\n" + service_definition("spot-check", session.language))


COMMANDS = [spot_check]

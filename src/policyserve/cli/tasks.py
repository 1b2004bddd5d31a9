"""Commands around the day's work: the agenda, and what people do with tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.option_types import DATE, KEY
from policyserve.cli.options import BY, Session, shared
from policyserve.cli.screen.output import note, show, tell
from policyserve.locale import say, say_many
from policyserve.operations import tasks
from policyserve.operations.agenda import agent_day, office_day
from policyserve.standard.vocabulary import listed
from policyserve.tasks.agenda import Agenda, AgendaCustomer, AgendaTask
from policyserve.tasks.deeds import CHANNELS


@click.command(name="agenda")
@click.argument("agent_no")
@click.option("--date", "day", type=DATE, help="The day; default today.")
@click.option("--office", is_flag=True, help="AGENT_NO is a branch: show the work of its office.")
@click.option("--points", is_flag=True, help="All talking points and tools, not only the first point.")
@shared
def agenda_(session: Session, agent_no: str, day: date | None, office: bool, points: bool) -> None:
    """Show an agent's day: whom to serve, what to do, why, and by when: what ends first comes first, then duties."""
    wanted = day or session.as_of
    engine = session.engine
    found = (
        office_day(engine, agent_no, wanted) if office else agent_day(engine, SYSTEM, agent_no, wanted, as_of=wanted)
    )
    if session.form == "table":
        print_agenda(found, session.language, points=points)
    else:
        rows = [task.fields(session.language) for task in found.tasks]
        show(rows, session.form, columns=["task_id", "service", "customer_no", "policy_no", "due", "latest", "reason"])


def print_agenda(found: Agenda, language: str, *, points: bool = False) -> None:
    """Print an agent's day for a person; `points`: all there is to say and to bring."""
    click.echo(agenda_head(found, language))
    for number, customer in enumerate(found.customers, 1):
        print_customer(number, customer, language, points=points)
    if found.weighing and found.weighing.manager_no and found.customers:
        tell(found.weighing.why.told(language), style="dim")


def agenda_head(found: Agenda, language: str) -> str:
    """Say whose day it is and how much there is to do."""
    tasks = sum(1 for _ in found.tasks)
    who = f"{found.name} ({found.whose})" if found.name else found.whose
    if not tasks:
        return say(language, "{who}, {day}: nothing is due.", who=who, day=found.day)
    return say(
        language,
        "{who}, {day}: {tasks}, {customers}.",
        who=who,
        day=found.day,
        tasks=say_many(language, "{n} task", "{n} tasks", tasks),
        customers=say_many(language, "{n} customer", "{n} customers", len(found.customers)),
    )


def print_customer(number: int, customer: AgendaCustomer, language: str, *, points: bool = False) -> None:
    """Print one customer of an agenda, in place `number`, with what there is to do."""
    click.echo()
    click.echo(_customer_line(number, customer, language))
    for task in customer.tasks:
        _print_task(task, language, points=points)
    if customer.ahead:
        click.echo("     " + say(language, "{count} more could be done on this occasion.", count=customer.ahead))


def _customer_line(number: int, customer: AgendaCustomer, language: str) -> str:
    parts = [customer.salutation(language), customer.customer_no, customer.phone or say(language, "no phone known")]
    mark = customer.mark(language)
    return f"{number:3}. " + "  ".join(part for part in parts if part) + (f" ★{mark}" if mark else "")


def _print_task(task: AgendaTask, language: str, *, points: bool) -> None:
    late = say(language, " (overdue, still in time)") if task.overdue else ""
    leaver = say(language, " (for {who}, who has left)", who=task.leaver) if task.leaver else ""
    by = say(language, "by {day} at the latest", day=task.latest)
    instead = f" ({task.instead.told(language)})" if task.instead else ""
    tell(f"{task.name(language)}  {by}{late}{leaver}{instead}  #{task.task_id}", indent=5)
    tell(task.reason(language), indent=7, style="dim")
    said = task.talking_points(language)
    for point in said if points else said[:1]:
        tell(f"- {point}", indent=7, style="dim")
    if points and task.tools(language):
        tools = listed(list(task.tools(language)), language)
        tell(say(language, "to bring: {tools}", tools=tools), indent=7, style="dim")


@click.group()
def task() -> None:
    """Work on tasks: done, skip, snooze, assign, add, reopen, explain."""


KEY_OF_TASK = click.argument("task_id", metavar="ID", type=KEY)


@task.command()
@KEY_OF_TASK
@click.option("--on", type=DATE, help="The day on which it was done; default today.")
@click.option("--channel", type=click.Choice(CHANNELS), default="visit", show_default=True)
@click.option("--outcome", help="What came of it, in a word or two.")
@click.option("--satisfaction", type=click.IntRange(1, 5), help="How satisfied the customer was, 5 = very.")
@click.option("--note", "remark", help="Anything worth remembering.")
@BY
@shared
def done(session: Session, task_id: int, on: date | None, remark: str | None, actor: str, **contact: Any) -> None:
    """Mark a task done, and keep what came of it."""
    day = on or session.as_of
    stamp = session.stamp(actor)
    notices = tasks.finish_task(session.engine, SYSTEM, task_id, stamp, on=day, note=remark, **contact)
    session.tell("Task {task} is done, on {day}.", task=str(task_id), day=day)
    for notice in notices:
        note(notice.told(session.language))


@task.command()
@KEY_OF_TASK
@click.option("--reason", required=True, help="Why it is not done.")
@BY
@shared
def skip(session: Session, task_id: int, reason: str, actor: str) -> None:
    """Decide against a task."""
    tasks.skip_task(session.engine, SYSTEM, task_id, session.stamp(actor), why=reason)
    session.tell("Task {task} is skipped.", task=str(task_id))


@task.command()
@KEY_OF_TASK
@click.option("--to", type=DATE, required=True, help="The day, inside the task's window.")
@BY
@shared
def snooze(session: Session, task_id: int, to: date, actor: str) -> None:
    """Put a task off to another day inside its window."""
    tasks.snooze_task(session.engine, SYSTEM, task_id, session.stamp(actor), to=to)
    session.tell("Task {task} is put off to {day}.", task=str(task_id), day=to)


@task.command()
@KEY_OF_TASK
@click.argument("agent_no")
@BY
@shared
def assign(session: Session, task_id: int, agent_no: str, actor: str) -> None:
    """Give a task to another agent."""
    tasks.assign_task(session.engine, task_id, session.stamp(actor), agent_no=agent_no)
    session.tell("Task {task} is given to agent {agent}.", task=str(task_id), agent=agent_no)


@task.command()
@KEY_OF_TASK
@click.option("--reason", required=True, help="Why it is open again.")
@BY
@shared
def reopen(session: Session, task_id: int, reason: str, actor: str) -> None:
    """Take back 'done' or 'skip' when it was a mistake."""
    tasks.reopen_task(session.engine, SYSTEM, task_id, session.stamp(actor), why=reason)
    session.tell("Task {task} is open again.", task=str(task_id))


@task.command()
@click.option("--service", required=True, help="A service that is added by hand, such as gift.")
@click.option("--customer", "customer_no", metavar="NO")
@click.option("--policy", "policy_no", metavar="NO")
@click.option("--due", type=DATE, help="The day; default today.")
@click.option("--latest", type=DATE, help="The last day; default the day itself.")
@click.option("--agent", "agent_no", metavar="NO", help="Who does it; default who serves the customer.")
@click.option("--note", "remark", help="What it is about.")
@BY
@shared
def add(session: Session, due: date | None, remark: str | None, actor: str, **asked: Any) -> None:
    """Add a task by hand."""
    key = tasks.add_task(session.engine, session.stamp(actor), due=due or session.as_of, note=remark, **asked)
    session.tell("Task {task} is added.", task=str(key))


@task.command(name="explain")
@KEY_OF_TASK
@shared
def explain_(session: Session, task_id: int) -> None:
    """Say why a task exists: which fact, which rule, moved by which day off, and all that happened to it."""
    asked = (session.engine, SYSTEM, task_id)
    for line in tasks.explain_task(*asked, as_of=session.as_of, language=session.language):
        click.echo(line)


COMMANDS = [agenda_, task]

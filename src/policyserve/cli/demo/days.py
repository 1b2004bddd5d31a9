"""Chapters of the demo about days: an agent's, the texts that leave, and the next morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import polars as pl
import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.cli.demo.gap import Missing, missing_of
from policyserve.cli.demo.story import Story
from policyserve.cli.screen.output import tell
from policyserve.cli.tasks import agenda_head, print_customer
from policyserve.locale import N_, say, say_many
from policyserve.locale.format import money
from policyserve.messages.generation.generation import Generation
from policyserve.messages.reasons import in_words
from policyserve.metrics.services.work import service_names
from policyserve.operations.absences import preview_absence
from policyserve.operations.agenda import agent_day, busiest_agent
from policyserve.operations.cards import policy_card
from policyserve.operations.figures import read_book
from policyserve.operations.lists import import_list
from policyserve.operations.messages import generate_messages
from policyserve.operations.outbox import send_messages
from policyserve.operations.release import release_tasks
from policyserve.operations.tasks import explain_task, find_reminder, finish_task
from policyserve.tasks.absences import Away
from policyserve.tasks.agenda import Agenda, AgendaCustomer
from policyserve.tasks.agenda_queries import Reminder
from policyserve.tasks.transitions import Stamp

SHOWN = 3
"""Customers of an agenda, and texts of a day, that are shown."""


def day_of_an_agent(story: Story) -> None:
    """Show the day of a busy agent, and finish one task."""
    story.title(4, N_("An agent's day, in the order of what it does for the targets"))
    agent_no = busiest_agent(story.engine, story.day)
    found = agent_day(story.engine, SYSTEM, agent_no, story.day, as_of=story.day) if agent_no else None
    if found is None or not found.customers:
        story.tell("Nothing is due on this day for any agent.")
        return
    click.echo(agenda_head(found, story.language))
    shown = list(_different(found))[:SHOWN]
    for number, customer in shown:
        print_customer(number, customer, story.language)
    if rest := len(found.customers) - len(shown):
        click.echo("\n" + say(story.language, "... and customers besides: {count}.", count=rest))
    task = next(found.tasks)
    stamp = Stamp(at=story.now, as_of=story.day, actor=found.whose)
    contact: dict[str, Any] = {"channel": "visit", "outcome": "met", "satisfaction": 5}
    finish_task(story.engine, SYSTEM, task.task_id, stamp, on=story.day, **contact)
    click.echo()
    _away(story, found.whose)
    story.tell(
        "The agent visits the first one and says so: policyserve task done {task} --channel visit --satisfaction 5",
        task=str(task.task_id),
    )


def _away(story: Story, agent_no: str) -> None:
    """Say what a colleague's absence would bring."""
    if (colleague := busiest_agent(story.engine, story.day, beside=agent_no)) is None:
        return
    asked = Away(agent_no=colleague, first=story.day, last=story.day + timedelta(days=4), substitute_no=agent_no)
    stamp = Stamp(at=story.now, as_of=story.day, actor=agent_no)
    moves = preview_absence(story.engine, SYSTEM, story.calendar, asked, stamp)
    story.tell(
        "Were agent {colleague} away until {day}, {tasks} that do not wait would stand with this one, and {waiting} "
        "would wait: policyserve absence add",
        colleague=colleague, day=asked.last,
        tasks=say_many(story.language, "{n} task", "{n} tasks", sum(one.tasks for one in moves.shares)),
        waiting=say_many(story.language, "{n} task", "{n} tasks", moves.waiting),
    )  # fmt: skip


def _different(found: Agenda) -> Iterator[tuple[int, AgendaCustomer]]:
    """Pick, in the agenda's order, the customers with work of which nobody before them had the like."""
    seen: set[str] = set()
    for number, customer in enumerate(found.customers, 1):
        if (service := customer.tasks[0].service) not in seen:
            seen.add(service)
            yield number, customer


def texts(story: Story) -> None:
    """Make the day's texts and send them, twice; say what was withheld and why."""
    story.title(5, N_("The day's messages to customers"))
    done = _generate(story)
    made = done.composed.filter(outcome="made")
    settings = story.settings.file.messages
    segments = int(made["segments"].sum())
    cost = Decimal(f"{segments * settings.price_per_segment:.2f}")
    story.tell(
        "Every service by SMS that falls due today becomes a text: {made}, {segments}, about {cost}. "
        "A few, as they arrive:",
        made=say_many(story.language, "{n:,} text", "{n:,} texts", made.height),
        segments=say_many(story.language, "{n:,} segment", "{n:,} segments", segments),
        cost=money(story.language, cost, settings.currency),
    )
    for row in made.unique("message_class", keep="first", maintain_order=True).head(SHOWN).iter_rows(named=True):
        click.echo()
        tell(row["text"], indent=2)
    _held_back(story, done)
    sent = _send(story)
    again, more = _generate(story), _send(story)
    files = sorted((story.folder / "sms").glob("*.csv"))
    rows = sum(pl.read_csv(file).height for file in files)
    story.tell(
        "Sent at 10:00 through a file for the company's own platform ({files}, {rows}): {sent:,}. "
        "Generated and sent once more: {added:,} made, {again:,} sent. No customer gets a text twice.",
        files=say_many(story.language, "{n:,} file", "{n:,} files", len(files)),
        rows=say_many(story.language, "{n:,} row", "{n:,} rows", rows),
        sent=sent,
        added=again.added,
        again=more,
    )


def _generate(story: Story) -> Generation:
    return generate_messages(story.engine, story.calendar, story.settings, as_of=story.day, at=story.at_ten())


def _send(story: Story) -> int:
    return send_messages(story.engine, story.settings, stop=Event(), clock=story.at_ten).sent


def _held_back(story: Story, done: Generation) -> None:
    rest = done.composed.filter(pl.col("outcome") != "made")
    counted = rest.group_by("service", "outcome", "reason", "arguments", "said").agg(messages=pl.len())
    counted = counted.sort("messages", "service", "reason", descending=[True, False, False])
    click.echo()
    if counted.is_empty():
        story.tell("No text was held back today.")
        return
    story.tell("Not made, and why:")
    names = service_names(story.standard)
    rows = [
        {**row, "service": names(row["service"], story.language), "reason": in_words(row, story.language)}
        for row in counted.to_dicts()
    ]
    story.table(rows, ["messages", "service", "outcome", "reason"])
    click.echo()


def next_morning(story: Story) -> None:
    """Bring a new fact in, let the next release follow it, and see the gap shrink."""
    story.title(8, N_("The next morning: a premium has arrived"))
    before = missing_of(story, story.day)
    row = find_reminder(story.engine, before.policies if before else [], story.tomorrow)
    if row is None:
        story.tell("No policy of this book is in its grace.")
        return
    _pay(story, row)
    counts = release_tasks(story.engine, story.calendar, as_of=story.tomorrow, at=story.now)
    story.tell(
        "The night's list says that instalment {instalment} of policy {policy} was paid. The release follows: {tasks} "
        "cancelled, {added:,} added for one more day, {missed:,} missed.",
        policy=row.policy_no,
        instalment=row.ordinal,
        tasks=say_many(story.language, "{n} task", "{n} tasks", counts.cancelled),
        added=counts.added,
        missed=counts.missed,
    )
    if before is not None and row.policy_no in before.policies:
        _shrunk(story, before)
    _why(story, row)


def _pay(story: Story, row: Reminder) -> None:
    """Write the bank's list: the instalment of the policy and those of its riders."""
    policies = read_book(story.engine).policies
    main = policies.row(by_predicate=pl.col("policy_no") == row.policy_no, named=True)
    riders = policies.filter(main_policy_id=main["policy_id"], effective_date=main["effective_date"])
    paid = pl.concat([policies.filter(policy_id=main["policy_id"]), riders])
    path = story.folder / "premiums-today.csv"
    paid.select("policy_no", instalment=pl.lit(row.ordinal), paid_on=pl.lit(story.day)).write_csv(path)
    import_list(story.engine, "premiums", path, as_of=story.tomorrow, at=story.now, language=story.language)


def _shrunk(story: Story, before: Missing) -> None:
    after = missing_of(story, story.tomorrow, who=before.who)
    if after is None:
        story.tell("{who} has reached its target.", who=before.who)
        return
    story.tell(
        "The gap of {who} shrinks from {before} to {after}.",
        who=before.who,
        before=before.premium(story.language),
        after=after.premium(story.language),
    )


def _why(story: Story, row: Reminder) -> None:
    """Let a task explain itself, and show two months of the policy's life either way."""
    day, language = story.tomorrow, story.language
    card = policy_card(story.engine, SYSTEM, story.calendar, row.policy_no, as_of=day, language=language)
    explained = explain_task(story.engine, SYSTEM, row.task_id, as_of=day, language=language)
    click.echo()
    story.tell("Every task can say why: policyserve task explain {task}", task=str(row.task_id))
    for line in explained:
        tell(line, indent=2)
    click.echo()
    story.tell(
        "And every policy has its life: policyserve policy {policy}. Two months either way:", policy=row.policy_no
    )
    near = [one for one in card.touches if _within(one["due"], story.tomorrow)]
    story.table(near, ["due", "name", "ordinal", "status", "latest"], name="service")


def _within(due: date, day: date) -> bool:
    return abs(due - day) <= timedelta(days=61)

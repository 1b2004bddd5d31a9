"""Chapters of the demo about days: an agent's, the texts that leave, and the next morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from threading import Event
from typing import Any

import polars as pl
import rich_click as click
from sqlalchemy import Row as Found
from sqlalchemy import text

from policyserve import db
from policyserve.book.list_import import import_list
from policyserve.cli.demo.gap import Missing, missing_of
from policyserve.cli.demo.story import Story
from policyserve.cli.metrics.services import names_of_services
from policyserve.cli.screen.output import tell
from policyserve.cli.tasks import agenda_head, print_customer
from policyserve.locale import say
from policyserve.messages.generation.generation import Generation
from policyserve.messages.reasons import in_words
from policyserve.operations.messages import generate_messages, send_messages
from policyserve.operations.release import release_tasks
from policyserve.tasks import deeds, touch_history
from policyserve.tasks.agenda import Agenda, AgendaCustomer, agenda
from policyserve.tasks.explanation import explain
from policyserve.tasks.transitions import Stamp

SHOWN = 3
"""Customers of an agenda, and texts of a day, that are shown."""

BUSIEST = """
SELECT a.agent_no FROM tasks t JOIN agents a ON a.id = t.agent_id
WHERE t.status = 'open' AND t.performer = 'agent' AND t.due <= :day AND t.latest >= :day
GROUP BY a.agent_no ORDER BY count(DISTINCT t.service) DESC, count(*) DESC, a.agent_no LIMIT 1
"""
"""Of all agents the one whose day has most kinds of work."""


def day_of_an_agent(story: Story) -> None:
    """Show the day of a busy agent, and finish one task."""
    story.title(4, "agenda")
    with db.reading(story.engine) as connection:
        agent_no = connection.execute(text(BUSIEST), {"day": story.day.isoformat()}).scalar()
        found = agenda(connection, agent_no, story.day, story.standard) if agent_no else None
    if found is None or not found.customers:
        story.tell("agenda.none")
        return
    click.echo(agenda_head(found, story.language))
    shown = list(_different(found))[:SHOWN]
    for number, customer in shown:
        print_customer(number, customer, story.language)
    if rest := len(found.customers) - len(shown):
        click.echo("\n" + say(story.language, "... and customers besides: {count}.", count=rest))
    task = next(found.tasks)
    with db.writing(story.engine) as connection:
        stamp = Stamp(at=story.now, as_of=story.day, actor=found.whose)
        deeds.done(connection, task.task_id, stamp, on=story.day, channel="visit", outcome="met", satisfaction=5)
    click.echo()
    story.tell("agenda.done", task=str(task.task_id))


def _different(found: Agenda) -> Iterator[tuple[int, AgendaCustomer]]:
    """Pick, in the agenda's order, the customers with work of which nobody before them had the like."""
    seen: set[str] = set()
    for number, customer in enumerate(found.customers, 1):
        if (service := customer.tasks[0].service) not in seen:
            seen.add(service)
            yield number, customer


def texts(story: Story) -> None:
    """Make the day's texts and send them, twice; say what was withheld and why."""
    story.title(5, "messages")
    done = _generate(story)
    made = done.composed.filter(outcome="made")
    settings = story.settings.file.messages
    segments = int(made["segments"].sum())
    cost = f"{segments * settings.price_per_segment:,.2f}"
    story.tell("messages.made", made=made.height, segments=segments, cost=cost, currency=settings.currency)
    for row in made.unique("message_class", keep="first", maintain_order=True).head(SHOWN).iter_rows(named=True):
        click.echo()
        tell(row["text"], indent=2)
    _held_back(story, done)
    sent = _send(story)
    again, more = _generate(story), _send(story)
    files = sorted((story.folder / "sms").glob("*.csv"))
    rows = sum(pl.read_csv(file).height for file in files)
    story.tell("messages.sent", files=len(files), rows=rows, sent=sent, added=again.added, again=more)


def _generate(story: Story) -> Generation:
    return generate_messages(story.engine, story.calendar, story.settings, as_of=story.day, at=story.at_ten())


def _send(story: Story) -> int:
    return send_messages(story.engine, story.settings, stop=Event(), clock=story.at_ten).sent


def _held_back(story: Story, done: Generation) -> None:
    rest = done.composed.filter(pl.col("outcome") != "made")
    counted = rest.group_by("service", "outcome", "reason").agg(messages=pl.len())
    counted = counted.sort("messages", "service", "reason", descending=[True, False, False])
    click.echo()
    if counted.is_empty():
        story.tell("messages.none")
        return
    story.tell("messages.withheld")
    names = names_of_services(story.standard, story.language)
    rows = [{**row, **names(row), "reason": in_words(row["reason"], story.language)} for row in counted.to_dicts()]
    story.table(rows, ["messages", "service", "outcome", "reason"])
    click.echo()


UNPAID = """
SELECT p.policy_no, p.customer_id, t.ordinal, t.id AS task_id FROM tasks t JOIN policies p ON p.id = t.policy_id
WHERE t.status = 'open' AND t.performer = 'agent' AND t.service LIKE 'lapse-reminder%' AND t.latest >= :day
ORDER BY CASE WHEN p.policy_no = :wanted THEN 0 ELSE 1 END, t.due, p.policy_no LIMIT 1
"""


def next_morning(story: Story) -> None:
    """Bring a new fact in, let the next release follow it, and see the gap shrink."""
    story.title(8, "morning")
    before = missing_of(story, story.day)
    row = _unpaid(story, before)
    if row is None:
        story.tell("morning.none")
        return
    _pay(story, row)
    counts = release_tasks(story.engine, story.calendar, as_of=story.tomorrow, at=story.now)
    done = {name: getattr(counts, name) for name in ("cancelled", "added", "missed")}
    story.tell("morning.list", policy=row.policy_no, instalment=row.ordinal, **done)
    if before is not None and row.policy_no in before.policies:
        _shrunk(story, before)
    _why(story, row)


def _unpaid(story: Story, missing: Missing | None) -> Found[Any] | None:
    """Find an unpaid policy with a task, one of those that the gap names where there is one."""
    wanted = missing.policies if missing else []
    with db.reading(story.engine) as connection:
        rows = [
            connection.execute(text(UNPAID), {"day": story.tomorrow.isoformat(), "wanted": policy}).first()
            for policy in wanted or [""]
        ]
    return next((row for row in rows if row and row.policy_no in wanted), rows[0])


def _pay(story: Story, row: Found[Any]) -> None:
    path = story.folder / "premiums-today.csv"
    paid = {"policy_no": [row.policy_no], "instalment": [row.ordinal], "paid_on": [story.day]}
    pl.DataFrame(paid).write_csv(path)
    import_list(story.engine, "premiums", path, as_of=story.tomorrow, at=story.now)


def _shrunk(story: Story, before: Missing) -> None:
    after = missing_of(story, story.tomorrow, who=before.who)
    if after is None:
        story.tell("morning.closed", who=before.who)
        return
    amounts = {"before": before.premium, "after": after.premium}
    story.tell("morning.gap", who=before.who, currency=before.currency, **amounts)


def _why(story: Story, row: Found[Any]) -> None:
    """Let a task explain itself, and show two months of the policy's life either way."""
    with db.reading(story.engine) as connection:
        asked = touch_history.Asked(
            as_of=story.tomorrow, standard=story.standard, calendar=story.calendar, language=story.language
        )
        life = touch_history.policy_life(connection, row.customer_id, row.policy_no, asked)
        explained = explain(connection, row.task_id, story.standard, story.language)
    click.echo()
    story.tell("morning.why", task=str(row.task_id))
    for line in explained:
        tell(line, indent=2)
    click.echo()
    story.tell("morning.life", policy=row.policy_no)
    near = [one for one in life if _within(one["due"], story.tomorrow)]
    story.table(near, ["due", "name", "ordinal", "status", "latest"], name="service")


def _within(due: date, day: date) -> bool:
    return abs(due - day) <= timedelta(days=61)

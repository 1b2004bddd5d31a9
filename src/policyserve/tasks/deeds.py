"""Work on tasks by people: done, skipped, snoozed, assigned, reopened.

Each function is one guarded change and its transition, within the caller's transaction. A task that somebody else has
closed meanwhile stays as that person left it, and the error says what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, Listed, N_all, N_in, Sentence
from policyserve.tables import Agent, table
from policyserve.tasks import contacts, pins
from policyserve.tasks.history_text import why
from policyserve.tasks.transitions import TASKS, Stamp, history, record

CHANNELS = ("visit", "call", "sms", "letter", "office", "other")
"""How a contact can have been made."""

AGENTS = table(Agent)

_VERBS = {"done": "marked done"}
"""What a deed is called where it is no word of its own."""

N_all(
    "what becomes of a task",
    "added", "marked done", "moved", "snoozed", "assigned", "skipped", "missed", "cancelled", "reopened", "planned",
    "pinned", "unpinned",
)  # fmt: skip


class TaskClosedError(PolicyserveError):
    """The task is in no state for what was asked."""

    def __init__(self, connection: Connection, task: RowMapping, asked: str) -> None:
        """`asked` is the action that the user wanted; the last transition says who came first."""
        last = history(connection, task["id"])[-1]
        reason = why(last)
        fact = Sentence(
            "Task {id} was {action} by {actor} on {day}{why}, so it cannot be {asked}.",
            id=task["id"],
            action=_verb(last.action),
            actor=last.who,
            day=last.as_of,
            why=Sentence(" ({why})", why=reason) if reason else "",
            asked=_verb(asked),
        )
        super().__init__("{fact} Look at it with 'policyserve task explain {id}'.", fact=fact, id=task["id"])
        self.on_pages(fact)


def _verb(action: str) -> Sentence:
    return Sentence(N_in("what becomes of a task", _VERBS.get(action, action)))


def done(
    connection: Connection,
    task_id: int,
    stamp: Stamp,
    *,
    on: date,
    channel: str,
    outcome: str | None = None,
    satisfaction: int | None = None,
    note: str | None = None,
) -> list[Sentence]:
    """Mark a task done and keep the contact; return what the user should know (outside the window, another channel).

    A missed task can still be marked done: the work may have been done in time and be written down late.
    """
    _check_contact(on, channel, satisfaction, stamp.as_of)
    task = _change(connection, task_id, "done", ("open", "missed"), status="done")
    deed = contacts.Deed(done_on=on, channel=channel, outcome=outcome, satisfaction=satisfaction, note=note)
    changes = contacts.keep(connection, task_id, deed)
    record(connection, task_id, "done", stamp, from_status=task["status"], to_status="done", changes=changes)
    return _notices(task, on, channel)


def _check_contact(on: date, channel: str, satisfaction: int | None, as_of: date) -> None:
    if on > as_of:
        raise PolicyserveError(
            "The day {on} is in the future; give the day on which it was done, at most {as_of}.", on=on, as_of=as_of
        )
    if channel not in CHANNELS:
        raise PolicyserveError(
            "'{channel}' is no channel; it can be {channels}.", channel=channel, channels=", ".join(CHANNELS)
        )
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        raise PolicyserveError(
            "The satisfaction is {satisfaction}; it goes from 1 (not at all) to 5 (very).", satisfaction=satisfaction
        )


def _notices(task: RowMapping, on: date, channel: str) -> list[Sentence]:
    notices = []
    if on < task["earliest"]:
        notices.append(
            Sentence("The day {on} is before the first day on time, {first}.", on=on, first=task["earliest"])
        )
    if on > task["latest"]:
        words = N_("The day {on} is after the last day on time, {last}: it counts as late.")
        notices.append(Sentence(words, on=on, last=task["latest"]))
    channels = task["channels"].split("+")
    if channel not in channels:
        asked = Listed([Sentence(N_in("code", one)) for one in channels], N_(" and "))
        kept = Sentence(N_in("code", channel))
        words = N_("The standard asks for {asked}; the contact was kept as '{kept}'.")
        notices.append(Sentence(words, asked=asked, kept=kept))
    return notices


def skip(connection: Connection, task_id: int, stamp: Stamp, *, why: str) -> None:
    """Decide against a task, for a reason that is kept."""
    reason = _reason(why, N_("skipping a task"))
    task = _change(connection, task_id, "skipped", ("open",), status="skipped")
    record(connection, task_id, "skipped", stamp, from_status=task["status"], to_status="skipped", said=reason)


def snooze(connection: Connection, task_id: int, stamp: Stamp, *, to: date) -> None:
    """Put a task off (or forward) to another day inside its window; its due day stays what it is."""
    task = _task(connection, task_id)
    first = max(task["earliest"], stamp.as_of)
    if task["latest"] < first:
        raise PolicyserveError(
            "The last day of task {task_id} was {latest}; it cannot be put off any more.",
            task_id=task_id,
            latest=task["latest"],
        )
    if not first <= to <= task["latest"]:
        raise PolicyserveError(
            "Task {task_id} can be done from {first} to {latest}; choose a day in between instead of {to}.",
            task_id=task_id,
            first=first,
            latest=task["latest"],
            to=to,
        )
    unplanned = pins.UNPLANNED if pins.pinned_on(task) else {}
    before = _change(connection, task_id, "snoozed", ("open",), snoozed_to=to, **unplanned)
    changes = {"snoozed_to": (before["snoozed_to"], to), **pins.ended(before)}
    record(connection, task_id, "snoozed", stamp, from_status="open", to_status="open", changes=changes)


def assign(connection: Connection, task_id: int, stamp: Stamp, *, agent_no: str) -> None:
    """Give a task to an agent who is there."""
    agent_id = agent_there(connection, agent_no, stamp.as_of)
    task = _change(connection, task_id, "assigned", ("open",), agent_id=agent_id, assigned=True, **pins.UNPLANNED)
    changes = {"agent_id": (task["agent_id"], agent_id), **pins.ended(task)}
    record(connection, task_id, "assigned", stamp, from_status="open", to_status="open", changes=changes)


def reopen(connection: Connection, task_id: int, stamp: Stamp, *, why: str) -> None:
    """Take back what was done or skipped by mistake, and with it the contact: figures of earlier days still know it."""
    reason = _reason(why, N_("reopening a task"))
    task = _change(connection, task_id, "reopened", ("done", "skipped"), status="open", **pins.UNPLANNED)
    changes = {**contacts.withdraw(connection, task_id), **pins.ended(task)}
    before = task["status"]
    record(connection, task_id, "reopened", stamp, from_status=before, to_status="open", said=reason, changes=changes)


def _change(connection: Connection, task_id: int, asked: str, statuses: Sequence[str], **values: object) -> RowMapping:
    """Update a task if it has one of `statuses`; return it as it was before.

    The update is guarded by the status that was read; where somebody came first, it is read once more.
    """
    for _ in range(2):
        task = _task(connection, task_id)
        if task["status"] not in statuses:
            break
        guard = TASKS.c.status == task["status"]
        if connection.execute(update(TASKS).where(TASKS.c.id == task_id, guard).values(values)).rowcount:
            return task
    raise TaskClosedError(connection, task, asked)


def _task(connection: Connection, task_id: int) -> RowMapping:
    task = connection.execute(select(TASKS).where(TASKS.c.id == task_id)).mappings().first()
    if task is None:
        raise NotFoundError("task", task_id)
    return task


def agent_there(connection: Connection, agent_no: str, as_of: date) -> int:
    """Return the key of an agent who is there on `as_of`."""
    agent = connection.execute(select(AGENTS.c.id, AGENTS.c.left_on).where(AGENTS.c.agent_no == agent_no)).first()
    if agent is None:
        raise NotFoundError("agent", agent_no)
    if agent.left_on is not None and agent.left_on <= as_of:
        raise PolicyserveError(
            "Agent {agent_no} left on {left_on}; give the task to somebody who is there.",
            agent_no=agent_no,
            left_on=agent.left_on,
        )
    return int(agent.id)


def _reason(why: str, deed: str) -> str:
    if not why.strip():
        raise PolicyserveError("Say why: {deed} needs a reason.", deed=Sentence(deed))
    return why.strip()

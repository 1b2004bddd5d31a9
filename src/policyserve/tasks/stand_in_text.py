"""Why a task stands with whom it stands, while its agent is away, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, String, literal_column, select

from policyserve.access import stand_ins
from policyserve.locale import N_, Sentence, say
from policyserve.tables import Agent, table
from policyserve.tasks.transitions import TASKS

AGENTS = table(Agent)

REASONS: Final[Mapping[str, str]] = {
    "expires": N_("its last day, {latest}, is before that"),
    "appointed": N_("somebody put it on {day}"),
    "pressing": N_("work of this service does not wait"),
}
"""Why a task does not wait, by the codes of `stand_ins.WHY`."""


def told(connection: Connection, task: Any, language: str, *, as_of: date) -> Iterator[str]:
    """Say with whom an open task of an agent who is away on `as_of` stands, and why; `task`: its row."""
    if task.status != "open" or task.performer != "agent":
        return
    away, gone, other = stand_ins.away(as_of), AGENTS.alias("gone"), AGENTS.alias("other")
    why: ColumnElement[str | None] = literal_column(stand_ins.WHY.format(t="tasks", away=away.name), String())
    query = (
        select(
            away,
            why.label("why"),
            gone.c.agent_no,
            gone.c.name,
            other.c.agent_no.label("other_no"),
            other.c.name.label("other"),
        )
        .join_from(TASKS, away, away.c.agent_id == TASKS.c.agent_id)
        .join(gone, gone.c.id == away.c.absent_id)
        .outerjoin(other, other.c.id == away.c.who)
        .where(TASKS.c.id == task.id)
    )
    if (row := connection.execute(query).first()) is None:
        return
    yield say(
        language, "{who} is away from {first} to {last}, and back on {back}", who=_named(row.agent_no, row.name),
        first=row.first_day, last=row.last_day, back=row.back_on,
    )  # fmt: skip
    if row.why is None:
        yield say(language, "It can wait, and does so until {back}", back=row.back_on)
        return
    reason = Sentence(REASONS[row.why], latest=task.latest, day=task.snoozed_to)
    if row.other_no is None:
        yield say(language, "It does not wait ({why}), but nobody is there who stands in", why=reason)
    else:
        who = _named(row.other_no, row.other)
        yield say(language, "It does not wait ({why}): {who} does it", why=reason, who=who)


def _named(number: str, name: str | None) -> str:
    return f"{number} {name or ''}".rstrip()

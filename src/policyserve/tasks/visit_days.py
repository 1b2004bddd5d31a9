"""Visit days: the work of an agent with a customer, day by day, and why on that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import RowMapping

from policyserve.locale import Sentence
from policyserve.standard.model import Service, Standard
from policyserve.tasks import pins
from policyserve.tasks.planned_days import day_of, planned_why


@dataclass(frozen=True, kw_only=True)
class VisitDay:
    """A visit to a customer as it stands."""

    customer_no: str
    agent_no: str
    day: date
    at: str | None
    pinned: bool
    why: Sentence
    services: tuple[str, ...]
    first: date
    """The first day on which everything that is done then is on time."""
    last: date
    latest: date
    """The last day on which something that is done then is on time."""
    notices: tuple[Sentence, ...] = ()


def movable(tasks: Sequence[RowMapping], standard: Standard) -> list[RowMapping]:
    """Return the tasks that make a visit and have a window; what is done alone stays on its day."""
    rules = _rules(standard)
    found = ((task, rules.get((task["service"], task["channels"]))) for task in tasks)
    return [
        task for task, rule in found
        if rule and rule.takes > 0 and rule.joins == "any" and rule.freedom != "none"
    ]  # fmt: skip


def _rules(standard: Standard) -> dict[tuple[str, str], Service]:
    return {(one.code, "+".join(one.channels)): one for one in standard.services}


def window(task: RowMapping, standard: Standard) -> tuple[date, date]:
    """Return the first and the last day on which a movable task may be done: a duty until it is due."""
    duty = _rules(standard)[task["service"], task["channels"]].freedom == "earlier"
    return task["earliest"], min(task["due"], task["latest"]) if duty else task["latest"]


def visit_days(tasks: Sequence[RowMapping], standard: Standard) -> list[VisitDay]:
    """Group movable tasks into visits, day by day."""
    together: dict[tuple[date, str], list[RowMapping]] = {}
    for task in tasks:
        together.setdefault((day_of(task), task["agent_no"]), []).append(task)
    return [_day(day, agent, own, standard) for (day, agent), own in sorted(together.items(), key=lambda one: one[0])]


def _day(day: date, agent_no: str, tasks: list[RowMapping], standard: Standard) -> VisitDay:
    windows, codes = [window(task, standard) for task in tasks], [task["planned_why"] for task in tasks]
    pinned = next((task for task in tasks if pins.pinned_on(task)), None)
    code = pins.PINNED if pinned else next((code for code in codes if code not in (None, "as-due")), "as-due")
    return VisitDay(
        customer_no="", agent_no=agent_no, day=day, at=pinned["planned_at"] if pinned else None,
        pinned=pinned is not None, why=planned_why(code), services=tuple(task["service"] for task in tasks),
        first=max(first for first, _ in windows), last=min(last for _, last in windows),
        latest=max(last for _, last in windows),
    )  # fmt: skip

"""Today: an agent's day, late work first, each household with everything there is to do."""

from __future__ import annotations

from dataclasses import dataclass

from policyserve.metrics.figure import Figure
from policyserve.operations.agenda import agent_day
from policyserve.operations.day_visits import note_opened
from policyserve.operations.task_titles import TaskTitle, task_title
from policyserve.operations.visits import ended_pins
from policyserve.tasks.agenda import Agenda
from policyserve.tasks.deeds import CHANNELS
from policyserve.web.day_lists import day_figure
from policyserve.web.pages.absences import now_told
from policyserve.web.pages.day_cards import households
from policyserve.web.visit import Answer, Screen, Visit

TOLD = ("done", "skipped", "put-off", "open")
"""What a page that leads here says of a task."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was just done with a task."""

    deed: str
    task_id: int
    title: TaskTitle


def show(visit: Visit) -> Answer:
    """Show the day."""
    engine = visit.house.engine
    found = agent_day(engine, visit.viewer, visit.viewer.agent_no or "", visit.as_of, as_of=visit.as_of)
    note_opened(engine, visit.viewer, visit.as_of, visit.now, visit.house.opened_days)
    cards = households(found, visit.language)
    values = {
        "order": found.weighing.why.told(visit.language) if found.weighing else "",
        "found": found, "late": [one for one in cards if one.late], "rest": [one for one in cards if not one.late],
        "ended": ended_pins(engine, visit.viewer, as_of=visit.as_of), "told": _told(visit), "away": now_told(visit),
        "paper": visit.query.get("view") == "paper", "shown_customers": {one.customer_no for one in found.customers},
        "today": visit.as_of, "channels": CHANNELS, "typed": lambda _name: "",
    }  # fmt: skip
    return Screen(template="today", values=values, figures=lambda: [_list(visit, found)])


def _list(visit: Visit, found: Agenda) -> Figure:
    """Return the day as a table, customers with late work first."""
    work = sorted(((one, one.tasks) for one in found.customers), key=lambda pair: not any(t.overdue for t in pair[1]))
    return day_figure(work, visit.as_of, language=visit.language, as_of=visit.as_of)


def _told(visit: Visit) -> Told | None:
    deed = next((one for one in TOLD if visit.query.get(one, "").isdecimal()), None)
    if deed is None:
        return None
    key = int(visit.query[deed][:9])
    title = task_title(visit.house.engine, visit.viewer, key, as_of=visit.as_of, language=visit.language)
    return None if title is None else Told(deed=deed, task_id=key, title=title)

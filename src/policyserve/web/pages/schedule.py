"""The schedule: the coming weeks with the load of each day, and what falls on one of them."""

from __future__ import annotations

from datetime import date, timedelta

from policyserve.dates import Days
from policyserve.locale import N_all
from policyserve.metrics.figure import Figure
from policyserve.operations.agenda import agent_day
from policyserve.operations.schedule import NOTHING, schedule, work_ahead
from policyserve.tasks.agenda import AgendaCustomer, AgendaTask
from policyserve.web.day_lists import day_figure
from policyserve.web.visit import Answer, Screen, Visit

WEEKDAYS = N_all("short day of the week", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

WEEKS = 5
"""As far as work is made ahead, with what is left of this week."""


def show(visit: Visit) -> Answer:
    """Show the weeks, and the day that was chosen."""
    monday = visit.as_of - timedelta(days=visit.as_of.weekday())
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS)]
    loads = schedule(visit.house.engine, visit.viewer, Days.between(days[0], days[-1]), as_of=visit.as_of)
    told = [(day, loads.get(day, NOTHING)) for day in days]
    week = [(day, load) for day, load in told if day >= visit.as_of][:7]
    values = {
        "weeks": [told[first : first + 7] for first in range(0, len(told), 7)], "week": week, "today": visit.as_of,
        "most": max((load.tasks for _, load in told), default=0) or 1, "chosen": None, "customers": (),
        "weekdays": WEEKDAYS,
    }  # fmt: skip
    if (chosen := _chosen(visit)) is not None:
        values |= {"chosen": chosen, "customers": _falling_on(visit, chosen)}
    return Screen(template="schedule", values=values, figures=lambda: [_list(visit, chosen)] if chosen else [])


def _list(visit: Visit, day: date) -> Figure:
    return day_figure(_falling_on(visit, day), day, language=visit.language, as_of=visit.as_of)


def _chosen(visit: Visit) -> date | None:
    try:
        return max(date.fromisoformat(visit.query.get("day", "")), visit.as_of)
    except ValueError:
        return None


def _falling_on(visit: Visit, day: date) -> list[tuple[AgendaCustomer, list[AgendaTask]]]:
    """Return the customers of a day with the tasks of that day alone; of today with what is late."""
    engine, viewer = visit.house.engine, visit.viewer
    found = agent_day(engine, viewer, viewer.agent_no or "", day, as_of=visit.as_of)
    falling = {row.task_id for row in work_ahead(engine, viewer, Days.between(day, day), as_of=visit.as_of)}
    pairs = [(one, [task for task in one.tasks if task.task_id in falling]) for one in found.customers]
    return [pair for pair in pairs if pair[1]]

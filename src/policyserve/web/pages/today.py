"""Today: an agent's day, late work first, each customer with everything there is to do."""

from __future__ import annotations

from policyserve.operations.agenda import agent_day
from policyserve.tasks.deeds import CHANNELS
from policyserve.web.visit import Answer, Screen, Visit

TOLD = ("done", "skipped", "put-off", "open")
"""What a page that leads here says of a task."""


def show(visit: Visit) -> Answer:
    """Show the day."""
    found = agent_day(visit.house.engine, visit.viewer, visit.viewer.agent_no or "", visit.as_of)
    late = [one for one in found.customers if any(task.overdue for task in one.tasks)]
    rest = [one for one in found.customers if one not in late]
    told = next(((one, visit.query[one]) for one in TOLD if visit.query.get(one, "").isdecimal()), None)
    values = {"today": visit.as_of, "channels": CHANNELS, "typed": lambda _name: ""}
    return Screen(template="today", values={"found": found, "late": late, "rest": rest, "told": told, **values})

"""Figures of service after weeks of work drawn at random, judged by a plain count of what stood there each evening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine

from books.lists_in import import_text, rows_of
from desks import task_book
from desks.weeks_of_work import MAY, STANDARD, Weeks
from policyserve import db
from policyserve.book.snapshot import load_agents, load_book
from policyserve.dates import Days
from policyserve.metrics import groupings
from policyserve.metrics.services import callback_rate, orphans, service_rate
from policyserve.metrics.services.task_states import read_tasks
from policyserve.metrics.services.tasks_behind import tasks_behind
from slow import services
from slow.services import Evening, Group, Row

GROUPINGS = (
    *((by,) for by in service_rate.ALLOWED), ("branch", "class"), ("team", "service"), ("agent", "level"), (),
)  # fmt: skip
DAYS = (MAY, Days.between(date(2026, 5, 8), date(2026, 5, 14)))
"""The month, and a week of it."""

TASKS = """
SELECT t.id, t.service, t.agent_id, t.performer, t.due, t.latest, t.status, c.done_on, c.outcome, c.satisfaction
FROM tasks t LEFT JOIN contacts c ON c.task_id = t.id
"""
AGENTS = """
SELECT a.id, a.agent_no, t.name, b.name FROM agents a
LEFT JOIN teams t ON t.id = a.team_id LEFT JOIN branches b ON b.id = a.branch_id
"""


class Branches(Weeks):
    """Weeks in which agents move between teams and branches, too, and call-backs reach nobody now and then."""

    outcomes = (None, "busy", "satisfied", " No Answer", "空号", "refused to sign")
    answers = (None, 1, 3, 4, 5)

    def __init__(self, engine: Engine, folder: Path, seed: int) -> None:
        super().__init__(engine, seed, list(services.KINDS))
        self.folder = folder

    def move_somebody(self) -> None:
        agent, team = self.random.choice(["1002", "1003", "1004"]), self.random.choice(["Red", "Blue"])
        branch = self.random.choice(["North", "South"])
        text = f"agent_no,name,team,branch\n{agent},Agent {agent},{team},{branch}\n"
        import_text(self.engine, self.folder, "agents", text, as_of=self.day)

    def evening(self) -> Evening:
        """Write down all that stands in the tables tonight, as it stands."""
        tasks = [dict(zip(("task_id", *_FIELDS), row, strict=True)) for row in rows_of(self.engine, TASKS)]
        agents = [dict(zip(("agent_id", *_NAMES), row, strict=True)) for row in rows_of(self.engine, AGENTS)]
        return Evening(
            day=self.day,
            tasks=[{**task, **{name: _date(task[name]) for name in _DATES}} for task in tasks],
            agents={row["agent_id"]: row for row in agents},
        )


_FIELDS = ("service", "agent_id", "performer", "due", "latest", "status", "done_on", "outcome", "satisfaction")
_NAMES = ("agent_no", "team", "branch")
_DATES = ("due", "latest", "done_on")


def _date(value: Any) -> date | None:
    """Read a date; SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class Asked:
    """What the program says at the end of all weeks of one of their evenings."""

    def __init__(self, engine: Engine, day: date, days: Days) -> None:
        self.engine, self.day, self.days = engine, day, days
        with db.reading(engine) as connection:
            self.due = read_tasks(connection, days, day)
            self.done = read_tasks(connection, days, day, of="done_on")
            self.agents = load_agents(connection, day)
            self.book = load_book(connection)

    def figures(self, by: Sequence[str]) -> dict[str, pl.DataFrame]:
        known: dict[str, Any] = {"by": by, "as_of": self.day}
        found = {
            "service_rate": service_rate.service_rate(self.due, STANDARD, self.agents, self.days, **known),
            "callbacks": callback_rate.callbacks(self.due, STANDARD, self.agents, self.days, **known),
            "satisfaction": service_rate.satisfaction(self.done, STANDARD, self.agents, self.days, by=by),
        }
        if set(by) <= set(groupings.OF_AGENTS):
            figure = orphans.orphan_service(self.book, self.due, STANDARD, self.days, **known)
            found["hand_overs"] = figure.drop("orphan_policies", "unassigned")
        return found

    def lists(self, by: Sequence[str]) -> dict[str, pl.DataFrame]:
        """Ask for the tasks behind each figure."""
        fields = service_rate.fields_by(by)
        wanted = [*fields, "agent_no"]
        of_services = {
            "service_rate": service_rate.tasks_due(self.due, self.days, self.day, fields),
            "callbacks": callback_rate.callbacks_due(self.due, STANDARD, self.days, self.day),
            "satisfaction": service_rate.tasks_done(self.done, self.days).with_columns(fate=None),
        }
        named = {name: service_rate.named(rows, STANDARD, self.agents, wanted) for name, rows in of_services.items()}
        if set(by) <= set(groupings.OF_AGENTS):
            due = orphans.hand_overs_due(self.due, STANDARD, self.days, self.day)
            named["hand_overs"] = groupings.with_agents(due, self.agents, wanted)
        told = ("fate", "satisfaction")
        with db.reading(self.engine) as connection:
            return {name: tasks_behind(connection, rows, fields, told) for name, rows in named.items()}


def rows_by_group(figure: pl.DataFrame, fields: Sequence[str]) -> dict[Group, Row]:
    return {tuple(row.pop(name) for name in fields): row for row in figure.to_dicts()}


def tasks_by_group(listed: pl.DataFrame, fields: Sequence[str]) -> dict[Group, list[Row]]:
    """Sort a list by the groups of its figure; the company is no column of it."""
    groups: dict[Group, list[Row]] = {}
    for row in listed.to_dicts():
        groups.setdefault(tuple(row.get(name, "all") for name in fields), []).append(row)
    return groups


def of_service_rate(rows: Sequence[Row]) -> Row:
    fates = Counter(row["fate"] for row in rows)
    due = len(rows) - fates["pending"] - fates["skipped"] - fates["open"]
    others = {name: fates[name] for name in ("late", "missed", "open", "pending", "skipped")}
    return {"numerator": fates["on_time"], "denominator": due, **others}


def of_callbacks(rows: Sequence[Row]) -> Row:
    fates = Counter(row["fate"] for row in rows)
    others = {name: fates[name] for name in ("not_reached", "late", "missed", "open")}
    return {"numerator": fates["on_time"], "denominator": len(rows) - fates["open"], **others}


def of_satisfaction(rows: Sequence[Row]) -> Row:
    answers = [row["satisfaction"] for row in rows if row["satisfaction"] is not None]
    mean = sum(answers) / len(answers) if answers else None
    return {"services": len(rows), "answers": len(answers), "mean": mean}


def of_hand_overs(rows: Sequence[Row]) -> Row:
    visits = Counter(row["fate"] for row in rows if row["service"] == "handover-visit")
    notices = Counter(row["fate"] for row in rows if row["service"] == "handover-notice")
    return {
        "visits_due": visits.total(), "visits_on_time": visits["on_time"], "visits_open": visits["open"],
        "notices_due": notices.total(), "notices_on_time": notices["on_time"],
    }  # fmt: skip


COUNTS = {
    "service_rate": of_service_rate, "callbacks": of_callbacks, "satisfaction": of_satisfaction,
    "hand_overs": of_hand_overs,
}  # fmt: skip
"""How the tasks of a list make the counts of a row of its figure."""


def evenings_of(weeks: Branches) -> list[Evening]:
    evenings = []
    for days in (0, 1, 2, 3, 6, 1, 9, 2, 20):
        weeks.day += timedelta(days=days)
        weeks.live()
        for _ in range(5):
            weeks.work()
        weeks.move_somebody()
        evenings.append(weeks.evening())
    return evenings


@pytest.mark.slow
@pytest.mark.parametrize(("database_url", "seed"), [("sqlite", 3), ("postgresql", 13)], indirect=["database_url"])
def test_every_figure_and_every_list_is_the_plain_count_of_its_evening(
    engine: Engine, tmp_path: Path, seed: int
) -> None:
    evenings = evenings_of(Branches(engine, tmp_path, seed))
    happened = {action for action, *_ in task_book.steps(engine)}
    assert {"done", "skipped", "reopened", "assigned", "moved", "cancelled", "missed"} <= happened
    seen: set[str] = set()
    for evening, days in product(evenings, DAYS):
        asked = Asked(engine, evening.day, days)
        for by in GROUPINGS:
            fields, lists = service_rate.fields_by(by), asked.lists(by)
            for name, figure in asked.figures(by).items():
                judged = getattr(services, name)(evening, days.start, days.last, by)
                rows = rows_by_group(figure, fields)
                assert rows == judged, (name, by, evening.day, days)
                behind = {group: COUNTS[name](tasks) for group, tasks in tasks_by_group(lists[name], fields).items()}
                assert set(behind) == set(rows) or by == ()
                for group, counts in behind.items():
                    assert counts == {part: rows[group][part] for part in counts}, (name, by, evening.day, days)
                    seen |= {f"{name} {part}" for part, count in counts.items() if count}
    # every part of every figure was more than nothing somewhere
    assert seen == {f"{name} {part}" for name, count in COUNTS.items() for part in count([])}

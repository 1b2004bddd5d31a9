"""Weeks of work drawn at random: figures noted down each evening are the same when they are asked again at the end."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, Engine

import task_book
from policyserve import db
from policyserve.book.loading import load_agents, load_book
from policyserve.dates import Days
from policyserve.metrics.first_year import with_policy_contacts
from policyserve.metrics.services import callbacks, satisfaction, service_rate
from policyserve.metrics.spot_check_records import Scope, draw_check, read_sample
from policyserve.metrics.task_states import read_tasks
from policyserve.standard.parsing import default_standard
from policyserve.tasks import working
from policyserve.tasks.history import Stamp

STANDARD = default_standard()
MONDAY = task_book.MONDAY
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
ALWAYS = MAY.widened(before=400, after=400)
SERVICES = ("visit-m1", "policy-review", "new-policy-callback")
BY = ["agent", "service"]

Touch = dict[str, Any]
Noted = dict[str, list[tuple[Any, ...]]]


class Weeks:
    """A small branch whose facts change, whose releases run and whose people work, all as a seed has it."""

    def __init__(self, engine: Engine, seed: int) -> None:
        """Begin with a task of each service for each policy; the reviews are done, and all of them are in a sample."""
        self.engine = engine
        self.random = Random(seed)
        self.day = MONDAY
        self.touches = [task_book.touch(service, policy=policy) for service in SERVICES for policy in (1, 2, 3)]
        self.gone: list[Touch] = []
        task_book.fill(engine)
        self.release()
        with db.writing(engine, bulk=True) as connection:
            for task in task_book.tasks(engine):
                if task.service == "policy-review":
                    working.done(connection, task.id, self.stamp, on=MONDAY, channel="visit")
            days = Days.between(MAY.start, MONDAY)
            self.sample, _ = draw_check(connection, STANDARD, days, self.stamp, scope=Scope(), size=3, seed=1)

    @property
    def stamp(self) -> Stamp:
        return Stamp(at=task_book.AT, as_of=self.day, actor="1002")

    def release(self) -> None:
        task_book.run(self.engine, self.touches, as_of=self.day)

    def change_facts(self) -> None:
        """Let some touches come back that were gone, some go, and some be called for in another way."""
        back = self.random.sample(self.gone, min(2, len(self.gone)))
        gone = self.random.sample(self.touches, 2)
        self.gone = [touch for touch in self.gone if touch not in back] + gone
        stay = [touch for touch in self.touches if touch not in gone]
        often = [self._changed(touch) if self.random.random() < 0.3 else touch for touch in stay]
        self.touches = often + [self._changed(touch) for touch in back]

    def _changed(self, touch: Touch) -> Touch:
        due = self.day + timedelta(days=self.random.randint(-5, 20))
        days = {"due": due, "nominal": due, "earliest": due - timedelta(days=7), "latest": due + timedelta(days=5)}
        others = {
            "anchor": date(2026, 1, self.random.randint(1, 28)),
            "agent_id": self.random.choice([2, 3, 4, None]),
            "performer": self.random.choice(["agent", "agent", "office"]),
        }
        return touch | days | {name: value for name, value in others.items() if self.random.random() < 0.5}

    def work(self) -> None:
        """Do to one task what its status allows."""
        task = self.random.choice(task_book.tasks(self.engine))
        deeds = {
            "open": [self._done, self._done, self._skip, self._assign, self._snooze],
            "missed": [self._done],
            "done": [self._reopen],
            "skipped": [self._reopen],
            "cancelled": [],
        }[task.status]
        if deeds:
            with db.writing(self.engine) as connection:
                self.random.choice(deeds)(connection, task)

    def _done(self, connection: Connection, task: Any) -> None:
        working.done(
            connection, task.id, self.stamp, on=self.day - timedelta(days=self.random.randint(0, 9)),
            channel=self.random.choice(["visit", "call"]), outcome=self.random.choice([None, "busy", "satisfied"]),
            satisfaction=self.random.choice([None, 1, 3, 5]),
        )  # fmt: skip

    def _skip(self, connection: Connection, task: Any) -> None:
        working.skip(connection, task.id, self.stamp, why="abroad")

    def _reopen(self, connection: Connection, task: Any) -> None:
        why = self.random.choice(["a mistake", "due 2020-01-01 -> 2020-01-02; agent 1001 -> 1002"])
        working.reopen(connection, task.id, self.stamp, why=why)

    def _assign(self, connection: Connection, task: Any) -> None:
        working.assign(connection, task.id, self.stamp, agent_no=self.random.choice(["1002", "1003", "1004"]))

    def _snooze(self, connection: Connection, task: Any) -> None:
        if task.latest >= self.day:
            working.snooze(connection, task.id, self.stamp, to=task.latest)

    def live(self) -> None:
        """Work, release and work again; a day is not over before all of it is done."""
        for _ in range(self.random.randint(1, 3)):
            for _ in range(self.random.randint(1, 5)):
                self.work()
            if self.random.random() < 0.6:
                self.change_facts()
                self.release()


def noted(engine: Engine, sample: int, as_of: date) -> Noted:
    """Ask every figure that tasks and contacts make."""
    with db.reading(engine) as connection:
        tasks, all_tasks = (read_tasks(connection, days, as_of) for days in (MAY, ALWAYS))
        made, all_made = (read_tasks(connection, days, as_of, of="done_on") for days in (MAY, ALWAYS))
        agents = load_agents(connection, as_of)
        contacts = with_policy_contacts(load_book(connection), connection, as_of=as_of).contacts
        drawn = read_sample(connection, sample, as_of)
    return {
        "tasks": _rows(all_tasks),
        "made": _rows(all_made),
        "contacts": _rows(contacts),
        "sample": _rows(drawn),
        "services": service_rate(tasks, STANDARD, agents, MAY, by=BY, as_of=as_of).rows(),
        "callbacks": callbacks(tasks, STANDARD, agents, MAY, by=["agent"], as_of=as_of).rows(),
        "satisfaction": satisfaction(made, STANDARD, agents, MAY, by=BY).rows(),
    }


def _rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.rows(), key=str)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 6, 8])
def test_what_was_noted_down_each_evening_is_said_again_at_the_end(engine: Engine, seed: int) -> None:
    weeks = Weeks(engine, seed)
    evenings: dict[date, Noted] = {}
    for days in (0, 1, 1, 1, 2, 3, 8, 1, 1, 9, 1, 1, 20, 1):
        weeks.day += timedelta(days=days)
        weeks.live()
        evenings[weeks.day] = noted(engine, weeks.sample, weeks.day)
    happened = {(action, before) for action, before, *_ in task_book.steps(engine)}
    assert happened >= {("reopened", status) for status in ("done", "skipped", "missed", "cancelled")}
    assert {"moved", "assigned", "snoozed"} <= {action for action, _ in happened}
    for evening, before in evenings.items():
        again = noted(engine, weeks.sample, evening)
        assert [name for name in before if again[name] != before[name]] == [], evening

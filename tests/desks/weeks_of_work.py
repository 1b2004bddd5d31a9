"""Weeks of work drawn at random: a small branch whose facts change, whose releases run and whose people work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine

from desks import task_book
from policyserve import db
from policyserve.dates import Days
from policyserve.metrics.spot_checks.records import draw_check
from policyserve.metrics.spot_checks.scopes import Scope
from policyserve.standard.parser import default_standard
from policyserve.tasks import deeds
from policyserve.tasks.transitions import Stamp

STANDARD = default_standard()
MONDAY = task_book.MONDAY
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
SERVICES = ("visit-m1", "policy-review", "new-policy-callback")

Touch = dict[str, Any]


class Weeks:
    """A small branch whose facts change, whose releases run and whose people work, all as a seed has it."""

    outcomes: Sequence[str | None] = (None, "busy", "satisfied")
    answers: Sequence[int | None] = (None, 1, 3, 5)
    """What is written down of a service done, and what the customer says of it."""

    def __init__(self, engine: Engine, seed: int, services: Sequence[str] = SERVICES) -> None:
        """Begin with a task of each service for each policy; the reviews are done on Monday, and sampled on Tuesday."""
        self.engine = engine
        self.random = Random(seed)
        self.day = MONDAY
        self.touches = [task_book.touch(service, policy=policy) for service in services for policy in (1, 2, 3)]
        self.gone: list[Touch] = []
        task_book.fill(engine)
        self.release()
        with db.writing(engine, bulk=True) as connection:
            for task in task_book.tasks(engine):
                if task.service == "policy-review":
                    deeds.done(connection, task.id, self.stamp, on=MONDAY, channel="visit")
            days = Days.between(MAY.start, MONDAY)
            self.day += timedelta(days=1)
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
        deeds.done(
            connection, task.id, self.stamp, on=self.day - timedelta(days=self.random.randint(0, 9)),
            channel=self.random.choice(["visit", "call"]), outcome=self.random.choice(self.outcomes),
            satisfaction=self.random.choice(self.answers),
        )  # fmt: skip

    def _skip(self, connection: Connection, task: Any) -> None:
        deeds.skip(connection, task.id, self.stamp, why="abroad")

    def _reopen(self, connection: Connection, task: Any) -> None:
        why = self.random.choice(["a mistake", "due 2020-01-01 -> 2020-01-02; agent 1001 -> 1002"])
        deeds.reopen(connection, task.id, self.stamp, why=why)

    def _assign(self, connection: Connection, task: Any) -> None:
        deeds.assign(connection, task.id, self.stamp, agent_no=self.random.choice(["1002", "1003", "1004"]))

    def _snooze(self, connection: Connection, task: Any) -> None:
        if task.latest >= self.day:
            deeds.snooze(connection, task.id, self.stamp, to=task.latest)

    def live(self) -> None:
        """Work, release and work again; a day is not over before all of it is done."""
        for _ in range(self.random.randint(1, 3)):
            for _ in range(self.random.randint(1, 5)):
                self.work()
            if self.random.random() < 0.6:
                self.change_facts()
                self.release()

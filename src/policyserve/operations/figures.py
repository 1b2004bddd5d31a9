"""Figures: one read of the facts for each, and the names of the people and policies in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Literal

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_agents, load_book
from policyserve.calendars.calendar import Calendar
from policyserve.config import DEFAULT_ZONE
from policyserve.dates import Days
from policyserve.metrics import names
from policyserve.metrics.add_ons.candidates import read_refusals, read_sums
from policyserve.metrics.figure import Figure, Kind, Names
from policyserve.metrics.persistency import gap_tasks
from policyserve.metrics.services.first_year import with_policy_contacts
from policyserve.metrics.services.task_states import read_tasks, tracked_since
from policyserve.metrics.services.tasks_behind import tasks_behind
from policyserve.metrics.services.work import Work
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard


@dataclass(frozen=True)
class Reading:
    """What a figure is made from, all of one moment; only what is asked for is read."""

    connection: Connection
    as_of: date
    calendar: Calendar | None = None
    zone: str = DEFAULT_ZONE
    """The business time zone, in which instants have their days."""

    @property
    def market(self) -> Calendar:
        """The calendar of the market, which only some figures ask for."""
        assert self.calendar is not None
        return self.calendar

    @cached_property
    def book(self) -> Book:
        """The whole book."""
        return load_book(self.connection)

    @cached_property
    def book_with_services(self) -> Book:
        """The whole book with the services given to policies, as known on the day."""
        return with_policy_contacts(self.book, self.connection, as_of=self.as_of)

    @cached_property
    def agents(self) -> pl.DataFrame:
        """The agents in the teams and branches of the day."""
        return load_agents(self.connection, self.as_of)

    @cached_property
    def standard(self) -> Standard:
        """The standard that holds on the day."""
        return current_standard(self.connection, self.as_of)

    def work(self, days: Days, *, of: Literal["due", "done_on"] = "due") -> Work:
        """The tasks of the days as they stood on the day; see `task_states.read_tasks`."""
        return Work(
            tasks=read_tasks(self.connection, days, self.as_of, of=of), standard=self.standard, agents=self.agents,
            list_tasks=partial(tasks_behind, self.connection), days=days, as_of=self.as_of,
            tracked_since=tracked_since(self.connection),
        )  # fmt: skip

    def open_tasks(self, policies: pl.Series) -> dict[int, list[int]]:
        """The keys of the open tasks of policies, by the key of the policy."""
        return gap_tasks.open_tasks(self.connection, policies.to_list())

    @cached_property
    def sums_assured(self) -> pl.DataFrame:
        """The sums assured of today."""
        return read_sums(self.connection)

    @cached_property
    def refusals(self) -> pl.DataFrame:
        """Who refuses marketing today."""
        return read_refusals(self.connection)


def figure(
    engine: Database, make: Callable[[Reading], Figure], *, as_of: date, behind: str = "", named: bool = False,
    calendar: Calendar | None = None, zone: str = DEFAULT_ZONE,
) -> Figure:  # fmt: skip
    """Make a figure, or one of the lists behind it, in one read of the facts; `named`: with names and phones."""
    with db.reading(engine) as connection:
        made = make(Reading(connection, as_of, calendar, zone))
        shown = made.lists[behind]() if behind else made
        return shown.named(names.names_in(connection, shown)) if named else shown


def names_of(engine: Database, numbers: Mapping[Kind, Collection[str]]) -> Names:
    """Return what people and policies are called; see `names.names_of`."""
    with db.reading(engine) as connection:
        return names.names_of(connection, numbers)


def read_book(engine: Database) -> Book:
    """Read the whole book, for metrics."""
    with db.reading(engine) as connection:
        return load_book(connection)

"""With whom a task stands on a day, slowly: every absence is looked at, and every substitute asked in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Person:
    """An agent."""

    manager: int | None
    left_on: date | None = None

    def here(self, day: date) -> bool:
        """Whether they work here."""
        return self.left_on is None or self.left_on > day


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An absence that nobody has withdrawn."""

    agent: int
    first: date
    last: date
    back_on: date
    substitute: int | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """A task."""

    agent: int
    due: date
    latest: date
    snoozed_to: date | None = None
    pressing: bool = False


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Everybody, and who is away when."""

    people: Mapping[int, Person]
    absences: Sequence[Gone]

    def absence(self, agent: int, day: date) -> Gone | None:
        """Return the absence of somebody who works here on a day."""
        if not self.people[agent].here(day):
            return None
        return next((one for one in self.absences if one.agent == agent and one.first <= day <= one.last), None)

    def desk(self, agent: int, day: date) -> int:
        """Return who has the work of an agent, not asking who is away: somebody who is here, or nobody is above."""
        seen = {agent}
        while not self.people[agent].here(day):
            above = self.people[agent].manager
            if above is None or above in seen:
                return agent
            agent = above
            seen.add(agent)
        return agent

    def returns(self, agent: int, day: date) -> date:
        """Return when somebody who is away is back."""
        while gone := self.absence(agent, day):
            day = gone.back_on
        return day

    def stand_in(self, agent: int, day: date) -> int | None:
        """Ask one after the other who does the work of somebody who is away."""
        now: int | None = agent
        seen = set()
        while now is not None and now not in seen:
            seen.add(now)
            gone = self.absence(now, day)
            if gone:
                named = gone.substitute is not None and self.people[gone.substitute].here(day)
                now = gone.substitute if named else self.people[now].manager
            elif not self.people[now].here(day):
                now = self.people[now].manager
            else:
                return now
        return None

    def stands(self, work: Work, day: date) -> tuple[int, date]:
        """Return at whose desk a task stands on a day, and on which day it is to be done."""
        planned = work.due if work.snoozed_to is None else min(work.snoozed_to, work.latest)
        desk = self.desk(work.agent, day)
        gone = self.absence(desk, day)
        if gone is None:
            return desk, planned
        back = self.returns(desk, day)
        falls_in = planned <= gone.last and (work.pressing or work.snoozed_to is not None)
        if work.latest < back or falls_in:
            return self.stand_in(desk, day) or desk, planned
        return desk, max(planned, back)

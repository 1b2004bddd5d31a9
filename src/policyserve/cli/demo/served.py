"""The demo in a browser: a generated book in a scratch folder, and somebody of each role, one click away."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.book.lists import KINDS
from policyserve.cli.demo.command import A_MONDAY
from policyserve.cli.demo.story import Story
from policyserve.errors import PolicyserveError
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.locale import N_in, Sentence, say
from policyserve.operations.absences import add_absence
from policyserve.operations.agenda import busiest_agent
from policyserve.operations.calendars import calendar_named
from policyserve.operations.database import open_database
from policyserve.operations.handovers import propose_set
from policyserve.operations.lists import import_list
from policyserve.operations.release import release_tasks
from policyserve.operations.users import add_user, manager_of
from policyserve.tasks.absences import Away
from policyserve.tasks.transitions import Stamp

if TYPE_CHECKING:
    from policyserve.web.visit import House

CUSTOMERS = 3000


@contextmanager
def demo_house(language: str, customers: int = CUSTOMERS) -> Iterator[House]:
    """Make the demo's book, and yield what its pages work with."""
    from policyserve.web.visit import House

    with tempfile.TemporaryDirectory(prefix="policyserve-") as scratch:
        engine = open_database(f"sqlite:///{Path(scratch) / 'demo.sqlite3'}")
        story = Story(
            folder=Path(scratch), engine=engine, calendar=calendar_named("cn"), day=A_MONDAY, language=language,
            customers=customers,
        )  # fmt: skip
        try:
            _fill(story)
            _away(story)
            people = _people(story)
            _propose(story)
            yield House(
                engine=engine, settings=story.settings, calendar=story.calendar, now=lambda: story.now,
                today=lambda: A_MONDAY, demo=people,
            )  # fmt: skip
        finally:
            engine.dispose()


def _fill(story: Story) -> None:
    write_lists(generate(customers=story.customers, as_of=story.day, faults=0), story.folder)
    for kind in KINDS:
        import_list(story.engine, kind, story.folder / f"{kind}.csv", as_of=story.day, at=story.now)
    release_tasks(story.engine, story.calendar, as_of=story.day, at=story.now)


def _away(story: Story) -> None:
    """Let a colleague of the busiest agent, who stands in, be away for the week."""
    agent = busiest_agent(story.engine, story.day)
    colleague = agent and busiest_agent(story.engine, story.day, beside=agent)
    if colleague:
        asked = Away(
            agent_no=colleague, first=story.day, last=story.day + timedelta(days=4), substitute_no=agent
        )  # fmt: skip
        stamp = Stamp(at=story.now, as_of=story.day, actor="demo-manager")
        add_absence(story.engine, SYSTEM, story.calendar, asked, stamp)


def _propose(story: Story) -> None:
    """Propose who takes the households of the busiest agent, where the solver for it is installed."""
    agent = busiest_agent(story.engine, story.day)
    stamp = Stamp(at=story.now, as_of=story.day, actor="demo-manager")
    with suppress(PolicyserveError):
        propose_set(story.engine, story.calendar, stamp, [agent] if agent else [])


def _people(story: Story) -> tuple[tuple[str, str], ...]:
    """Add somebody of each role; nobody knows their passwords."""
    agent = busiest_agent(story.engine, story.day)
    manager = manager_of(story.engine, agent) if agent else None
    places = {"agent": agent, "manager": manager or agent, "clerk": None, "administrator": None, "auditor": None}
    for role, agent_no in places.items():
        name = say(story.language, "The {role} of the demo", role=Sentence(N_in("role", role)))
        add_user(
            story.engine, SYSTEM, f"demo-{role}", Place(role=role, agent_no=agent_no),
            password=secrets.token_urlsafe(24), name=name, at=story.now,
        )  # fmt: skip
    return tuple((role, f"demo-{role}") for role in places)

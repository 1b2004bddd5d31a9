"""A visit: what a page is asked with, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, BinaryIO, Final

from policyserve.access.viewer import Viewer
from policyserve.calendars.asked_days import asked_day
from policyserve.calendars.calendar import Calendar
from policyserve.config import Settings
from policyserve.locale import Sentence
from policyserve.metrics.figure import Figure
from policyserve.operations.database import Database
from policyserve.operations.targets import Targets
from policyserve.scheduler.hand_runs import HandRuns
from policyserve.tasks.transitions import Stamp
from policyserve.web.import_worker import ImportWorker

FORM_KEY: Final = "form_key"
"""The field of a form that makes a double tap act once."""

LAST_PIECES: Final = 3.0
"""Seconds that each job begun from a page has to end when the program does."""


@dataclass(frozen=True, kw_only=True)
class House:
    """What all pages of a server work with."""

    engine: Database
    settings: Settings
    calendar: Calendar
    now: Callable[[], datetime]
    today: Callable[[], date]
    public_url: str | None = None
    """Where browsers find it, such as https://service.example; None: where it listens."""
    first_run_code: str = ""
    """What whoever makes the first administrator must know."""
    demo: tuple[tuple[str, str], ...] = ()
    """Of a demo: roles and the names that are signed in with one click."""

    stopping: Callable[[], bool] = lambda: False
    """Whether the program is about to stop."""
    opened_days: set[tuple[int | None, date]] = field(default_factory=set)
    """Users and days that this process has noted as opened."""

    @cached_property
    def targets(self) -> Targets:
        """The figures of the targets, kept until the facts change."""
        return Targets(self.engine, self.calendar, self.settings.time_zone)

    @cached_property
    def imports(self) -> ImportWorker:
        """What works on the lists that are sent."""
        return ImportWorker(self.engine, self.settings, self.now, self.today)

    @cached_property
    def hand_runs(self) -> HandRuns:
        """The jobs that were begun from pages."""
        return HandRuns(self.engine, self.settings)

    def close(self) -> None:
        """Let what goes on by itself come to an end."""
        if "hand_runs" in vars(self):
            self.hand_runs.finish(stopping=True, seconds=LAST_PIECES)

    @property
    def factor_required(self) -> bool:
        """Whether administrators must bring a second factor."""
        return self.settings.file.sign_in.second_factor == "required"

    @property
    def secure(self) -> bool:
        """Whether cookies travel by HTTPS alone."""
        return (self.public_url or "").startswith("https:")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a page."""

    house: House
    viewer: Viewer
    language: str
    address: str
    token: str | None = None
    """Of the session."""
    handshake: str | None = None
    """Of a sign-in elsewhere that has begun."""
    path: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of the address."""
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    upload: tuple[str, BinaryIO] | None = None
    """The name of an uploaded file, and the file."""
    origin: str = ""
    """Where the browser found us: scheme and host."""
    by_script: bool = False
    """Whether the page's own script sends a form that it kept: it is answered with what came of it, not with a page."""

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.house.now()

    @property
    def as_of(self) -> date:
        """The business day."""
        return self.house.today()

    @property
    def stamp(self) -> Stamp:
        """Sign what the viewer does now."""
        return Stamp(at=self.now, as_of=self.as_of, actor=self.viewer.who)

    @property
    def form_key(self) -> str | None:
        """The key of the form that was sent."""
        return self.form.get(FORM_KEY) or None

    def typed(self, name: str) -> str | None:
        """Return what was typed into a field; None for nothing."""
        return self.form.get(name, "").strip() or None

    def day(self, name: str) -> date | None:
        """Return the day that was typed into a field, None for nothing; raises QuestionError for one that cannot be."""
        typed = self.typed(name)
        return None if typed is None else asked_day(typed)

    def number(self, name: str) -> int | None:
        """Return the number that was typed into a field, cut after nine digits; None where there is none."""
        typed = self.typed(name)
        return int(typed[:9]) if typed and typed.isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A page to be rendered."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    refusal: Exception | None = None
    """Why what was asked was not done; it is told on the page."""
    refused_form: str | None = None
    """The form beside which that is told; None: on top."""
    again_in: int | None = None
    """Seconds after which a browser asks for it again, while something goes on by itself."""
    figures: Callable[[], Sequence[Figure]] = tuple
    """Its tables in their order, made when one is asked for as a file; see `workbooks`."""
    token: str | None = None
    """A session that begins."""
    handshake: str | None = None
    """As of `Move`."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """A way on to another page, as every deed ends."""

    to: str
    token: str | None = None
    """A session that begins; an empty one ends."""
    language: str | None = None
    """A language that was chosen."""
    handshake: str | None = None
    """What the browser keeps while its user signs in elsewhere; an empty one is over."""
    said: Sequence[Sentence] = ()
    """What is worth a notice, for a script that shows it in place."""


def local(address: str | None) -> str:
    """Return an address of ours; that of the first page for one that leads elsewhere."""
    good = address and address.startswith("/") and address.isprintable() and not address.startswith(("//", "/\\"))
    return address if address and good else "/"


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to be kept."""

    name: str
    content: bytes
    media: str = "text/csv"


Answer = Screen | Move | Download
Work = Callable[[Visit], Answer]

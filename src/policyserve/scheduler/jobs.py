"""The jobs: what each one calls, and when it is due.

All of them can run again at any time without harm: a second run finds nothing left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from policyserve.config import Settings
from policyserve.locale import N_, Listed, Sentence
from policyserve.scheduler.hours import Daily, Every, Hours
from policyserve.scheduler.turns import Pauses

if TYPE_CHECKING:
    from policyserve.calendars.calendar import Calendar
    from policyserve.tasks.release import ReleaseCounts


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a job works with."""

    engine: Engine
    settings: Settings
    language: str
    """In which it writes to people: the morning notices."""
    as_of: date
    """The business day: after an outage the work is for today, whenever it was due."""
    at: datetime
    """The instant, in UTC."""
    stop: threading.Event
    """Set when the process is to end; a long job ends after the piece that it has in hand."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of the market."""
        from policyserve.operations.calendars import calendar_named

        return calendar_named(self.settings.calendar)


Work = Callable[[Call], Sentence]
"""Does a job and says in a sentence what came of it, without personal data."""

WORDS: Final = {
    "added": N_("{count:,} added"),
    "moved": N_("{count:,} moved"),
    "cancelled": N_("{count:,} cancelled"),
    "reopened": N_("{count:,} reopened"),
    "missed": N_("{count:,} missed"),
    "unchanged": N_("{count:,} unchanged"),
}


def _release(call: Call) -> Sentence:
    from policyserve.operations import import_expiry, release

    import_expiry.forget_old(call.engine, at=call.at)
    counts = release.release_tasks(
        call.engine,
        call.calendar,
        as_of=call.as_of,
        at=call.at,
        days=call.settings.file.jobs.days,
        visits=call.settings.file.visits,
    )
    return released(counts)


def released(counts: ReleaseCounts) -> Sentence:
    """Say what a release did with how many tasks."""
    return Listed([Sentence(WORDS[name], count=count) for name, count in asdict(counts).items() if name in WORDS])


def _generate(call: Call) -> Sentence:
    from policyserve.operations import messages

    done = messages.generate_messages(call.engine, call.calendar, call.settings, as_of=call.as_of, at=call.at)
    return done.sentence()


def _send(call: Call) -> Sentence:
    from policyserve.operations import outbox

    return outbox.send_messages(call.engine, call.settings, stop=call.stop).sentence()


def _notices(call: Call) -> Sentence:
    from policyserve.operations import notices

    done = notices.push_notices(
        call.engine,
        call.settings,
        as_of=call.as_of,
        at=call.at,
        language=call.language,
        stopping=call.stop.is_set,
    )
    return done.sentence()


WORKS: Final[Mapping[str, Work]] = {"release": _release, "generate": _generate, "send": _send, "notices": _notices}
"""Each job by name, in the order in which they follow each other on a day."""

LANES: Final = {"release": "book", "generate": "book", "send": "send", "notices": "notices"}
"""Jobs of one lane follow each other: both of the night read the whole book, and one would wait for the other's lock
until it gives up."""


def schedule(settings: Settings) -> dict[str, Hours]:
    """Return when each job is due."""
    jobs = settings.file.jobs
    return {
        "release": Daily(at=jobs.release_at),
        "generate": Daily(at=jobs.generate_at),
        "send": Every(minutes=jobs.send_every_minutes),
        "notices": Every(minutes=jobs.notices_every_minutes),
    }


def zone_of(settings: Settings) -> ZoneInfo:
    """Return the business time zone."""
    return ZoneInfo(settings.time_zone)


def pauses(settings: Settings) -> Pauses:
    """Return how long a job waits before it is tried again."""
    jobs = settings.file.jobs
    return Pauses(
        first=timedelta(minutes=jobs.first_pause_minutes), longest=timedelta(minutes=jobs.longest_pause_minutes)
    )

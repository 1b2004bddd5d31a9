"""The morning's push: who is due, one notice after the other for each robot, robots side by side.

It may run as often as one likes, several at once: whoever writes the row of an agent and a day sends that notice, and
nobody else does. A robot that fails is left alone until the next run, so that a vendor's bad minute costs one attempt
and not everybody's.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as hour
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from policyserve import db
from policyserve.config import Settings
from policyserve.locale import Listed, N_in, Sentence
from policyserve.messages.notices import records
from policyserve.messages.notices.channels.channel import Answer, Channel, Text
from policyserve.messages.notices.channels.registry import channel_of
from policyserve.messages.notices.pace import reserve
from policyserve.messages.notices.records import Candidate
from policyserve.messages.notices.text import task_count, write
from policyserve.standard.model import Standard
from policyserve.tasks.agenda import agenda
from policyserve.tasks.release import last_release

NOON: Final = hour(12)
"""A morning's notice goes out until then; one that is set for later, until its day ends."""

ANSWER_SECONDS: Final = 20.0
"""How long a channel may take to answer."""

PATIENCE: Final = 60.0
"""Seconds that one run waits for the place of a robot that many agents share; the others are left to the next run."""

ROBOTS_AT_ONCE: Final = 8


@dataclass(frozen=True, kw_only=True)
class NoticeCounts:
    """What a run did, in agents."""

    sent: int = 0
    nothing: int = 0
    """Nothing is due, so there is no notice."""
    later: int = 0
    """Tried in vain, or not tried because the robot has enough; the next run goes on."""
    refused: int = 0
    unknown: int = 0
    """It may have arrived: for a person to look at."""
    failed: int = 0
    """Given up after the last attempt."""
    early: int = 0
    """Their hour has not come."""

    def sentence(self) -> Sentence:
        """Say it in a sentence, without what did not happen."""
        parts = [Sentence(words, count=count) for name, words in _WORDS.items() if (count := getattr(self, name))]
        return Sentence("Notices: {parts}.", parts=Listed(parts)) if parts else Sentence("No notice was due.")


_WORDS: Final = {
    "sent": N_in("notices", "{count} sent"),
    "nothing": N_in("notices", "{count} with nothing due"),
    "later": N_in("notices", "{count} to be tried again"),
    "refused": N_in("notices", "{count} refused"),
    "unknown": N_in("notices", "{count} in doubt"),
    "failed": N_in("notices", "{count} given up"),
    "early": N_in("notices", "{count} whose hour has not come"),
}


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run."""

    engine: Engine
    settings: Settings
    standard: Standard
    language: str
    day: date
    clock: Callable[[], datetime]
    """Now: the instant of the call and what has passed since."""
    seconds: float
    stopping: Callable[[], bool]


def push_notices(
    engine: Engine,
    settings: Settings,
    standard: Standard,
    *,
    as_of: date,
    at: datetime,
    language: str = "en",
    by_hand: bool = False,
    seconds: float = ANSWER_SECONDS,
    stopping: Callable[[], bool] = lambda: False,
) -> NoticeCounts:
    """Send the notices of the day `as_of` that are due at the instant `at` (with a zone), and return what came of it.

    `by_hand`: somebody wants them now, whatever the hour, and once more those that were refused or given up.
    `stopping` is asked before each notice; what is not sent then is left to the next run. Must not be called inside an
    event loop: it runs one of its own.
    """
    started = time.monotonic()
    found = records.candidates(engine, as_of, by_hand=by_hand)
    due, early, late = _sorted_by_time(found, settings, as_of, at, by_hand=by_hand)
    records.close(engine, as_of, late, at=at)
    if not due:
        return NoticeCounts(early=len(early))
    run = _Run(
        engine=engine,
        settings=settings,
        standard=standard,
        language=language,
        day=as_of,
        clock=lambda: at + timedelta(seconds=time.monotonic() - started),
        seconds=seconds,
        stopping=stopping,
    )
    return NoticeCounts(early=len(early), **asyncio.run(_push_all(run, due)))


def _sorted_by_time(
    found: Iterable[Candidate], settings: Settings, day: date, at: datetime, *, by_hand: bool
) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
    """Tell who is due at an instant, whose hour is still to come, and whose time is over."""
    due: list[Candidate] = []
    early: list[Candidate] = []
    late: list[Candidate] = []
    for candidate in found:
        opens, closes = hours_of(candidate.hour or settings.file.notices.at, day, ZoneInfo(settings.time_zone))
        if by_hand or opens <= at < closes:
            due.append(candidate)
        else:
            (early if at < opens else late).append(candidate)
    return due, early, late


def hours_of(standing: hour, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when (half-open) a notice set for an hour may go out on a day."""
    opens = datetime.combine(day, standing, zone)
    if standing < NOON:
        return opens, datetime.combine(day, NOON, zone)
    return opens, datetime.combine(day + timedelta(days=1), hour(), zone)


async def _push_all(run: _Run, due: Sequence[Candidate]) -> dict[str, int]:
    by_robot: dict[str, list[Candidate]] = {}
    for candidate in due:
        by_robot.setdefault(candidate.robot.address, []).append(candidate)
    places = asyncio.Semaphore(ROBOTS_AT_ONCE)

    async def push(group: list[Candidate]) -> Counter[str]:
        async with places:
            return await _push_robot(run, group)

    counts: Counter[str] = Counter()
    for one in await asyncio.gather(*(push(group) for group in by_robot.values()), return_exceptions=True):
        if isinstance(one, BaseException):  # raised when the others have ended: none of them is cut off half-way
            raise one
        counts += one
    return dict(counts)


async def _push_robot(run: _Run, group: Sequence[Candidate]) -> Counter[str]:
    """Send the notices of one robot, one after the other, until it fails or has enough."""
    counts: Counter[str] = Counter()
    for place, candidate in enumerate(group):
        status = await _push_one(run, candidate)
        counts.update([status] if status else [])
        if status in {"later", "unknown", "failed"}:
            counts["later"] += len(group) - place - 1
            break
    return counts


async def _push_one(run: _Run, candidate: Candidate) -> str | None:
    """Send one notice and return what to count it as; None where another process has it."""
    channel = channel_of(candidate.kind)
    text, tasks = await asyncio.to_thread(_written, run, candidate, channel)
    if text is None:
        return "nothing"
    if not await _waited(run, candidate, channel):
        return "later"
    held = await asyncio.to_thread(records.claim, run.engine, candidate, run.day, tasks=tasks, at=run.clock())
    if held is None:
        return None
    answer = await _sent(run, candidate, channel, text)
    status = await asyncio.to_thread(records.settle, run.engine, held, answer, at=run.clock())
    return "later" if status == "waiting" else status


def _written(run: _Run, candidate: Candidate, channel: Channel) -> tuple[Text | None, int]:
    """Write an agent's notice from the agenda as it is now."""
    with db.reading(run.engine) as connection:
        found = agenda(connection, candidate.agent_no, run.day, run.standard)
        released = last_release(connection, run.day)
    asked, style = run.settings.file.notices, channel.style(candidate.robot)
    text = write(found, style, run.language, most=asked.most, released=released, public_url=asked.public_url)
    return text, task_count(found)


async def _waited(run: _Run, candidate: Candidate, channel: Channel) -> bool:
    """Wait for the robot's next place; False where it is too far away or the run is to stop."""
    wait: float | None = 0.0
    if channel.rate and not run.stopping():
        wait = await asyncio.to_thread(
            reserve, run.engine, candidate.robot.address, channel.rate, at=run.clock(), patience=PATIENCE
        )
    while wait and not run.stopping():
        step = min(wait, 1.0)
        await asyncio.sleep(step)
        wait -= step
    return wait is not None and not run.stopping()


async def _sent(run: _Run, candidate: Candidate, channel: Channel, text: Text) -> Answer:
    """Let the notice leave; what nobody foresaw is a doubt, for the text may have gone."""
    try:
        return await channel.send(candidate.robot, text, at=run.clock(), seconds=run.seconds)
    except Exception as error:
        return Answer(outcome="in-doubt", reason=Sentence("something unforeseen ({fault})", fault=type(error).__name__))

"""One webhook of 1,000 replies on a database that holds 100,000, against the bare insert of the same rows.

A vendor waits some seconds for its answer, and everybody else's writes wait for this one on SQLite.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, insert

from benchmarks.measuring import REPEAT, Figure
from benchmarks.release import opened, seconds
from policyserve import db
from policyserve.config import Settings
from policyserve.messages.gateways.gateway import Incoming, News
from policyserve.messages.outbox.inbound import REPLIES
from policyserve.migrations import schema
from policyserve.operations.outbox import take_in_news

STORED = 100_000
PUSHED = 1_000
PHONES = 20_000
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
GOAL = 20.0
"""Times the floor: some 0.3 s, a tenth of what the strictest vendor waits."""


def run(_size: int) -> Iterator[Figure]:
    """Take in replies without numbers, the slower kind: half of them come for the second time."""
    from peers import postgres  # of the tests, found by __main__

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.sqlite3"
        with opened(path) as engine:
            schema.upgrade(engine)
            ours = times(engine)
        floors = [bare(path) for _ in range(REPEAT)]
        yield figure("SQLite", ours, floors)
        with postgres.server() as url:
            engine = db.open_engine(url)
            schema.upgrade(engine)
            yield figure("PostgreSQL", times(engine), floors)
            engine.dispose()


def figure(name: str, ours: list[float], floors: list[float]) -> Figure:
    """Name the figure by its database."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    work = f"webhook of {PUSHED:,} replies, {STORED:,} stored, {name}"
    return Figure(work=work, goal=GOAL, ours=median(ours), floor=median(floors), peak=peak)


def times(engine: Engine) -> list[float]:
    """Fill the table and return the seconds of each push; half of every push is stored already."""
    rows = [
        {"gateway": "vendor", "phone": phone(number), "text": "好的", "at": at(number), "refuses": False}
        for number in range(STORED)
    ]
    with db.writing(engine) as connection:
        connection.execute(insert(REPLIES), rows)
    settings = Settings(database_url="")
    return [seconds(pushed(engine, settings, STORED + turn * PUSHED - PUSHED // 2)) for turn in range(REPEAT)]


def pushed(engine: Engine, settings: Settings, first: int) -> Callable[[], object]:
    """Return what is measured: the push of the replies from a number on; every tenth refuses."""
    numbers, new = range(first, first + PUSHED), first + PUSHED // 2
    replies = [
        Incoming(phone=phone(number), text="TD" if number >= new and number % 10 == 0 else "好的", at=at(number))
        for number in numbers
    ]
    return lambda: take_in_news(engine, settings, "vendor", News(replies=replies), at=NOON)


def bare(path: Path) -> float:
    """Return the seconds of sqlite3's own insert of as many rows, and of nothing else."""
    rows = [("vendor", phone(number), "好的", "2026-11-21 04:00:00.000000", 0) for number in range(PUSHED)]
    with closing(sqlite3.connect(path)) as connection:

        def work() -> None:
            with connection:
                connection.executemany(
                    "INSERT INTO replies (gateway, phone, text, at, refuses) VALUES (?, ?, ?, ?, ?)", rows
                )

        return seconds(work)


def phone(number: int) -> str:
    """Return a phone; generated, nobody's."""
    return f"139{number % PHONES:08d}"


def at(number: int) -> datetime:
    """Return when a reply came."""
    return NOON + timedelta(seconds=number)

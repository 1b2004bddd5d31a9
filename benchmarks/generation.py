"""Generation of a day's messages against its floor: the bare read, the bare rendering, the bare insert.

The floor reads the columns that generation needs by the plain driver, renders the same compiled templates from the same
words in a bare loop, and inserts the same rows into an equal table with the same indexes. Both sides start from copies
of one file and take turns.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from benchmarks.measuring import REPEAT, Figure
from benchmarks.random_book import KNOWN_ON
from benchmarks.reading import QUERIES
from benchmarks.release import fill, opened, seconds
from policyserve import db
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.messages.generation import composition
from policyserve.messages.generation.generation import run_generation
from policyserve.messages.texts.template_files import compiled
from policyserve.messages.texts.templates import Draft
from policyserve.settings_file import MessageSettings
from policyserve.standard.parser import default_standard

DAY = KNOWN_ON + timedelta(days=4)
"""The fifth: reminders, debits, lapses, birthdays, and the month's news to who has consented."""

GOAL = 2.0
PEOPLE = "SELECT id, customer_no, name, gender, birthday, phone, marketing_consent, sms_optout FROM customers"
TABLE = "messages"

Words = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a generation has rendered and written."""

    words: Words
    """The name of each template and what it was given."""
    columns: str
    rows: list[tuple[object, ...]]


def run(size: int) -> Iterator[Figure]:
    """Generate the messages of a day on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        start, scratch = Path(folder) / "book.sqlite3", Path(folder) / "scratch.sqlite3"
        fill(start, size)
        made = made_by(start, scratch)
        floors, ours = [], []
        for _ in range(REPEAT):
            shutil.copyfile(start, scratch)
            floors.append(seconds(lambda: bare(scratch, made)))
            shutil.copyfile(start, scratch)
            with opened(scratch) as engine:
                ours.append(seconds(lambda: generate(engine)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        work = f"generate {len(made.rows):,} messages of a day, {size:,} policies, SQLite"
        yield Figure(work=work, goal=GOAL, ours=median(ours), floor=median(floors), peak=peak)


def generate(engine: Engine) -> None:
    """Do what is measured."""
    calendar = load_calendar(fixture("calendars", "cn.yaml"))
    with db.writing(engine, bulk=True) as connection:
        run_generation(connection, default_standard(), calendar, MessageSettings(), day=DAY, at=datetime.now(UTC))


def made_by(start: Path, scratch: Path) -> Made:
    """Generate once, and return what was rendered and written."""
    drafts: list[Draft] = []
    draft = composition._draft  # the words are taken on their way to the template

    def noted(*given: Any) -> Draft:
        drafts.append(draft(*given))
        return drafts[-1]

    shutil.copyfile(start, scratch)
    with patch.object(composition, "_draft", noted), opened(scratch) as engine:
        generate(engine)
    with sqlite3.connect(scratch) as connection:
        cursor = connection.execute(f"SELECT * FROM {TABLE}")
        columns = ", ".join(name for name, *_ in cursor.description)
        return Made(
            words=[(one.template, dict(one.values.words)) for one in drafts], columns=columns, rows=cursor.fetchall()
        )


def bare(path: Path, made: Made) -> None:
    """Read, render, insert, and nothing else."""
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=normal")
    read = [connection.execute(query).fetchall() for query in (*QUERIES, PEOPLE)]
    templates = {name: compiled(name, "zh") for name, _ in made.words}
    texts = [templates[name].render(words) for name, words in made.words]
    marks = ", ".join("?" * len(made.rows[0]))
    with connection:
        connection.executemany(f"INSERT INTO {TABLE} ({made.columns}) VALUES ({marks})", made.rows)
    connection.close()
    del read, texts

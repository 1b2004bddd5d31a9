"""What people write about tasks: it comes back word for word in every language, and moves no figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from desks import task_book
from policyserve import db
from policyserve.dates import Days
from policyserve.metrics.services.task_states import read_tasks
from policyserve.standard.parser import default_standard
from policyserve.tasks import deeds
from policyserve.tasks.explanation import explain
from policyserve.tasks.transitions import Stamp, history

MONDAY = task_book.MONDAY
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
MAY = Days.between(date(2026, 5, 1), date(2026, 5, 31))
LOOK_ALIKES = (
    "call back by Friday",
    "due 2020-01-01 -> 2020-01-02; agent 1001 -> 1002",
    "called for again, due 2026-05-05; due 2026-05-04 -> 2026-05-05",
    "the policy was surrendered on 2026-05-04",
    "by visit on 2026-05-01",
    "the latest day, 2026-05-18, has passed",
    "the facts no longer call for it",
    "{due} {0} %s",
)
TEXTS = st.sampled_from(LOOK_ALIKES) | st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40
).filter(lambda text: text == text.strip() != "")


def worked(engine: Engine, text: str) -> None:
    """Skip a task, take that back, do it, take that back and do it again, each on a day of its own, with one text."""
    task_book.fill(engine)
    task_book.run(engine, [task_book.touch("policy-review")])
    with db.writing(engine) as connection:
        deeds.skip(connection, 1, stamp(0), why=text)
        deeds.reopen(connection, 1, stamp(1), why=text)
        deeds.done(connection, 1, stamp(2), on=MONDAY, channel="visit", satisfaction=4, note=text)
        deeds.reopen(connection, 1, stamp(3), why=text)
        deeds.done(connection, 1, stamp(4), on=MONDAY, channel="call", outcome="reached", note=text)


def stamp(number: int) -> Stamp:
    return Stamp(at=task_book.AT, as_of=DAYS[number], actor="1002")


def stood(engine: Engine) -> list[pl.DataFrame]:
    """Return how the task stood on each day."""
    with db.reading(engine) as connection:
        return [read_tasks(connection, MAY, day) for day in DAYS]


def lines(engine: Engine, language: str) -> list[str]:
    with db.reading(engine) as connection:
        return explain(connection, 1, default_standard(), language, as_of=DAYS[0])


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_text_that_looks_like_the_system_s_comes_back_and_moves_nothing(engine: Engine, text: str) -> None:
    worked(engine, text)
    with db.reading(engine) as connection:
        assert [step.said for step in history(connection, 1)] == [None, text, text, None, text, None]
    assert [frame["status"].to_list() for frame in stood(engine)] == [
        ["skipped"],
        ["open"],
        ["done"],
        ["open"],
        ["done"],
    ]
    assert [frame["due"].to_list() for frame in stood(engine)] == [[MONDAY]] * 5
    assert [frame["agent_id"].to_list() for frame in stood(engine)] == [[2]] * 5


Told = tuple[list[pl.DataFrame], dict[str, list[str]]]


@pytest.fixture(scope="module")
def plain(sqlite_template: Path) -> Told:
    """Return how a task with a plain text stood on each day, and what is said of it in each language."""
    with told_in(sqlite_template, "abroad") as engine:
        return stood(engine), {language: lines(engine, language) for language in ("en", "zh")}


@contextmanager
def told_in(template: Path, text: str) -> Iterator[Engine]:
    """Yield a database in which a task was worked on with a text."""
    with TemporaryDirectory() as folder:
        engine = db.open_engine(f"sqlite:///{copyfile(template, Path(folder) / 'told.sqlite3')}")
        worked(engine, text)
        yield engine
        engine.dispose()


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_any_text_stands_in_every_language_as_it_was_written_and_moves_no_figure(
    sqlite_template: Path, plain: Told, text: str
) -> None:
    frames, said = plain
    with told_in(sqlite_template, text) as engine:
        assert all(one.equals(other) for one, other in zip(frames, stood(engine), strict=True))
        for language, expected in said.items():
            assert lines(engine, language) == [line.replace("abroad", text) for line in expected]

"""Obligations of whole books are judged by those read one by one, on random books with random weeks of work."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books.random_books import as_of_days, books
from policyserve.book.columns import Book
from policyserve.calendars.calendar import load_calendar
from policyserve.dates import Days
from policyserve.obligations.evidence import DEEDS, WORK, Evidence
from policyserve.obligations.occasions import Ground, occasions
from policyserve.obligations.owed import Owed, owed_of
from policyserve.standard.parser import default_standard
from slow.obligations import Evening, cases

CALENDAR = load_calendar(Path(__file__).parents[3] / "fixtures" / "calendars" / "cn.yaml")
STANDARD = default_standard()
SERVICES = {one.code: one.services for one in STANDARD.obligations}
STEPS = (0, 0, -1, 1, -2, 2, -7, 7, -30, 30, -90)
FATES = (
    ("task", None, True), ("task", "busy", False), ("text", "delivered", True), ("text", "accepted", True),
    ("text", "failed", False),
)  # fmt: skip

some = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


class Question:
    """A book on a day, some days, and what was done for what is owed in them."""

    def __init__(self, book: Book, as_of: date, days: Days) -> None:
        self.book, self.as_of, self.days = book, as_of, days
        self.ground = Ground.of(book, STANDARD, CALENDAR, days, as_of)
        self.deeds: list[dict[str, Any]] = []
        self.since: date | None = None

    def fast(self) -> Owed:
        deeds = pl.DataFrame(self.deeds, schema=DEEDS, orient="row")
        return owed_of(self.ground, self.days, Evidence(deeds=deeds, work=pl.DataFrame(schema=WORK), since=self.since))

    def slow(self) -> list[tuple[Any, ...]]:
        evening = Evening(
            book=self.book, standard=STANDARD, calendar=CALENDAR, as_of=self.as_of, deeds=self.deeds, since=self.since
        )
        return sorted((astuple(one) for one in cases(evening, self.days.start, self.days.last)), key=repr)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    as_of = draw(as_of_days())
    book = draw(books(as_of))
    known = as_of - timedelta(days=draw(st.sampled_from((0, 20, 100, 1000))))
    told = {name: getattr(book, name).with_columns(known_on=pl.lit(known)) for name in ("customers", "policies")}
    days = Days(start=as_of - timedelta(days=500), end=as_of + timedelta(days=200))
    asked = Question(Book(**{**vars(book), **told}), as_of, days)
    asked.since = as_of - timedelta(days=draw(st.sampled_from((0, 10, 60, 900)))) if draw(st.booleans()) else None
    for row in occasions(asked.ground, days).to_dicts():
        asked.deeds += [_deed(draw, row, as_of) for _ in range(draw(st.sampled_from((0, 0, 1, 2, 4))))]
    return asked


def _deed(draw: st.DrawFn, row: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Draw something done for an occasion, or for the one after it, about its last day."""
    kind, outcome, counts = draw(st.sampled_from(FATES))
    return {
        "service": draw(st.sampled_from(SERVICES[row["obligation"]])),
        "subject_kind": row["subject_kind"],
        "subject_id": row["subject_id"],
        "ordinal": row["ordinal"] + draw(st.sampled_from((0, 0, 0, 0, 1))),
        "kind": kind,
        "number": draw(st.integers(1, 9)),
        "on": min(as_of, row["due"] + timedelta(days=draw(st.sampled_from(STEPS)))),
        "channel": "call",
        "outcome": outcome,
        "counts": counts,
    }


FIELDS = ("obligation", "subject_id", "ordinal", "due", "state", "why", "given", "met_on")


@some
@given(questions())
def test_every_obligation_is_judged_as_one_by_one(asked: Question) -> None:
    assert sorted(asked.fast().rows.select(FIELDS).rows(), key=repr) == asked.slow()

"""The fast planner is judged by the slow one, on random books, standards and windows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from books.random_books import LISTS, as_of_days, books, crowd, windows
from books.random_standards import parts_of, standards
from books.small_books import book, event, policy
from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.standard.consistency import check_standard
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from slow.planner import SlowTouch, slow_plan

CALENDAR: Calendar = load_calendar(Path(__file__).parents[3] / "fixtures" / "calendars" / "cn.yaml")
FIELDS = [field.name for field in fields(SlowTouch) if field.name != "customer_no"]
IDENTITY = ["service", "subject_kind", "subject", "ordinal"]
Touch = tuple[object, ...]

some = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
many = settings(some, max_examples=200, derandomize=False)


class Question:
    """All that a plan is made of; its text holds the facts alone, without empty fields."""

    def __init__(self, book: Book, standard: Standard, days: Days, as_of: date, *, standing: bool) -> None:
        self.book, self.standard, self.days, self.as_of, self.standing = book, standard, days, as_of, standing

    def __repr__(self) -> str:
        rows = [(name, row) for name in LISTS for row in getattr(self.book, name).to_dicts()]
        facts = [(name, {key: str(value) for key, value in row.items() if value is not None}) for name, row in rows]
        asked = f"as of {self.as_of}, {self.days.start} to {self.days.last}, standing {self.standing}"
        return "\n".join([asked, *(f"{name}: {row}" for name, row in facts)])

    def fast(self, days: Days | None = None) -> list[Touch]:
        """Return the touches of the fast planner, with the number of the customer."""
        numbers = self.book.customers.select("customer_id", "customer_no")
        touches = plan(self.book, self.standard, CALENDAR, days or self.days, self.as_of, standing=self.standing)
        return sorted(touches.join(numbers, on="customer_id").select(*FIELDS, "customer_no").rows(), key=repr)

    def slow(self) -> list[Touch]:
        """Return the touches of the slow planner."""
        touches = slow_plan(self.book, self.standard, CALENDAR, self.days, self.as_of, standing=self.standing)
        return sorted((tuple(getattr(touch, name) for name in (*FIELDS, "customer_no")) for touch in touches), key=repr)


def around(as_of: date) -> Days:
    """Return nearly three years that hold all that is near the edges of a day."""
    return Days(start=as_of - timedelta(days=500), end=as_of + timedelta(days=500))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a question on services of the default standard, or on random ones."""
    as_of = draw(as_of_days())
    return Question(
        draw(books(as_of)),
        draw(parts_of(default_standard()) | standards()),
        draw(st.just(around(as_of)) | windows(as_of)),
        as_of,
        standing=draw(st.booleans()),
    )


@cache
def collected(as_of: date, count: int) -> tuple[list[Book], list[Standard]]:
    """Draw books and standards to be judged together, which is quicker than one by one."""
    drawn: list[tuple[Book, Standard]] = []

    @settings(some, max_examples=count, phases=[Phase.generate])
    @given(books(as_of), standards())
    def collect(known: Book, standard: Standard) -> None:
        drawn.append((known, standard))

    collect()
    return [known for known, _ in drawn], [standard for _, standard in drawn]


def assert_same(question: Question) -> None:
    """Fail with what only one of the planners finds, and its rule."""
    fast, slow = question.fast(), question.slow()
    codes = {touch[0] for touch in {*fast} ^ {*slow}}
    rules = [
        service.model_dump(exclude_defaults=True) for service in question.standard.services if service.code in codes
    ]
    only = [f"only fast: {[str(part) for part in touch]}" for touch in fast if touch not in slow]
    only += [f"only slow: {[str(part) for part in touch]}" for touch in slow if touch not in fast]
    if fast != slow:
        pytest.fail("\n".join([*only, *map(str, rules), repr(question)]), pytrace=False)


def assert_same_together(parts: list[Book], standard: Standard, as_of: date, *, standing: bool) -> None:
    """Judge books together; where the planners differ, go on with the book in question alone."""
    question = Question(crowd(parts), standard, around(as_of), as_of, standing=standing)
    differing = {*question.fast()} ^ {*question.slow()}
    for place in sorted({int(str(touch[2]).split(".")[1]) for touch in differing}):
        assert_same(Question(parts[place], standard, around(as_of), as_of, standing=standing))
    assert not differing


@pytest.mark.parametrize("as_of", [date(2026, 11, 21), date(2024, 2, 29), date(2025, 3, 31)], ids=str)
def test_both_planners_agree_on_hundreds_of_books(as_of: date) -> None:
    parts, random = collected(as_of, 100)
    for standard in (default_standard(), *random[-3:]):
        assert_same_together(parts, standard, as_of, standing=False)
        assert_same_together(parts, standard, as_of, standing=True)


@pytest.mark.slow
@many
@given(questions())
def test_both_planners_agree(question: Question) -> None:
    assert_same(question)


@pytest.mark.parametrize("as_of", [date(2026, 11, 21), date(2024, 2, 29)], ids=str)
@pytest.mark.parametrize("standing", [False, True], ids=["all", "standing"])
def test_planning_a_window_equals_planning_its_parts(as_of: date, standing: bool) -> None:
    parts, _ = collected(as_of, 100)
    question = Question(crowd(parts), default_standard(), around(as_of), as_of, standing=standing)
    cuts = [question.days.start + timedelta(days=lead) for lead in (0, 1, 8, 400, 499, 500, 531, 1000)]
    spans = [Days(start=start, end=end) for start, end in pairwise(cuts)]
    assert sorted((touch for span in spans for touch in question.fast(span)), key=repr) == question.fast()


def test_a_dividend_declared_after_the_days_asked_for_takes_the_touch_of_its_anniversary_with_it() -> None:
    known = book(
        policy(issued=date(2024, 2, 28), participating=True), events=[event("dividend_declared", date(2026, 11, 1))]
    )
    standard = default_standard()
    asked = standard.model_copy(update={"services": (standard.service("dividend-report"),)})
    march, november = (
        Days.between(date(2026, 2, 1), date(2026, 3, 31)),
        Days.between(date(2026, 11, 1), date(2026, 11, 30)),
    )
    assert plan(known, asked, CALENDAR, march, date(2026, 11, 21)).is_empty()
    assert plan(known, asked, CALENDAR, november, date(2026, 11, 21))["ordinal"].to_list() == [2]


@pytest.mark.parametrize("as_of", [date(2026, 11, 21), date(2024, 2, 29)], ids=str)
def test_no_identity_comes_twice(as_of: date) -> None:
    parts, _ = collected(as_of, 100)
    touches = plan(crowd(parts), default_standard(), CALENDAR, around(as_of), as_of)
    assert touches.height > 1000
    assert touches.filter(pl.struct(IDENTITY).is_duplicated()).is_empty()


@some
@given(standards())
def test_random_standards_make_sense(standard: Standard) -> None:
    assert [str(found) for found in check_standard(standard) if found.severity == "error"] == []

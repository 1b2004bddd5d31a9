"""The explanation and the planner agree: planned and left out are all occurrences, and each has a reason."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest
from hypothesis import Phase, given, settings

from books.random_books import books, crowd
from books.random_standards import standards
from books.small_plans import CALENDAR
from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.plan.candidates import EverySubject, candidates
from policyserve.plan.planner import plan
from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from policyserve.tasks.touch_absence import left_out
from slow.audience import is_for
from slow.endings import has_ended
from slow.facts import know
from slow.occurrence import Setting
from slow.triggers import occurrences

AS_OF = date(2026, 11, 21)
DAYS = Days(start=AS_OF - timedelta(days=500), end=AS_OF + timedelta(days=500))
IDENTITY = ["service", "subject_kind", "subject", "ordinal"]
TOUCH = [*IDENTITY, "anchor", "nominal", "due", "earliest", "latest"]


@cache
def drawn() -> tuple[Book, tuple[Standard, ...]]:
    """Draw books, put together, and standards."""
    found: list[tuple[Book, Standard]] = []

    @settings(max_examples=40, derandomize=True, deadline=None, phases=[Phase.generate], database=None)
    @given(books(AS_OF), standards())
    def collect(known: Book, standard: Standard) -> None:
        found.append((known, standard))

    collect()
    return crowd([book for book, _ in found]), (default_standard(), *(standard for _, standard in found[:8]))


def explained(standard: Standard, *, standing: bool = False) -> pl.DataFrame:
    facts = EverySubject.of(drawn()[0], AS_OF, *standard.lapse_rules)
    return candidates(facts, standard, CALENDAR, DAYS, standing=standing)


@pytest.mark.parametrize("standing", [False, True], ids=["all", "standing"])
def test_what_no_step_leaves_out_is_what_the_planner_plans(standing: bool) -> None:
    for standard in drawn()[1]:
        touches = plan(drawn()[0], standard, CALENDAR, DAYS, AS_OF, standing=standing)
        planned = touches.with_columns(pl.col("service", "subject_kind").cast(pl.String)).select(TOUCH).sort(TOUCH)
        kept = explained(standard, standing=standing).filter(pl.col("reason").is_null()).select(TOUCH).sort(TOUCH)
        assert kept.rows() == planned.rows()


def test_no_occurrence_is_both_planned_and_left_out() -> None:
    found = explained(default_standard())
    assert found.height > 3000
    assert found.filter(pl.struct(*IDENTITY, "nominal").is_duplicated()).is_empty()
    assert (found["reason"].is_null() == found["due"].is_not_null()).all()


def test_what_the_slow_rules_give_and_then_end_is_left_out_with_a_reason() -> None:
    """The slow triggers yield occurrences before audience and endings: each is among the candidates, planned or not."""
    standard = default_standard()
    facts = know(drawn()[0], standard.grace_days, AS_OF, standard.rider_arrears, standard.grades)
    setting = Setting(
        facts=facts, standard=standard, calendar=CALENDAR, as_of=AS_OF, nominal_days=DAYS,
        festivals=CALENDAR.festivals(DAYS).to_dicts(),
    )  # fmt: skip
    slow: dict[tuple[object, ...], bool] = {}
    for service in standard.services:
        for one in occurrences(setting, service) if service.enabled else ():
            if DAYS.start <= one.nominal < DAYS.end:
                stands = is_for(facts, service, one) and not has_ended(setting, service, one, one.nominal)
                key = (service.code, one.subject_kind, one.subject.number, one.ordinal, one.nominal)
                slow[key] = slow.get(key, False) or stands
    rows = explained(standard).select(*IDENTITY, "nominal", "reason").rows()
    fast = {row[:5]: row[5] for row in rows if DAYS.start <= row[4] < DAYS.end}
    assert not {key for key in slow if key not in fast and not slow[key]}
    assert not {key for key, stands in slow.items() if not stands and fast[key] is None}
    assert sum(not stands for stands in slow.values()) > 50


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_is_a_sentence(language: str) -> None:
    for standard in drawn()[1]:
        facts = EverySubject.of(drawn()[0], AS_OF, *standard.lapse_rules)
        dropped = explained(standard, standing=True).filter(pl.col("reason").is_not_null())
        for row in dropped.unique(["reason", "service"], maintain_order=True).to_dicts():
            words = left_out(row, facts).sentence().told(language)
            assert words
            assert "{" not in words
            assert (max(words) > "一") == (language == "zh")

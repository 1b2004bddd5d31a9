"""The rehearsal is judged by a slow one, which plans everything with both standards over a wide range of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from books.random_books import books, crowd
from books.random_standards import standards
from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.rehearsal.differences import differing
from policyserve.rehearsal.rehearsal import Rehearsal, rehearsal
from policyserve.standard.model import Service, Standard
from policyserve.standard.parser import default_standard
from policyserve.standard.versions import carry_since, with_since

CALENDAR: Calendar = load_calendar(Path(__file__).parents[3] / "fixtures" / "calendars" / "cn.yaml")
WIDE = 400
WAYS = ("earliest", "latest", "channels", "performer")
UNCHANGED = {"before", "after", "messages_before", "messages_after", "same"}
Key = tuple[str, str, int, int]
Row = dict[str, Any]
Touches = dict[Key, Row]
Loads = dict[tuple[int | None, date], list[float]]
AS_OF = date(2026, 11, 21)
Question = tuple[Book, Standard, Standard, Days, date]


def changed_service(**update: object) -> Callable[[Service], list[Service]]:
    """Change fields of a service."""
    return lambda one: [one.model_copy(update=update)]


def with_days(days: int) -> Callable[[Service], list[Service]]:
    """Change the offset of a trigger that has one."""
    return lambda one: (
        [one.model_copy(update={"trigger": one.trigger.model_copy(update={"days": days})})]
        if "days" in type(one.trigger).model_fields
        else []
    )


CHANGES: tuple[Callable[[Service], list[Service]], ...] = (
    changed_service(),
    changed_service(enabled=False),
    changed_service(code="another"),
    changed_service(channels=("sms",)),
    changed_service(channels=("visit", "sms")),
    changed_service(effort=2.5),
    changed_service(since=date(2026, 11, 30)),
    changed_service(name="other words"),
    with_days(0),
    with_days(45),
    lambda _: [],
)
SETTINGS: tuple[dict[str, object], ...] = (
    {}, {}, {}, {}, {"grace_days": 30}, {"freelook_days": 20}, {"feb29": "mar01"}, {"grades": ()},
    {"rider_arrears": "suspend-main"},
)  # fmt: skip


def changed(dice: Random, old: Standard) -> Standard:
    """Draw a standard that differs from another one in some services, and perhaps in a setting for all."""
    drawn = [dice.choice(CHANGES)(one) for one in old.services]
    services = [one for found in drawn for one in found]
    last = [one for one in services if one.code == "another"][-1:]  # several services may not be called so
    kept = [one for one in services if one.code != "another" or one is last[0]]
    return old.model_copy(update={**dice.choice(SETTINGS), "services": tuple(kept)})


@cache
def collected() -> tuple[Book, list[Standard]]:
    """Draw a book of many customers, half of whose policies were known long before, and some standards."""
    drawn: list[tuple[Book, Standard]] = []

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(books(AS_OF), standards())
    def collect(known: Book, standard: Standard) -> None:
        drawn.append((known, standard))

    collect()
    book = crowd([known for known, _ in drawn])
    early = (
        pl.when(pl.col("customer_id") // 100 % 2 == 0).then(pl.lit(AS_OF - timedelta(days=600))).otherwise("known_on")
    )
    told = {name: getattr(book, name).with_columns(known_on=early) for name in ("customers", "policies")}
    return replace(book, **told), [standard for _, standard in drawn[-3:]]


def question(seed: int) -> Question:
    """Draw two standards, the shipped one more often, and some days around the day on which the book is known."""
    dice = Random(seed)
    book, others = collected()
    old = default_standard() if seed < 5 else dice.choice(others)
    start = AS_OF + timedelta(days=dice.choice((0, -200, 1, 30)))
    return (
        book,
        old,
        changed(dice, old),
        Days(start=start, end=start + timedelta(days=dice.choice((30, 7, 365)))),
        AS_OF,
    )


def wide_plan(book: Book, standard: Standard, days: Days, as_of: date) -> Touches:
    """Plan everything a year and more around the days."""
    wide = days.widened(before=WIDE, after=WIDE)
    rows = plan(book, standard, CALENDAR, wide, as_of).to_dicts()
    return {(row["service"], row["subject_kind"], row["subject_id"], row["ordinal"]): row for row in rows}


def tracked(touches: Touches, book: Book, standard: Standard) -> Touches:
    """Leave the touches that fell due when their subject and their rule were known."""
    known = {
        kind: dict(people.select(f"{kind}_id", "known_on").iter_rows())
        for kind, people in (("policy", book.policies), ("customer", book.customers))
    }
    since: dict[str, date] = {}
    for one in standard.services:
        since[one.code] = min(since.get(one.code, date.max), one.since or date.min)
    return {
        key: row for key, row in touches.items() if row["due"] >= max(known[key[1]][key[2]] or date.min, since[key[0]])
    }


def both(asked: Question) -> tuple[tuple[Touches, Standard], tuple[Touches, Standard]]:
    """Return the touches that there would be by either standard, and the standards."""
    book, old, new, days, as_of = asked
    held = with_since(new, carry_since(old, new, days.start))
    before, after = wide_plan(book, old, days, as_of), wide_plan(book, held, days, as_of)
    before = tracked(before, book, old)
    there = tracked(after, book, held)
    after = {key: row for key, row in after.items() if key in before or key in there}
    return (before, old), (after, held)


def is_inside(row: Row | None, days: Days) -> bool:
    """Whether a touch falls due in the days."""
    return row is not None and days.start <= row["due"] < days.end


def change_of(was: Row | None, becomes: Row | None, days: Days) -> str:
    """Name what becomes of a touch."""
    if was is None or becomes is None:
        return "added" if was is None else "removed"
    if not is_inside(was, days) or not is_inside(becomes, days):
        return "moved_out" if is_inside(was, days) else "moved_in"
    if was["due"] != becomes["due"]:
        return "moved"
    return "otherwise" if any(was[way] != becomes[way] for way in WAYS) else "same"


def slow_counts(before: Touches, after: Touches, days: Days) -> Counter[tuple[str, str]]:
    """Count what becomes of the touches of each service."""
    counts: Counter[tuple[str, str]] = Counter()
    for key in {*before, *after}:
        was, becomes = before.get(key), after.get(key)
        if is_inside(was, days) or is_inside(becomes, days):
            counts[key[0], change_of(was, becomes, days)] += 1
        for row, name in ((was, "before"), (becomes, "after")):
            if row is not None and is_inside(row, days):
                counts[key[0], name] += 1
                counts[key[0], f"messages_{name}"] += "sms" in row["channels"].split("+")
    return counts


def slow_loads(sides: tuple[tuple[Touches, Standard], ...], days: Days) -> Loads:
    """Sum up what the touches take of the weeks of their agents."""
    loads: Loads = {}
    for side, (touches, standard) in enumerate(sides):
        takes = {(one.code, "+".join(one.channels)): one.takes for one in standard.services if one.enabled}
        for key, row in touches.items():
            taken = takes[key[0], row["channels"]]
            if row["performer"] == "agent" and taken and is_inside(row, days):
                week = row["due"] - timedelta(days=row["due"].weekday())
                loads.setdefault((row["agent_id"], week), [0, 0])[side] += taken
    return loads


def rounded(loads: Loads) -> Loads:
    """Leave out what comes of adding in another order."""
    return {key: [round(load, 6) for load in sums] for key, sums in loads.items()}


SEEDS = range(8)


@cache
def rehearsed(seed: int) -> Rehearsal:
    """Rehearse what was drawn."""
    book, old, new, days, as_of = question(seed)
    return rehearsal(book, old, new, calendar=CALENDAR, days=days, as_of=as_of)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rehearsal_finds_what_planning_everything_twice_finds(seed: int) -> None:
    asked = question(seed)
    _, old, new, days, _ = asked
    found = rehearsed(seed)
    sides = both(asked)
    counts = {key: count for key, count in slow_counts(sides[0][0], sides[1][0], days).items() if count}
    rows = found.services.to_dicts()
    mine = {(row["service"], name): row[name] for row in rows for name in row if name != "service" and row[name]}
    told = {row["service"] for row in rows}
    assert mine == {key: count for key, count in counts.items() if key[0] in told and key[1] != "same"}
    assert {change for code, change in counts if code not in told} <= UNCHANGED
    if differing(old, with_since(new, carry_since(old, new, days.start))):
        loads = {(row["agent_id"], row["week"]): [row["before"], row["after"]] for row in found.load.to_dicts()}
        assert rounded(loads) == rounded(slow_loads(sides, days))


def test_what_is_drawn_holds_every_kind_of_change() -> None:
    """Judge the judge: rehearsals in which nothing changes would agree about nothing."""
    services = pl.concat([rehearsed(seed).services for seed in SEEDS])
    for change in ("added", "removed", "moved", "moved_in", "moved_out", "otherwise"):
        assert services[change].sum() > 0, change

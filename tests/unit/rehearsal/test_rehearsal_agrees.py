"""The rehearsal is judged by a slow one, which plans everything with both standards over a wide range of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from books.random_books import as_of_days, books, crowd
from books.random_standards import parts_of, standards
from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.dates import Days
from policyserve.plan.planner import plan
from policyserve.rehearsal.differences import differing
from policyserve.rehearsal.rehearsal import rehearsal
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
Question = tuple[Book, Standard, Standard, Days, date]

some = settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


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


@st.composite
def changed(draw: st.DrawFn, old: Standard) -> Standard:
    """Draw a standard that differs from another one in some services, and perhaps in a setting for all."""
    services = [new for one in old.services for new in draw(st.sampled_from(CHANGES))(one)]
    once = {one.code: one for one in services}  # several services may not be called `another`
    kept = [one for one in services if one.code != "another" or once["another"] is one]
    return old.model_copy(update={**draw(st.sampled_from(SETTINGS)), "services": tuple(kept or old.services)})


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a book, two standards and some days around the day on which it is known."""
    as_of = draw(as_of_days())
    book = crowd([draw(books(as_of)) for _ in range(6)])
    if draw(st.booleans()):
        known = {"known_on": as_of - timedelta(days=300)}
        book = Book(
            **{**vars(book), "policies": book.policies.with_columns(**{k: pl.lit(v) for k, v in known.items()})}
        )
    old = draw(parts_of(default_standard()) | standards())
    start = as_of + timedelta(days=draw(st.sampled_from((0, -200, 1, 30))))
    return (
        book,
        old,
        draw(changed(old)),
        Days(start=start, end=start + timedelta(days=draw(st.sampled_from((30, 1, 365))))),
        as_of,
    )


def wide_plan(book: Book, standard: Standard, days: Days, as_of: date) -> Touches:
    """Plan everything a year and more around the days."""
    wide = days.widened(before=WIDE, after=WIDE)
    rows = plan(book, standard, CALENDAR, wide, as_of).to_dicts()
    return {(row["service"], row["subject_kind"], row["subject_id"], row["ordinal"]): row for row in rows}


def is_tracked(book: Book, standard: Standard, key: Key, due: date) -> bool:
    """Whether a touch fell due when its subject and its rule were known."""
    code, kind, subject, _ = key
    people = book.policies if kind == "policy" else book.customers
    known = dict(people.select(f"{kind}_id", "known_on").iter_rows())[subject]
    holds = [one.since for one in standard.services if one.code == code]
    since = None if None in holds else min(day for day in holds if day)
    return not (due < known) and not (since and due < since)


def both(asked: Question) -> tuple[tuple[Touches, Standard], tuple[Touches, Standard]]:
    """Return the touches that there would be by either standard, and the standards."""
    book, old, new, days, as_of = asked
    held = with_since(new, carry_since(old, new, days.start))
    before, after = wide_plan(book, old, days, as_of), wide_plan(book, held, days, as_of)
    before = {key: row for key, row in before.items() if is_tracked(book, old, key, row["due"])}
    after = {key: row for key, row in after.items() if key in before or is_tracked(book, held, key, row["due"])}
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


@some
@given(questions())
def test_a_rehearsal_finds_what_planning_everything_twice_finds(asked: Question) -> None:
    book, old, new, days, as_of = asked
    found = rehearsal(book, old, new, calendar=CALENDAR, days=days, as_of=as_of)
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

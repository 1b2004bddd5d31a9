"""Occasions: the facts on which something is owed, each with its subject, its first and last day, and what ends it.

The facts are read from the contracts and not from planned touches: an obligation that nobody planned for is owed too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.contracts.instalments import due_by, instalments_to, with_instalments
from policyserve.contracts.turns import held
from policyserve.dates import FOREVER, Days, completed_years, days_later, months_later
from policyserve.plan.handovers import handovers
from policyserve.plan.subjects import Subjects
from policyserve.plan.workdays import Workdays, freelook_end
from policyserve.standard.model import Standard
from policyserve.standard.obligation import Obligation

OCCASIONS = pl.Schema(
    {
        "obligation": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "customer_id": pl.Int32(),
        "policy_id": pl.Int32(),
        "ordinal": pl.Int32(),
        "day": pl.Date(),
        "begins": pl.Date(),
        "due": pl.Date(),
        "ended_on": pl.Date(),
        "ended_by": pl.String(),
    }
)
"""What is owed: `ordinal` counts as the touches of the occasion do. `day` is that of the occasion, `begins` and `due`
the first and the last one of the obligation; `ended_on` the day of the fact after which it is owed no more.
"""

ENDED_BY = ("paid", "reinstated", "ended")
"""Facts after which nothing is owed: the instalment is paid, the cover is in force again, cover or relation is over."""

BESIDE = 900
"""Days beside those asked for in which an occasion and its last day lie."""

LONGEST_REST = 40
"""Days, more than any count of working days takes beyond twice as many days."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the occasions of a book are read from."""

    book: Book
    """All that is stored, later facts too."""
    facts: Subjects
    """What was known on the day."""
    standard: Standard
    workdays: Workdays
    """Of the days asked for, and two years beside them."""

    @classmethod
    def of(cls, book: Book, standard: Standard, calendar: Calendar, days: Days, as_of: date) -> Self:
        """Look at a book on `as_of`, to ask for obligations with their last day in `days`."""
        facts = Subjects.of(book, as_of, *standard.lapse_rules)
        workdays = Workdays.of(calendar, days.widened(before=BESIDE, after=BESIDE))
        return cls(book=book, facts=facts, standard=standard, workdays=workdays)

    @property
    def as_of(self) -> date:
        """The day."""
        return self.facts.as_of


def occasions(ground: Ground, days: Days) -> pl.DataFrame:
    """Return what is owed with its last day in `days`, as known on the day of the facts: columns as OCCASIONS.

    What begins after that day is not owed yet.
    """
    found = [_owed(one, ground, days) for one in ground.standard.obligations]
    erased = ground.book.rights.filter("erased")["customer_id"]
    whole = pl.concat([pl.DataFrame(schema=OCCASIONS), *found])
    return whole.filter(~pl.col("customer_id").is_in(erased.implode()))


def _owed(one: Obligation, ground: Ground, days: Days) -> pl.DataFrame:
    rows = SOURCES[one.occasion](one, ground, reach(one, days))
    if rows.is_empty():
        return pl.DataFrame(schema=OCCASIONS)
    if one.grades:
        rows = rows.filter(pl.col("customer_id").is_in(_graded(one, ground).implode()))
    ended_on = pl.when(pl.col("ended_on") < FOREVER).then("ended_on")
    return (
        rows.with_columns(due=_due(one, ground), begins=days_later(pl.col("day"), one.begins), ended_on=ended_on)
        .filter(pl.col("due") >= days.start, pl.col("due") < days.end, pl.col("begins") <= ground.as_of)
        .with_columns(
            obligation=pl.lit(one.code),
            subject_kind=pl.lit("customer" if one.occasion == "agent-changed" else "policy"),
            ended_by=pl.when(pl.col("ended_on").is_not_null()).then("ended_by"),
        )
        .select(pl.col(name).cast(kind) for name, kind in OCCASIONS.items())
    )


def _graded(one: Obligation, ground: Ground) -> pl.Series:
    grades = ground.facts.grades[ground.standard.grades]
    return grades.filter(pl.col("grade").is_in(list(one.grades)))["customer_id"]


def reach(one: Obligation, days: Days) -> Days:
    """Return the days of occasions whose obligation can have its last day in `days`."""
    within = one.within
    longest = 31 * within.months + 2 * within.workdays + LONGEST_REST + (400 if within.until else 0)
    return days.widened(before=longest + max(within.days, 0), after=max(-within.days, 0))


def _due(one: Obligation, ground: Ground) -> pl.Expr:
    within, day = one.within, pl.col("day")
    if within.until == "freelook-end":
        return freelook_end(ground.workdays, day, ground.standard.freelook_days)
    if within.until == "policy-year-end":
        return pl.col("year_end")
    later = days_later(months_later(day, within.months) if within.months else day, within.days)
    return ground.workdays.later(later, within.workdays)


def _first(*facts: tuple[str, str]) -> dict[str, pl.Expr]:
    """Return `ended_on` and `ended_by`: the earliest of the facts (a column, what it is called); of two the first."""
    ended_on = pl.min_horizontal(column for column, _ in facts)
    by = pl.coalesce(pl.when(pl.col(column) == ended_on).then(pl.lit(word)) for column, word in facts)
    return {"ended_on": ended_on, "ended_by": by}


def _instalments(one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Instalments from the second on of policies in force on their due day; paid, they ask for nothing more."""
    facts, due_on = ground.facts, pl.col("due_on")
    first = pl.max_horizontal(2, instalments_to(pl.lit(near.start), facts.turns))
    last = pl.min_horizontal("instalments", due_by(pl.lit(near.last), facts.turns))
    payers = facts.in_force.filter(pl.col("step").is_not_null())
    owed = with_instalments(payers, first, last, facts.turns).filter(
        due_on.is_between(near.start, near.last), due_on < pl.col("stopped_on"), _lasts("due_on"),
        _in_modes(one, facts),
    )  # fmt: skip
    paid = facts.rows.select("policy_id", "instalment", "paid_on")
    known = owed.join(paid, on=["policy_id", "instalment"], how="left")
    return known.with_columns(ordinal="instalment", day="due_on", **_first(("paid_on", "paid"), ("end", "ended")))


def _in_modes(one: Obligation, facts: Subjects) -> pl.Expr:
    return held(facts.turns, "mode", pl.col("instalment"), pl.col("mode")).is_in(list(one.modes))


def _lasts(day: str) -> pl.Expr:
    """Whether the subject may be served on a day."""
    return (pl.col("start") <= pl.col(day)) & (pl.col(day) < pl.col("end"))


def _unpaid(one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """The oldest instalments still unpaid when the obligation begins."""
    facts = ground.facts
    if facts.unpaid.is_empty():
        return facts.unpaid
    begins = days_later(pl.col("due_on"), one.begins)
    late = facts.unpaid.filter(pl.col("due_on").is_between(near.start, near.last), _in_modes(one, facts))
    asked = late.with_columns(begun=begins).filter(
        _lasts("begun"), pl.col("earlier_on") <= pl.col("begun"), pl.col("begun") < pl.col("cleared_on")
    )
    return asked.with_columns(ordinal="instalment", day="due_on", **_first(("cleared_on", "paid"), ("end", "ended")))


def _suspensions(_one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Suspensions, from their first day; over once the cover is in force again, or the policy has ended."""
    lapses = ground.facts.suspended.filter(pl.col("suspended_from").is_between(near.start, near.last))
    of_mains = ground.facts.policies.drop("ended_on").join(lapses, on="policy_id")
    ends = _first(("reinstated_on", "reinstated"), ("suspended_to", "ended"))
    return of_mains.with_columns(ordinal="instalment", day="suspended_from", **ends)


def _debits(_one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Debits of policies in force."""
    debits = ground.facts.book.debits.filter(pl.col("debit_on").is_between(near.start, near.last))
    in_force = ground.facts.in_force.join(debits, on="policy_id").filter(_lasts("debit_on"))
    return in_force.with_columns(ordinal="number", day="debit_on", **_first(("end", "ended")))


def _receipts(_one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Receipts that were signed."""
    signed = ground.facts.policies.filter(pl.col("receipt_on").is_between(near.start, near.last))
    return signed.with_columns(ordinal=pl.lit(1), day="receipt_on", **_first(("ended_on", "ended")))


def _changes(_one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Changes of the agent of a customer with a policy in force, as far as anybody has to be told of them."""
    told = handovers(ground.facts.book, ground.standard)
    recent = told.filter(pl.col("occurred_on").is_between(near.start, near.last))
    theirs = recent.join(ground.facts.customers, on="customer_id").filter(_lasts("occurred_on"))
    return theirs.with_columns(ordinal="number", day="occurred_on", **_first(("end", "ended")))


def _policy_years(_one: Obligation, ground: Ground, near: Days) -> pl.DataFrame:
    """Policy years of participating policies in force, from the first anniversary on; `year_end` is the last day."""
    effective = pl.col("effective_date")
    first = completed_years(effective, pl.lit(near.start)).clip(1)
    last = completed_years(effective, pl.lit(near.last))
    years = pl.int_ranges(first, pl.max_horizontal(first, last + 1), dtype=pl.Int32)
    sharing = ground.facts.in_force.filter("participating").with_columns(ordinal=years)
    each = sharing.explode("ordinal", empty_as_null=False).with_columns(
        day=months_later(effective, pl.col("ordinal") * 12),
        year_end=days_later(months_later(effective, pl.col("ordinal") * 12 + 12), -1),
    )
    return each.filter(_lasts("day")).with_columns(**_first(("end", "ended")))


SOURCES: Mapping[str, Callable[[Obligation, Ground, Days], pl.DataFrame]] = {
    "instalment": _instalments, "unpaid": _unpaid, "suspension": _suspensions, "debit": _debits,
    "receipt": _receipts, "agent-changed": _changes, "policy-year": _policy_years,
}  # fmt: skip
"""Where the occasions of each kind come from."""

"""Persistency one policy at a time: the plain reading of `docs/metrics/persistency.md` that judges the fast one."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import MONTHS_OF_MODE, Book

Row = dict[str, Any]
OUT = {"freelook_cancel", "claim_termination", "waiver", "void", "transfer_out"}
"""What leaves a policy out everywhere."""

EXCLUSIONS = {
    "CN_COMPANY": OUT | {"conversion"},
    "CN_REG": OUT | {"conversion"},
    "UK_SUP16_8": OUT,
    "IN_IRDAI": OUT | {"maturity"},
    "IN_IRDAI_AGENT": OUT | {"maturity", "surrender"},
    "US_LIMRA": OUT | {"maturity", "conversion"},
}
ENDINGS = OUT - {"waiver"} | {"surrender", "terminated", "maturity", "conversion"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question: whose way of counting, which month, until when."""

    profile: str = "CN_COMPANY"
    month: int = 13
    cutoff: str = "strict"
    premium_loan: str = "count"
    suspended: str = "lost"

    @property
    def exclusions(self) -> set[str]:
        return EXCLUSIONS[self.profile]

    def grace(self, mode: str) -> timedelta:
        """60 days in China, 30 in the UK, 31 in the US, 15 or 30 in India."""
        if self.profile.startswith("IN_"):
            return timedelta(days=15 if mode == "monthly" else 30)
        return timedelta(days={"UK_SUP16_8": 30, "US_LIMRA": 31}.get(self.profile, 60))

    def last_day(self, due: date, grace_end: date) -> date:
        """The last day of grace, or the last day of the observation where that is later."""
        if self.cutoff == "month-end":
            month = due.replace(day=1) + relativedelta(months=2)
            return max(grace_end, month.replace(day=calendar.monthrange(month.year, month.month)[1]))
        if self.cutoff == "year-end" and self.profile.startswith("IN_"):
            return max(grace_end, date(due.year + (due.month > 2), 3, 31))
        if self.cutoff == "year-end":
            return max(grace_end, date(due.year, 12, 31))
        return grace_end


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is found of one policy."""

    state: str
    denominator: int = 0
    numerator: int = 0
    denominator_count: int = 0
    numerator_count: int = 0


@dataclass
class Life:
    """One policy or rider, as known on `as_of`."""

    row: Row
    premiums: dict[int, Row]
    events: list[Row]
    as_of: date
    asked: Asked

    @property
    def grace(self) -> timedelta:
        return self.asked.grace(self.row["mode"])

    @property
    def start(self) -> date:
        start: date = self.row["effective_date"]
        return start

    @property
    def step(self) -> int:
        return MONTHS_OF_MODE[self.row["mode"]]

    def due(self, number: int) -> date:
        return self.start + relativedelta(months=(number - 1) * self.step)

    def numbers_due_by(self, day: date) -> list[int]:
        return [number for number in range(1, 100) if self.due(number) <= day]

    def dates(self, *kinds: str, until: date) -> list[date]:
        return sorted(e["occurred_on"] for e in self.events if e["kind"] in kinds and e["occurred_on"] <= until)

    def premium_on(self, day: date) -> int:
        premium: int = self.row["premium"]
        for event in self.events:
            if event["occurred_on"] <= day and event["amount"] is not None:
                if event["kind"] == "premium_change":
                    premium = event["amount"]
                if event["kind"] == "rider_added":
                    premium += event["amount"]
        return premium

    def amount(self, number: int) -> int:
        listed = self.premiums.get(number, {}).get("amount")
        return listed if listed is not None else self.premium_on(self.due(number))

    def first_amount(self) -> int:
        return self.amount(1) if 1 in self.premiums else self.row["premium"]

    def paid_on(self, number: int) -> date | None:
        """The day on which the instalment was paid in full, or lent where a loan is as good."""
        days = [self.received_on(number)]
        if self.asked.premium_loan == "both" and number in self.premiums and self.row["main_policy_id"] is None:
            days += lent_on(self, number)
        return min((day for day in days if day is not None), default=None)

    def received_on(self, number: int) -> date | None:
        """The day on which the instalment was paid in full."""
        if number not in self.premiums:
            return self.row["issue_date"] if number == 1 else None
        row = self.premiums[number]
        if row["paid_on"] is None and row["amount"] == 0:
            return self.due(number)
        if row["paid_on"] is None or row["paid_on"] > self.as_of:
            return None
        if row["paid_amount"] is not None and row["paid_amount"] < self.amount(number):
            return None
        paid_on: date = row["paid_on"]
        return paid_on

    def all_paid_on(self, until: date) -> date | None:
        """The day on which the last of the instalments due by `until` was paid."""
        days = [self.paid_on(number) for number in self.numbers_due_by(until)]
        return None if None in days else max(day for day in days if day is not None)

    def listed(self, until: date) -> bool:
        return any(number in self.premiums for number in self.numbers_due_by(until))

    def annual(self, amount: int) -> int:
        return amount * (12 // self.step)


def lives(book: Book, as_of: date, asked: Asked) -> dict[int, Life]:
    """Return all policies and riders issued by `as_of`, by key."""
    found = {
        row["policy_id"]: Life(row, {}, [], as_of, asked)
        for row in book.policies.iter_rows(named=True)
        if row["issue_date"] <= as_of
    }
    for row in book.premiums.iter_rows(named=True):
        if row["policy_id"] in found:
            found[row["policy_id"]].premiums[row["instalment"]] = row
    for row in book.events.sort("occurred_on", "number").iter_rows(named=True):
        if row["policy_id"] in found and row["occurred_on"] <= as_of:
            found[row["policy_id"]].events.append(row)
    return found


def verdicts(book: Book, asked: Asked, as_of: date) -> dict[int, Verdict]:
    """Judge every policy that is not a rider."""
    known = lives(book, as_of, asked)
    riders: dict[int, list[Life]] = {}
    for life in known.values():
        if life.row["main_policy_id"] is not None:
            riders.setdefault(life.row["main_policy_id"], []).append(life)
    return {
        key: verdict(life, riders.get(key, []), asked)
        for key, life in known.items()
        if life.row["main_policy_id"] is None
    }


def left_out(life: Life, due: date, month: int) -> bool:
    """Group, single, of one year at most, over or fully paid before the month."""
    row = life.row
    one_year = life.start + relativedelta(months=12)
    return (
        row["is_group"]
        or row["mode"] == "single"
        or (row["ends_on"] is not None and (row["ends_on"] <= one_year or row["ends_on"] < due))
        or (row["pay_years"] is not None and row["pay_years"] * 12 <= month - 1)
    )


def part_of(rider: Life, main: Life, due: date, month: int) -> bool:
    """Whether a rider counts with its main policy at all."""
    return (
        rider.row["mode"] != "single"
        and rider.row["currency"] == main.row["currency"]
        and rider.start <= due
        and (rider.row["pay_years"] is None or rider.row["pay_years"] * 12 > month - 1)
    )


def verdict(main: Life, riders: list[Life], asked: Asked) -> Verdict:
    """Judge one policy with its riders."""
    month, exclusions = asked.month, asked.exclusions
    due = main.start + relativedelta(months=month - 1)
    if left_out(main, due, month):
        return Verdict(state="excluded")
    grace_end = due + main.grace
    cutoff = asked.last_day(due, grace_end)
    riders = [rider for rider in riders if part_of(rider, main, due, month)]
    waived = any(rider.dates("waiver", until=cutoff) for rider in riders)
    if waived or main.dates(*exclusions, until=cutoff):
        return Verdict(state="excluded")
    if due > main.as_of:
        return Verdict(state="pending")
    if asked.suspended == "left-out" and suspended_at(main, due, grace_end, cutoff):
        return Verdict(state="excluded")
    riders = [rider for rider in riders if not rider.dates(*exclusions, until=cutoff)]
    begun_by = max(main.start, main.row["issue_date"])
    denominator = main.annual(main.first_amount())
    denominator += sum(rider.annual(rider.first_amount()) for rider in riders if rider.start <= begun_by)
    numerator = 0
    if paid_in_time(main, due, grace_end, cutoff):
        last = main.numbers_due_by(due)[-1]
        numerator = main.annual(main.amount(last)) + sum(kept_of(rider, main, due, cutoff) for rider in riders)
    return Verdict(
        state="counted",
        denominator=denominator,
        numerator=numerator,
        denominator_count=1,
        numerator_count=int(kept(main, due, grace_end, cutoff)),
    )


def paid_in_time(main: Life, due: date, grace_end: date, cutoff: date) -> bool:
    """All is paid by the cutoff, before the policy ended or was made paid-up; after the grace only if reinstated."""
    day = main.all_paid_on(due)
    if day is None or day > cutoff or made_paid_up(main, day, due, cutoff):
        return False
    if any(ended < day for ended in main.dates(*ENDINGS, until=cutoff)):
        return False
    return day <= grace_end or any(again >= due for again in main.dates("reinstated", until=cutoff))


def made_paid_up(main: Life, paid_on: date | None, due: date, cutoff: date) -> bool:
    """Whether it was made paid-up at a reduced sum instead of paying."""
    days = main.dates("reduced_paid_up", until=cutoff)
    return any(paid_on is None or day <= due or day < paid_on for day in days)


def kept(main: Life, due: date, grace_end: date, cutoff: date) -> bool:
    """Whether it counts by number: paid, or lent, and in force at the cutoff."""
    until = min(cutoff, main.as_of)
    if main.dates(*ENDINGS, until=cutoff) or (main.row["ends_on"] is not None and main.row["ends_on"] < until):
        return False
    settled = {number: settled_on(main, number) for number in main.numbers_due_by(due)}
    lent = all(day is not None and day <= cutoff for day in settled.values())
    paid = paid_in_time(main, due, grace_end, cutoff)
    if not paid and (not lent or made_paid_up(main, main.all_paid_on(due), due, cutoff)):
        return False
    settled |= {number: settled_on(main, number) for number in owed_later(main, due, until)}
    return not any(suspended_over(main, number, day, cutoff) for number, day in settled.items() if number > 1)


def owed_later(main: Life, due: date, until: date) -> list[int]:
    """The instalments after the month whose grace is over before a day; none of those after it was made paid-up."""
    years = main.row["pay_years"]
    paid_up = main.dates("reduced_paid_up", until=until)
    return [
        number for number in main.numbers_due_by(until)
        if main.due(number) > due
        and main.due(number) + main.grace < until
        and (years is None or number <= years * 12 // main.step)
        and not any(day <= main.due(number) for day in paid_up)
    ]  # fmt: skip


def suspended_at(main: Life, due: date, grace_end: date, cutoff: date) -> bool:
    """Whether it is suspended once the cutoff has passed: not kept, and nothing else has ended it."""
    ends = main.row["ends_on"]
    over = main.dates(*ENDINGS, until=cutoff) or (ends is not None and ends < min(cutoff, main.as_of))
    if main.as_of <= cutoff or over or made_paid_up(main, main.all_paid_on(due), due, cutoff):
        return False
    return not kept(main, due, grace_end, cutoff)


def settled_on(main: Life, number: int) -> date | None:
    """The day on which an instalment was paid, or lent on or after its due day."""
    loans = [] if main.asked.premium_loan == "neither" else lent_on(main, number)
    days = [day for day in (main.paid_on(number), *loans) if day is not None]
    return min(days) if days else None


def lent_on(main: Life, number: int) -> list[date]:
    """The days on or after the due day of an instalment, from the second on, on which a premium was lent."""
    return [day for day in main.dates("premium_loan", until=main.as_of) if day >= main.due(number) and number > 1]


def suspended_over(main: Life, number: int, settled: date | None, cutoff: date) -> bool:
    """Whether the cover is suspended at the cutoff because of this instalment."""
    due = main.due(number)
    in_time = settled is not None and settled <= due + main.grace
    return not in_time and not any(day >= due for day in main.dates("reinstated", until=cutoff))


def kept_of(rider: Life, main: Life, due: date, cutoff: date) -> int:
    """The annualised premium of a rider that is in force on the due day and paid by the cutoff."""
    if rider.dates(*ENDINGS, "reduced_paid_up", until=due):
        return 0
    if rider.row["ends_on"] is not None and rider.row["ends_on"] < due:
        return 0
    paid_on = rider.all_paid_on(due) if rider.listed(due) else main.all_paid_on(due)
    if paid_on is None or paid_on > cutoff:
        return 0
    return rider.annual(rider.amount(rider.numbers_due_by(due)[-1]))

"""Persistency one policy at a time: the plain reading of `docs/metrics/persistency.md` that judges the fast one."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import MONTHS_OF_MODE, Book
from slow.facts import know
from slow.policy import Policy
from slow.policy_facts import Row

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


@dataclass(frozen=True, kw_only=True)
class Line:
    """A policy, or a rider with a number of its own, as one way of counting sees it."""

    policy: Policy
    asked: Asked

    @property
    def grace(self) -> timedelta:
        return self.asked.grace(self.policy.mode)

    @property
    def rows(self) -> dict[int, Row]:
        return self.policy.rows

    def due(self, number: int) -> date:
        due = self.policy.due_of(number)
        assert due is not None
        return due

    def numbers_due_by(self, day: date) -> list[int]:
        return list(takewhile(lambda number: self.due(number) <= day, range(1, 100)))

    def dates(self, *kinds: str, until: date) -> list[date]:
        return sorted(event.on for event in self.policy.events if event.kind in kinds and event.on <= until)

    def amount(self, number: int) -> int:
        return self.policy.asks_for(number)

    def first_amount(self) -> int:
        return self.amount(1) if 1 in self.rows else self.policy.premium

    def paid_on(self, number: int) -> date | None:
        """The day on which the instalment was paid in full, or lent where a loan is as good."""
        days = [self.received_on(number)]
        if self.asked.premium_loan == "both" and number in self.rows and not self.policy.is_rider:
            days += lent_on(self, number)
        return min((day for day in days if day is not None), default=None)

    def received_on(self, number: int) -> date | None:
        """The day on which the instalment was paid in full; the first one is paid at issue unless a row says more."""
        if number in self.rows or number > 1:
            return self.policy.row_paid_on(number)
        return self.policy.issued

    def all_paid_on(self, until: date) -> date | None:
        """The day on which the last of the instalments due by `until` was paid."""
        days = [self.paid_on(number) for number in self.numbers_due_by(until)]
        return None if None in days else max(day for day in days if day is not None)

    def listed(self, until: date) -> bool:
        return any(number in self.rows for number in self.numbers_due_by(until))

    def annual(self, number: int) -> int:
        """The premium of an instalment, for a year of the mode that holds on its day."""
        mode, _ = self.policy.terms_on(self.due(number))
        return self.amount(number) * (12 // MONTHS_OF_MODE[mode])

    def first_year(self) -> int:
        """The first premium, for a year of the mode at the beginning."""
        return self.first_amount() * (12 // MONTHS_OF_MODE[self.policy.mode])


def verdicts(book: Book, asked: Asked, as_of: date) -> dict[int, Verdict]:
    """Judge every policy that is not a rider."""
    return {key: judge(policy, asked) for key, policy in know(book, 60, as_of).policies.items() if not policy.is_rider}


def judge(policy: Policy, asked: Asked) -> Verdict:
    """Judge one policy with its riders."""
    return verdict(line_of(policy, asked), [line_of(rider, asked) for rider in policy.riders], asked)


def line_of(policy: Policy, asked: Asked) -> Line:
    """See a policy as one way of counting does."""
    return Line(policy=policy, asked=asked)


def left_out(line: Line, due: date, month: int) -> bool:
    """Group, single, of one year at most, over or fully paid before the month."""
    policy = line.policy
    if policy.is_group or policy.mode == "single":
        return True
    one_year, ends = policy.effective + relativedelta(months=12), policy.ends_on
    _, years = policy.terms_on(line.due(line.numbers_due_by(due)[-1]))
    return (ends is not None and (ends <= one_year or ends < due)) or (years is not None and years * 12 <= month - 1)


def part_of(rider: Line, due: date, month: int) -> bool:
    """Whether a rider counts with its main policy at all."""
    policy = rider.policy
    years = policy.pay_years
    return policy.mode != "single" and policy.effective <= due and (years is None or years * 12 > month - 1)


def verdict(main: Line, riders: list[Line], asked: Asked) -> Verdict:
    """Judge one policy with its riders."""
    month, exclusions = asked.month, asked.exclusions
    due = main.policy.effective + relativedelta(months=month - 1)
    if left_out(main, due, month):
        return Verdict(state="excluded")
    grace_end = due + main.grace
    cutoff = asked.last_day(due, grace_end)
    riders = [rider for rider in riders if part_of(rider, due, month)]
    waived = any(rider.dates("waiver", until=cutoff) for rider in riders)
    if waived or main.dates(*exclusions, until=cutoff):
        return Verdict(state="excluded")
    if due > main.policy.as_of:
        return Verdict(state="pending")
    if asked.suspended == "left-out" and suspended_at(main, due, grace_end, cutoff):
        return Verdict(state="excluded")
    riders = [rider for rider in riders if not rider.dates(*exclusions, until=cutoff)]
    begun_by = max(main.policy.effective, main.policy.issued)
    denominator = main.first_year()
    denominator += sum(rider.first_year() for rider in riders if rider.policy.effective <= begun_by)
    numerator = 0
    if paid_in_time(main, due, grace_end, cutoff):
        last = main.numbers_due_by(due)[-1]
        numerator = main.annual(last) + sum(kept_of(rider, main, due, cutoff) for rider in riders)
    return Verdict(
        state="counted",
        denominator=denominator,
        numerator=numerator,
        denominator_count=1,
        numerator_count=int(kept(main, due, grace_end, cutoff)),
    )


def paid_in_time(main: Line, due: date, grace_end: date, cutoff: date) -> bool:
    """All is paid by the cutoff, before the policy ended or was made paid-up; after the grace only if reinstated."""
    day = main.all_paid_on(due)
    if day is None or day > cutoff or made_paid_up(main, day, due, cutoff):
        return False
    if any(ended < day for ended in main.dates(*ENDINGS, until=cutoff)):
        return False
    return day <= grace_end or any(again >= due for again in main.dates("reinstated", until=cutoff))


def made_paid_up(main: Line, paid_on: date | None, due: date, cutoff: date) -> bool:
    """Whether it was made paid-up at a reduced sum instead of paying."""
    days = main.dates("reduced_paid_up", until=cutoff)
    return any(paid_on is None or day <= due or day < paid_on for day in days)


def kept(main: Line, due: date, grace_end: date, cutoff: date) -> bool:
    """Whether it counts by number: paid, or lent, and in force at the cutoff."""
    until = min(cutoff, main.policy.as_of)
    if main.dates(*ENDINGS, until=cutoff) or (main.policy.ends_on is not None and main.policy.ends_on < until):
        return False
    settled = {number: settled_on(main, number) for number in main.numbers_due_by(due)}
    lent = all(day is not None and day <= cutoff for day in settled.values())
    paid = paid_in_time(main, due, grace_end, cutoff)
    if not paid and (not lent or made_paid_up(main, main.all_paid_on(due), due, cutoff)):
        return False
    settled |= {number: settled_on(main, number) for number in owed_later(main, due, until)}
    return not any(suspended_over(main, number, day, cutoff) for number, day in settled.items() if number > 1)


def owed_later(main: Line, due: date, until: date) -> list[int]:
    """The instalments after the month whose grace is over before a day; none of those after it was made paid-up."""
    _, years = main.policy.terms_on(until)
    paid_up = main.dates("reduced_paid_up", until=until)
    return [
        number for number in main.numbers_due_by(until)
        if main.due(number) > due
        and main.due(number) + main.grace < until
        and (years is None or main.policy.months_to(number) < years * 12)
        and not any(day <= main.due(number) for day in paid_up)
    ]  # fmt: skip


def suspended_at(main: Line, due: date, grace_end: date, cutoff: date) -> bool:
    """Whether it is suspended once the cutoff has passed: not kept, and nothing else has ended it."""
    ends = main.policy.ends_on
    over = main.dates(*ENDINGS, until=cutoff) or (ends is not None and ends < min(cutoff, main.policy.as_of))
    if main.policy.as_of <= cutoff or over or made_paid_up(main, main.all_paid_on(due), due, cutoff):
        return False
    return not kept(main, due, grace_end, cutoff)


def settled_on(main: Line, number: int) -> date | None:
    """The day on which an instalment was paid, or lent on or after its due day."""
    loans = [] if main.asked.premium_loan == "neither" else lent_on(main, number)
    days = [day for day in (main.paid_on(number), *loans) if day is not None]
    return min(days) if days else None


def lent_on(main: Line, number: int) -> list[date]:
    """The days on or after the due day of an instalment, from the second on, on which a premium was lent."""
    return [
        day for day in main.dates("premium_loan", until=main.policy.as_of) if day >= main.due(number) and number > 1
    ]


def suspended_over(main: Line, number: int, settled: date | None, cutoff: date) -> bool:
    """Whether the cover is suspended at the cutoff because of this instalment."""
    due = main.due(number)
    in_time = settled is not None and settled <= due + main.grace
    return not in_time and not any(day >= due for day in main.dates("reinstated", until=cutoff))


def kept_of(rider: Line, main: Line, due: date, cutoff: date) -> int:
    """The annualised premium of a rider that is in force on the due day and paid by the cutoff."""
    if rider.dates(*ENDINGS, "reduced_paid_up", until=due):
        return 0
    if rider.policy.ends_on is not None and rider.policy.ends_on < due:
        return 0
    paid_on = rider.all_paid_on(due) if rider.listed(due) else main.all_paid_on(due)
    if paid_on is None or paid_on > cutoff:
        return 0
    return rider.annual(rider.numbers_due_by(due)[-1])

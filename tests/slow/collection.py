"""Premiums due one instalment at a time: the slow and plain reading of `docs/metrics.md` that judges the fast one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import Book
from policyserve.dates import Days
from slow import facts
from slow.persistency import Asked, Line, line_of
from slow.policy import Policy

GRACE = timedelta(days=60)
GONE = {
    "freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion", "terminated", "maturity",
    "reduced_paid_up",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Due:
    """An instalment that was due, and what became of it."""

    fate: str
    amount: int
    paid_on: date | None
    riders: int
    """The part of it that riders bring."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A book as it was known on a day."""

    book: Book
    as_of: date

    @cached_property
    def policies(self) -> dict[int, Policy]:
        """The policies with their suspensions."""
        return facts.know(self.book, GRACE.days, self.as_of).policies

    def dues(self, period: Days, policy_year: int | None) -> dict[tuple[int, int], Due]:
        """Judge every renewal instalment of the period, by policy and number."""
        found = {
            (key, number): self.due(line_of(policy, Asked()), number)
            for key, policy in self.policies.items()
            if policy.mode != "single" and not policy.is_group
            for number in self.foreseen(line_of(policy, Asked()), period, policy_year)
        }
        return {place: due for place, due in found.items() if due is not None}

    def foreseen(self, line: Line, period: Days, policy_year: int | None) -> list[int]:
        """The instalments from the second on that the contract, and that of its main policy, foresee in the period."""
        policy, main, number, found = line.policy, line.policy.main, 2, []
        while line.due(number) <= period.last:
            year = policy.months_to(number) // 12 + 1
            if line.due(number) >= period.start and policy_year in {None, year}:
                found.append(number)
            number += 1
        partners = [policy] if main is None else [policy, main]
        payers = partners if goes_with_main(policy) else [policy]
        return [
            number for number in found
            if all(one.ends_on is None or line.due(number) <= one.ends_on for one in partners)
            and all(one.pays_long_enough(number) for one in payers)
        ]  # fmt: skip

    def due(self, line: Line, number: int) -> Due | None:
        """Say what became of an instalment; None: nobody owed it."""
        policy = line.policy
        with_main = goes_with_main(policy)
        if policy.is_rider and not policy.rows and not with_main:
            return None
        if with_main and policy.main and policy.main.due_of(number) != policy.due_of(number):
            return None
        payer = policy.main if with_main and policy.main else policy
        due, paid_on = line.due(number), payer.row_paid_on(number)
        if paid_on is not None and (paid_on > due + GRACE or (with_main and left(policy, paid_on))):
            paid_on = None
        both = [policy] if policy.main is None else [policy, policy.main]
        gone, surrendered = (first(both, kinds) for kinds in (GONE, {"surrender"}))
        if gone is not None and (gone <= due or (paid_on is None and gone <= due + GRACE)):
            return None
        if surrendered is not None and surrendered <= due - relativedelta(months=12):
            return None
        fate = "open"
        if paid_on is not None:
            fate = "collected"
        elif surrendered is not None and surrendered <= due + GRACE:
            fate = "surrendered"
        elif lapsed(payer, due, self.as_of):
            fate = "suspended"
        asked = policy.asks_for(number)
        return Due(
            fate=fate, amount=asked, paid_on=paid_on, riders=asked if policy.is_rider else policy.riders_part(number)
        )


def goes_with_main(policy: Policy) -> bool:
    """Whether a rider has no rows of its own, and the days and the mode of its main policy."""
    main = policy.main
    return main is not None and not policy.rows and (main.effective, main.mode) == (policy.effective, policy.mode)


def left(policy: Policy, day: date) -> bool:
    """Whether a rider itself had ended before a day."""
    ended = first([policy], GONE | {"surrender"})
    return ended is not None and ended < day


def first(policies: list[Policy], kinds: set[str]) -> date | None:
    """The first event of these kinds of any of the policies."""
    days = [policy.first_event(*kinds) for policy in policies]
    return min((day for day in days if day is not None), default=None)


def lapsed(payer: Policy, due: date, as_of: date) -> bool:
    """Whether the cover was suspended over what fell due that day, or over one before it that had not ended."""
    for lapse in payer.suspensions:
        since = payer.due_of(lapse.instalment)
        if since is not None and since <= due < lapse.until and lapse.start <= as_of:
            return True
    return False

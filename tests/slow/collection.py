"""Premiums due one instalment at a time: the plain reading of `docs/metrics/collection.md` that judges the fast one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import Book
from policyserve.dates import Days
from slow import facts
from slow.metrics import Asked, Life, lives
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
        known = lives(self.book, self.as_of, Asked())
        found = {
            (key, number): self.due(known, life, number)
            for key, life in known.items()
            if life.row["mode"] != "single" and not life.row["is_group"]
            for number in self.foreseen(known, life, period, policy_year)
        }
        return {place: due for place, due in found.items() if due is not None}

    def foreseen(self, known: dict[int, Life], life: Life, period: Days, policy_year: int | None) -> list[int]:
        """The instalments from the second on that the contract, and that of its main policy, foresee in the period."""
        main, number, found = known.get(life.row["main_policy_id"]), 2, []
        while life.due(number) <= period.last:
            year = (number - 1) * life.step // 12 + 1
            if life.due(number) >= period.start and policy_year in {None, year}:
                found.append(number)
            number += 1
        partners = [life] if main is None else [life, main]
        payers = partners if self.goes_with_main(known, life) else [life]
        return [
            number for number in found
            if all(one.row["ends_on"] is None or life.due(number) <= one.row["ends_on"] for one in partners)
            and all(one.row["pay_years"] is None or number <= one.row["pay_years"] * 12 // life.step for one in payers)
        ]  # fmt: skip

    def goes_with_main(self, known: dict[int, Life], life: Life) -> bool:
        """Whether a rider has no rows of its own, and the days and the mode of its main policy."""
        main = known.get(life.row["main_policy_id"])
        return main is not None and not life.premiums and _terms(main) == _terms(life)

    def due(self, known: dict[int, Life], life: Life, number: int) -> Due | None:
        """Say what became of an instalment; None: nobody owed it."""
        with_main = self.goes_with_main(known, life)
        if life.row["main_policy_id"] is not None and not life.premiums and not with_main:
            return None
        payer = known[life.row["main_policy_id"]] if with_main else life
        due = life.due(number)
        paid_on = payer.received_on(number)
        if paid_on is not None and (paid_on > due + GRACE or (with_main and self.left(life, paid_on))):
            paid_on = None
        gone, surrendered = (self.first(life, kinds, and_main=True) for kinds in (GONE, {"surrender"}))
        if gone is not None and (gone <= due or (paid_on is None and gone <= due + GRACE)):
            return None
        if surrendered is not None and surrendered <= due - relativedelta(months=12):
            return None
        fate = "open"
        if paid_on is not None:
            fate = "collected"
        elif surrendered is not None and surrendered <= due + GRACE:
            fate = "surrendered"
        elif self.suspended(payer, due):
            fate = "suspended"
        return Due(fate=fate, amount=life.amount(number), paid_on=paid_on)

    def left(self, life: Life, day: date) -> bool:
        """Whether a rider itself had ended before a day."""
        ended = self.first(life, GONE | {"surrender"}, and_main=False)
        return ended is not None and ended < day

    def first(self, life: Life, kinds: set[str], *, and_main: bool) -> date | None:
        """The first event of these kinds of a policy, or of its main policy."""
        keys = {life.row["policy_id"]} | ({life.row["main_policy_id"]} if and_main else set())
        days = [
            event["occurred_on"] for event in self.book.events.iter_rows(named=True)
            if event["policy_id"] in keys - {None} and event["kind"] in kinds and event["occurred_on"] <= self.as_of
        ]  # fmt: skip
        return min(days, default=None)

    def suspended(self, payer: Life, due: date) -> bool:
        """Whether the cover was suspended over what fell due that day, or over one before it that had not ended."""
        return any(
            payer.due(lapse.instalment) <= due < lapse.until and lapse.start <= self.as_of
            for lapse in self.policies[payer.row["policy_id"]].suspensions
        )


def _terms(life: Life) -> tuple[date, str]:
    """What a rider has in common with the main policy with which it is paid."""
    return life.start, life.row["mode"]

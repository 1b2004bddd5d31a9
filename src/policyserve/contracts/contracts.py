"""The contracts of a book as they were known on a day, and what follows from them, worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.arrears import arrears
from policyserve.contracts.grace import GRACE_DAYS, RiderArrears
from policyserve.contracts.payments import payments
from policyserve.contracts.riders import paid_together, riders_settled
from policyserve.contracts.spells import on_day, spells
from policyserve.contracts.suspensions import suspensions
from policyserve.contracts.terms import policy_terms
from policyserve.contracts.turns import policy_turns


@dataclass(frozen=True)
class Contracts:
    """The policies of a book as it was known on `as_of` (see `Book.as_of`), riders with numbers of their own too."""

    book: Book
    as_of: date
    grace_days: int
    rider_arrears: RiderArrears = "suspend-rider"

    @classmethod
    def of(
        cls, book: Book, as_of: date, grace_days: int = GRACE_DAYS, rider_arrears: RiderArrears = "suspend-rider"
    ) -> Self:
        """Look at a book as it was known at the end of `as_of`."""
        return cls(book.as_of(as_of), as_of, grace_days, rider_arrears)

    @cached_property
    def terms(self) -> pl.DataFrame:
        """Policies with their terms; see `terms.policy_terms`."""
        return policy_terms(self.book)

    @cached_property
    def turns(self) -> pl.DataFrame:
        """Changes of the mode and the years of payment; see `turns.policy_turns`."""
        return policy_turns(self.book)

    @cached_property
    def payments(self) -> pl.DataFrame:
        """Listed instalments of each policy by itself; see `payments.payments`."""
        return payments(self.book, self.terms)

    @cached_property
    def _own_late(self) -> pl.DataFrame:
        """Arrears of each policy by itself."""
        return arrears(self.book, self.terms, self.payments, self.as_of)

    @cached_property
    def _own_suspended(self) -> pl.DataFrame:
        """Suspensions of each policy over what it owes itself."""
        return suspensions(self.book, self._own_late, self.grace_days)

    @cached_property
    def _together(self) -> pl.DataFrame:
        """The listed instalments of main policies that riders fall due with; see `riders.paid_together`."""
        if self.terms["main_policy_id"].null_count() == self.terms.height:
            return self.payments.clear()
        alone = self.rider_arrears == "suspend-rider"
        settled = riders_settled(self.book, self.terms, self.payments, self._own_suspended, lapse_alone=alone)
        return paid_together(self.payments, settled)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Listed instalments; those of main policies are paid when the riders' that fall due with them are, too."""
        return self._with_riders(self.payments, self._together)

    @cached_property
    def late(self) -> pl.DataFrame:
        """Instalments unpaid after their due day, riders' with their main policy's; see `arrears.arrears`."""
        if self._together.is_empty():
            return self._own_late
        together = arrears(self.book, self.terms, self._together, self.as_of)
        return self._with_riders(self._own_late, together)

    def _with_riders(self, alone: pl.DataFrame, together: pl.DataFrame) -> pl.DataFrame:
        """Put the instalments that riders go with in the place of those of the main policies alone."""
        if self._together.is_empty():
            return alone
        return pl.concat([alone.join(self._together, on=["policy_id", "instalment"], how="anti"), together])

    @cached_property
    def suspended(self) -> pl.DataFrame:
        """Suspensions; see `suspensions.suspensions`."""
        if self.rider_arrears == "suspend-rider":
            return self._own_suspended
        return suspensions(self.book, self.late, self.grace_days)

    @cached_property
    def suspended_now(self) -> pl.DataFrame:
        """Suspensions that last on `as_of`."""
        return on_day(self.suspended, self.as_of, "suspended_from", "suspended_to")

    @cached_property
    def spells(self) -> pl.DataFrame:
        """Ranges of days in force of every policy; see `spells.spells`."""
        return spells(self.terms, self.suspended)

    def in_force_on(self, day: date) -> pl.DataFrame:
        """Return the spells that hold the day: a row per policy in force, riders too."""
        return on_day(self.spells, day)


def part_of(book: Book, policies: pl.Series) -> Book:
    """Return these policies (keys) alone, with their premiums and events, and nothing else."""
    theirs = pl.col("policy_id").is_in(policies.unique().implode())
    return Book(
        policies=book.policies.filter(theirs),
        premiums=book.premiums.filter(theirs),
        events=book.events.filter(theirs),
    )

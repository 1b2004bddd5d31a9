"""Past policies looked at as they stood on past days: what a forecast is fitted to, and judged by.

The past days lie a month apart. Each row is a policy whose premium of month 13 was open on that day, with the facts
known then; what became of it is added only from what is decided on the day of the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.errands import while_waited_for
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.outcomes import days_before, decided_on, final, frozen, only, outcomes

MONTHS_BACK = 36
"""Months of past days that a forecast learns from."""

MOST = 20_000
"""Past policies that suffice; of more, a part is taken that depends on their keys alone."""

UNITS = ("policy_id", "cohort", "due_on", "cutoff_on", "denominator", "day")


@dataclass(frozen=True, kw_only=True)
class History:
    """What a book knows on `as_of` of how premiums of month 13 came in."""

    decided: pl.DataFrame
    """Every policy with `outcome` and `decided_on`; see `outcomes`."""
    rows: pl.DataFrame
    """Policies open on past days, or due and paid on them, with the facts of that day and, where final on `as_of`,
    `kept`; by day and policy."""
    as_of: date
    months: int = MONTHS_BACK
    """How far back it is learnt."""

    def as_known(self, day: date, months: int) -> History:
        """Return what was known on an earlier day: as if it had been built then."""
        undone = pl.col("decided_on") > day
        decided = self.decided.filter(pl.col("effective_by") <= day).with_columns(
            outcome=pl.when(undone).then(pl.lit("open")).otherwise("outcome"),
            decided_on=pl.when(~undone).then("decided_on"),
        )
        return History(
            decided=decided,
            rows=self.rows.filter(
                pl.col("day").is_between(add_months(day, -months), day, closed="left"), pl.col("cutoff_on") < day
            ),
            as_of=day,
            months=months,
        )

    @property
    def final(self) -> pl.DataFrame:
        """The policies past their grace, in the months that are learnt from."""
        since = add_months(self.as_of, -self.months)
        return final(self.decided, self.as_of).filter(pl.col("cutoff_on") >= since)


def history(book: Book, *, as_of: date, months: int = MONTHS_BACK) -> History:
    """Look back from `as_of` over `months` past days."""
    everything = outcomes(frozen(book, as_of=as_of))
    issued = book.policies.select("policy_id", effective_by=pl.max_horizontal("effective_date", "issue_date"))
    decided = decided_on(book, everything, as_of=as_of).join(issued, on="policy_id", maintain_order="left")
    learnt = _part_of(final(decided, as_of).filter(pl.col("cutoff_on") >= add_months(as_of, -months - 14)))
    part = only(book, learnt["policy_id"])
    days = days_before(as_of, months)
    units = [*(open_units(part, day) for day in while_waited_for(days)), _paid_when_due(learnt, days)]
    known = learnt.select("policy_id", kept=pl.col("outcome") == "kept")
    rows = pl.concat(units).join(known, on="policy_id").sort("day", "policy_id")
    return History(decided=decided, rows=facts_on(book, rows, decided), as_of=as_of, months=months)


def open_units(book: Book, day: date) -> pl.DataFrame:
    """Return the policies whose premium is open on `day`: the columns of UNITS, sorted by key."""
    results = frozen(book, as_of=day, cohort_from=add_months(day, -15), cohort_to=day)
    found = outcomes(results).filter(pl.col("outcome") == "open")
    return found.with_columns(day=pl.lit(day)).select(UNITS)


def _paid_when_due(policies: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """Return those paid on the due day, as they stood on it: a day that is asked about is not over, so that it is not
    known yet who pays on it; to leave them out would tell the others worse than they are.
    """
    that_day = pl.col("due_on").is_in(days) & (pl.col("decided_on") == pl.col("due_on"))
    return policies.filter(that_day, pl.col("outcome") == "kept").with_columns(day="due_on").select(UNITS)


def _part_of(policies: pl.DataFrame) -> pl.DataFrame:
    """Take all policies, or every n-th by a scattering of their keys where there are more than MOST."""
    every = -(-policies.height // MOST)
    scattered = pl.col("policy_id").cast(pl.Int64) * 2_654_435_761 % 2**32 // 2**8
    return policies.filter(scattered % every == 0) if every > 1 else policies

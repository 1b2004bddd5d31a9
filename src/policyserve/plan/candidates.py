"""Candidates: all occurrences of every service, those that become touches and those that a step leaves out.

The planner's sources hold only what may be served; these hold every policy and every customer, and the planner's own
steps tell what becomes of each. So the two cannot disagree. It is meant for a few customers at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.contracts.arrears import cleared, existing
from policyserve.dates import FOREVER, Days
from policyserve.plan.basis import Basis, within
from policyserve.plan.planner import LONGEST_MOVE, opened, steps
from policyserve.plan.services import Services, together
from policyserve.plan.steps import Occurrences, Step
from policyserve.plan.subjects import EVER, Subjects
from policyserve.plan.triggers import TRIGGERS
from policyserve.plan.workdays import Workdays
from policyserve.standard.model import Standard

FOUND = pl.Schema({
    "service": pl.String, "subject_kind": pl.String, "subject_id": pl.Int32, "subject": pl.String,
    "ordinal": pl.Int32, "customer_id": pl.Int32, "policy_id": pl.Int32, "agent_id": pl.Int32, "agent_no": pl.String,
    "anchor": pl.Date, "nominal": pl.Date, "due": pl.Date, "earliest": pl.Date, "latest": pl.Date,
    "reason": pl.String, "fact_on": pl.Date, "instalment": pl.Int32,
})  # fmt: skip
"""The columns of a candidate: `due`, `earliest`, `latest` of one that is planned, else `reason` and its day."""


class EverySubject(Subjects):
    """The facts, with sources that hold every policy and customer: who may not be served has an empty range."""

    @cached_property
    def in_force(self) -> pl.DataFrame:
        """The source of policies in force, and of those that never are."""
        served = super().in_force
        never = self.policies.join(served, on="policy_id", how="anti")
        return pl.concat([served, never.with_columns(start=pl.lit(EVER), end=pl.lit(EVER)).select(served.columns)])

    @cached_property
    def customers(self) -> pl.DataFrame:
        """The source of customers, and of those who are never covered."""
        served = super().customers
        never = self.book.customers.join(served, on="customer_id", how="anti").select("customer_id")
        return pl.concat([served, self.known_customers(never.with_columns(start=pl.lit(EVER), end=pl.lit(EVER)))])

    @cached_property
    def unpaid(self) -> pl.DataFrame:
        """The source of policies with all listed instalments that have fallen due."""
        due = self.rows.filter(pl.col("instalment") >= 2, pl.col("due_on") <= self.as_of)
        owed = self.in_turn(cleared(self.book, existing(due, self.terms))).drop("ended_on", "loaned_on")
        return self.in_force.join(owed, on="policy_id")


@dataclass(frozen=True)
class EveryBasis(Basis):
    """What the triggers stand on where nothing is left out beforehand."""

    whole: ClassVar[bool] = True


def candidates(
    facts: EverySubject, standard: Standard, calendar: Calendar, days: Days, *, standing: bool = False
) -> pl.DataFrame:
    """Return all occurrences of the enabled services: planned ones due in `days`, others whose nominal day is in them.

    Columns: `FOUND`; where several steps leave an occurrence out (a policy has a row for each range in force) the one
    counts that it reached last.
    """
    wide = days.widened(before=LONGEST_MOVE, after=LONGEST_MOVE)
    workdays = Workdays.of(calendar, days.widened(before=900, after=900))
    basis = EveryBasis(facts, standard, calendar, workdays, wide)
    festivals = set(calendar.festivals(wide)["name"])
    found = [
        _named(rows, services)
        for services in together(standard, days, wide, festivals)
        if services.trigger in TRIGGERS
        for one in TRIGGERS[services.trigger](services, basis)
        for rows in _judged(one, services, basis, days, standing=standing)
    ]
    rows = pl.concat([pl.DataFrame(schema={**FOUND, "place": pl.Int32}), *found])
    last = rows.sort("place", descending=True, maintain_order=True).unique(
        ["service", "subject_kind", "subject_id", "ordinal", "nominal"], keep="first", maintain_order=True
    )
    return last.select(FOUND.names()).filter(pl.col("due").is_not_null() | within("nominal", days))


def _judged(
    one: Occurrences, services: Services, basis: Basis, days: Days, *, standing: bool
) -> Iterator[pl.DataFrame]:
    """Yield what each step leaves out, and what is left; `place`: of the step, the last for what is left."""
    left = one.rows.filter(within("nominal", services.days)).collect(engine="in-memory").with_row_index("row")
    taken: list[Step] = [*one.steps, *steps(services, basis, standing=standing)]
    for place, step in enumerate(taken):
        kept = step.keep(left.lazy()).select("row").collect(engine="in-memory")
        yield _left_out(left.join(kept, on="row", how="anti"), step, place)
        left = left.join(kept, on="row", how="semi")
    touches = opened(left.lazy(), services, basis, days).collect(engine="in-memory")
    nothing = {
        "reason": pl.lit(None, pl.String),
        "fact_on": pl.lit(None, pl.Date),
        "instalment": pl.lit(None, pl.Int32),
    }
    yield touches.with_columns(**nothing, place=pl.lit(len(taken)))


def _left_out(rows: pl.DataFrame, step: Step, place: int) -> pl.DataFrame:
    """Add to rows why a step leaves them out; what has no end has no day."""
    day = pl.lit(None, pl.Date) if step.day is None else pl.when(pl.col(step.day) < FOREVER).then(step.day)
    instalment = pl.col("instalment") if "instalment" in rows.columns else pl.lit(None, pl.Int32)
    empty = dict.fromkeys(("due", "earliest", "latest"), pl.lit(None, pl.Date))
    return rows.with_columns(
        reason=pl.lit(step.reason), fact_on=day, instalment=instalment, place=pl.lit(place), **empty
    )


def _named(rows: pl.DataFrame, services: Services) -> pl.DataFrame:
    told = rows.with_columns(
        service=services.told(lambda one: one.code, pl.String), subject_kind=pl.lit(services.subject)
    )
    return told.select(*(pl.col(name).cast(FOUND[name]) for name in FOUND.names()), pl.col("place").cast(pl.Int32))

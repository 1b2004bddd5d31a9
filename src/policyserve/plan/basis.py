"""What all rules of one plan stand on: facts, standard, calendar, and the range of days that matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from policyserve.book.columns import MONTHS_OF_MODE
from policyserve.calendars.calendar import Calendar
from policyserve.contracts.endings import event_days, first_after
from policyserve.contracts.instalments import due_day_from
from policyserve.contracts.keys import among, lookup
from policyserve.dates import Days, completed_years, day_of_month, month_number
from policyserve.plan.handovers import handovers
from policyserve.plan.subjects import EVER, SOURCE, Subjects
from policyserve.plan.workdays import Workdays
from policyserve.standard.model import AfterDebit, BeforeInstalment, Service, Standard


@dataclass(frozen=True)
class Basis:
    """What all triggers of one plan stand on."""

    facts: Subjects
    standard: Standard
    calendar: Calendar
    workdays: Workdays
    days: Days
    """The nominal days that matter, wide enough for every move of a day off."""

    def policies(self, service: Service) -> pl.DataFrame:
        """Return the source of policies that the endings of the service leave."""
        if "not-in-force" in service.ends_when:
            return self.facts.in_force
        return self.facts.not_ended if "ended" in service.ends_when else self.facts.always

    def suspensions(self, service: Service) -> pl.DataFrame:
        """Return the source of policies that the endings leave, with their suspensions and `confirmed_on`."""
        policies = self.policies(service)
        for known, joined in self._suspended:
            if known is policies:
                return joined
        confirmed = event_days(self.facts.book, "suspension_confirmed")
        lapses = self.facts.suspended
        lapses = lapses.with_columns(confirmed_on=first_after(lapses, confirmed, "suspended_from"))
        joined = policies.join(lapses, on="policy_id", how="semi").join(lapses, on="policy_id")
        self._suspended.append((policies, joined))
        return joined

    @cached_property
    def _suspended(self) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
        return []

    @cached_property
    def instalments(self) -> dict[str, pl.DataFrame]:
        """Instalments of policies in force that the rules before them may need, by mode; `due_on`, `cleared_on`."""
        rules = [service.trigger for service in self.standard.services if service.enabled]
        ahead = {
            mode: max(
                (rule.days for rule in rules if isinstance(rule, BeforeInstalment) and mode in rule.modes), default=0
            )
            for mode in MONTHS_OF_MODE
        }
        days = {mode: self.days.widened(after=ahead[mode]) for mode in MONTHS_OF_MODE}
        owed = pl.collect_all([self._instalments(mode, days[mode]) for mode in MONTHS_OF_MODE])
        return {mode: self._cleared(frame, days[mode]) for mode, frame in zip(MONTHS_OF_MODE, owed, strict=True)}

    def _instalments(self, mode: str, days: Days) -> pl.LazyFrame:
        turns = self.facts.turns
        payers = self.facts.in_force.lazy().filter(pl.col("mode") == mode)
        if not turns.is_empty():
            payers = payers.filter(~pl.col("policy_id").is_in(turns["policy_id"].unique().implode()))
        keep = ("receipt_on", "stopped_on", "instalments")
        owed = [
            frame.filter(pl.col("nominal") < pl.col("stopped_on"), pl.col("k") < pl.col("instalments")).select(
                *SOURCE, "receipt_on", instalment=pl.col("k") + 1, due_on="nominal"
            )
            for frame in recurring(payers, "effective_date", days, step=MONTHS_OF_MODE[mode], first=1, keep=keep)
        ]
        return pl.concat([*owed, *self._turned(mode, days)])

    def _turned(self, mode: str, days: Days) -> Iterator[pl.LazyFrame]:
        """Yield the same of policies whose mode changed: the instalments while it is `mode`."""
        turns = self.facts.turns.with_columns(until=pl.col("number").shift(-1).over("policy_id"))
        theirs = turns.filter(pl.col("mode") == mode).select("policy_id", "number", "until", "month", "step")
        if theirs.is_empty():
            return
        opening, closing = (
            (month_number(pl.lit(day)) - pl.col("month")) // pl.col("step") + 1 for day in (days.start, days.last)
        )
        first = pl.max_horizontal("number", opening, 2)
        last = pl.min_horizontal(closing, pl.col("until") - 1)
        payers = self.facts.in_force.drop("mode").join(theirs, on="policy_id")
        due_on = due_day_from(pl.col("month"), pl.col("effective_date").dt.day(), pl.col("step"), pl.col("instalment"))
        yield (
            payers.with_columns(instalment=pl.int_ranges(first, pl.max_horizontal(first, last + 1), dtype=pl.Int32))
            .explode("instalment", empty_as_null=False)
            .with_columns(due_on=due_on)
            .filter(
                within("due_on", days),
                pl.col("due_on") < pl.col("stopped_on"),
                pl.col("instalment") <= pl.col("instalments"),
            )
            .select(*SOURCE, "receipt_on", "instalment", "due_on")
            .lazy()
        )

    @cached_property
    def dividends(self) -> pl.DataFrame:
        """The first dividend declared in the year from each anniversary `k` on: `policy_id`, `k`, `declared_on`.

        Only of policies with one in the range or in the year after it, out of which it takes the touch of an
        anniversary; a declaration before the range would only move a touch that lies before it too.
        """
        declared = self.facts.book.events.filter(pl.col("kind") == "dividend_declared")
        near = declared.filter(within("occurred_on", self.days.widened(after=366)))
        known = declared.join(near, on="policy_id", how="semi")
        effective = lookup(self.facts.policies, "policy_id", "effective_date", known["policy_id"])
        k = completed_years(pl.lit(effective), pl.col("occurred_on"))
        return known.group_by("policy_id", k=k).agg(declared_on=pl.col("occurred_on").min())

    @cached_property
    def handovers(self) -> pl.DataFrame:
        """The changes of customers' agents of which they are told; see `handovers.handovers`."""
        return handovers(self.facts.book, self.standard)

    @cached_property
    def debits(self) -> pl.DataFrame:
        """The source of policies in force with the debits that the rules after them may need; `cleared_on`."""
        rules = [service.trigger for service in self.standard.services if service.enabled]
        back = max((rule.days for rule in rules if isinstance(rule, AfterDebit)), default=0)
        debits = self.facts.book.debits.filter(within("debit_on", self.days.widened(before=back)))
        rows = (
            self.facts.rows.filter(among(debits["policy_id"], self.facts.rows["policy_id"]))
            .join(debits, on=["policy_id", "instalment"], how="semi")
            .drop("place", "amount")
        )
        owed = debits.join(rows.with_columns(listed=True), on=["policy_id", "instalment"], how="left")
        reinstated_on = first_after(owed, event_days(self.facts.book, "reinstated"), "due_on")
        paid_at_issue = pl.when(pl.col("listed").is_null(), pl.col("instalment") == 1).then(pl.lit(EVER))
        owed = owed.with_columns(cleared_on=pl.min_horizontal("paid_on", reinstated_on, paid_at_issue))
        return self.facts.in_force.join(owed, on="policy_id", how="semi").join(owed, on="policy_id")

    def _cleared(self, owed: pl.DataFrame, days: Days) -> pl.DataFrame:
        """Add `cleared_on`: paid, or reinstated on or after the due day."""
        paid = self.facts.rows.filter(within("due_on", days), pl.col("paid_on").is_not_null())
        places = among(paid["policy_id"], owed["policy_id"]).arg_true()
        listed = owed.select("policy_id", "instalment")[places].join(
            paid.select("policy_id", "instalment", "paid_on"),
            on=["policy_id", "instalment"],
            how="left",
            maintain_order="left",
        )
        nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, owed.height)
        paid_on = nothing.scatter(places, listed["paid_on"])
        reinstated_on = first_after(owed, event_days(self.facts.book, "reinstated"), "due_on")
        return owed.with_columns(cleared_on=pl.min_horizontal(paid_on, reinstated_on))


def within(name: str, days: Days) -> pl.Expr:
    """Whether the column `name` lies in the range."""
    return (pl.col(name) >= days.start) & (pl.col(name) < days.end)


def recurring(
    frame: pl.LazyFrame,
    anchor: str,
    days: Days,
    *,
    step: int,
    first: int,
    offset: int = 0,
    keep: Sequence[str] = (),
) -> Iterator[pl.LazyFrame]:
    """Yield the occurrences `k` (from `first`) of `anchor + offset + k * step` months in the range, as `nominal`.

    Each frame has at most one occurrence per row; every month is counted from the anchor itself. Of the columns those
    of a source, the anchor and those to `keep` are left: copying the others would cost more than the rule.
    """
    opening = days.start.year * 12 + days.start.month - 1
    closing = days.last.year * 12 + days.last.month - 1
    nearest = -((pl.col("from_month") - opening) // step)
    ready = (
        frame.select(*dict.fromkeys([*SOURCE, anchor, *keep]))
        .with_columns(from_month=month_number(pl.col(anchor)) + offset, from_day=pl.col(anchor).dt.day())
        .with_columns(from_k=pl.max_horizontal(nearest, pl.lit(first)).cast(pl.Int32))
        .collect()
        .lazy()
    )
    for later in range((closing - opening) // step + 1):
        k = pl.col("from_k") + later
        nominal = day_of_month(pl.col("from_month") + k * step, pl.col("from_day"))
        yield ready.with_columns(k=k, nominal=nominal).filter(within("nominal", days))

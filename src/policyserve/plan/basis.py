"""What all rules of one plan stand on: facts, standard, calendar, and the range of days that matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from policyserve.book.columns import MODES
from policyserve.calendars.calendar import Calendar
from policyserve.contracts.endings import event_days, first_after
from policyserve.contracts.instalments import due_day_from
from policyserve.contracts.keys import among, lookup
from policyserve.dates import Days, completed_years, month_number
from policyserve.plan.handovers import handovers
from policyserve.plan.services import parts
from policyserve.plan.subjects import EVER, SOURCE, Subjects
from policyserve.plan.workdays import Workdays
from policyserve.standard.model import Standard
from policyserve.standard.trigger import AfterDebit, BeforeInstalment


@dataclass(frozen=True)
class Basis:
    """What all triggers of one plan stand on."""

    facts: Subjects
    standard: Standard
    calendar: Calendar
    workdays: Workdays
    days: Days
    """The nominal days that matter, wide enough for every move of a day off."""
    whole: ClassVar[bool] = False
    """Whether what a step is sure to leave out is wanted too; see `candidates`."""

    def policies(self, scope: str) -> pl.DataFrame:
        """Return the source of policies of a scope (see `services`)."""
        source: pl.DataFrame = getattr(self.facts, scope)
        return source

    def suspensions(self, scope: str) -> pl.DataFrame:
        """Return the source of policies of a scope, with their suspensions and `confirmed_on`."""
        lapses = self.facts.suspended
        if lapses.is_empty():
            return lapses
        confirmed = event_days(self.facts.book, "suspension_confirmed")
        lapses = lapses.with_columns(confirmed_on=first_after(lapses, confirmed, "suspended_from"))
        return self.policies(scope).join(lapses, on="policy_id", how="semi").join(lapses, on="policy_id")

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Open cases in families that reach into the days: `customer_id`, `from`, `to`; see `Subjects.cases`."""
        return self.facts.cases.filter(pl.col("end") > self.days.start).rename({"start": "from", "end": "to"})

    def _rules(self, kind: type[Any]) -> list[Any]:
        return [one.trigger for one in self.standard.services if one.enabled and isinstance(one.trigger, kind)]

    @cached_property
    def instalments(self) -> pl.DataFrame:
        """Instalments of policies in force that the rules before them may need: `mode`, `due_on`, `cleared_on`."""
        rules = self._rules(BeforeInstalment)
        ahead = {
            mode: max((rule.days for rule in rules if self.whole or mode in rule.modes), default=-1) for mode in MODES
        }
        last = pl.Series("last", [self.days.widened(after=days).last for days in ahead.values()], dtype=pl.Date)
        asked = pl.col("mode").is_in([mode for mode in MODES if ahead[mode] >= 0])
        payers = self._payers().filter(asked)
        owed = pl.collect_all([self._instalments(part.lazy(), last) for part in parts(payers)], engine="in-memory")
        return self._cleared(pl.concat(owed), self.days.widened(after=max(ahead.values()))) if owed else payers

    def _payers(self) -> pl.DataFrame:
        """Return the policies in force with the terms that hold for their instalments `least` to `most`, one each."""
        begun = {"month": month_number(pl.col("effective_date")), "day": pl.col("effective_date").dt.day()}
        payers = self.facts.in_force.select(
            *SOURCE, "receipt_on", "stopped_on", "mode", "step", **begun, least=2, most="instalments"
        )
        turns = self.facts.turns.select(
            "policy_id",
            "mode",
            "step",
            "month",
            number="number",
            until=pl.col("number").shift(-1).over("policy_id") - 1,
        )
        if turns.is_empty():
            return payers
        turned = payers.drop("mode", "step", "month").join(turns, on="policy_id")
        terms = turned.with_columns(least=pl.max_horizontal("least", "number"), most=pl.min_horizontal("most", "until"))
        return pl.concat([payers.join(turns, on="policy_id", how="anti"), terms.select(payers.columns)])

    def _instalments(self, payers: pl.LazyFrame, last: pl.Series) -> pl.LazyFrame:
        """Return their instalments due from the first of `days` to the day in `last` for the mode."""
        first, until = self.days.start, pl.lit(last).gather(pl.col("mode").to_physical().cast(pl.UInt32))
        opening, closing = (
            (month_number(day) - pl.col("month")) // pl.col("step") + 1 for day in (pl.lit(first), until)
        )
        least = pl.max_horizontal("least", opening)
        numbers = pl.int_ranges(least, pl.max_horizontal(least, pl.min_horizontal("most", closing) + 1), dtype=pl.Int32)
        due_on = due_day_from(pl.col("month"), pl.col("day"), pl.col("step"), pl.col("instalment"))
        is_due = pl.col("due_on") < pl.col("stopped_on")
        return (
            payers.with_columns(instalment=numbers, last=until)
            .explode("instalment", empty_as_null=False)
            .with_columns(due_on=due_on)
            .filter(pl.col("due_on") >= first, pl.col("due_on") <= pl.col("last"), self.whole | is_due)
            .select(*SOURCE, "receipt_on", *(("stopped_on",) if self.whole else ()), "mode", "instalment", "due_on")
        )

    @cached_property
    def dividends(self) -> pl.DataFrame:
        """The first dividend declared in the year from each anniversary `k` on: `policy_id`, `k`, `declared_on`.

        Only of policies with one in the range or in the year after it, out of which it takes the touch of an
        anniversary; a declaration before the range would only move a touch that lies before it too.
        """
        declared = self.facts.book.events.filter(pl.col("kind") == "dividend_declared")
        near = declared.filter(within("occurred_on", self.days.widened(after=366)))
        if near.is_empty():
            return near
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
        back = max(rule.days for rule in self._rules(AfterDebit))
        debits = self.facts.book.debits.filter(within("debit_on", self.days.widened(before=back)))
        if debits.is_empty():
            return debits
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

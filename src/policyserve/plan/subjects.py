"""The facts as planning reads them: subjects with the days on which they may be served.

A *source* is a frame of subjects: `subject_id`, `subject` (number), `customer_id`, `policy_id`, `agent_id` and
`agent_no`, the range `start` to `end` of days on which it may be served, and `now` (whether `as_of` lies in one).
A subject whose cover was broken has a row per range; ranges of one subject never overlap, so no touch comes twice.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

import polars as pl

from policyserve.contracts.contracts import Contracts
from policyserve.contracts.keys import latest_so_far, locate, lookup
from policyserve.dates import FOREVER
from policyserve.plan import customers
from policyserve.plan.grades import GradesByRules

EVER = date(1800, 1, 1)
"""The start of what had no start."""

SUBJECT = ["subject_id", "subject", "customer_id", "policy_id", "agent_id", "agent_no"]
SOURCE = [*SUBJECT, "start", "end", "now"]
READ = [
    "insured_id", "issue_date", "effective_date", "receipt_on", "ends_on", "mode", "step", "participating",
    "freelook_days", "in_force", "ended_on", "stopped_on", "instalments",
]  # fmt: skip
"""What the rules read of a policy."""


class Subjects(Contracts):
    """A book as it was known on `as_of`, its contracts, and the subjects that follow from them."""

    @cached_property
    def policies(self) -> pl.DataFrame:
        """Policies without riders: what names them, what the rules read, and `now` and `in_force` (on `as_of`)."""
        now = self.in_force_on(self.as_of)
        return (
            self.terms.with_columns(
                subject_id="policy_id",
                subject="policy_no",
                agent_no=lookup(self.book.agents, "agent_id", "agent_no", self.terms["agent_id"]),
                in_force=locate(now["policy_id"], self.terms["policy_id"]).is_not_null(),
            )
            .filter(pl.col("main_policy_id").is_null())
            .select(*SUBJECT, *READ, now="in_force")
        )

    @cached_property
    def by_purchase(self) -> pl.DataFrame:
        """Policies in the order in which each customer bought them."""
        return self.policies.sort("customer_id", "issue_date", "subject")

    @cached_property
    def in_force(self) -> pl.DataFrame:
        """The source of policies on the days on which they are in force, with the columns of `policies`."""
        if self.suspended.is_empty():
            whole = self.policies.with_columns(start="issue_date", end="ended_on")
            return whole.filter(pl.col("start") < pl.col("end"))
        broken = self.suspended.select("policy_id").unique()
        whole = self.policies.join(broken, on="policy_id", how="anti").with_columns(start="issue_date", end="ended_on")
        pieces = self.spells.join(broken, on="policy_id", how="semi")
        parts = self.policies.join(pieces, on="policy_id")
        return pl.concat([whole.filter(pl.col("start") < pl.col("end")), parts.select(whole.columns)])

    @cached_property
    def unpaid(self) -> pl.DataFrame:
        """The source of policies in force with instalments unpaid after their due day.

        `instalment`, `due_on`, `cleared_on` as in `arrears.arrears`; `earlier_on`: the day on which every
        earlier one was cleared, from which on this one is the oldest.
        """
        if self.late.is_empty():
            return self.late
        late = self.in_turn(self.late).filter(pl.col("earlier_on") < pl.col("cleared_on"))
        late = late.drop("ended_on", "loaned_on")
        return self.in_force.join(late, on="policy_id", how="semi").join(late, on="policy_id")

    @staticmethod
    def in_turn(owed: pl.DataFrame) -> pl.DataFrame:
        """Add `earlier_on` to instalments; see `unpaid`."""
        owed = owed.sort("policy_id", "instalment")
        return owed.with_columns(earlier_on=latest_so_far(owed, "policy_id", "cleared_on").fill_null(EVER))

    @cached_property
    def not_ended(self) -> pl.DataFrame:
        """The source of policies until they end, suspended or not."""
        return self.policies.with_columns(start=pl.lit(EVER), end="ended_on", now=pl.col("ended_on") > self.as_of)

    @cached_property
    def always(self) -> pl.DataFrame:
        """The source of policies on any day."""
        return self.policies.with_columns(start=pl.lit(EVER), end=pl.lit(FOREVER), now=pl.lit(value=True))

    @cached_property
    def customers(self) -> pl.DataFrame:
        """The source of customers on the days on which they live and a policy of theirs is in force.

        With their columns in the book and those of `customers.relations`.
        """
        ranges = customers.covered(self.in_force.select("customer_id", "start", "end"))
        return self.known_customers(ranges).filter(pl.col("start") < pl.col("end"))

    def known_customers(self, ranges: pl.DataFrame) -> pl.DataFrame:
        """Add the columns of `customers` to ranges (`customer_id`, `start`, `end`), which end with their lives."""
        people = self.book.customers.drop("agent_id")
        keys = ranges["customer_id"]
        known = people.select(pl.all().gather(locate(people["customer_id"], keys))).with_columns(ranges["start", "end"])
        serving = customers.serving_agents(self.book, self.policies)
        agent = lookup(serving, "customer_id", "agent_id", keys)
        living = known.with_columns(
            agent,
            lookup(self.book.agents, "agent_id", "agent_no", agent),
            end=pl.min_horizontal("end", "deceased_on"),
            subject_id="customer_id",
            subject="customer_no",
            policy_id=pl.lit(None, dtype=pl.Int32),
            receipt_on=pl.lit(None, dtype=pl.Date),
        )
        within = living.filter(pl.lit(self.as_of).is_between("start", "end", closed="left"))
        return living.with_columns(now=locate(within["customer_id"], living["customer_id"]).is_not_null())

    @cached_property
    def relations(self) -> pl.DataFrame:
        """The source of customers with the anchor of their relation; see `customers.relations`."""
        anchors = customers.relations(self.policies)
        keys = self.customers["customer_id"]
        columns = [lookup(anchors, "customer_id", name, keys) for name in ("relation_anchor", "relation_years")]
        return self.customers.with_columns(columns).filter(pl.col("relation_anchor").is_not_null())

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Open cases in families; see `customers.family_cases`."""
        own = self.suspended.join(self.policies, on="policy_id", how="semi")
        return customers.family_cases(self.book, self.policies, own)

    @cached_property
    def grades(self) -> GradesByRules:
        """The grades of customers on `as_of`, by the rules of a standard, worked out when they are asked for."""
        return GradesByRules(self)

    @cached_property
    def requests(self) -> pl.DataFrame:
        """Requests and claims with the day on which they are closed; see `customers.closing_days`."""
        return customers.closing_days(self.book)

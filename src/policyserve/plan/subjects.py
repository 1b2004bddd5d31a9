"""The facts as planning reads them: subjects with the days on which they may be served.

A *source* is a frame of subjects: `subject_id`, `subject` (number), `customer_id`, `policy_id`, `agent_id` and
`agent_no`, the range `start` to `end` of days on which it may be served, and `now` (whether `as_of` lies in one).
A subject whose cover was broken has a row per range; ranges of one subject never overlap, so no touch comes twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import FOREVER
from policyserve.plan import customers, states
from policyserve.plan.states import locate, taken

EVER = date(1800, 1, 1)
"""The start of what had no start."""

SUBJECT = ["subject_id", "subject", "customer_id", "policy_id", "agent_id", "agent_no"]
SOURCE = [*SUBJECT, "start", "end", "now"]
READ = [
    "insured_id", "issue_date", "effective_date", "receipt_on", "ends_on", "mode", "participating", "freelook_days",
    "in_force", "ended_on", "stopped_on", "instalments",
]  # fmt: skip
"""What the rules read of a policy."""


@dataclass(frozen=True)
class Facts:
    """A book as it was known on `as_of`, and what follows from it, worked out when it is first asked for."""

    book: Book
    as_of: date
    grace_days: int

    @cached_property
    def lives(self) -> pl.DataFrame:
        """Policies, riders too, with their ends; see `states.policy_lives`."""
        return states.policy_lives(self.book)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Listed instalments; see `states.instalment_rows`."""
        return states.instalment_rows(self.book, self.lives)

    @cached_property
    def late(self) -> pl.DataFrame:
        """Instalments unpaid after their due day; see `states.arrears`."""
        return states.arrears(self.book, self.lives, self.rows, self.as_of)

    @cached_property
    def suspended(self) -> pl.DataFrame:
        """Suspensions; see `states.suspensions_of`."""
        return states.suspensions_of(self.book, self.late, self.grace_days)

    @cached_property
    def spells(self) -> pl.DataFrame:
        """Ranges of days in force of every policy; see `states.spells`."""
        return states.spells(self.lives, self.suspended)

    @cached_property
    def policies(self) -> pl.DataFrame:
        """Policies without riders: what names them, what the rules read, and `now` and `in_force` (on `as_of`)."""
        now = self.spells.filter(pl.lit(self.as_of).is_between("start", "end", closed="left"))
        return (
            self.lives.with_columns(
                subject_id="policy_id",
                subject="policy_no",
                agent_no=taken(self.book.agents, "agent_id", "agent_no", self.lives["agent_id"]),
                in_force=locate(now["policy_id"], self.lives["policy_id"]).is_not_null(),
            )
            .filter(pl.col("main_policy_id").is_null())
            .select(*SUBJECT, *READ, now="in_force")
        )

    @cached_property
    def in_force(self) -> pl.DataFrame:
        """The source of policies on the days on which they are in force, with the columns of `policies`."""
        broken = self.suspended.select("policy_id").unique()
        whole = self.policies.join(broken, on="policy_id", how="anti").with_columns(start="issue_date", end="ended_on")
        pieces = self.spells.join(broken, on="policy_id", how="semi")
        parts = self.policies.join(pieces, on="policy_id")
        return pl.concat([whole.filter(pl.col("start") < pl.col("end")), parts.select(whole.columns)])

    @cached_property
    def unpaid(self) -> pl.DataFrame:
        """The source of policies in force with instalments unpaid after their due day.

        `instalment`, `due_on`, `cleared_on` as in `states.arrears`; `earlier_on`: the day on which every
        earlier one was cleared, from which on this one is the oldest.
        """
        late = self.late.sort("policy_id", "instalment")
        late = late.with_columns(earlier_on=states.latest_so_far(late, "policy_id", "cleared_on").fill_null(EVER))
        late = late.filter(pl.col("earlier_on") < pl.col("cleared_on")).drop("ended_on", "loaned_on")
        return self.in_force.join(late, on="policy_id", how="semi").join(late, on="policy_id")

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
        people = self.book.customers.drop("agent_id")
        keys = ranges["customer_id"]
        known = people.select(pl.all().gather(locate(people["customer_id"], keys))).with_columns(ranges["start", "end"])
        serving = customers.serving_agents(self.book, self.policies)
        agent = taken(serving, "customer_id", "agent_id", keys)
        living = known.with_columns(
            agent,
            taken(self.book.agents, "agent_id", "agent_no", agent),
            end=pl.min_horizontal("end", "deceased_on"),
            subject_id="customer_id",
            subject="customer_no",
            policy_id=pl.lit(None, dtype=pl.Int32),
            receipt_on=pl.lit(None, dtype=pl.Date),
        ).filter(pl.col("start") < pl.col("end"))
        within = living.filter(pl.lit(self.as_of).is_between("start", "end", closed="left"))
        return living.with_columns(now=locate(within["customer_id"], living["customer_id"]).is_not_null())

    @cached_property
    def relations(self) -> pl.DataFrame:
        """The source of customers with the anchor of their relation; see `customers.relations`."""
        anchors = customers.relations(self.policies)
        keys = self.customers["customer_id"]
        columns = [taken(anchors, "customer_id", name, keys) for name in ("relation_anchor", "relation_years")]
        return self.customers.with_columns(columns).filter(pl.col("relation_anchor").is_not_null())

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Open cases in families; see `customers.family_cases`."""
        own = self.suspended.join(self.policies, on="policy_id", how="semi")
        return customers.family_cases(self.book, self.policies, own)

    @cached_property
    def requests(self) -> pl.DataFrame:
        """Requests and claims with the day on which they are closed; see `customers.closing_days`."""
        return customers.closing_days(self.book)


def facts_of(book: Book, as_of: date, grace_days: int) -> Facts:
    """Look at a book as it was known on `as_of`."""
    return Facts(book.as_of(as_of), as_of, grace_days)

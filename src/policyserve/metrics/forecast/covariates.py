"""What was known of a policy on a day that bears on whether its premium of month 13 will be paid.

Every function takes rows of policies and days, each with its own day, and looks at nothing dated after that day.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.contracts.instalments import due_day
from policyserve.contracts.terms import step
from policyserve.contracts.turns import policy_turns
from policyserve.dates import completed_years
from policyserve.errands import while_waited_for
from policyserve.metrics.first_year_services import services_given
from policyserve.metrics.groupings import with_policies, writing_agents

ROW = ("policy_id", "day")
NUMBERS = (
    "log_premium", "age", "other_policies", "late_payments", "failed_debits", "behind", "services", "agent_record",
)  # fmt: skip
WORDS = ("stage", "mode", "product_kind", "channel", "orphan", "failed_while")
"""The facts: numbers (null where not known; `behind` is 0 of a lapsed policy, of which its stage says all) and words
(`failed_while`: the stage, where the last debit failed); and `lead`, the days since the due day (negative before it).
"""

PRIOR = 20
"""Policies of an average agent that every agent's own record is mixed with."""


def facts_on(book: Book, rows: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Add the facts to `rows` (`policy_id`, `day`, `due_on`, `denominator`); see NUMBERS and WORDS.

    `decided`: outcomes with `cutoff_on`, for the agents' records; those whose grace was not over by a row's day do not
    enter it.
    """
    of_policy = ["mode", "product_kind", "product", "channel", "effective_date", "customer_id", "issue_date"]
    frame = writing_agents(with_policies(rows, book, of_policy), book).with_columns(
        pl.col("mode").cast(pl.String),
        step(),
        pl.coalesce("product_kind", "product").alias("product_kind"),
        lead=(pl.col("day") - pl.col("due_on")).dt.total_days().cast(pl.Int32),
        log_premium=pl.col("denominator").cast(pl.Float64).clip(1).log(),
    )
    frame = _with_customers(book, _with_orphans(book, frame))
    for facts in while_waited_for((_payments, _debits, _services)):
        frame = frame.join(facts(book, frame), on=ROW, how="left", maintain_order="left")
    counts = ("late_payments", "failed_debits", "services")
    return (
        _with_records(frame, decided, book)
        .with_columns(
            pl.col(counts).fill_null(0).cast(pl.Float64),
            stage=_stage(),
        )
        .with_columns(
            behind=pl.when(pl.col("stage") == "behind").then("behind").otherwise(0).cast(pl.Float64),
            failed_while=pl.when("last_failed").then("stage").otherwise(pl.lit("no")),
        )
        .drop("step", "last_failed", "product", "effective_date", "issue_date")
    )


def _stage() -> pl.Expr:
    """Say where the policy stands: not past its due day, in grace, behind with an earlier instalment, or lapsed over
    one. Grace begins on the day after the due day.
    """
    return (
        pl.when(pl.col("behind") > GRACE_DAYS)
        .then(pl.lit("lapsed"))
        .when(pl.col("behind") > 0)
        .then(pl.lit("behind"))
        .when(pl.col("lead") > 0)
        .then(pl.lit("in_grace"))
        .otherwise(pl.lit("not_due"))
    )


def _with_customers(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `age` of the holder in years on the effective date, and `other_policies` that were issued by the day."""
    births = book.customers.select("customer_id", "birthday")
    issued = (
        book.policies.filter(pl.col("main_policy_id").is_null())
        .select("customer_id", "issue_date")
        .drop_nulls()
        .sort("issue_date")
        .with_columns(so_far=pl.int_range(1, pl.len() + 1).over("customer_id"))
    )
    return (
        frame.join(births, on="customer_id", how="left", maintain_order="left")
        .with_columns(age=completed_years(pl.col("birthday"), pl.col("effective_date")).cast(pl.Float64))
        .drop("birthday")
        .with_row_index("row")
        .sort("day")
        .join_asof(
            issued, left_on="day", right_on="issue_date", by="customer_id", check_sortedness=False, suffix="_other"
        )
        .sort("row")
        .with_columns(other_policies=(pl.col("so_far").fill_null(1) - 1).clip(0, 5).cast(pl.Float64))
        .drop("row", "so_far")
        .select(pl.exclude("^.*_other$"))
    )


def _with_orphans(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `orphan`: the agent who wrote the policy had left by the day (孤儿单)."""
    left = book.agents.select("agent_id", "left_on")
    orphan = (pl.col("left_on") <= pl.col("day")).fill_null(value=False).cast(pl.String)
    return (
        frame.join(left, on="agent_id", how="left", maintain_order="left").with_columns(orphan=orphan).drop("left_on")
    )


def _payments(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """Look at the instalments between the first and that of the month: `late_payments`, and `behind` (days since the
    oldest one unpaid fell due; on its due day none is unpaid yet).
    """
    asked = frame.filter(pl.col("step") < 12).select(*ROW, "effective_date", "due_on", "step")
    paid_by = (pl.col("paid_on") <= pl.col("day")).fill_null(value=False)
    fallen = (
        asked.join(book.premiums.filter(pl.col("instalment") >= 2), on="policy_id")
        .with_columns(instalment_due=due_day(pl.col("instalment"), turns=policy_turns(book)))
        .filter(pl.col("instalment_due") < pl.col("due_on"), pl.col("instalment_due") < pl.col("day"))
    )
    since = (pl.col("day") - pl.col("instalment_due")).dt.total_days()
    return fallen.group_by(ROW).agg(
        late_payments=(paid_by & (pl.col("paid_on") > pl.col("instalment_due"))).sum(),
        behind=pl.when(~paid_by).then(since).max(),
    )


def _debits(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """Count `failed_debits` by the day, and tell whether the last one failed."""
    tried = frame.select(ROW).join(book.debits, on="policy_id").filter(pl.col("debit_on") <= pl.col("day"))
    failed = pl.col("result") == "failed"
    return tried.group_by(ROW).agg(
        failed_debits=failed.sum().clip(0, 4), last_failed=failed.sort_by("debit_on", "number").last()
    )


def _services(book: Book, frame: pl.DataFrame) -> pl.DataFrame:
    """Count the first-year services done by the day, as `metrics worth` credits them: told alone is none."""
    given = frame.select(ROW).join(services_given(book), on="policy_id").filter(pl.col("done_on") <= pl.col("day"))
    counted = pl.when(pl.col("told").all()).then(0).otherwise(pl.col("service").n_unique())
    return given.group_by(ROW).agg(services=counted)


def _with_records(frame: pl.DataFrame, decided: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Add `agent_record`: the share the writing agent kept of what was final by the day, less everybody's share."""
    settled = writing_agents(decided.filter(pl.col("outcome").is_in(["kept", "lost"])), book).select(
        "agent_id",
        own=(pl.col("outcome") == "kept").cast(pl.Float64),
        known_on=pl.col("cutoff_on") + pl.duration(days=1),
    )
    own, all_ = _running(settled, ["agent_id"]), _running(settled, [])
    found = (
        frame.with_row_index("row")
        .sort("day")
        .join_asof(own, left_on="day", right_on="known_on", by="agent_id", check_sortedness=False)
        .join_asof(all_, left_on="day", right_on="known_on", suffix="_all", check_sortedness=False)
        .sort("row")
    )
    everybody = pl.col("own_all") / pl.col("count_all")
    own_share = (pl.col("own").fill_null(0) + PRIOR * everybody) / (pl.col("count").fill_null(0) + PRIOR)
    return found.with_columns(agent_record=own_share - everybody).drop(
        "row", "own", "count", "own_all", "count_all", "^known_on.*$"
    )


def _running(settled: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Count up to each day: `known_on`, `own` (kept), `count`, sorted by day."""
    daily = settled.group_by(*keys, "known_on").agg(pl.col("own").sum(), count=pl.len()).sort("known_on")
    sums = [pl.col(name).cum_sum() for name in ("own", "count")]
    return daily.with_columns(one.over(keys) if keys else one for one in sums)

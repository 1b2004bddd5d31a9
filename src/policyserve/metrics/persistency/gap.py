"""The gap to the target as names: what is missing, the fewest policies that would close it, and what comes without.

Policies *open* to being kept are those whose premium is in grace or not yet due. How a group ends is found by judging
the book twice more by the rules of persistency: as if nobody else paid, and as if every open policy paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

import polars as pl

from policyserve.book.columns import Book
from policyserve.errors import QuestionError
from policyserve.metrics.agents_by_day import serving_on
from policyserve.metrics.forecast.outcomes import only
from policyserve.metrics.groupings import fields_of, with_policies
from policyserve.metrics.persistency.gap_policies import BEST, NOTHING, outlook
from policyserve.metrics.persistency.persistency import PolicyResults, grouped, policy_results, shown_field
from policyserve.metrics.profiles.profile import CN_COMPANY, Cutoff, Profile
from policyserve.metrics.targets import KEPT

WHOLE = 10_000
"""100 % in hundredths of a per cent."""

ALLOWED = ("company", "branch", "team", "agent", "serving-agent", "product", "channel", "mode", "cohort")
"""Groupings that a gap can be asked for."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The groups below their target, and the open policies of each."""

    groups: pl.DataFrame
    """A row per group and currency: `group` (its number), the fields of the groupings, `currency`, `numerator`,
    `denominator`, `ratio`, `numerator_count`, `denominator_count`, `ratio_count` (as persistency shows them today),
    `target`, `missing` (premium, minor units) and `missing_count` (policies) to the target when all is due, `open`
    (policies), `fewest` (how many of them suffice; null: all do not), `by` (the last day to pay among those needed;
    null: none is),
    `if_nothing` and `at_best` (ratios in the end)."""
    policies: pl.DataFrame
    """A row per open policy, the most useful first: `group`, the same fields, `policy_id`, `policy_no`, `customer_no`,
    `serving_agent_no` (today), `currency`, `due_on` (of the first premium unpaid), `state` (`in_grace`, `pending`),
    `pay_by`, `amount` (to pay for the month, minor units), `rider_amount` (the part that
    riders bring), `gain` (what it adds to the numerator; minor units or
    policies), `needed` (one of the fewest that suffice)."""
    counted: int
    """Policies of the cohorts whose premium of the month has fallen due; without one there is nothing to compare."""
    basis: str
    """What the target is compared with: `premium` or `count`."""


def target_of(text: str) -> int:
    """Read a target as people type it (`0.88`) in hundredths of a per cent; raise QuestionError for none."""
    try:
        target = Decimal(text) * WHOLE
    except InvalidOperation:
        target = Decimal(0)
    if not target.is_finite() or not 0 < target <= WHOLE or target != int(target):
        raise QuestionError(
            "'{text}' is no target. Write a fraction up to 1 with at most 4 decimals, as 0.88.", text=text
        )
    return int(target)


def targets_of(texts: Sequence[str], book: Book) -> dict[str, int]:
    """Read targets of groups (`North=0.9`); raise QuestionError for a name the book's agents do not have."""
    named = pl.concat([book.agents, book.places], how="diagonal")
    known = set(named.select(pl.concat_list("agent_no", "team", "branch").explode()).to_series())
    found = {}
    for text in texts:
        name, sign, target = text.rpartition("=")
        if not sign or name not in known:
            raise QuestionError(
                "'{text}' names no agent, team or branch. Write a name and its target, as North=0.9.", text=text
            )
        found[name] = target_of(target)
    return found


def gaps(
    book: Book,
    profile: Profile = CN_COMPANY,
    *,
    by: Sequence[str] = ("company",),
    month: int = 13,
    cutoff: Cutoff | None = None,
    as_of: date,
    target: int = round(KEPT * WHOLE),
    targets: Mapping[str, int] | None = None,
    cohort_from: date | None = None,
    cohort_to: date | None = None,
) -> Gap:
    """Find the groups below target on `as_of` among the cohorts asked for.

    `target` and `targets` (by the name of an agent, team or branch) are in hundredths of a per cent. The first basis of
    the profile is compared with them. Raises PolicyserveError for a grouping, month or cutoff that is none.
    """
    fields = fields_of(by, ALLOWED)
    known = book.as_of(as_of)
    today = policy_results(
        known, profile, month=month, cutoff=cutoff, as_of=as_of, cohort_from=cohort_from, cohort_to=cohort_to
    )
    basis = profile.bases[0]
    keys = [*fields, "currency"]
    below = _below(grouped(today, fields, known), keys, basis, _target(fields, target, targets))
    frame = _with_outlook(below, known, today)
    groups = _summed(frame, keys, basis)
    ranked = _ranked(frame.with_columns(gain=_gain(basis)), groups, keys)
    return Gap(
        groups=_shown_groups(groups, ranked, keys, basis),
        policies=_shown_policies(ranked, fields, known, as_of),
        counted=today.policies.filter(pl.col("state") == "counted").height,
        basis=basis,
    )


def _with_outlook(policies: pl.DataFrame, known: Book, today: PolicyResults) -> pl.DataFrame:
    """Add the columns of `outlook`; policies whose cutoff is over end as they stand today: only others are asked."""
    waiting = policies.filter(pl.col("cutoff_on") >= today.as_of).select(today.policies.columns)
    ends = outlook(only(known, waiting["policy_id"]), replace(today, policies=waiting))
    found = policies.join(ends, on="policy_id", how="left", maintain_order="left")
    stays = {new: pl.coalesce(new, old) for names in (NOTHING, BEST) for old, new in names.items()}
    return found.with_columns(**stays, open=pl.col("open").fill_null(value=False))


def _gain(basis: str) -> pl.Expr:
    """What an open policy adds to the numerator by paying: minor units, or policies."""
    suffix = "" if basis == "premium" else "_count"
    return pl.when("open").then(pl.col(f"best{suffix}") - pl.col(f"nothing{suffix}")).otherwise(0)


def _target(fields: Sequence[str], target: int, targets: Mapping[str, int] | None) -> pl.Expr:
    """Return the target of a group: its own, the one of its team, of its branch, else that of all."""
    names = [field for field in ("serving_agent_no", "agent_no", "team", "branch") if field in fields]
    own = [pl.col(name).replace_strict(targets, default=None, return_dtype=pl.Int64) for name in names if targets]
    return pl.coalesce(*own, pl.lit(target, dtype=pl.Int64))


_SUMS = (
    "numerator", "denominator", "numerator_count", "denominator_count",
    "nothing", "best", "whole", "nothing_count", "best_count", "whole_count",
)  # fmt: skip


def _below(policies: pl.DataFrame, keys: list[str], basis: str, target: pl.Expr) -> pl.DataFrame:
    """Keep the policies of the groups whose ratio of today is below the target, with their `goal`."""
    kept, whole = ("numerator", "denominator") if basis == "premium" else ("numerator_count", "denominator_count")
    groups = policies.group_by(keys).agg(pl.col(kept, whole).sum()).with_columns(goal=target)
    low = groups.filter(pl.col(kept) * WHOLE < pl.col("goal") * pl.col(whole)).select(*keys, "goal")
    return policies.join(low, on=keys, nulls_equal=True, maintain_order="left")


def _summed(policies: pl.DataFrame, keys: list[str], basis: str) -> pl.DataFrame:
    """Add the groups up, and say what is missing to the goal of each."""
    return (
        policies.group_by(*keys, "goal")
        .agg(pl.col(_SUMS).sum())
        .with_columns(
            missing=_missing("nothing", "whole"),
            missing_count=_missing("nothing_count", "whole_count"),
        )
        .with_columns(lacking="missing" if basis == "premium" else "missing_count")
        .sort(keys)
        .with_row_index("group")
    )


def _missing(kept: str, whole: str) -> pl.Expr:
    """The least that must be added to `kept` to make it the goal's share of `whole`; 0 where it is there."""
    wanted = (pl.col("goal") * pl.col(whole) + WHOLE - 1) // WHOLE
    return pl.max_horizontal(wanted - pl.col(kept), 0)


def _ranked(frame: pl.DataFrame, groups: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rank the open policies of the groups, the largest gain first, and mark as `needed` the fewest that suffice.

    With a sum to reach, no choice of as many policies reaches more than the largest ones: so the first ones whose gains
    reach it are the fewest. Where all together do not reach it, none is marked.
    """
    before = pl.col("gain").cum_sum().over("group") - pl.col("gain")
    enough = pl.col("gain").sum().over("group") >= pl.col("lacking")
    return (
        frame.filter(pl.col("gain") > 0)
        .join(groups.select(*keys, "lacking", "group"), on=keys, nulls_equal=True)
        .sort("group", "gain", "pay_by", "policy_id", descending=[False, True, False, False])
        .with_columns(needed=enough & (before < pl.col("lacking")))
    )


def _shown_groups(groups: pl.DataFrame, ranked: pl.DataFrame, keys: list[str], basis: str) -> pl.DataFrame:
    needed = pl.col("needed")
    found = ranked.group_by("group").agg(
        open=pl.len().cast(pl.Int64), gained=pl.col("gain").sum(), fewest=needed.sum().cast(pl.Int64),
        by=pl.col("pay_by").filter(needed).max(),
    )  # fmt: skip
    suffix = "" if basis == "premium" else "_count"
    enough = pl.col("gained") >= pl.col("lacking")
    return (
        groups.join(found, on="group", how="left", maintain_order="left")
        .with_columns(pl.col("open", "gained", "fewest").fill_null(0))
        .select(
            "group", *(shown_field(key) for key in keys),
            "numerator", "denominator", ratio=pl.col("numerator") / pl.col("denominator"),
            numerator_count="numerator_count", denominator_count="denominator_count",
            ratio_count=pl.col("numerator_count") / pl.col("denominator_count"),
            target=pl.col("goal") / WHOLE,
            missing="missing", missing_count="missing_count", open="open",
            fewest=pl.when(enough).then("fewest"),
            by="by",
            if_nothing=pl.col(f"nothing{suffix}") / pl.col(f"whole{suffix}"),
            at_best=pl.col(f"best{suffix}") / pl.col(f"whole{suffix}"),
        )
    )  # fmt: skip


def _shown_policies(ranked: pl.DataFrame, fields: Sequence[str], book: Book, as_of: date) -> pl.DataFrame:
    """Give the open policies the numbers that people use, and who serves them on `as_of`."""
    serving = serving_on(ranked.select("policy_id", day=pl.lit(as_of)), book).select("policy_id", server_id="agent_id")
    agents = book.agents.select(server_id="agent_id", served_by="agent_no")
    numbers = with_policies(ranked.select("policy_id"), book, ["policy_no", "customer_id"]).join(
        book.customers.select("customer_id", "customer_no"), on="customer_id", how="left", maintain_order="left"
    )
    names = ranked.with_columns(numbers.select("policy_no", "customer_no").get_columns()).join(
        serving.join(agents, on="server_id", how="left"), on="policy_id", how="left", maintain_order="left"
    )
    return names.select(
        "group", *(shown_field(field) for field in fields if field != "serving_agent_no"),
        "policy_id", "policy_no", "customer_no",
        serving_agent_no="served_by", currency="currency", due_on="first_due_on",
        state=pl.when(pl.col("first_due_on") <= as_of).then(pl.lit("in_grace")).otherwise(pl.lit("pending")),
        pay_by="pay_by", amount="amount", rider_amount="rider_amount", gain="gain", needed="needed",
    )  # fmt: skip

"""Spot checks (抽查): a sample of services said to be done, and what it says of all of them.

The sample is stratified by agent: at least one task of each, the rest in proportion. Which tasks is decided by a digest
of the seed and the task's key, so that anybody can draw the same sample again, on any machine, and nobody can choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from math import inf, sqrt

import polars as pl

from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.standard.model import Standard

RESULTS = (
    "confirmed",  # the customer says that it was done
    "not-confirmed",  # the customer says that it was not
    "not-reached",  # nobody could be asked
)
"""What verifying a task with the customer can come to."""

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals hold the truth in 95 of 100 samples."""


def claimed_tasks(tasks: pl.DataFrame, standard: Standard, days: Days) -> pl.DataFrame:
    """Return what can be drawn: agents' services of level spot-checked, done in `days`: `task_id`, `agent_id`.

    `tasks` as they stood on the day of the draw. The office's letters are proved by its own records.
    """
    codes = {one.code for one in standard.services if one.level == "spot-checked"}
    return tasks.filter(
        pl.col("service").is_in(codes),
        pl.col("status") == "done",
        pl.col("performer") == "agent",
        pl.col("agent_id").is_not_null(),
        pl.col("done_on").is_between(days.start, days.last),
    ).select("task_id", "agent_id")


def allocation(claimed: Mapping[int, int], size: int) -> dict[int, int]:
    """Share `size` tasks among agents with `claimed` ones each: one for each, the rest in proportion to what is left.

    Largest remainders get what rounding leaves, ties the lowest key. Raises PolicyserveError where `size` is too small.
    """
    if size < len(claimed):
        raise PolicyserveError(
            "There are {claimed} agents with services to check, so {size} tasks are too few; draw at least "
            "{claimed}, or narrow the draw to a branch or a team.",
            claimed=len(claimed),
            size=size,
        )
    whole = sum(claimed.values())
    left, rest = min(size, whole) - len(claimed), whole - len(claimed)
    quotas = {key: Fraction(left * (count - 1), rest) if rest else Fraction(0) for key, count in claimed.items()}
    shares = {key: 1 + int(quota) for key, quota in quotas.items()}
    remainders = sorted(quotas, key=lambda key: (int(quotas[key]) - quotas[key], key))
    for key in remainders[: left - sum(int(quota) for quota in quotas.values())]:
        shares[key] += 1
    return shares


def draw(claimed: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    """Draw `size` of the `claimed` tasks (`task_id`, `agent_id`), all of them where there are no more.

    Returns `task_id`, `agent_id` and `claimed` (how many the agent has), sorted by agent and task.
    """
    counts = {int(key): int(count) for key, count in claimed.group_by("agent_id").len().iter_rows()}
    shares = pl.DataFrame(
        [(key, counts[key], share) for key, share in allocation(counts, size).items()],
        schema=pl.Schema({"agent_id": pl.Int32(), "claimed": pl.Int32(), "share": pl.Int32()}),
        orient="row",
    )
    lots = claimed.with_columns(lot=pl.Series("lot", [lot(seed, key) for key in claimed["task_id"]], pl.UInt64))
    placed = lots.sort("lot", "task_id").with_columns(place=pl.col("task_id").cum_count().over("agent_id"))
    drawn = placed.join(shares, on="agent_id").filter(pl.col("place") <= pl.col("share"))
    return drawn.select("task_id", "agent_id", "claimed").sort("agent_id", "task_id")


def lot(seed: int, task_id: int) -> int:
    """Return the lot of a task: 64 bits of the BLAKE2b digest of "seed:task"; the lowest lots are drawn."""
    return int.from_bytes(blake2b(f"{seed}:{task_id}".encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """One agent in a sample."""

    claimed: int
    """Services said to be done."""
    confirmed: int
    """Of those asked about, how many the customer confirmed."""
    asked: int
    """How many customers gave an answer."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The share of services said to be done that really were."""

    rate: float | None
    """None where nobody gave an answer."""
    low: float | None
    high: float | None
    """Between `low` and `high` with 95 % confidence."""


def estimate(strata: list[Stratum]) -> Estimate:
    """Estimate the true rate from the strata with an answer, each weighing as many services as it claimed.

    The rate is the stratified one (Cochran, Sampling Techniques, 3rd ed. 1977, section 5.10). Its interval is Wilson's
    (J. Am. Stat. Assoc. 22, 1927, 209-212) with the effective number of answers in place of the number (Korn and
    Graubard, Survey Methodology 24, 1998, 193-201), because many strata hold a single answer: there the textbook's
    normal interval has no variance to go by, and at 100 % no width. The variance per answer is taken as p(1-p) of the
    whole, or as the strata show it, whichever is greater; both with the finite population correction 1 - n/N.
    """
    told = [stratum for stratum in strata if stratum.asked > 0]
    whole = sum(stratum.claimed for stratum in told)
    if not told:
        return Estimate(rate=None, low=None, high=None)
    rate = float(sum(Fraction(one.claimed * one.confirmed, one.asked) for one in told) / whole)
    low, high = wilson(rate, _effective(told, whole, rate))
    return Estimate(rate=rate, low=low, high=high)


def _effective(told: list[Stratum], whole: int, rate: float) -> float:
    """Return how many answers of a simple sample without a finite population would say as much."""
    shares = [
        (one.claimed / whole) ** 2 * (1 - one.asked / one.claimed) for one in told
    ]  # squared weight x finite population correction
    pooled = sum(share / one.asked for share, one in zip(shares, told, strict=True))
    seen = sum(share * _variance(one, rate) for share, one in zip(shares, told, strict=True))
    if pooled == 0:
        return inf  # everybody was asked
    spread = rate * (1 - rate)
    return min(1 / pooled, spread / seen) if seen > 0 else 1 / pooled


def _variance(stratum: Stratum, rate: float) -> float:
    """Estimate the variance of a stratum's rate without correction; of a single answer, by the rate of the whole."""
    if stratum.asked == 1:
        return rate * (1 - rate)
    share = stratum.confirmed / stratum.asked
    return share * (1 - share) / (stratum.asked - 1)


def wilson(rate: float, answers: float) -> tuple[float, float]:
    """Return Wilson's interval of a rate seen in so many answers; the rate itself where their number is infinite."""
    if answers == inf:
        return rate, rate
    middle = (rate + Z**2 / (2 * answers)) / (1 + Z**2 / answers)
    half = Z / (1 + Z**2 / answers) * sqrt(rate * (1 - rate) / answers + Z**2 / (4 * answers**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def summed(drawn: pl.DataFrame) -> pl.DataFrame:
    """Count the results of a sample by agent.

    `drawn`: a row per task with `agent_id`, `claimed` (of the agent) and `result` (one of RESULTS, null while open).
    Returns `agent_id`, `claimed`, `drawn`, `confirmed`, `not_confirmed`, `not_reached`, `open`, `flagged`: a customer
    did not confirm what the agent says was done.
    """
    counts = [(pl.col("result") == result).sum().cast(pl.Int64).alias(result.replace("-", "_")) for result in RESULTS]
    return (
        drawn.group_by("agent_id")
        .agg(
            pl.col("claimed").first(),
            pl.len().cast(pl.Int64).alias("drawn"),
            *counts,
            open=pl.col("result").is_null().sum().cast(pl.Int64),
        )
        .with_columns(flagged=pl.col("not_confirmed") > 0)
        .sort("agent_id")
    )


def estimated(agents: pl.DataFrame) -> dict[str, object]:
    """Put a whole sample into one row: `claimed`, counts as in `summed`, `rate`, `low`, `high`, `lowest`, `silent`.

    `agents` as from `summed`. `lowest`: the rate if nobody who was not reached would have confirmed. `silent`: agents
    of whose customers nobody gave an answer; they are left out of the rate, and count in full in `lowest`.
    """
    rows = agents.to_dicts()
    found = estimate([_stratum(row, row["confirmed"] + row["not_confirmed"]) for row in rows])
    worst = estimate([_stratum(row, row["confirmed"] + row["not_confirmed"] + row["not_reached"]) for row in rows])
    names = ("claimed", "drawn", "confirmed", "not_confirmed", "not_reached", "open", "flagged")
    return {
        **{name: sum(int(row[name]) for row in rows) for name in names},
        "rate": found.rate,
        "low": found.low,
        "high": found.high,
        "lowest": worst.rate,
        "silent": sum(row["confirmed"] + row["not_confirmed"] == 0 for row in rows),
        "status": "provisional" if any(row["open"] for row in rows) else "final",
    }


def _stratum(row: Mapping[str, int], asked: int) -> Stratum:
    return Stratum(claimed=row["claimed"], confirmed=row["confirmed"], asked=asked)

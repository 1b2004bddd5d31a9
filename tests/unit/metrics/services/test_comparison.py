"""Groups of policies compared: hazard ratios and the log-rank test, against counts by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
import polars as pl
import pytest

from policyserve.metrics.services.comparison import GROUPS, hazard_ratios, log_rank


def by_hand(policies: pl.DataFrame) -> float:
    """Return the chi-square of two groups, a day and a policy at a time."""
    rows = policies.to_dicts()
    apart = variance = 0.0
    for day in {row["days"] for row in rows if row["lost"]}:
        at_risk = [row for row in rows if row["days"] >= day]
        lost = [row for row in at_risk if row["days"] == day and row["lost"]]
        share = sum(row["services"] == "all" for row in at_risk) / len(at_risk)
        apart += sum(row["services"] == "all" for row in lost) - len(lost) * share
        if len(at_risk) > 1:
            variance += len(lost) * share * (1 - share) * (len(at_risk) - len(lost)) / (len(at_risk) - 1)
    return apart**2 / variance


@pytest.mark.parametrize("size", [20, 300])
def test_the_log_rank_test_is_the_one_by_hand(size: int) -> None:
    draw = np.random.default_rng(size)
    policies = followed(draw.choice(["none", "all"], size), draw.integers(1, 90, size), draw.random(size) < 0.5)
    square = by_hand(policies)
    normal = np.random.default_rng(0).normal(size=400_000) ** 2
    assert log_rank(policies) == pytest.approx((normal > square).mean(), abs=0.005)


def followed(groups: Any, days: Any, lost: Any, agents: list[int] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({"services": pl.Series(groups, dtype=pl.Enum(GROUPS)), "days": days, "lost": lost})
    return frame.with_columns(
        agent_id=pl.Series(agents or [1] * frame.height), log_premium=pl.lit(1.0), mode=pl.lit("annual"),
        kind=pl.lit("life"), policy_id=pl.int_range(pl.len()),
    )  # fmt: skip


def test_two_policies_by_hand() -> None:
    """One of two is lost on day 1: expected 1/2, variance 1/4, so the chi-square is 1."""
    assert log_rank(followed(["none", "all"], [1, 2], [True, False])) == pytest.approx(0.3173105)


@pytest.mark.parametrize("lost", [[False] * 4, [True] * 4], ids=["nobody lost", "a group lost whole"])
def test_groups_in_which_all_fared_alike_have_no_ratio(lost: list[bool]) -> None:
    assert hazard_ratios(followed(["none", "none", "all", "all"], [5, 6, 7, 8], lost)).is_empty()


def test_groups_that_no_agent_has_both_of_have_no_ratio() -> None:
    apart = followed(["none"] * 4 + ["all"] * 4, [5, 6, 7, 8] * 2, [True, False] * 4, [1] * 4 + [2] * 4)
    assert hazard_ratios(apart).is_empty()


def test_a_group_that_is_never_followed_to_a_loss_is_not_tested() -> None:
    assert log_rank(followed(["none", "none", "all"], [9, 9, 1], [True, False, False])) is None


def test_agents_are_compared_with_themselves() -> None:
    """Each has a policy with all services and one without: the ratio is that of the pairs in which it was lost."""
    pairs = [("all", "none")] * 20 + [("none", "all")] * 40
    row = hazard_ratios(in_turn(pairs)).row(0, named=True)
    assert row["services"] == "all"
    assert row["ratio"] == pytest.approx(20 / 40, rel=1e-4)
    assert log(row["upper"] / row["lower"]) / 2 / 1.959964 == pytest.approx((1 / 20 + 1 / 40) ** 0.5, rel=1e-3)
    assert row["p"] == pytest.approx(0.0114, abs=0.0005)


def in_turn(agents: Sequence[Sequence[str]], first: Sequence[int] | None = None) -> pl.DataFrame:
    """Lose the policies of each agent one after the other, from his first day on, and keep the last one."""
    rows = [
        (name, (first[agent] if first else 1) + place, place + 1 < len(names), agent)
        for agent, names in enumerate(agents) for place, name in enumerate(names)
    ]  # fmt: skip
    return followed(*(list(column) for column in zip(*rows, strict=True)))


def test_what_differs_between_agents_alone_is_no_effect() -> None:
    """Whose policies are lost late gives more service; with each agent, it makes no difference who is lost first."""
    draw = np.random.default_rng(3)
    given = [["all", "none", "none", "none"]] * 200 + [["all", "all", "all", "none"]] * 200
    row = hazard_ratios(in_turn([list(draw.permutation(names)) for names in given], [1] * 200 + [11] * 200)).row(
        0, named=True
    )
    assert row["lower"] < 1 < row["upper"]
    assert row["unadjusted"] < 0.6

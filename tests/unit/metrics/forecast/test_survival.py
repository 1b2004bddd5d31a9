from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest

from books.described_book import book, policy, yuan
from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast.survival import at_months, kaplan_meier, policy_spans, survival
from policyserve.metrics.profiles.profile import IN_IRDAI, UK_SUP16_8, Profile

lifelines = pytest.importorskip("lifelines")
AS_OF = date(2026, 6, 30)


def drawn(seed: int, size: int, groups: str = "ab") -> pl.DataFrame:
    """Spans with many ties, a day 0, and groups of different fates."""
    draw = random.Random(seed)
    rows = [{"group": draw.choice(groups), "days": int(draw.expovariate(1 / 90)), "lost": draw.random() < 0.6}
            for _ in range(size)]  # fmt: skip
    return pl.DataFrame(rows)


def judged_by_lifelines(spans: pl.DataFrame, confidence: float = 0.95) -> pl.DataFrame:
    judge = lifelines.KaplanMeierFitter(alpha=1 - confidence).fit(spans["days"].to_numpy(), spans["lost"].to_numpy())
    limits = judge.confidence_interval_
    return pl.DataFrame({
        "days": judge.survival_function_.index.to_numpy(),
        "survival": judge.survival_function_.iloc[:, 0].to_numpy(),
        "lower": limits.iloc[:, 0].to_numpy(),
        "upper": limits.iloc[:, 1].to_numpy(),
    })  # fmt: skip


@pytest.mark.parametrize(("seed", "size"), [(1, 5), (2, 60), (3, 4000)])
@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_the_curve_agrees_with_lifelines_to_a_thousandth_of_a_millionth(
    seed: int, size: int, confidence: float
) -> None:
    curve = kaplan_meier(drawn(seed, size), by=["group"], confidence=confidence)
    for group in "ab":
        ours = curve.filter(pl.col("group") == group)
        judge = judged_by_lifelines(drawn(seed, size).filter(pl.col("group") == group), confidence)
        both = ours.with_columns(pl.col("days").cast(pl.Float64)).join(judge, on="days", suffix="_judge")
        assert both.height == ours.height
        for name in ("survival", "lower", "upper"):
            inside = both.filter(pl.col("survival") > 0)
            assert inside.select((pl.col(name) - pl.col(f"{name}_judge")).abs().max()).item() < 1e-9


def test_four_policies_by_hand() -> None:
    spans = pl.DataFrame({"days": [10, 20, 20, 30], "lost": [True, True, False, False]})
    curve = kaplan_meier(spans)
    assert curve.select("days", "at_risk", "lost", "left").rows() == [(10, 4, 1, 0), (20, 3, 1, 1), (30, 1, 0, 1)]
    assert curve["survival"].to_list() == pytest.approx([3 / 4, 1 / 2, 1 / 2])


def test_while_nobody_is_lost_the_curve_and_its_limits_are_one() -> None:
    curve = kaplan_meier(pl.DataFrame({"days": [5, 9], "lost": [False, False]}))
    assert curve.select("survival", "lower", "upper").rows() == [(1.0, 1.0, 1.0)] * 2


def test_a_curve_over_no_policy_has_no_rows() -> None:
    empty = pl.DataFrame(schema={"days": pl.Int64, "lost": pl.Boolean})
    assert kaplan_meier(empty).is_empty()
    assert at_months(kaplan_meier(empty)).is_empty()


def test_a_curve_is_read_at_months_only_as_far_as_it_reaches() -> None:
    curve = kaplan_meier(pl.DataFrame({"days": [100, 200, 300], "lost": [True, False, True]}))
    read = at_months(curve, months=[3, 6, 9, 12])
    assert read.select("month", "at_risk", "lost", "survival").rows() == [
        (3, 3, 0, 1.0),
        (6, 2, 1, pytest.approx(2 / 3)),
        (9, 1, 1, pytest.approx(2 / 3)),
    ]


def test_a_confidence_that_makes_no_interval_is_refused() -> None:
    with pytest.raises(PolicyserveError, match="between 0 and 1"):
        kaplan_meier(drawn(1, 5), confidence=95)


EFFECTIVE = date(2024, 3, 10)
FATES = {
    "surrendered": (policy("P", EFFECTIVE, yuan(900), events=[("surrender", date(2024, 9, 1))]), 175, True),
    "lapsed on day 61 of an unpaid second premium": (
        policy("P", EFFECTIVE, yuan(900), payments={1: EFFECTIVE, 2: None}), 365 + 61, True),
    "reinstated": (
        policy("P", EFFECTIVE, yuan(900), payments={1: EFFECTIVE, 2: date(2025, 8, 1), 3: date(2026, 3, 10)},
               events=[("reinstated", date(2025, 8, 1))]), 842, False),
    "reduced paid-up": (policy("P", EFFECTIVE, yuan(900), events=[("reduced_paid_up", date(2025, 3, 10))]), 365, True),
    "ended by a claim": (
        policy("P", EFFECTIVE, yuan(900), events=[("claim_termination", date(2024, 4, 9))]), 30, False),
    "kept": (policy("P", EFFECTIVE, yuan(900), payments={n: date(2023 + n, 3, 10) for n in (1, 2, 3)}), 842, False),
}  # fmt: skip


@pytest.mark.parametrize("fate", FATES)
def test_a_policy_is_kept_until_it_is_lost(fate: str) -> None:
    described, days, lost = FATES[fate]
    assert policy_spans(book(described), as_of=AS_OF).select("days", "lost").rows() == [(days, lost)]


@pytest.mark.parametrize(
    ("profile", "mode", "days"),
    [(IN_IRDAI, "annual", 365 + 31), (IN_IRDAI, "monthly", 31 + 16), (UK_SUP16_8, "monthly", 31 + 31)],
    ids=["India, annual: 30 days", "India, monthly: 15 days", "one grace for all"],
)
def test_a_policy_lapses_by_the_grace_that_the_profile_gives_to_its_mode(
    profile: Profile, mode: str, days: int
) -> None:
    unpaid = policy("P1", EFFECTIVE, yuan(900), mode=mode, payments={1: EFFECTIVE, 2: None})
    last_day = policy("P2", EFFECTIVE, yuan(900), mode="quarterly", payments={1: EFFECTIVE, 2: date(2024, 7, 10)})
    spans = policy_spans(book(unpaid, last_day), profile, as_of=AS_OF)
    assert spans.select("days", "lost").rows() == [(days, True), ((AS_OF - EFFECTIVE).days, False)]


def test_what_was_cancelled_in_the_free_look_or_paid_at_once_has_no_curve() -> None:
    cancelled = policy("P1", EFFECTIVE, yuan(900), events=[("freelook_cancel", date(2024, 3, 15))])
    assert policy_spans(book(cancelled, policy("P2", EFFECTIVE, yuan(900), mode="single")), as_of=AS_OF).is_empty()


def test_a_curve_as_of_a_day_does_not_know_what_came_after() -> None:
    described = book(FATES["surrendered"][0])
    assert policy_spans(described, as_of=date(2024, 8, 31)).select("days", "lost").rows() == [(174, False)]


def test_curves_go_by_branch_of_the_writing_agent() -> None:
    one, two = (policy(f"P{n}", EFFECTIVE, yuan(900), writing=f"A{n}", agent="Z") for n in (1, 2))
    branches = [{"agent_no": "A1", "branch": "North"}, {"agent_no": "A2", "branch": "South"}]
    curve = survival(book(one, two, agents=branches), by=["branch"], as_of=AS_OF)
    assert curve["branch"].to_list() == ["North", "South"]

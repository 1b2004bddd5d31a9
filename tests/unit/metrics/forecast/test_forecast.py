"""Forecasts of persistency, judged by a generated book and by what came."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from books.described_book import book as described
from books.described_book import policy, yuan
from desks.forecast_book import AS_OF, EFFECTIVE, FIRST
from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast.backtest import Backtest, backtest, calibration, coverage, scores
from policyserve.metrics.forecast.chances import kept_later
from policyserve.metrics.forecast.forecast import Forecast, forecast, forecast_policies, policies_forecast
from policyserve.metrics.forecast.past_cases import history

RISK = {"life": 0.05, "annuity": 0.30}


@cache
def generated(seed: int = 1, *, policies: int = 4000, agents: int = 40) -> Book:
    """Five years of policies: a kind that is mostly kept and one that is not, agents who differ, and debits that fail
    three days after the due day where the customer is about to leave, but for a few. Nothing here knows AS_OF.
    """
    draw = np.random.default_rng(seed)
    skill = draw.normal(0, 0.5, agents)
    rows, premiums, events, debits = [], [], [], []
    for key in range(1, policies + 1):
        agent = int(draw.integers(agents))
        issued = FIRST + timedelta(days=int(draw.integers(0, 2100)))
        due = add_months(issued, 12)
        kind = ("life", "annuity")[int(draw.random() < 0.4)]
        lost = draw.random() < 1 - np.exp(-RISK[kind] * np.exp(skill[agent]))
        given_up = lost and draw.random() < 0.3
        rows.append(
            {"policy_id": key, "policy_no": f"P{key}", "customer_id": key, "writing_agent_id": agent + 1,
             "agent_id": agent + 1, "issue_date": issued, "effective_date": issued, "mode": "annual",
             "premium": int(draw.integers(100_000, 1_000_000)), "currency": "CNY", "product_kind": kind,
             "is_group": False}
        )  # fmt: skip
        premiums.append({"policy_id": key, "instalment": 1, "paid_on": issued})
        if given_up:
            events.append({"customer_id": key, "policy_id": key, "number": 1, "kind": "surrender",
                           "occurred_on": issued + timedelta(days=int(draw.integers(20, 360)))})  # fmt: skip
        else:
            late = int(draw.choice([0, 0, 0, 10, 30, 55]))
            premiums.append(
                {"policy_id": key, "instalment": 2, "paid_on": None if lost else due + timedelta(days=late)}
            )
            if draw.random() < (0.8 if lost else 0.1 if late >= 10 else 0):
                debits.append({"policy_id": key, "number": 1, "instalment": 2, "debit_on": due + timedelta(days=3),
                               "result": "failed"})  # fmt: skip
    return Book(
        agents=pl.DataFrame(
            [{"agent_id": n + 1, "agent_no": f"A{n:02}", "branch": "NS"[n % 2]} for n in range(agents)],
            schema=columns.AGENTS,
        ),
        customers=pl.DataFrame(
            [{"customer_id": n, "customer_no": f"C{n}"} for n in range(1, policies + 1)], schema=columns.CUSTOMERS
        ),
        policies=pl.DataFrame(rows, schema=columns.POLICIES),
        premiums=pl.DataFrame(premiums, schema=columns.PREMIUMS),
        events=pl.DataFrame(events, schema=columns.EVENTS),
        debits=pl.DataFrame(debits, schema=columns.DEBITS),
    )


@cache
def made() -> Forecast:
    return forecast_policies(generated(), as_of=date(2025, 3, 31))


@cache
def tried() -> Backtest:
    return backtest(generated(), as_of=AS_OF)


def test_the_expected_premium_is_what_is_kept_and_chance_times_premium_of_the_rest() -> None:
    figures = forecast(made(), by=["cohort"], book=generated())
    for row in figures.to_dicts():
        of_cohort = made().policies.filter(pl.col("cohort").dt.strftime("%Y-%m") == row["cohort"])
        still = of_cohort.filter(pl.col("outcome") == "open")
        assert row["kept"] == of_cohort["numerator"].sum()
        expected = row["kept"] + (still["chance"] * still["if_kept"]).sum()
        assert row["expected"] == pytest.approx(expected, abs=1)
        limits = [row[name] for name in ("floor", "lower", "ratio", "upper", "ceiling")]
        assert limits == pytest.approx(sorted(limits), abs=1e-9)
    assert figures["method"].unique().to_list() == ["hazard"]
    assert figures["cohort"].to_list()[0] == "2024-01"


def test_levels_add_up_to_the_company() -> None:
    whole = forecast(made(), by=["company"], book=generated())
    for level in ("branch", "agent", "cohort"):
        parts = forecast(made(), by=[level], book=generated())
        assert parts["denominator"].sum() == whole["denominator"].item()
        assert parts["expected"].sum() == pytest.approx(whole["expected"].item(), abs=parts.height)


def test_the_same_question_has_the_same_answer() -> None:
    once, again = (forecast(made(), by=["branch"], book=generated()) for _ in range(2))
    assert_frame_equal(once, again, check_exact=True)


@pytest.mark.parametrize("method", ["hazard", "kaplan-meier"])
def test_tomorrow_changes_no_forecast(method: str) -> None:
    day = date(2025, 3, 31)
    today = generated().as_of(day)
    known = forecast_policies(today, as_of=day, method=method)  # type: ignore[arg-type]
    later = forecast_policies(generated(), as_of=day, method=method)  # type: ignore[arg-type]
    assert_frame_equal(known.policies, later.policies, check_exact=True)
    sums = [forecast(one, by=["agent"], book=facts) for one, facts in ((known, today), (later, generated()))]
    assert_frame_equal(*sums, check_exact=True)


@pytest.mark.slow
def test_a_past_forecast_of_the_back_test_is_the_forecast_of_that_day() -> None:
    day = add_months(AS_OF, -24)
    then = forecast_policies(generated().as_of(day), as_of=day)
    chances = then.policies.filter(pl.col("outcome") == "open").select("policy_id", "chance")
    of_day = tried().policies.filter(pl.col("day") == day, pl.col("lead") != 0)
    both = of_day.join(chances, on="policy_id")
    assert both.height == of_day.height > 300
    assert (both["hazard"] - both["chance"]).abs().max() < 0.02  # type: ignore[operator]


def test_a_past_forecast_learns_as_much_as_one_made_then_however_long_ago() -> None:
    day = add_months(AS_OF, -24)
    then = forecast_policies(generated().as_of(day), as_of=day, months=18)
    chances = then.policies.filter(pl.col("outcome") == "open").select("policy_id", "chance")
    long_ago = backtest(generated(), as_of=AS_OF, months=18, days=[day]).policies.filter(pl.col("lead") != 0)
    both = long_ago.join(chances, on="policy_id")
    assert then.method == "hazard"
    assert both.height > 300
    assert (both["forecast"] - both["chance"]).abs().max() < 0.02  # type: ignore[operator]


def test_history_as_known_earlier_is_the_history_built_then() -> None:
    day = add_months(AS_OF, -12)
    then, whole = history(generated().as_of(day), as_of=day), history(generated(), as_of=AS_OF, months=48)
    cut = whole.as_known(day, 36)
    assert_frame_equal(then.final, cut.final, check_column_order=False)
    assert_frame_equal(then.rows, cut.rows)
    assert_frame_equal(kept_later(then), kept_later(cut))


def test_facts_beat_the_base_rate_and_the_chances_are_calibrated() -> None:
    by_method = {row["method"]: row for row in scores(tried()).filter(pl.col("stage") == "all").to_dicts()}
    assert by_method["hazard"]["brier"] < by_method["kaplan-meier"]["brier"] < by_method["base-rate"]["brier"]
    assert by_method["hazard"]["gain"] > 0.1
    great = calibration(tried()).filter(pl.col("policies") >= 300)
    assert great.height >= 4
    assert (great["expected"] - great["kept"]).abs().max() < 0.06  # type: ignore[operator]


def test_the_interval_holds_what_came() -> None:
    held = coverage(tried()).row(0, named=True)
    assert held["cohorts"] > 100
    assert 0.90 <= held["share"] <= 0.995


def test_a_failed_debit_lowers_the_chance() -> None:
    listed = made().policies.filter(pl.col("outcome") == "open", pl.col("stage") == "in_grace", pl.col("lead") > 3)
    failed, others = (listed.filter((pl.col("failed_debits") > 0) == yes)["chance"].mean() for yes in (True, False))
    assert failed < others - 0.2  # type: ignore[operator]


def test_the_least_likely_come_first() -> None:
    listed = policies_forecast(made(), generated())
    assert listed["chance"].is_sorted()
    assert set(listed["stage"]) == {"not_due", "in_grace"}


DUE_DAY = date(2025, 6, 24)


@pytest.mark.parametrize("method", ["hazard", "kaplan-meier"])
def test_on_its_due_day_a_policy_is_due_and_as_likely_to_be_kept_as_the_day_before(method: str) -> None:
    """Half of all pay on the day: after it, those who have not are less likely to."""
    nobody_yet = generated().as_of(DUE_DAY - timedelta(days=1))
    stages, chances = [], []
    for days in (-1, 0, 1):  # nothing is known of the two later days
        then = forecast_policies(nobody_yet, as_of=DUE_DAY + timedelta(days=days), method=method)  # type: ignore[arg-type]
        listed = policies_forecast(then, nobody_yet).filter(pl.col("due_on") == DUE_DAY)
        stages.append(listed["stage"].unique().to_list())
        chances.append(sum(listed["chance"]) / listed.height)
    assert stages == [["not_due"], ["due"], ["in_grace"]]
    assert chances[1] == pytest.approx(chances[0], abs=0.02)
    assert method == "hazard" or chances[2] < chances[1] - 0.05


def test_what_is_learnt_of_a_due_day_holds_those_who_paid_on_it() -> None:
    rows = history(generated(), as_of=AS_OF).rows.filter(pl.col("lead") == 0)
    paid = generated().premiums.filter(pl.col("instalment") == 2, pl.col("paid_on").is_not_null())
    both = rows.join(paid, on="policy_id").filter(pl.col("paid_on") == pl.col("day"))
    assert both.height > rows.height / 3
    assert rows["stage"].unique().to_list() == ["not_due"]
    assert rows.select("policy_id", "day").is_unique().all()


def test_a_forecast_is_final_once_the_grace_of_all_is_over() -> None:
    whole = forecast_policies(generated(), as_of=AS_OF, cohort_from=date(2025, 3, 1), cohort_to=date(2025, 6, 1))
    figures = forecast(whole, book=generated())
    assert dict(figures.select("cohort", "status").iter_rows()) == {
        "2025-03": "final", "2025-04": "final", "2025-05": "provisional", "2025-06": "provisional"
    }  # fmt: skip
    assert set(figures["profile"]) == {"CN_COMPANY"}


def test_a_short_past_is_learnt_from_without_facts() -> None:
    day = date(2022, 4, 15)
    few = forecast_policies(generated(), as_of=day)
    assert few.method == "kaplan-meier"
    assert few.learnt_from < 200


def test_facts_are_used_only_where_enough_policies_were_lost_for_them() -> None:
    """Some 80 of 500 were lost, and there are some 20 facts: too few for five each."""
    day = date(2022, 10, 31)
    few = forecast_policies(generated(), as_of=day)
    assert few.learnt_from > 400
    assert few.method == "kaplan-meier"
    scored = scores(backtest(generated().as_of(day), as_of=day, days=[add_months(day, -3)]))
    by_method = {row["method"]: row["brier"] for row in scored.filter(pl.col("stage") == "all").to_dicts()}
    assert by_method["forecast"] == by_method["kaplan-meier"] != by_method["hazard"]


def test_without_a_past_there_is_no_forecast() -> None:
    with pytest.raises(PolicyserveError, match="nothing to learn from"):
        forecast_policies(described(policy("P", EFFECTIVE, yuan(1000))), as_of=AS_OF)

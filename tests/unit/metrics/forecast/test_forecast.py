from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from books.described_book import book as described
from books.described_book import policy, yuan
from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast.backtest import Backtest, backtest, calibration, coverage, scores
from policyserve.metrics.forecast.chances import kept_later, spread_of
from policyserve.metrics.forecast.covariates import facts_on
from policyserve.metrics.forecast.forecast import Forecast, forecast, forecast_policies, policies_forecast
from policyserve.metrics.forecast.hazard import fit, lost_share, predictor
from policyserve.metrics.forecast.outcomes import frozen, outcomes, premium_if_kept
from policyserve.metrics.forecast.past_cases import History, history, open_units

AS_OF = date(2026, 6, 30)
FIRST = date(2021, 1, 1)
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


EFFECTIVE = date(2025, 5, 20)
DUE = date(2026, 5, 20)


def outcome_of(*, as_of: date = AS_OF, **more: object) -> str:
    one = described(policy("P", EFFECTIVE, yuan(1000), **more))  # type: ignore[arg-type]
    found = outcomes(frozen(one, as_of=as_of))["outcome"].to_list()
    return str(found[0]) if found else "never in a cohort"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"payments": {2: DUE}}, "kept"),
        ({"payments": {2: None}}, "open"),
        ({}, "open"),
        ({"events": [("surrender", date(2025, 11, 1))]}, "lost"),
        ({"events": [("reduced_paid_up", DUE)], "payments": {2: None}}, "lost"),
        ({"events": [("claim_termination", date(2025, 11, 1))]}, "excluded"),
        ({"mode": "single"}, "never in a cohort"),
        ({"payments": {2: DUE}, "events": [("surrender", date(2026, 6, 20))]}, "kept"),
    ],
    ids=["paid", "in grace", "not listed", "surrendered", "paid-up", "claim", "single", "surrendered after paying"],
)
def test_a_premium_is_decided_or_open(more: dict[str, object], outcome: str) -> None:
    assert outcome_of(**more) == outcome  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 7, 19), "open"), (date(2026, 7, 20), "lost")])
def test_what_is_unpaid_is_open_until_its_last_day_of_grace(day: date, outcome: str) -> None:
    assert outcome_of(payments={2: None}, as_of=day) == outcome


def test_a_premium_paid_ahead_is_kept_before_it_is_due() -> None:
    assert outcome_of(payments={2: date(2026, 5, 1)}, as_of=date(2026, 5, 2)) == "kept"


def test_an_open_policy_would_bring_its_changed_premium_and_its_rider() -> None:
    changed = policy("P1", EFFECTIVE, yuan(1000), payments={2: None}, events=[("premium_change", date(2025, 9, 1),
                     yuan(600))])  # fmt: skip
    ridden = policy("P2", EFFECTIVE, yuan(1000), events=[("rider_added", date(2025, 9, 1), yuan(50))])
    monthly = policy("P3", EFFECTIVE, yuan(100), mode="monthly", payments={1: EFFECTIVE})
    known = described(changed, ridden, monthly)
    worth = premium_if_kept(known, known.policies.select("policy_id"), as_of=AS_OF)
    assert worth["if_kept"].to_list() == [yuan(600), yuan(1050), yuan(1200)]


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


def stage_of(day: date, **more: object) -> str:
    known = described(policy("P", EFFECTIVE, yuan(1000), **more))  # type: ignore[arg-type]
    facts = facts_on(known, open_units(known, day), outcomes(frozen(known, as_of=day)))
    return str(facts["stage"].item())


@pytest.mark.parametrize(("lead", "stage"), [(-1, "not_due"), (0, "not_due"), (1, "in_grace"), (60, "in_grace")])
def test_grace_begins_on_the_day_after_the_due_day(lead: int, stage: str) -> None:
    assert stage_of(DUE + timedelta(days=lead), payments={2: None}) == stage


@pytest.mark.parametrize(("late", "stage"), [(0, "not_due"), (1, "behind"), (60, "behind"), (61, "lapsed")])
def test_an_earlier_instalment_is_not_behind_on_its_own_due_day(late: int, stage: str) -> None:
    tenth, paid = date(2026, 2, 20), dict.fromkeys(range(1, 10), EFFECTIVE)
    assert stage_of(tenth + timedelta(days=late), mode="monthly", payments={**paid, 10: None}) == stage


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


@pytest.mark.parametrize(("of_agents", "found"), [(0.0, (0.0, 0.0)), (0.8, (0.5, 1.0))], ids=["alike", "different"])
def test_a_spread_is_found_between_groups_that_differ_and_none_where_chance_makes_the_difference(
    of_agents: float, found: tuple[float, float]
) -> None:
    """A year's hazard of 0.3, month by month: who is lost early has few rows, and weighs no less for that."""
    draw = np.random.default_rng(11)
    agents, policies = 60, 6000
    known = described(*(policy(f"P{n}", EFFECTIVE, 1000, writing=f"A{n % agents}") for n in range(1, policies + 1)))
    hazard = 0.3 * np.exp(draw.normal(0, of_agents, agents) - of_agents**2 / 2)[np.arange(policies) % agents]
    last, cohort = draw.exponential(1 / hazard) * 12, draw.integers(1, 13, policies)
    rows = [
        {"policy_id": n + 1, "cohort": date(2020, int(cohort[n]), 1), "day": add_months(FIRST, month),
         "kept": bool(last[n] >= 12)}
        for n in range(policies) for month in range(12) if last[n] > month
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"policy_id": pl.Int32})
    share = frame.select(1 - pl.col("kept").mean().over("day")).to_series().to_numpy()
    spread = spread_of(frame, predictor(share), known)
    assert found[0] <= spread.agent <= found[1]
    assert spread.cohort == 0


def test_without_a_past_there_is_no_forecast() -> None:
    with pytest.raises(PolicyserveError, match="nothing to learn from"):
        forecast_policies(described(policy("P", EFFECTIVE, yuan(1000))), as_of=AS_OF)


def test_kaplan_meier_with_two_ends_by_hand() -> None:
    """Of four, one is lost on day -100, one kept on day 0, one kept on day 10, one lost on day 61."""
    due = date(2026, 1, 31)
    leads = {-100: "lost", 0: "kept", 10: "kept", 61: "lost"}
    decided = pl.DataFrame({
        "policy_id": range(4), "due_on": [due] * 4, "cutoff_on": [due + timedelta(days=60)] * 4,
        "outcome": list(leads.values()), "decided_on": [due + timedelta(days=lead) for lead in leads],
    })  # fmt: skip
    table = kept_later(History(decided=decided, rows=pl.DataFrame(), as_of=AS_OF))
    assert table.select("lead", "kept", "seen").rows() == [
        (-100, pytest.approx(2 / 3), 3), (0, pytest.approx(1 / 2), 2), (10, pytest.approx(0.0), 1)
    ]  # fmt: skip


def test_the_hazard_finds_the_effects_that_made_the_data() -> None:
    draw = np.random.default_rng(5)
    true = np.array([-2.0, 0.7, -0.4])
    facts = np.column_stack([np.ones(20_000), draw.normal(size=20_000), draw.integers(0, 2, 20_000)])
    lost = (draw.random(20_000) < lost_share(facts @ true)).astype(float)
    fitted = fit(facts, lost, np.arange(20_000))
    errors = np.sqrt(np.diag(fitted.covariance))
    assert np.abs((fitted.coefficients - true) / errors).max() < 3
    assert errors.max() < 0.06


def test_more_days_of_the_same_policies_are_no_more_policies() -> None:
    draw = np.random.default_rng(6)
    facts = np.column_stack([np.ones(300), draw.normal(size=(300, 4))])
    lost = (draw.random(300) < 0.2).astype(float)
    policies = np.arange(300)
    once = fit(facts, lost, policies)
    often = fit(np.repeat(facts, 12, axis=0), np.repeat(lost, 12), np.repeat(policies, 12))
    assert often.coefficients == pytest.approx(once.coefficients, abs=1e-6)
    assert often.covariance == pytest.approx(once.covariance, abs=1e-6)


def test_a_fact_that_tells_everything_stays_finite() -> None:
    told = np.repeat([0.0, 1.0], 500)
    fitted = fit(np.column_stack([np.ones(1000), told]), told, np.arange(1000))
    assert np.isfinite(fitted.coefficients).all()
    assert lost_share(np.array([fitted.coefficients.sum()]))[0] > 0.97


def test_services_count_only_up_to_the_day() -> None:
    one = described(policy("P", EFFECTIVE, yuan(1000), payments={2: None}))
    visits = [{"service": "visit-m1", "subject_kind": "policy", "subject_id": 1, "done_on": day}
              for day in (date(2025, 6, 20), date(2026, 7, 1))]  # fmt: skip
    visited = replace(one, contacts=pl.DataFrame(visits, schema=columns.CONTACTS))
    decided = outcomes(frozen(visited, as_of=AS_OF))
    assert facts_on(visited, open_units(visited, AS_OF), decided)["services"].to_list() == [1.0]

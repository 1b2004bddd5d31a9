from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.random import Generator

from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError
from policyserve.metrics.forecast_facts import FIRST_YEAR
from policyserve.metrics.worth import Worth, effect, served, worth

START, AS_OF = date(2021, 1, 1), date(2025, 12, 31)
LANDMARK_DAYS = 334
SEEDS = range(20)


def generated(seed: int, *, ratio: float, policies: int = 1600, agents: int = 40) -> Book:
    """A book whose agents differ twice: the better one's customers leave less anyway, and he visits more.

    So policies with service would do better even if service did nothing. After the landmark a policy is lost at an
    exponential hazard, its agent's own, times `ratio` if all five services were done, and its root if some were.
    """
    draw = np.random.default_rng(seed)
    agent = draw.integers(0, agents, policies)
    quality = draw.normal(0, 0.6, agents)[agent]
    day = draw.integers(0, 700, policies)
    wish = quality + draw.normal(0, 1, policies)
    done = np.where(wish < -0.4, 0, np.where(wish < 0.4, 3, 5))
    effect = np.where(done == 5, ratio, np.where(done == 3, ratio**0.5, 1.0))
    after = draw.exponential(1 / (0.35 * np.exp(-quality) * effect)) * 365
    before = np.where(draw.random(policies) < 0.05, draw.integers(30, 300, policies), 10_000)
    lost = np.minimum(before, LANDMARK_DAYS + np.ceil(after))
    return _book(draw, agent, day, done, lost)


def _book(draw: Generator, agent: np.ndarray, day: np.ndarray, done: np.ndarray, lost: np.ndarray) -> Book:
    keys = range(1, agent.size + 1)
    issued = [START + timedelta(days=int(days)) for days in day]
    left = [issue + timedelta(days=int(min(days, 9000))) for issue, days in zip(issued, lost, strict=True)]
    described = [
        {"policy_id": key, "policy_no": f"P{key}", "customer_id": key, "writing_agent_id": int(agent[key - 1]) + 1,
         "agent_id": int(agent[key - 1]) + 1, "issue_date": issued[key - 1], "effective_date": issued[key - 1],
         "mode": ("annual", "monthly")[int(draw.integers(0, 2))], "premium": int(draw.integers(1000, 90_000)),
         "currency": "CNY", "product_kind": ("life", "annuity")[key % 2], "is_group": False}
        for key in keys
    ]  # fmt: skip
    events = [
        {"customer_id": key, "policy_id": key, "number": 1, "kind": "surrender", "occurred_on": left[key - 1]}
        for key in keys if left[key - 1] <= AS_OF
    ]  # fmt: skip
    contacts = [
        {"service": service, "subject_kind": "policy", "subject_id": key, "ordinal": 1,
         "done_on": issued[key - 1] + timedelta(days=5 + 60 * place)}
        for key in keys for place, service in enumerate(FIRST_YEAR[: int(done[key - 1])])
        if left[key - 1] > issued[key - 1] + timedelta(days=5 + 60 * place)
    ]  # fmt: skip
    return Book(
        agents=pl.DataFrame([{"agent_id": n, "agent_no": f"A{n}"} for n in range(1, 41)], schema=columns.AGENTS),
        customers=pl.DataFrame([{"customer_id": n, "customer_no": f"C{n}"} for n in keys], schema=columns.CUSTOMERS),
        policies=pl.DataFrame(described, schema=columns.POLICIES),
        events=pl.DataFrame(events, schema=columns.EVENTS),
        contacts=pl.DataFrame(contacts, schema=columns.CONTACTS),
    )


def estimates(ratio: float) -> list[Worth]:
    return [worth(generated(seed, ratio=ratio), as_of=AS_OF, since=START) for seed in SEEDS]


def of_all(found: Worth) -> dict[str, float]:
    return found.ratios.row(by_predicate=pl.col("services") == "all", named=True)


def test_a_known_effect_of_service_is_covered_by_the_interval() -> None:
    found = [of_all(one) for one in estimates(0.6)]
    assert sum(one["lower"] <= 0.6 <= one["upper"] for one in found) >= 17
    assert np.exp(np.mean([np.log(one["ratio"]) for one in found])) == pytest.approx(0.6, abs=0.03)


def test_where_service_does_nothing_the_estimate_says_so() -> None:
    found = estimates(1.0)
    assert sum(of_all(one)["lower"] <= 1 <= of_all(one)["upper"] for one in found) >= 17
    assert sum(effect(one) == "unclear" for one in found) >= 17


def test_without_the_agents_the_same_book_would_show_an_effect_that_is_not_there() -> None:
    unadjusted = [of_all(one)["unadjusted"] for one in estimates(1.0)]
    assert np.exp(np.mean(np.log(unadjusted))) < 0.75

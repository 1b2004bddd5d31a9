from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from numpy.random import Generator

from books.described_book import book as described
from books.described_book import policy
from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.errors import PolicyserveError
from policyserve.metrics.first_year_services import FIRST_YEAR
from policyserve.metrics.services.comparison import GROUPS, hazard_ratios, log_rank
from policyserve.metrics.services.worth import LANDMARK, effect, served, worth

START, AS_OF = date(2021, 1, 1), date(2025, 12, 31)
LANDMARK_DAYS = 334
SEEDS = range(12)
Ratio = dict[str, float]


def generated(seed: int, *, ratio: float, policies: int = 1200, agents: int = 30) -> Book:
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


@cache
def estimates(ratio: float) -> tuple[Ratio, ...]:
    """The ratio of `all` against `none` in a dozen books."""
    books = [generated(seed, ratio=ratio) for seed in SEEDS]
    followed = [served(book, as_of=AS_OF, landmark=LANDMARK, since=START) for book in books]
    return tuple(hazard_ratios(one).row(by_predicate=pl.col("services") == "all", named=True) for one in followed)


def middle(ratios: list[float]) -> float:
    return float(np.exp(np.mean(np.log(ratios))))


def test_a_known_effect_of_service_is_covered_by_the_interval() -> None:
    found = estimates(0.6)
    assert sum(one["lower"] <= 0.6 <= one["upper"] for one in found) >= 10
    assert middle([one["ratio"] for one in found]) == pytest.approx(0.6, abs=0.03)


def test_where_service_does_nothing_the_estimate_says_so() -> None:
    found = estimates(1.0)
    assert sum(one["lower"] <= 1 <= one["upper"] for one in found) >= 10
    assert middle([one["ratio"] for one in found]) == pytest.approx(1, abs=0.05)


def test_without_the_agents_the_same_books_would_show_an_effect_that_is_not_there() -> None:
    assert middle([one["unadjusted"] for one in estimates(1.0)]) < 0.8


def test_the_groups_are_shown_with_their_curves_and_what_they_mean() -> None:
    found = worth(generated(1, ratio=0.4, policies=3000), as_of=AS_OF, since=START)
    assert found.groups["services"].to_list() == list(GROUPS)
    assert found.groups["survival"].is_sorted()
    assert (
        found.groups["policies"].sum()
        == found.curves.group_by("services").agg(pl.col("at_risk").max())["at_risk"].sum()
    )
    assert found.log_rank_p is not None
    assert found.log_rank_p < 0.001
    assert effect(found) == "less"


def test_tomorrow_changes_nothing() -> None:
    day = date(2024, 3, 31)
    book = generated(3, ratio=0.6, policies=600)
    now, later = worth(book.as_of(day), as_of=day, since=START), worth(book, as_of=day, since=START)
    assert now.groups.equals(later.groups)
    assert now.ratios.equals(later.ratios)
    assert now.curves.equals(later.curves)


ISSUED = date(2023, 1, 10)


def of_customer(customer: str, premium: int, *, paid: bool = True, issued: date = ISSUED) -> dict[str, object]:
    """An annual policy that was delivered at once, with or without its second and third premium."""
    later = {n: issued.replace(year=issued.year + n - 1) if paid else None for n in (2, 3)}
    return policy(f"{customer} {issued}", issued, premium, customer=customer, receipt_on=issued, agent="A",
                  payments={1: issued, **later})  # fmt: skip


def referral(referrer: str, day: date) -> dict[str, object]:
    return {"referrer": referrer, "referred_name": f"{referrer} {day}", "referred_on": day}


def counted_by_hand() -> Book:
    """Two customers without service, one with one visit, one with all five; the landmark is 10 December 2023.

    What they bring counts from the day after it to 10 December 2024.
    """
    book = described(
        of_customer("None 1", 1000, paid=False), of_customer("None 2", 3000), of_customer("Some", 2000),
        of_customer("All", 5000),
        of_customer("Some", 700, issued=date(2024, 12, 10)), of_customer("All", 900, issued=date(2023, 12, 10)),
        referrals=[
            referral("None 1", date(2023, 12, 10)), referral("None 1", date(2023, 12, 11)),
            referral("All", date(2024, 3, 1)), referral("All", date(2024, 12, 10)), referral("All", date(2024, 12, 11)),
        ],
    )  # fmt: skip
    visits = [(3, FIRST_YEAR[1]), *((4, service) for service in FIRST_YEAR)]
    contacts = [
        {"service": service, "subject_kind": "policy", "subject_id": key, "done_on": date(2023, 11, 1)}
        for key, service in visits
    ]
    return replace(book, contacts=pl.DataFrame(contacts, schema=columns.CONTACTS))


def shown(as_of: date) -> dict[str, tuple[object, ...]]:
    found = worth(counted_by_hand(), as_of=as_of, since=ISSUED)
    names = ["services", "policies", "lost", "kept", "due", "persistency", "followed", "referred_per_100",
             "add_on_share"]  # fmt: skip
    return {row[0]: row[1:] for row in found.groups.select(names).iter_rows()}


def test_referrals_and_further_policies_of_each_group_agree_with_a_count_by_hand() -> None:
    """The policy that All bought on the landmark itself is a third one without service; it is followed for 7 months."""
    assert shown(date(2025, 6, 30)) == {
        "none": (3, 1, 3900, 4900, pytest.approx(3900 / 4900), 2, 50.0, 0.0),
        "some": (1, 0, 2000, 2000, 1.0, 1, 0.0, 1.0),
        "all": (1, 0, 5000, 5000, 1.0, 1, 200.0, 0.0),
    }


def test_where_nobody_is_final_or_followed_yet_there_is_no_figure_and_not_nought() -> None:
    assert shown(date(2024, 2, 28)) == {
        "none": (2, 0, None, None, None, None, None, None),
        "some": (1, 0, None, None, None, None, None, None),
        "all": (1, 0, None, None, None, None, None, None),
    }


def visited(*days: date) -> list[dict[str, object]]:
    named = zip(FIRST_YEAR, days, strict=False)
    return [{"service": name, "subject_kind": "policy", "subject_id": 1, "done_on": day} for name, day in named]


def group_of(
    contacts: list[dict[str, object]], *, surrendered: date | None = None, receipt: date | None = None
) -> list[tuple[object, ...]]:
    """The group of one policy, and the days it was followed."""
    events = [("surrender", surrendered)] if surrendered else []
    book = described(policy("P", ISSUED, 90_000, events=events, receipt_on=receipt))
    known = replace(book, contacts=pl.DataFrame(contacts, schema=columns.CONTACTS))
    return served(known, as_of=date(2024, 1, 10), landmark=11, since=ISSUED).select("services", "days", "lost").rows()


EVERY = [date(2023, 1, 12), date(2023, 2, 10), date(2023, 5, 10), date(2023, 8, 10), date(2023, 11, 10)]


@pytest.mark.parametrize(
    ("days", "group"),
    [([], "none"), (EVERY[:1], "some"), (EVERY, "all"), ([*EVERY[:4], date(2023, 12, 11)], "some")],
    ids=["none", "one", "all five", "the fifth a day after the landmark"],
)
def test_services_count_that_were_done_by_the_landmark(days: list[date], group: str) -> None:
    assert group_of(visited(*days)) == [(group, 31, False)]


@pytest.mark.parametrize(
    ("visits", "receipt", "group"),
    [(4, date(2023, 1, 13), "all"), (4, date(2023, 12, 11), "some"), (4, None, "some"), (3, date(2023, 1, 13), "some"),
     (0, date(2023, 1, 13), "none")],
    ids=["signed", "signed a day after the landmark", "not signed", "a visit missing", "signed and never visited"],
)  # fmt: skip
def test_a_signed_receipt_stands_for_the_delivery_of_the_contract(
    visits: int, receipt: date | None, group: str
) -> None:
    without_delivery = visited(*EVERY)[1 : 1 + visits]
    assert group_of(without_delivery, receipt=receipt) == [(group, 31, False)]


def test_a_policy_lost_by_the_landmark_is_not_followed() -> None:
    assert group_of([], surrendered=date(2023, 12, 10)) == []
    assert group_of([], surrendered=date(2023, 12, 11)) == [("none", 1, True)]


def test_nothing_is_said_of_a_book_without_services() -> None:
    with pytest.raises(PolicyserveError, match="No first-year service has been recorded"):
        worth(described(policy("P", ISSUED, 90_000)), as_of=AS_OF)


def test_groups_that_cannot_be_compared_have_no_ratio_and_no_test() -> None:
    followed = served(generated(1, ratio=1, policies=300), as_of=AS_OF, landmark=LANDMARK, since=START)
    alone = followed.filter(pl.col("services") == "none")
    assert hazard_ratios(alone).is_empty()
    assert log_rank(alone) is None


def test_premiums_of_two_currencies_are_never_added() -> None:
    one = generated(1, ratio=1.0)
    first = pl.when(pl.col("policy_id") % 2 == 0).then(pl.lit("USD")).otherwise("currency").alias("currency")
    both = replace(one, policies=one.policies.with_columns(first))
    assert worth(one, as_of=AS_OF, since=START).groups["persistency"].null_count() == 0
    assert worth(both, as_of=AS_OF, since=START).groups["persistency"].null_count() == len(GROUPS)

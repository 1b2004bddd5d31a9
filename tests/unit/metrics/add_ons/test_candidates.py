"""Add-on candidates: who is on the list, what they lack, and what it is worth to talk about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from books.described_book import Row, book, policy, yuan
from policyserve.book.columns import Book
from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.metrics.add_ons.candidates import CoverRules, Need, candidates
from policyserve.metrics.rule_files import read_rules

AS_OF = date(2026, 11, 21)
OLD = date(2024, 5, 1)
PAID = {2: date(2025, 5, 1), 3: date(2026, 5, 1)}


def need(code: str, *kinds: str, **more: Any) -> Need:
    return Need.model_validate({"code": code, "kinds": kinds, "why": f"{code}!", "why_zh": f"{code}！", **more})


def rules(*needs: Need) -> CoverRules:
    return CoverRules(name="Rules", version="1", needs=needs)


HEALTH = need("health", "health", weight=4.0)
ILLNESS = need("illness", "critical-illness", weight=5.0, minimum=300_000)
PARENTS = need("parents", "life", weight=2.0, children=True)


def held(number: str = "P1", customer: str = "C1", kind: str = "life", **more: Any) -> Row:
    return policy(number, OLD, yuan(1_000), customer=customer, product_kind=kind, **{"payments": PAID, **more})


def person(number: str = "C1", born: date | None = date(1986, 11, 22), **more: Any) -> Row:
    return {"customer_no": number, "agent": "A", "birthday": born, **more}


def found(facts: Book, *needs: Need, sums: dict[int, int] | None = None, refused: tuple[int, ...] = ()) -> pl.DataFrame:
    known = {"policy_id": list(sums or {}), "sum_assured": [yuan(amount) for amount in (sums or {}).values()]}
    schema = {"policy_id": pl.Int32, "sum_assured": pl.Int64}
    refusals = pl.DataFrame({"customer_id": refused}, schema={"customer_id": pl.Int32})
    return candidates(facts, rules(*needs), pl.DataFrame(known, schema=schema), refusals, as_of=AS_OF)


def lacks(facts: Book, *needs: Need, **more: Any) -> dict[str, str]:
    return dict(found(facts, *needs, **more).select("customer_no", "missing").iter_rows())


def test_a_candidate_is_shown_with_agent_age_and_reasons_the_heaviest_first() -> None:
    facts = book(held(), customers=[person()])
    assert found(facts, HEALTH, ILLNESS).rows(named=True) == [
        {
            "customer_no": "C1",
            "agent_no": "A",
            "age": 39,
            "missing": "illness+health",
            "score": 9.0,
            "why": "illness! health!",
        }
    ]


def test_who_has_the_cover_is_no_candidate() -> None:
    assert lacks(book(held(kind="health"), customers=[person()]), HEALTH) == {}


def test_a_sum_below_the_minimum_lacks_its_share() -> None:
    facts = book(held(kind="critical-illness"), customers=[person()])
    row = found(facts, ILLNESS, sums={1: 75_000}).row(0, named=True)
    assert (row["missing"], row["score"]) == ("illness", 5.0 * 0.75)
    assert lacks(facts, ILLNESS, sums={1: 300_000}) == {}


def test_a_sum_that_is_not_known_is_taken_as_enough() -> None:
    assert lacks(book(held(kind="critical-illness"), customers=[person()]), ILLNESS) == {}


def test_a_minimum_can_be_a_multiple_of_the_premium() -> None:
    tenfold = need("life", "life", minimum_premiums=10)
    facts = book(held(), customers=[person()])
    assert lacks(facts, tenfold, sums={1: 9_999}) == {"C1": "life"}
    assert lacks(facts, tenfold, sums={1: 10_000}) == {}


def test_a_rider_and_a_policy_that_somebody_else_pays_cover_too() -> None:
    rider = held("R1", kind="health", main="P1")
    assert lacks(book(held(), rider, customers=[person()]), HEALTH) == {}
    of_mother = held("P2", "C2", kind="health", insured_id=1)
    assert lacks(book(held(), of_mother, customers=[person(), person("C2")]), HEALTH) == {"C2": "health"}


def test_group_cover_and_cover_that_has_ended_do_not_count() -> None:
    group = held("P2", kind="health", is_group=True)
    over = held("R1", kind="health", main="P1", ends_on=date(2025, 4, 30))
    assert lacks(book(held(), group, over, customers=[person()]), HEALTH) == {"C1": "health"}


@pytest.mark.parametrize(
    ("born", "asked"),
    [
        (date(2004, 11, 22), False),
        (date(2004, 11, 21), True),
        (date(1986, 11, 22), True),
        (date(1986, 11, 21), False),
        (None, False),
    ],
    ids=["21", "22 today", "39", "40 today", "not known"],
)
def test_a_need_holds_from_the_first_age_to_the_last(born: date | None, asked: bool) -> None:
    of_age = need("health", "health", min_age=22, max_age=39)
    assert (lacks(book(held(), customers=[person(born=born)]), of_age) != {}) is asked


def test_a_need_of_parents_holds_for_who_has_a_child_in_the_family_or_insures_one() -> None:
    cover = need("parents", "accident", children=True)
    child = person("C3", date(2016, 4, 18), family_no="F1")
    family = book(held(), held("P2", "C2"), customers=[person(family_no="F1"), person("C2"), child])
    assert lacks(family, cover) == {"C1": "parents"}
    insured = book(held(insured_id=2), customers=[person(), person("C2", date(2016, 4, 18))])
    assert lacks(insured, cover) == {"C1": "parents"}
    grown = person("C3", date(2008, 11, 21), family_no="F1")
    assert lacks(book(held(), customers=[person(family_no="F1"), grown]), cover) == {}


def test_a_need_of_women_holds_for_women() -> None:
    cover = need("women", "health", gender="female")
    facts = book(
        held(), held("P2", "C2"), held("P3", "C3"),
        customers=[person(gender="female"), person("C2", gender="male"), person("C3")],
    )  # fmt: skip
    assert lacks(facts, cover) == {"C1": "women"}


@pytest.mark.parametrize(
    "facts",
    [
        book(held(), customers=[person(deceased_on=date(2026, 1, 1))]),
        book(held(events=[("claim", date(2026, 11, 1))]), customers=[person()]),
        book(held(), held("P2"), customers=[person()]),
        book(held(payments={2: None}), customers=[person()]),
        book(held(), customers=[person(family_no="F1"), person("C9", family_no="F1", deceased_on=date(2025, 11, 22))]),
    ],
    ids=["dead", "open claim", "two policies", "suspended", "death in the family"],
)
def test_who_is_never_a_candidate(facts: Book) -> None:
    assert lacks(facts, HEALTH) == {}


def test_a_closed_claim_and_an_old_death_are_no_obstacle() -> None:
    closed = held(events=[("claim", date(2026, 10, 1)), ("claim_closed", date(2026, 11, 1))])
    late = person("C9", family_no="F1", deceased_on=date(2025, 11, 20))
    assert lacks(book(closed, customers=[person(family_no="F1"), late]), HEALTH) == {"C1": "health"}


def test_a_claim_of_tomorrow_changes_nothing_today() -> None:
    facts = book(held(events=[("claim", date(2026, 11, 22))]), customers=[person()])
    assert lacks(facts, HEALTH) == {"C1": "health"}


def test_who_refused_marketing_is_left_alone() -> None:
    assert lacks(book(held(), customers=[person()]), HEALTH, refused=(1,)) == {}


def test_the_most_urgent_come_first_and_ties_by_number() -> None:
    facts = book(
        held("P3", "C3"), held("P2", "C2"), held("P1", "C1", kind="health"),
        customers=[person("C1"), person("C2"), person("C3")],
    )  # fmt: skip
    assert found(facts, HEALTH, ILLNESS)["customer_no"].to_list() == ["C2", "C3", "C1"]


def test_the_shipped_rules_can_be_read_and_have_both_languages() -> None:
    shipped = read_rules(fixture("cover", "cover-cn.yaml"), CoverRules)
    assert {need.code for need in shipped.needs} >= {"health", "critical-illness", "life-of-parents"}
    assert all(need.why_zh != need.why for need in shipped.needs)


def test_rules_that_are_wrong_are_told_with_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "name: Mine\nversion: '1'\nneeds:\n  - code: health\n    kinds: [helth]\n    why: a\n    why_zh: b\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyserveError, match=r"rules\.yaml line 5, needs\[0\]\.kinds\[0\]: input should be 'life'"):
        read_rules(path, CoverRules)


def test_two_minimums_in_one_need_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "name: Mine\nversion: '1'\nneeds:\n  - code: life\n    kinds: [life]\n    minimum: 1\n    minimum_premiums: 1\n"
        "    why: a\n    why_zh: b\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyserveError, match=r"line 4.*give either minimum or minimum_premiums"):
        read_rules(path, CoverRules)


KINDS = ("life", "health", "critical-illness")
ASKED = (
    need("health", "health", weight=4.0, max_age=60),
    need("illness", "critical-illness", weight=5.0, min_age=18, minimum=200_000),
    need("parents", "life", weight=2.0, children=True),
)


@st.composite
def families(draw: st.DrawFn) -> tuple[list[Row], list[Row], dict[int, int]]:
    """Up to five people in two families, each insured by up to two policies with a sum that may not be known."""
    people = [
        person(f"C{key}", draw(st.none() | st.dates(date(1950, 1, 1), date(2026, 1, 1))), family_no=draw(FAMILY))
        for key in range(1, draw(st.integers(1, 5)) + 1)
    ]
    policies: list[Row] = []
    sums: dict[int, int] = {}
    for row in people:
        for _ in range(draw(st.integers(0, 2))):
            insured = draw(st.integers(1, len(people)))
            policies.append(
                held(f"P{len(policies) + 1}", row["customer_no"], draw(st.sampled_from(KINDS)), insured_id=insured)
            )
            if draw(st.booleans()):
                sums[len(policies)] = draw(st.sampled_from([50_000, 100_000, 200_000]))
    return people, policies, sums


FAMILY = st.sampled_from([None, "F1", "F2"])


def age_of(row: Row) -> int | None:
    born = row["birthday"]
    return born and relativedelta(AS_OF, born).years


def slowly(people: list[Row], policies: list[Row], sums: dict[int, int]) -> dict[str, float]:
    """Score one customer at a time."""
    young = {key for key, row in enumerate(people, 1) if (age := age_of(row)) is not None and age < 18}
    scores = {}
    for key, row in enumerate(people, 1):
        mine = [one for one in policies if one["customer"] == row["customer_no"]]
        if len(mine) != 1:
            continue
        home = row["family_no"]
        family = {other for other, one in enumerate(people, 1) if home and one["family_no"] == home}
        parent = mine[0]["insured_id"] in young or (key not in young and bool(family & young))
        cover = [(one["product_kind"], sums.get(no)) for no, one in enumerate(policies, 1) if one["insured_id"] == key]
        illness = [amount for kind, amount in cover if kind == "critical-illness"]
        kinds, age = {kind for kind, _ in cover}, age_of(row)
        score = 0.0
        if age is not None and age <= 60 and "health" not in kinds:
            score += 4
        if age is not None and age >= 18 and None not in illness:
            score += 5 * max(0.0, 1 - sum(amount or 0 for amount in illness) / 200_000)
        if parent and "life" not in kinds:
            score += 2
        if score:
            scores[row["customer_no"]] = score
    return scores


@settings(max_examples=80, deadline=None)
@given(families())
def test_one_customer_at_a_time_gives_the_same_scores(world: tuple[list[Row], list[Row], dict[int, int]]) -> None:
    people, policies, sums = world
    listed = found(book(*policies, customers=people), *ASKED, sums=sums)
    assert dict(listed.select("customer_no", "score").iter_rows()) == pytest.approx(slowly(people, policies, sums))

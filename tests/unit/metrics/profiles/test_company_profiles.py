"""A company's own way of counting, from its file to the figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from books.described_book import book, policy, yuan
from books.worked_cases import worked_cases
from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.metrics.persistency.persistency import persistency, policies_behind, policy_results
from policyserve.metrics.profiles.company_profiles import read_profile
from policyserve.metrics.profiles.description import profile_sentence
from policyserve.metrics.profiles.profile import CN_COMPANY, UK_SUP16_8, Observation, Profile

AS_OF = date(2026, 7, 31)


def written(folder: Path, text: str) -> Path:
    path = folder / "ours.yaml"
    path.write_text(f"name: OURS\nbased_on: CN_COMPANY\n{text}", encoding="utf-8")
    return path


def figure(profile: Profile, **asked: Any) -> dict[str, Any]:
    facts = worked_cases()
    return persistency(policy_results(facts, profile, as_of=AS_OF, **asked), book=facts).row(0, named=True)


def test_the_sample_counts_as_the_profile_it_is_based_on_but_for_its_first_cutoff() -> None:
    own = read_profile(fixture("profiles", "own-company.yaml"))
    assert next(iter(own.cutoffs)) == "month-end"
    assert replace(own, name="CN_COMPANY", cutoffs=CN_COMPANY.cutoffs) == CN_COMPANY
    assert round(figure(own)["ratio"] * 100, 4) == 61.0989


def test_what_is_left_out_is_as_in_the_profile_below(tmp_path: Path) -> None:
    path = written(tmp_path, "grace_days: 31\ngrace_of_mode: {monthly: 15}\n")
    own = read_profile(path)
    assert own == replace(CN_COMPANY, name="OURS", grace_days=31, grace_of_mode={"monthly": 15})
    path.write_text("name: OURS\nbased_on: UK_SUP16_8\ncutoffs: {strict: , year-end: {period: 12, lag: 2}}\n")
    assert read_profile(path) == replace(
        UK_SUP16_8, name="OURS", cutoffs={"strict": None, "year-end": Observation(period=12, lag=2)}
    )


def test_thirty_days_of_grace_lose_what_was_paid_in_the_second_month(tmp_path: Path) -> None:
    own = read_profile(written(tmp_path, "grace_days: 30\n"))
    assert figure(CN_COMPANY)["numerator"] - figure(own)["numerator"] == yuan(8_000 + 6_000 + 4_000), "E2, E5, E15"


def test_who_is_suspended_is_left_out_where_the_company_says_so(tmp_path: Path) -> None:
    """E3, E4 and E6 lapsed; E10 was made paid-up and E14 surrendered, so these two stay."""
    own = read_profile(written(tmp_path, "suspended: left-out\n"))
    row = figure(own)
    assert (row["numerator"], row["denominator"]) == (yuan(49_600), yuan(91_000 - 17_000))
    assert (row["numerator_count"], row["denominator_count"]) == (6, 8)
    facts = worked_cases()
    listed = policies_behind(policy_results(facts, own, as_of=AS_OF), book=facts)
    out = listed.filter(pl.col("reason") == "suspended")
    assert (out["policy_no"].to_list(), set(out["state"])) == (["E3", "E4", "E6"], {"excluded"})


def test_nobody_is_left_out_as_suspended_before_the_cutoff(tmp_path: Path) -> None:
    own = read_profile(written(tmp_path, "suspended: left-out\n"))
    facts = book(policy("P1", date(2025, 3, 10), yuan(100)))
    for day, out in ((date(2026, 5, 9), 0), (date(2026, 5, 10), 1)):
        assert policy_results(facts, own, as_of=day).policies["state"].to_list().count("excluded") == out


@pytest.mark.parametrize(("choice", "premium", "count"), [("count", 0, 1), ("both", 100, 1), ("neither", 0, 0)])
def test_a_premium_loan_keeps_what_the_company_says(tmp_path: Path, choice: str, premium: int, count: int) -> None:
    own = read_profile(written(tmp_path, f"premium_loan: {choice}\n"))
    loan = [("premium_loan", date(2026, 5, 9))]
    facts = book(policy("P1", date(2025, 3, 10), yuan(100), payments={2: None}, events=loan))
    row = policy_results(facts, own, as_of=AS_OF).policies.row(0, named=True)
    assert (row["numerator"], row["numerator_count"]) == (yuan(premium), count)


def test_orphans_may_belong_to_who_took_them_over(tmp_path: Path) -> None:
    own = read_profile(written(tmp_path, "orphans: server\n"))
    left = {"agent_no": "A1", "team": "Red", "left_on": date(2025, 12, 31)}
    taken = policy("P1", date(2025, 3, 10), yuan(100), writing="A1", agent="A2")
    facts = book(taken, agents=[left, {"agent_no": "A2", "team": "Blue"}])
    for profile, number in ((CN_COMPANY, "A1"), (own, "A2")):
        figures = persistency(policy_results(facts, profile, as_of=AS_OF), by=["team", "agent"], book=facts)
        assert figures.select("agent_no", "team").rows() == [(number, "Red")], "teams keep what their agents wrote"


def test_the_definition_says_what_the_company_decided() -> None:
    own = replace(CN_COMPANY, premium_loan="both", suspended="left-out", orphans="server")
    for language, words in (
        ("en", ("premium loan", "suspended", "writer has left")),
        ("zh", ("自动垫交", "中止", "孤儿单")),
    ):
        sentence = profile_sentence(own, 13, "strict", language)
        assert all(word in sentence for word in words)
        assert not any(word in profile_sentence(CN_COMPANY, 13, "strict", language) for word in words[:1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grace: 60\n", "line 3, grace"),
        ("grace_days: sixty\n", "line 3, grace_days"),
        ("exclusions: [lapse]\n", "line 3, exclusions"),
        ("cutoffs: {}\n", "line 3, cutoffs"),
        ("cutoffs: {month-end: {period: 3, lag: 2}}\n", "period"),
        ("grace_of_mode: {weekly: 7}\n", "grace_of_mode"),
        ("suspended: gone\n", "line 3, suspended"),
        ("bases: []\n", "line 3, bases"),
    ],
)
def test_a_fault_names_line_and_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyserveError, match=said):
        read_profile(written(tmp_path, text))


def test_the_name_of_a_profile_that_ships_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("name: CN_REG\nbased_on: CN_COMPANY\n")
    with pytest.raises(PolicyserveError, match="give yours another one"):
        read_profile(path)
    with pytest.raises(PolicyserveError, match="cannot be read"):
        read_profile(tmp_path / "nothing.yaml")

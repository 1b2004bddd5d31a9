"""Forecast, survival, worth and value by command, on a branch whose first-year services were really done."""

from __future__ import annotations

import pytest

from commands import Desk
from desks.served_branch import AGENTS, CUSTOMERS, POLICIES, START
from desks.served_branch import END as LAST

pytest.importorskip("numpy")

END = ("--as-of", LAST)
COHORT = ("--cohort-from", "2024-01", "--cohort-to", "2024-01")


def test_worth_counts_the_services_that_were_done(served: Desk) -> None:
    groups = {row["services"]: row for row in served.ask("metrics", "worth", "--since", START, *END)}
    assert {name: (row["policies"], row["lost"], row["persistency"]) for name, row in groups.items()} == {
        "none": (2, 2, 0.0),
        "some": (2, 0, 1.0),
        "all": (2, 0, 1.0),
    }


def test_worth_shows_a_dash_where_nobody_was_followed_and_says_what_it_is_not(served: Desk) -> None:
    printed = served.run("metrics", "worth", "--since", START, *END, "--lang", "en")
    cells = [part.strip() for part in printed.out.splitlines()[-1].split("│")]
    assert (cells[0], cells[5:]) == ("all", ["-", "100.00%", "-", "-"])
    assert "association, not proof of cause" in printed.err
    assert "cannot be compared" in printed.err


@pytest.mark.parametrize(
    "asked",
    [
        ("worth", "--since", START),
        ("worth", "--since", START, "--curves"),
        ("survival",),
        ("value",),
        ("value", "--agents"),
        ("forecast", *COHORT),
    ],
)
def test_people_read_what_it_means_in_both_languages(served: Desk, asked: tuple[str, ...]) -> None:
    for language in ("en", "zh"):
        printed = served.run("metrics", *asked, *END, "--lang", language)
        assert printed.status == 0, printed.err
        said = printed.out.replace("李小明", "") + printed.err.replace("示例费率", "")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said) is (language == "zh")


def test_a_curve_falls_when_the_grace_of_the_profile_is_over(served: Desk) -> None:
    strict, india = (
        {row["days"]: row["survival"] for row in served.ask("metrics", "survival", "--curve", "--profile", name, *END)}
        for name in ("CN_COMPANY", "IN_IRDAI")
    )
    assert strict[366 + 61] == pytest.approx(4 / 6)
    assert india[366 + 31] == pytest.approx(4 / 6)


def test_a_small_book_is_forecast_without_facts_and_says_so(served: Desk) -> None:
    rows = served.ask("metrics", "forecast", *COHORT, *END)
    assert [(row["ratio"], row["method"], row["learnt_from"]) for row in rows] == [(4 / 6, "kaplan-meier", 6)]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (("worth", "--since", START), "What first-year service is worth · issued since 2024-01-10 · kept 11 months"),
        (("worth", "--since", START, "--curves"), "Survival by first-year services"),
        (("survival", "--profile", "IN_IRDAI"), "Survival of policies · counting: India, disclosures of insurers"),
        (("value",), "Value of customers"),
        (("value", "--agents"), "Value of the books of agents"),
        (("forecast", *COHORT), "Expected persistency of month 13 · counting: insurers in China, by month ·"),
    ],
)
def test_a_table_says_above_it_what_was_asked_and_programs_read_it_in_every_row(
    served: Desk, asked: tuple[str, ...], title: str
) -> None:
    first, *_ = served.do("metrics", *asked, *END, "--lang", "en").splitlines()
    assert first.startswith(title)
    assert "as of 2025-06-30" in first
    rows = served.ask("metrics", *asked, *END)
    assert {row["as_of"] for row in rows} == {"2025-06-30"}


def test_the_status_of_a_forecast_stands_in_its_title_and_in_its_rows(served: Desk) -> None:
    """The grace of the cohort ends on 11 March 2025; until then nothing is final that could be learnt from."""
    day = ("--as-of", "2025-03-12")
    (row,) = served.ask("metrics", "forecast", *COHORT, *day)
    assert (row["status"], row["profile"]) == ("final", "CN_COMPANY")
    assert served.do("metrics", "forecast", *COHORT, *day, "--lang", "en").splitlines()[0].endswith("final")


def test_the_premiums_of_worth_are_written_as_everywhere(served: Desk) -> None:
    groups = {row["services"]: row for row in served.ask("metrics", "worth", "--since", START, *END)}
    assert (groups["all"]["kept"], groups["none"]["due"], groups["all"]["currency"]) == ("2000.00", "2000.00", "CNY")


def test_an_early_landmark_says_that_the_fifth_service_is_not_due_yet(served: Desk) -> None:
    asked = ("metrics", "worth", "--since", START, *END, "--lang")
    assert "--landmark 11" in served.run(*asked, "en", "--landmark", "6").err
    assert "--landmark 11" in served.run(*asked, "zh", "--landmark", "6").err
    assert "--landmark 11" not in served.run(*asked, "en").err


@pytest.mark.parametrize("figure", ["forecast", "worth"])
@pytest.mark.parametrize(("module", "name"), [("lifelines", "lifelines"), ("sklearn", "scikit-learn")])
def test_a_library_that_is_not_installed_is_named(
    served: Desk, figure: str, module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "policyserve.cli.metrics.forecast.find_spec", lambda asked: None if asked == module else object()
    )
    result = served.run("metrics", figure, *END)
    assert (result.status, result.out) == (1, "")
    assert f"not installed ({name})" in result.err
    assert "policyserve[forecast]" in result.err


@pytest.mark.parametrize(
    "wrong", [("value", "C1", "--agents"), ("forecast", "--cohort-from", "2024-02", "--cohort-to", "2024-01")]
)
def test_a_question_that_cannot_be_asked_so_is_wrong_usage(served: Desk, wrong: tuple[str, ...]) -> None:
    result = served.run("metrics", *wrong, *END)
    assert (result.status, result.out) == (2, "")


def test_what_cannot_be_told_is_refused_in_a_sentence(desk: Desk) -> None:
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES}.items():
        desk.take(kind, text, as_of=START)
    for asked, said in {
        ("worth",): "No first-year service has been recorded yet",
        ("forecast",): "nothing to learn from",
        ("forecast", "--backtest"): "Nothing can be tried",
    }.items():
        result = desk.run("metrics", *asked, "--as-of", "2024-06-30")
        assert (result.status, result.out) == (1, "")
        assert said in result.err

"""The figures known from practice, and the other targets, through the commands."""

from __future__ import annotations

from decimal import Decimal

import pytest

import figures
from commands import Desk


def import_lists(desk: Desk, lists: figures.Lists, as_of: str) -> None:
    for kind, frame in lists.items():
        taken = desk.take(kind, frame.write_csv(), as_of=as_of)
        assert taken["rejected"] == 0


def test_a_half_year_of_second_premiums_was_collected_at_81_5_per_cent(any_desk: Desk) -> None:
    """Due 13,710,000 = collected 11,170,000 + surrendered 130,000 + suspended 2,410,000."""
    import_lists(any_desk, figures.half_year(), "2026-09-30")
    (row,) = any_desk.ask(
        "metrics", "collection", "--from", "2026-01-01", "--to", "2026-06-30", "--as-of", "2026-09-30"
    )
    parts = {name: Decimal(row[name]) for name in ("due", "collected", "surrendered", "suspended")}
    assert parts == {"due": 13_710_000, "collected": 11_170_000, "surrendered": 130_000, "suspended": 2_410_000}
    assert f"{row['rate']:.1%}" == "81.5%"


def test_a_centre_of_influence_stands_for_20_policies_and_389_307_yuan(desk: Desk) -> None:
    import_lists(desk, figures.influence(), "2026-06-30")
    rows = desk.ask("metrics", "influence", "C1", "--as-of", "2026-06-30")
    assert {row["customer_no"] for row in rows} == {"C1", "C2", "C3", "C4", "C5", "C6", "C7"}
    assert sum(Decimal(row["premium"]) for row in rows) == 389_307
    assert sum(row["policies"] for row in rows) == 20
    printed = desk.do("metrics", "influence", "C1", "--as-of", "2026-06-30")
    assert "20 policies" in printed
    assert "389,307" in printed
    assert "387,353" in printed


def test_the_greatest_centre_of_influence_comes_first(desk: Desk) -> None:
    import_lists(desk, figures.influence(), "2026-06-30")
    first = desk.ask("metrics", "influence", "--as-of", "2026-06-30")[0]
    assert first["customer_no"] == "C1"
    assert Decimal(first["premium_through"]) == 387_353


AGENTS = "agent_no,name,branch\nA1,Agent,North\nA2,Agent,South\n"


@pytest.fixture
def referred(desk: Desk) -> Desk:
    """Lists where C2, C3, C4 were referred in 2026 by customers of A1, C2 in both lists."""
    desk.take("agents", AGENTS, as_of="2026-12-31")
    desk.take(
        "customers",
        "customer_no,agent_no,referred_by,referred_on\n"
        "C1,A1,,\nC2,A1,C1,2026-02-01\nC3,A2,C1,2026-03-01\nC4,A1,,\nC5,A2,C1,2025-12-31\n",
        as_of="2026-12-31",
    )
    desk.take(
        "policies",
        "policy_no,customer_no,agent_no,issue_date,mode,premium\nP1,C1,A1,2024-01-01,annual,1000\n",
        as_of="2026-12-31",
    )
    desk.take(
        "referrals",
        "referrer_no,referred_no,referred_name,referred_on,agent_no,stage\n"
        "C1,C2,,2026-02-01,A1,issued\nC1,C4,,2026-05-01,A1,met\nC2,C4,,2026-06-01,A1,met\n",
        as_of="2026-12-31",
    )
    return desk


def test_people_referred_are_counted_once_from_both_lists(referred: Desk) -> None:
    rows = referred.ask("metrics", "referrals", "--year", "2026", "--as-of", "2026-12-31")
    found = {row["agent_no"]: (row["year"], row["referred"], row["target"]) for row in rows}
    assert found["A1"] == (2026, 3, 3)


def test_people_referred_in_another_year_belong_to_that_year(referred: Desk) -> None:
    rows = referred.ask("metrics", "referrals", "--year", "2025", "--as-of", "2026-12-31")
    assert sum(row["referred"] for row in rows) == 1


@pytest.fixture
def single(desk: Desk) -> Desk:
    """Six single-policy customers of A1 at the start of 2026; what each bought in 2026 is in its policy number."""
    desk.take("agents", AGENTS, as_of="2026-12-31")
    desk.take("customers", "customer_no\nC1\nC2\nC3\nC4\nC5\nC6\n", as_of="2026-12-31")
    desk.take(
        "policies",
        "policy_no,customer_no,agent_no,issue_date,mode,premium,product_kind,main_policy_no,receipt_on,pay_years,ends_on\n"
        "P1,C1,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P2,C2,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P3,C3,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P4,C4,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P5,C5,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P6,C6,A1,2024-05-01,annual,1000,life,,2024-05-02,10,\n"
        "P1-MORE,C1,A1,2026-03-01,annual,1000,life,,2026-03-02,10,\n"
        "P2-RIDER,C2,A1,2026-03-01,annual,1000,accident,P2,2026-03-02,10,\n"
        "P3-CANCELLED,C3,A1,2026-03-01,annual,1000,life,,2026-03-02,10,\n"
        "P4-SHORT,C4,A1,2026-03-01,annual,100,accident,,2026-03-02,1,2027-02-28\n"
        "P5-LATER,C5,A1,2026-12-30,annual,1000,life,,2026-12-30,10,\n",
        as_of="2026-12-31",
    )
    desk.take(
        "events", "policy_no,kind,occurred_on\nP3-CANCELLED,freelook_cancel,2026-03-10\n", as_of="2026-12-31"
    )  # fmt: skip
    return desk


def test_a_further_long_term_policy_or_rider_past_its_free_look_counts_as_bought(single: Desk) -> None:
    """C1 (policy) and C2 (rider) count; cancelled, one year only, and still in the free-look do not."""
    for customer in range(1, 7):
        premiums = f"policy_no,instalment,paid_on\nP{customer},2,2025-05-01\nP{customer},3,2026-05-01\n"
        single.take("premiums", premiums, as_of="2026-12-31")
    (row,) = single.ask("metrics", "add-ons", "--year", "2026", "--as-of", "2026-12-31")
    assert (row["agent_no"], row["single_policy_customers"], row["bought"]) == ("A1", 6, 2)
    assert row["ratio"] == pytest.approx(2 / 6)
    assert row["target"] == pytest.approx(0.10)


@pytest.mark.parametrize("metric", ["persistency", "referrals", "add-ons"])
def test_people_read_the_definition_beside_the_figure(referred: Desk, metric: str) -> None:
    result = referred.run("metrics", metric, "--as-of", "2026-12-31")
    assert result.status == 0
    assert len(result.err.strip()) > 40


@pytest.mark.parametrize("by", ["company", "branch", "team", "agent", "cohort"])
def test_persistency_is_grouped_as_asked(referred: Desk, by: str) -> None:
    rows = referred.ask("metrics", "persistency", "--by", by, "--as-of", "2026-12-31")
    assert rows
    assert all({"numerator", "denominator", "ratio", "status", "profile", "month", "as_of"} <= set(row) for row in rows)


def test_amounts_of_two_currencies_are_never_added(desk: Desk) -> None:
    desk.take("agents", AGENTS, as_of="2026-12-31")
    desk.take("customers", "customer_no\nC1\n", as_of="2026-12-31")
    desk.take(
        "policies",
        "policy_no,customer_no,agent_no,issue_date,mode,premium,currency\n"
        "P1,C1,A1,2025-05-01,annual,1000,CNY\nP2,C1,A1,2025-05-01,annual,500,USD\n",
        as_of="2026-12-31",
    )
    desk.take("premiums", "policy_no,instalment,paid_on\nP1,2,2026-05-01\nP2,2,2026-05-01\n", as_of="2026-12-31")
    rows = desk.ask("metrics", "persistency", "--by", "company", "--as-of", "2026-12-31")
    assert sorted((row["currency"], row["denominator"]) for row in rows) == [("CNY", "1000.00"), ("USD", "500.00")]


def test_premiums_behind_the_collection_add_up_to_it(desk: Desk) -> None:
    import_lists(desk, figures.half_year(), "2026-09-30")
    asked = ("--from", "2026-01-01", "--to", "2026-06-30", "--as-of", "2026-09-30")
    (row,) = desk.ask("metrics", "collection", *asked)
    assert (row["status"], row["as_of"]) == ("final", "2026-09-30")
    listed = desk.ask("metrics", "collection", *asked, "--policies")
    for fate in ("collected", "surrendered", "suspended", "open"):
        assert sum(Decimal(one["amount"]) for one in listed if one["fate"] == fate) == Decimal(row[fate])
    steps = desk.ask("metrics", "collected", *asked, "--policies")
    months = desk.ask("metrics", "collected", *asked)
    in_month = sum(Decimal(one["amount"]) for one in steps if one["step"] == "in_month")
    assert in_month == sum(Decimal(month["in_month"]) for month in months)
    header = desk.do("metrics", "collection", *asked, "--policies", "--format", "csv").splitlines()[0]
    assert (
        header
        == "policy_no,customer_no,agent_no,rider,instalment,due_on,currency,amount,rider_amount,paid_on,fate,as_of"
    )
    assert "│ 效力中止" in desk.do("metrics", "collected", *asked, "--policies", "--lang", "zh")


def test_the_people_and_the_customers_behind_figures_are_listed(single: Desk) -> None:
    single.take(
        "referrals", "referrer_no,referred_name,referred_phone,referred_on\nC1,李小明,15400000001,2026-02-01\n",
        as_of="2026-12-31",
    )  # fmt: skip
    year = ("--year", "2026", "--as-of", "2026-12-31")
    (person,) = single.ask("metrics", "referrals", *year, "--people")
    assert (person["referrer_no"], person["agent_no"], person["name"]) == ("C1", "A1", "李*明")
    assert "李小明" not in single.do("metrics", "referrals", *year, "--people")
    (figure,) = single.ask("metrics", "add-ons", *year)
    listed = single.ask("metrics", "add-ons", *year, "--customers")
    assert (len(listed), sum(one["bought"] for one in listed)) == (figure["single_policy_customers"], figure["bought"])
    assert "附加险" in single.do("metrics", "add-ons", *year, "--customers", "--lang", "zh")


TITLES = {
    ("referrals", "--year", "2026"): "People referred · 2026-01-01 to 2026-12-31 · as of 2026-12-31 · provisional",
    ("add-ons", "--year", "2024"): "Add-ons · 2024-01-01 to 2024-12-31 · as of 2026-12-31",
    ("collection", "--from", "2026-05-01"): (
        "Premiums due, and what became of them: second-year premiums · 2026-05-01 to 2026-12-31 · as of"
    ),
    ("influence",): "Centres of influence · as of 2026-12-31",
    ("influence", "C1"): "Referral tree · as of 2026-12-31",
    ("funnel",): "Referrals, from named to issued · as of 2026-12-31",
    ("funnel", "--leads"): "People referred who hold no policy yet · as of 2026-12-31",
}


@pytest.mark.parametrize(("asked", "title"), TITLES.items(), ids=lambda value: value[0])
def test_every_figure_has_a_title_its_day_and_a_definition(referred: Desk, asked: tuple[str, ...], title: str) -> None:
    shown = referred.run("metrics", *asked, "--as-of", "2026-12-31")
    assert shown.out.startswith(title)
    assert len(shown.err.strip()) > 40
    rows = referred.ask("metrics", *asked, "--as-of", "2026-12-31")
    assert {row["as_of"] for row in rows} <= {"2026-12-31"}


def test_fewer_than_30_customers_are_marked(single: Desk) -> None:
    shown = single.do("metrics", "add-ons", "--year", "2026", "--as-of", "2026-12-31")
    assert "% *" in shown
    assert "* fewer than 30: chance alone moves the ratio" in shown


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("persistency", "--cohort-from", "2026-13"), "'2026-13' is no month"),
        (("persistency", "--cohort-from", "2026-02", "--cohort-to", "2026-01"), "--cohort-from 2026-02 lies after"),
        (("persistency", "--by", "agent", "--rolling", "12"), "Group by 'cohort' as well."),
        (("persistency", "--by", "year", "--rolling", "12"), "Group by 'cohort' instead of 'year'."),
        (("collection", "--from", "2026-02-01", "--to", "2026-01-01"), "--from 2026-02-01 lies after"),
        (("collected", "--from", "2026-02-01", "--to", "2026-01-01"), "--from 2026-02-01 lies after"),
        (("referrals", "--year", "26"), "--year"),
    ],
)
def test_a_question_that_cannot_be_asked_so_is_wrong_usage(desk: Desk, asked: tuple[str, ...], said: str) -> None:
    result = desk.run("metrics", *asked)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


@pytest.mark.parametrize("asked", [("candidates", "--agent", "ZZZ"), ("influence", "ZZZ")])
def test_a_number_that_nobody_has_is_named(referred: Desk, asked: tuple[str, ...]) -> None:
    result = referred.run("metrics", *asked, "--as-of", "2026-12-31")
    assert (result.status, result.out) == (1, "")
    assert "has the number 'ZZZ'" in result.err

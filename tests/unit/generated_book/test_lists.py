"""The generated lists: their columns, sizes, shares, people, and what is read of them without a word."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from books.dues import MONTHS
from desks.generated_lists import AS_OF, Lists, paid
from policyserve.book.cells import parse
from policyserve.book.files import read_source
from policyserve.book.headers import recognise
from policyserve.book.lists import KINDS
from policyserve.calendars.lunar import parse_lunar_birthday, to_solar
from policyserve.dates import add_months
from policyserve.generated_book.draws import Draws
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.generated_book.names import FEMALE, MALE, SURNAMES, numeral

AHEAD = {"effective_date", "ends_on", "due_on", "next_debit_on"}
"""Days that a list may hold before they come."""


@pytest.fixture(scope="module")
def lists() -> Lists:
    return generate(customers=3_000, as_of=AS_OF)


def share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return float(rows.select(condition.fill_null(value=False).mean()).item())


def test_draws_are_spread_evenly_and_do_not_depend_on_each_other() -> None:
    draws = Draws(seed=1)
    drawn = pl.select(row=pl.int_range(20_000)).select(
        one=draws.share("one"), other=draws.share("other"), die=draws.whole("die", 1, 6)
    )
    assert drawn.select(pl.corr("one", "other")).item() == pytest.approx(0, abs=0.02)
    assert drawn["one"].is_between(0, 1, closed="left").all()
    assert [drawn["one"].quantile(part) for part in (0.1, 0.5, 0.9)] == pytest.approx([0.1, 0.5, 0.9], abs=0.02)
    assert drawn["die"].value_counts()["count"].to_list() == pytest.approx([20_000 / 6] * 6, rel=0.06)


def test_draws_are_the_same_on_every_machine() -> None:
    drawn = pl.select(row=pl.int_range(3)).select(share=Draws(seed=7).share("example"))["share"].to_list()
    assert drawn == pytest.approx([0.909035061340, 0.847865304282, 0.191467482242], abs=1e-11)


def test_a_choice_is_drawn_as_often_as_its_weight_says() -> None:
    drawn = pl.select(row=pl.int_range(20_000)).select(mode=Draws(seed=1).pick("mode", {"annual": 3, "monthly": 1}))
    assert share(drawn, pl.col("mode") == "annual") == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(
    ("value", "text"), [(1, "一"), (10, "十"), (12, "十二"), (30, "三十"), (208, "二百零八"), (111, "一百一十一")]
)
def test_teams_are_numbered_as_people_say_it(value: int, text: str) -> None:
    assert numeral(value) == text


def test_the_same_seed_gives_the_same_book(lists: Lists) -> None:
    again = generate(customers=3_000, as_of=AS_OF)
    for kind, rows in lists.items():
        assert_frame_equal(rows, again[kind])


def test_another_seed_gives_another_book(lists: Lists) -> None:
    other = generate(customers=3_000, as_of=AS_OF, seed=8)
    assert not lists["policies"].equals(other["policies"])


def test_the_lists_have_the_columns_of_the_contract(lists: Lists) -> None:
    assert {kind: tuple(rows.columns) for kind, rows in lists.items()} == {name: KINDS[name].names for name in KINDS}


@pytest.mark.parametrize("customers", [1, 7, 100])
def test_a_small_book_is_a_book(customers: int) -> None:
    lists = generate(customers=customers, as_of=AS_OF)
    assert len(lists["customers"]) == customers
    assert len(lists["policies"]) > 0


def test_sizes_are_those_of_a_real_book(lists: Lists) -> None:
    customers, policies = lists["customers"], lists["policies"]
    assert len(customers) == 3_000
    assert len(policies) / len(customers) == pytest.approx(1.67, abs=0.1)
    assert len(lists["premiums"]) / len(policies) == pytest.approx(3.5, abs=0.25)
    assert len(customers) / len(lists["agents"]) == pytest.approx(80, abs=5)
    assert lists["agents"]["branch"].n_unique() == 3


def test_shares_are_those_of_a_real_book(lists: Lists) -> None:
    customers, policies = lists["customers"], lists["policies"]
    adults = customers.filter(pl.col("agent_no").is_not_null())
    assert share(customers, pl.col("referred_by").is_not_null()) == pytest.approx(0.35, abs=0.04)
    assert share(adults, pl.col("marketing_consent")) == pytest.approx(0.6, abs=0.04)
    assert share(adults, pl.col("sms_optout")) == pytest.approx(0.03, abs=0.015)
    assert share(adults, pl.col("phone").is_null()) == pytest.approx(0.02, abs=0.01)
    assert share(policies, pl.col("participating")) == pytest.approx(0.35, abs=0.05)
    assert share(policies, pl.col("mode") == "annual") == pytest.approx(0.72, abs=0.04)
    assert share(policies, pl.col("mode") == "monthly") == pytest.approx(0.11, abs=0.03)
    assert set(policies["mode"]) == {*MONTHS, "single"}


def test_a_quarter_of_older_customers_keep_their_lunar_birthday(lists: Lists) -> None:
    born = pl.col("birthday")
    older = lists["customers"].filter(born <= add_months(AS_OF, -46 * 12))
    assert share(older, pl.col("lunar_birthday").is_not_null()) == pytest.approx(0.25, abs=0.05)
    assert lists["customers"].filter(born > add_months(AS_OF, -44 * 12))["lunar_birthday"].null_count() > 0
    for day, lunar in older.select("birthday", "lunar_birthday").drop_nulls().iter_rows():
        assert to_solar(parse_lunar_birthday(lunar)) == day


def test_some_are_born_in_a_leap_month(lists: Lists) -> None:
    assert lists["customers"]["lunar_birthday"].str.contains("闰").sum() > 0


def test_thirteen_month_persistency_is_good_but_not_with_every_agent(lists: Lists) -> None:
    cohort = lists["policies"].filter(
        (pl.col("mode") == "annual")
        & pl.col("main_policy_no").is_null()
        & (pl.col("effective_date") < date(2025, 9, 1))
    )
    second = paid(lists).filter(
        (pl.col("instalment") == 2) & (pl.col("paid_on") <= pl.col("due_on") + timedelta(days=60))
    )
    kept = cohort.with_columns(kept=pl.col("policy_no").is_in(second["policy_no"].implode()))
    by_agent = kept.group_by("writing_agent_no").agg(pl.len(), pl.col("kept").mean()).filter(pl.col("len") >= 20)
    assert share(kept, pl.col("kept")) == pytest.approx(0.89, abs=0.03)
    assert by_agent.filter(pl.col("kept") < 0.8).height >= 2
    assert by_agent.filter(pl.col("kept") > 0.92).height >= 2


def test_every_month_of_the_last_two_years_has_its_cohort(lists: Lists) -> None:
    cohorts = lists["policies"].filter(pl.col("effective_date").is_between(date(2024, 11, 1), date(2026, 10, 31)))
    sizes = cohorts.group_by(pl.col("effective_date").dt.truncate("1mo")).len()["len"]
    assert len(sizes) == 24
    assert sizes.min() >= 40  # type: ignore[operator]


def test_nothing_has_happened_after_the_day_of_the_book(lists: Lists) -> None:
    for kind, rows in lists.items():
        for name, dtype in rows.schema.items():
            if dtype == pl.Date and name not in AHEAD:
                assert rows.filter(pl.col(name) > AS_OF).is_empty(), f"{kind}.{name}"


def test_every_number_is_there_once(lists: Lists) -> None:
    for kind, key in {
        "agents": "agent_no",
        "customers": "customer_no",
        "policies": "policy_no",
        "events": "event_no",
    }.items():
        assert lists[kind][key].is_unique().all()
    assert lists["premiums"].select("policy_no", "instalment", "debit_on").is_duplicated().sum() == 0


@pytest.mark.parametrize(
    ("kind", "column", "known"),
    [
        ("agents", "manager_no", "agents"),
        ("customers", "agent_no", "agents"),
        ("customers", "referred_by", "customers"),
        ("policies", "customer_no", "customers"),
        ("policies", "insured_customer_no", "customers"),
        ("policies", "agent_no", "agents"),
        ("policies", "main_policy_no", "policies"),
        ("premiums", "policy_no", "policies"),
        ("events", "policy_no", "policies"),
        ("events", "customer_no", "customers"),
        ("referrals", "referrer_no", "customers"),
        ("referrals", "referred_no", "customers"),
        ("referrals", "agent_no", "agents"),
    ],
)
def test_what_a_list_refers_to_is_there(lists: Lists, kind: str, column: str, known: str) -> None:
    named = lists[kind][column].drop_nulls()
    assert len(named) > 0
    assert set(named) <= set(lists[known][KINDS[known].key[0]])


def test_a_few_policies_were_written_by_agents_whom_nobody_knows(lists: Lists) -> None:
    unknown = ~pl.col("writing_agent_no").is_in(lists["agents"]["agent_no"].implode())
    assert 0.003 < share(lists["policies"], unknown) < 0.03


def test_some_customers_of_agents_who_left_are_handed_over_and_some_are_orphans(lists: Lists) -> None:
    left = lists["agents"].filter(pl.col("left_on").is_not_null())["agent_no"].implode()
    policies, events = lists["policies"], lists["events"]
    assert policies.filter(pl.col("agent_no").is_in(left)).height > 20
    assert policies.filter(pl.col("writing_agent_no").is_in(left) & ~pl.col("agent_no").is_in(left)).height > 20
    handed = events.filter(pl.col("kind") == "agent_changed").join(lists["customers"], on="customer_no")
    assert handed.height > 20
    assert (handed["detail"] == handed["agent_no"]).all()


def test_nobody_refers_before_being_a_customer_or_in_a_circle(lists: Lists) -> None:
    referred = lists["customers"].select("customer_no", "referred_by").drop_nulls()
    assert (referred["referred_by"] < referred["customer_no"]).all()


def test_some_customers_have_named_many(lists: Lists) -> None:
    named = lists["customers"]["referred_by"].drop_nulls().value_counts()["count"]
    assert named.max() >= 8  # type: ignore[operator]


def test_names_are_made_of_the_characters_of_names(lists: Lists) -> None:
    pattern = f"^({'|'.join(SURNAMES)})[{MALE}{FEMALE}]{{1,2}}$"
    for kind, column in {"agents": "name", "customers": "name", "referrals": "referred_name"}.items():
        assert lists[kind][column].str.contains(pattern).all()


def test_children_share_a_family_with_a_parent(lists: Lists) -> None:
    children = lists["customers"].filter(pl.col("birthday") > add_months(AS_OF, -18 * 12))
    families = lists["customers"].group_by("family_no").agg(oldest=pl.col("birthday").min())
    grown = children.join(families, on="family_no", how="left", validate="m:1")
    assert children.height > 100
    assert (grown["oldest"] < grown["birthday"] - pl.Series([timedelta(days=18 * 365)])).all()


def problems(kind: str, file: Path) -> pl.DataFrame:
    source = read_source(file)
    return parse(source, recognise(source.headers, KINDS[kind]), KINDS[kind]).all_problems


@pytest.mark.parametrize(("chinese", "encoding"), [(False, "utf-8"), (True, "utf-8-sig"), (True, "gb18030")])
def test_what_is_written_is_read_without_a_word(lists: Lists, tmp_path: Path, encoding: str, *, chinese: bool) -> None:
    files = write_lists(lists, tmp_path / "lists", chinese_headers=chinese, encoding=encoding)
    assert list(files) == ["agents", "customers", "policies", "premiums", "events", "referrals"]
    for kind, file in files.items():
        assert problems(kind, file).is_empty(), kind


def test_chinese_lists_speak_chinese_throughout(lists: Lists, tmp_path: Path) -> None:
    file = write_lists(lists, tmp_path, chinese_headers=True, encoding="gb18030")["policies"]
    header, first = file.read_text(encoding="gb18030").splitlines()[:2]
    assert header.startswith("保单号,投保人客户号,被保险人客户号,出单人员")
    assert "寿险" in first
    assert "年缴" in first
    assert "否" in first


def test_faults_come_on_top_and_are_faulty(lists: Lists, tmp_path: Path) -> None:
    faulty = generate(customers=3_000, as_of=AS_OF, faults=5)
    files = write_lists(faulty, tmp_path)
    policies, customers = faulty["policies"], faulty["customers"]
    good = lists["policies"].select(pl.all().cast(pl.String))
    assert_frame_equal(policies.head(len(good)), good)
    assert problems("policies", files["policies"])["field"].to_list() == ["issue_date"]
    assert policies.filter(pl.col("premium") == "0")["policy_no"].to_list() == ["PX0001"]
    assert problems("customers", files["customers"])["field"].to_list() == ["phone"]
    strangers = policies.filter(~pl.col("customer_no").is_in(customers["customer_no"].implode()))
    assert strangers["policy_no"].to_list() == ["PX0002"]
    twice = customers.filter(pl.col("customer_no").is_duplicated())
    assert twice.height == 2
    assert twice["name"].n_unique() == 2

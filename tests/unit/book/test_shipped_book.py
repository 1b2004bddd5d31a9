from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from books.dues import MONTHS, dues, listed
from policyserve.book.cells import parse
from policyserve.book.files import read_source
from policyserve.book.headers import recognise
from policyserve.book.lists import KINDS
from policyserve.config import fixture

AS_OF = date(2026, 11, 21)

Lists = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def lists() -> Lists:
    return {kind: pl.read_csv(fixture("book", f"{kind}.csv"), try_parse_dates=True) for kind in KINDS}


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_small_book_is_read_without_a_word(kind: str) -> None:
    source = read_source(fixture("book", f"{kind}.csv"))
    rows = parse(source, recognise(source.headers, KINDS[kind]), KINDS[kind])
    assert rows.values.height > 0
    assert rows.all_problems.is_empty()


def test_every_instalment_that_fell_due_has_its_row_and_its_day(lists: Lists) -> None:
    assert listed(lists["premiums"], AS_OF) == dues(lists, AS_OF)


def test_premiums_are_those_of_their_policies(lists: Lists) -> None:
    rows = lists["premiums"].join(lists["policies"], on="policy_no")
    assert (rows["amount"] == rows["premium"]).all()
    assert rows.filter(pl.col("paid_on").is_not_null() & (pl.col("paid_amount") != pl.col("amount"))).is_empty()


def test_it_holds_one_of_each_case(lists: Lists) -> None:
    customers, policies = lists["customers"], lists["policies"]
    assert set(policies["mode"]) == {*MONTHS, "single"}
    assert policies["main_policy_no"].drop_nulls().to_list() == ["P001"]
    assert customers["lunar_birthday"].drop_nulls().to_list() == ["1968-闰7-15", "1955-08-20"]
    assert customers.filter(pl.col("birthday") == date(1988, 2, 29)).height == 1
    assert customers.filter(pl.col("family_no") == "F01").height == 3
    left = lists["agents"].filter(pl.col("left_on").is_not_null())["agent_no"].implode()
    assert policies.filter(pl.col("agent_no").is_in(left))["policy_no"].to_list() == ["P014"]


def test_one_policy_is_in_grace_one_has_lapsed_and_one_is_back(lists: Lists) -> None:
    debits = (
        lists["premiums"].group_by("policy_no", "instalment").agg(pl.col("due_on").first(), pl.col("paid_on").max())
    )
    unpaid = debits.filter(pl.col("paid_on").is_null())
    suspended = pl.col("due_on") + timedelta(days=61) <= AS_OF
    assert unpaid.filter(~suspended)["policy_no"].to_list() == ["P012"]
    assert unpaid.filter(suspended)["policy_no"].to_list() == ["P011"]
    assert lists["events"].filter(pl.col("kind") == "reinstated")["policy_no"].to_list() == ["P013"]


def test_a_chain_of_referrals_is_three_long(lists: Lists) -> None:
    by = dict(lists["customers"].select("customer_no", "referred_by").iter_rows())
    assert (by["C009"], by["C008"], by["C007"], by["C001"]) == ("C008", "C007", "C001", None)

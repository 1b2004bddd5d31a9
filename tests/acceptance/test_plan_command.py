"""What `plan` promises, worked out by hand from the table of the default standard."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl
import pytest

from commands import Desk
from desks.planned_book import book, dues, lines_of, plan

FIELDS = (
    "service",
    "subject_kind",
    "subject",
    "ordinal",
    "due",
    "earliest",
    "latest",
    "agent_no",
    "performer",
    "channels",
    "provisional",
)
"""The fields of the contract, in its order."""

FIFTEEN_MONTHS = ("--from", "2025-03-10", "--to", "2026-06-09")

POLICY_TOUCHES = """
issue-notice          1  2025-03-10  2025-03-10  2025-03-11  nobody  sms
contract-delivery     1  2025-03-13  2025-03-10  2025-03-20  agent   visit
visit-m1              1  2025-04-10  2025-04-03  2025-04-24  agent   visit
visit-m4              1  2025-07-10  2025-07-03  2025-07-24  agent   visit
visit-m7              1  2025-10-10  2025-10-03  2025-10-24  agent   visit
renewal-reminder-d90  2  2025-12-10  2025-12-10  2026-02-08  agent   visit+sms
visit-m10             1  2026-01-09  2026-01-03  2026-01-24  agent   visit
renewal-reminder-d30  2  2026-02-08  2026-02-08  2026-03-03  nobody  sms
renewal-reminder-d7   2  2026-03-03  2026-03-03  2026-03-09  nobody  sms
renewal-reminder-d1   2  2026-03-09  2026-03-09  2026-03-10  nobody  sms
dividend-report       1  2026-03-10  2026-03-10  2026-04-09  agent   visit
"""
"""An annual policy issued on Monday 10 March 2025. Month 10 is Saturday 10 January 2026: the Friday before."""

CUSTOMER_TOUCHES = """
event-invitation          20252  2025-04-18  2025-04-08  2025-05-03  agent  visit+sms
festival-labour-day        2025  2025-05-01  2025-05-01  2025-05-01  agent  visit+sms
festival-mothers-day       2025  2025-05-11  2025-05-11  2025-05-11  agent  visit+sms
birthday-greeting            40  2025-05-20  2025-05-20  2025-05-20  agent  visit+sms
festival-dragon-boat       2025  2025-05-31  2025-05-31  2025-05-31  agent  visit+sms
event-invitation          20253  2025-07-18  2025-07-08  2025-08-02  agent  visit+sms
data-check                 2025  2025-09-04  2025-09-04  2025-11-03  agent  visit
festival-national-day      2025  2025-10-01  2025-10-01  2025-10-01  agent  visit+sms
festival-mid-autumn        2025  2025-10-06  2025-10-06  2025-10-06  agent  visit+sms
event-invitation          20254  2025-10-17  2025-10-08  2025-11-02  agent  visit+sms
festival-new-year          2026  2026-01-01  2026-01-01  2026-01-01  agent  visit+sms
event-invitation          20261  2026-01-16  2026-01-08  2026-02-02  agent  visit+sms
festival-spring-festival   2025  2026-02-16  2026-02-16  2026-02-16  agent  visit+sms
festival-lantern           2026  2026-03-03  2026-03-03  2026-03-03  agent  visit+sms
festival-womens-day        2026  2026-03-08  2026-03-08  2026-03-08  agent  visit+sms
policy-review                 1  2026-03-10  2026-02-23  2026-04-09  agent  visit
event-invitation          20262  2026-04-17  2026-04-08  2026-05-03  agent  visit+sms
festival-labour-day        2026  2026-05-01  2026-05-01  2026-05-01  agent  visit+sms
festival-mothers-day       2026  2026-05-10  2026-05-10  2026-05-10  agent  visit+sms
birthday-greeting            41  2026-05-20  2026-05-20  2026-05-20  agent  visit+sms
"""
"""Without the monthly good news. The Spring Festival is greeted on its eve, in the old lunar year.

Of the 30 days over which invitations and checks of data are spread, this customer has the fourth; where that is a
weekend, the Friday before.
"""


def as_lines(rows: list[dict[str, Any]]) -> list[str]:
    names = ("service", "ordinal", "due", "earliest", "latest", "performer", "channels")
    return sorted(" ".join(str(row[name]) for name in names) for row in rows)


def test_the_touches_of_an_annual_policy_over_fifteen_months(any_desk: Desk) -> None:
    rows = plan(book(any_desk, "2025-03-10"), "2025-03-10", "2026-06-09", as_of="2025-03-10")
    assert as_lines([row for row in rows if row["subject_kind"] == "policy"]) == lines_of(POLICY_TOUCHES)
    people = [row for row in rows if row["subject_kind"] == "customer"]
    assert as_lines([row for row in people if row["service"] != "good-news"]) == lines_of(CUSTOMER_TOUCHES)


def test_good_news_is_pushed_on_the_5th_of_each_month(desk: Desk) -> None:
    rows = plan(book(desk, "2025-03-10"), "2025-03-10", "2026-06-09", as_of="2025-03-10")
    news = [row for row in rows if row["service"] == "good-news"]
    months = [202504 + n for n in range(9)] + [202601 + n for n in range(6)]
    assert [row["ordinal"] for row in news] == months
    assert {row["due"][-2:] for row in news} == {"05"}
    assert {row["latest"][-2:] for row in news} == {"15"}
    assert {(row["performer"], row["channels"]) for row in news} == {("nobody", "sms")}


def test_the_fields_are_those_of_the_contract_and_in_its_order(desk: Desk) -> None:
    rows = plan(book(desk, "2025-03-10"), "2025-03-10", "2026-06-09", as_of="2025-03-10")
    assert {tuple(row) for row in rows} == {FIELDS}
    assert {row["agent_no"] for row in rows} == {"A1"}
    assert {row["provisional"] for row in rows} == {False}


def test_both_ends_of_the_range_are_in(desk: Desk) -> None:
    book(desk, "2025-03-10")
    rows = plan(desk, "2025-05-11", "2025-05-20", as_of="2025-03-10")
    assert [row["service"] for row in rows] == ["festival-mothers-day", "birthday-greeting"]
    assert plan(desk, "2025-05-12", "2025-05-19", as_of="2025-03-10") == []


def test_a_single_day_may_be_asked_for(desk: Desk) -> None:
    book(desk, "2025-03-10")
    assert dues(plan(desk, "2025-05-20", "2025-05-20", as_of="2025-03-10"), "birthday-greeting") == ["2025-05-20"]


def test_a_window_equals_its_parts(desk: Desk) -> None:
    book(desk, "2025-03-10")
    whole = plan(desk, "2025-03-10", "2026-06-09", as_of="2025-03-10")
    parts = plan(desk, "2025-03-10", "2025-10-01", as_of="2025-03-10")
    parts += plan(desk, "2025-10-02", "2026-06-09", as_of="2025-03-10")
    assert sorted(map(str, parts)) == sorted(map(str, whole))


TWO_CUSTOMERS = "customer_no,name,birthday,agent_no\nC1,One,1985-05-20,A1\nC2,Two,1990-06-01,A2\n"

THREE_POLICIES = """policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years
P1,C1,A1,2025-03-10,annual,1000,10
P2,C1,A2,2025-03-10,annual,1000,10
P3,C2,A2,2025-03-10,annual,1000,10
"""


@pytest.fixture
def several(desk: Desk) -> Desk:
    return book(desk, "2025-03-10", customers=TWO_CUSTOMERS, policies=THREE_POLICIES)


def test_policy_narrows_the_plan_to_one_policy(several: Desk) -> None:
    rows = plan(several, "2025-03-10", "2026-06-09", "--policy", "P2", as_of="2025-03-10")
    assert {(row["subject_kind"], row["subject"]) for row in rows} == {("policy", "P2")}
    assert dues(rows, "contract-delivery") == ["2025-03-13"]


def test_customer_narrows_the_plan_to_a_customer_and_the_policies_held(several: Desk) -> None:
    rows = plan(several, "2025-03-10", "2026-06-09", "--customer", "C1", as_of="2025-03-10")
    assert {row["subject"] for row in rows} == {"C1", "P1", "P2"}


def test_agent_narrows_the_plan_to_what_the_agent_serves(several: Desk) -> None:
    rows = plan(several, "2025-03-10", "2026-06-09", "--agent", "A2", as_of="2025-03-10")
    assert {row["subject"] for row in rows} == {"C2", "P2", "P3"}
    assert {row["agent_no"] for row in rows} == {"A2"}


def test_one_customer_with_several_policies_gets_one_birthday_greeting(several: Desk) -> None:
    rows = plan(several, "2025-05-20", "2025-05-20", as_of="2025-03-10")
    assert [row["subject"] for row in rows if row["service"] == "birthday-greeting"] == ["C1"]


def test_the_plan_goes_to_a_parquet_file(several: Desk) -> None:
    path = several.folder / "plan.parquet"
    several.do("plan", *FIFTEEN_MONTHS, "--as-of", "2025-03-10", "--out", path)
    frame = pl.read_parquet(path)
    assert tuple(frame.columns) == FIELDS
    assert frame.schema["due"] == pl.Date
    assert frame.height == len(plan(several, "2025-03-10", "2026-06-09", as_of="2025-03-10"))


def test_the_plan_goes_to_a_csv_file_and_to_the_screen_as_csv(several: Desk) -> None:
    path = several.folder / "plan.csv"
    several.do("plan", *FIFTEEN_MONTHS, "--as-of", "2025-03-10", "--out", path)
    rows = plan(several, "2025-03-10", "2026-06-09", as_of="2025-03-10")
    printed = several.run("plan", *FIFTEEN_MONTHS, "--as-of", "2025-03-10", "--format", "csv").out
    for text in (path.read_text(), printed):
        found = list(csv.DictReader(io.StringIO(text)))
        assert tuple(found[0]) == FIELDS
        assert [row["due"] for row in found] == [row["due"] for row in rows]


def test_a_person_reads_the_plan_as_a_table(several: Desk) -> None:
    text = several.do("plan", *FIFTEEN_MONTHS, "--as-of", "2025-03-10", "--policy", "P1")
    assert "Introduce the company's service system" in text
    assert "2025-04-10" in text


def test_a_screen_shows_a_year_of_what_is_ahead_of_a_policy_and_says_how_much_more_there_is(desk: Desk) -> None:
    """Ten annual premiums, the last one on 10 March 2034."""
    book(desk, "2025-03-10")
    ask = ("policy", "P1", "--as-of", "2025-03-10")
    shown, everything, rows = desk.do(*ask), desk.do(*ask, "--all"), desk.ask(*ask)
    assert "2026-03-10" in shown
    assert "2027" not in shown.rpartition("...")[0]
    later = sum(row["due"] > "2026-03-10" for row in rows)
    assert f"... and {later} more until {rows[-1]['due']}; --all shows them." in shown
    assert "2034" in everything
    assert "--all" not in everything
    assert desk.do(*ask, "--format", "csv").count("\n") == len(rows) + 1

"""What `plan` promises, worked out by hand from the table of the default standard."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl
import pytest

from commands import Desk

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

AGENTS = "agent_no,name\nA1,Agent 1\nA2,Agent 2\n"

CUSTOMER = "customer_no,name,gender,birthday,agent_no\nC1,Customer,female,1985-05-20,A1\n"

POLICY = """policy_no,customer_no,agent_no,issue_date,mode,premium,participating,pay_years
P1,C1,A1,2025-03-10,annual,1000,yes,10
"""


def book(desk: Desk, as_of: str, *, customers: str = CUSTOMER, policies: str = POLICY, **lists: str) -> Desk:
    """Import a small book."""
    for kind, text in {"agents": AGENTS, "customers": customers, "policies": policies, **lists}.items():
        desk.take(kind, text, as_of=as_of)
    return desk


def plan(desk: Desk, first: str, last: str, *more: str, as_of: str) -> list[dict[str, Any]]:
    return desk.ask("plan", "--from", first, "--to", last, "--as-of", as_of, *more)


def dues(rows: list[dict[str, Any]], service: str) -> list[str]:
    return [row["due"] for row in rows if row["service"] == service]


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
event-invitation          20252  2025-04-15  2025-04-05  2025-04-30  agent  visit+sms
festival-labour-day        2025  2025-05-01  2025-05-01  2025-05-01  agent  visit+sms
festival-mothers-day       2025  2025-05-11  2025-05-11  2025-05-11  agent  visit+sms
birthday-greeting            40  2025-05-20  2025-05-20  2025-05-20  agent  visit+sms
festival-dragon-boat       2025  2025-05-31  2025-05-31  2025-05-31  agent  visit+sms
event-invitation          20253  2025-07-15  2025-07-05  2025-07-30  agent  visit+sms
data-check                 2025  2025-09-01  2025-09-01  2025-10-31  agent  visit
festival-national-day      2025  2025-10-01  2025-10-01  2025-10-01  agent  visit+sms
festival-mid-autumn        2025  2025-10-06  2025-10-06  2025-10-06  agent  visit+sms
event-invitation          20254  2025-10-15  2025-10-05  2025-10-30  agent  visit+sms
festival-new-year          2026  2026-01-01  2026-01-01  2026-01-01  agent  visit+sms
event-invitation          20261  2026-01-15  2026-01-05  2026-01-30  agent  visit+sms
festival-spring-festival   2025  2026-02-16  2026-02-16  2026-02-16  agent  visit+sms
festival-lantern           2026  2026-03-03  2026-03-03  2026-03-03  agent  visit+sms
festival-womens-day        2026  2026-03-08  2026-03-08  2026-03-08  agent  visit+sms
policy-review                 1  2026-03-10  2026-02-23  2026-04-09  agent  visit
event-invitation          20262  2026-04-15  2026-04-05  2026-04-30  agent  visit+sms
festival-labour-day        2026  2026-05-01  2026-05-01  2026-05-01  agent  visit+sms
festival-mothers-day       2026  2026-05-10  2026-05-10  2026-05-10  agent  visit+sms
birthday-greeting            41  2026-05-20  2026-05-20  2026-05-20  agent  visit+sms
"""
"""Without the monthly good news. The Spring Festival is greeted on its eve, in the old lunar year."""


def as_lines(rows: list[dict[str, Any]]) -> list[str]:
    names = ("service", "ordinal", "due", "earliest", "latest", "performer", "channels")
    return sorted(" ".join(str(row[name]) for name in names) for row in rows)


def lines_of(table: str) -> list[str]:
    return sorted(" ".join(line.split()) for line in table.strip().splitlines())


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
    assert dues(rows, "visit-m1") == ["2025-04-10"]


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


MONTH_ENDS = {
    ("monthly", "2026-01-31", "renewal-reminder-d3"): ["2026-02-25", "2026-03-28", "2026-04-27", "2026-05-28"],
    ("quarterly", "2026-01-31", "renewal-reminder-d1"): ["2026-04-29", "2026-07-30", "2026-10-30"],
    ("quarterly", "2025-11-30", "renewal-reminder-d1"): ["2026-02-27", "2026-05-29", "2026-08-29", "2026-11-29"],
    ("annual", "2024-02-29", "renewal-reminder-d1"): ["2025-02-27", "2026-02-27", "2027-02-27", "2028-02-28"],
    ("monthly", "2024-02-29", "renewal-reminder-d3"): ["2024-03-26", "2024-04-26", "2024-05-26"],
}
"""Mode, effective date, service, its first days: due days are clamped to the month's end and never chained."""


def test_instalments_fall_on_the_days_of_the_tables(desk: Desk) -> None:
    lines = [f"P{n},C1,A1,{day},{mode},10,20" for n, (mode, day, _) in enumerate(MONTH_ENDS)]
    book(
        desk,
        "2026-02-01",
        policies="\n".join(["policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years", *lines]),
    )
    rows = plan(desk, "2024-02-29", "2028-03-31", as_of="2026-02-01")
    for number, ((_, _, service), days) in enumerate(MONTH_ENDS.items()):
        found = [row for row in rows if (row["service"], row["subject"]) == (service, f"P{number}")][: len(days)]
        assert [row["due"] for row in found] == days
        assert [row["ordinal"] for row in found] == [2 + n for n in range(len(days))]


BIRTHDAYS = [
    ("", "1996-02-29", ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
    ("1995-闰8-15", "1995-10-09", ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"]),
    ("1968-08-15", "", ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"]),
    ("1990-12-30", "", ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"]),
    ("1988-12-29", "", ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"]),
    ("1970-11-20", "", ["2026-01-08", "2026-12-28", "2027-12-17", "2029-01-04", "2029-12-24"]),
]
"""Lunar birthday, solar birthday, the days on which it is celebrated from 2026 to 2029."""


def test_birthdays_fall_on_the_right_days(desk: Desk) -> None:
    people = [f"C{n},{solar},{lunar},A1" for n, (lunar, solar, _) in enumerate(BIRTHDAYS)]
    policies = [f"P{n},C{n},A1,2025-03-10,single,1000" for n in range(len(BIRTHDAYS))]
    book(
        desk,
        "2025-12-01",
        customers="\n".join(["customer_no,birthday,lunar_birthday,agent_no", *people]),
        policies="\n".join(["policy_no,customer_no,agent_no,issue_date,mode,premium", *policies]),
    )
    rows = plan(desk, "2026-01-01", "2029-12-31", as_of="2025-12-01")
    for number, (_, _, days) in enumerate(BIRTHDAYS):
        assert dues([row for row in rows if row["subject"] == f"C{number}"], "birthday-greeting") == days


@pytest.mark.parametrize(
    ("lunar", "days"),
    [("1979-闰6-10", ["2025-08-03", "2026-07-23"]), ("1970-06-10", ["2025-07-04", "2026-07-23"])],
)
def test_a_leap_birthday_has_its_leap_month_and_a_regular_one_the_first(
    desk: Desk, lunar: str, days: list[str]
) -> None:
    book(desk, "2025-03-10", customers=f"customer_no,lunar_birthday,agent_no\nC1,{lunar},A1\n")
    rows = plan(desk, "2025-04-01", "2026-12-31", "--customer", "C1", as_of="2025-03-10")
    assert dues(rows, "birthday-greeting") == days


def test_who_was_born_on_the_last_day_of_the_lunar_year_follows_that_day(desk: Desk) -> None:
    """Month 12 of 1988 had 29 days, that of lunar 2029 has 30: 2 February 2030 is its last day."""
    book(desk, "2025-12-01", customers="customer_no,lunar_birthday,agent_no\nC1,1988-12-29,A1\n")
    rows = plan(desk, "2030-01-01", "2030-12-31", "--customer", "C1", as_of="2025-12-01")
    assert dues(rows, "birthday-greeting") == ["2030-02-02"]


FESTIVALS = {
    "festival-spring-festival": ["2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12"],
    "festival-lantern": ["2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27"],
    "festival-dragon-boat": ["2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16"],
    "festival-mid-autumn": ["2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"],
    "festival-double-ninth": ["2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16"],
    "festival-qixi": [],
    "festival-christmas": [],
}
"""The table of festivals, for a man of more than sixty years."""


def test_festivals_fall_on_the_days_of_the_table_and_reach_their_audience(desk: Desk) -> None:
    book(desk, "2025-12-01", customers="customer_no,gender,birthday,agent_no\nC1,M,1950-04-04,A1\n")
    rows = plan(desk, "2026-01-01", "2029-12-31", "--customer", "C1", as_of="2025-12-01")
    assert {service: dues(rows, service) for service in FESTIVALS} == FESTIVALS
    assert len(dues(rows, "festival-fathers-day")) == 4
    assert dues(rows, "festival-mothers-day") == []
    assert not [row for row in rows if row["due"] in {"2026-04-05", "2027-04-05"} and "festival" in row["service"]]


def test_what_lies_in_a_year_without_published_days_off_is_provisional_and_said_so(desk: Desk) -> None:
    book(desk, "2026-11-21")
    result = desk.run(
        *("plan", "--from", "2026-12-01", "--to", "2027-03-31", "--as-of", "2026-11-21", "--format", "json")
    )
    assert {(row["due"][:4], row["provisional"]) for row in result.rows} == {("2026", False), ("2027", True)}
    assert "2027" in result.err


UNPAID = "policy_no,instalment,due_on,amount\nP1,2,2026-03-10,1000\n"

GRACE_AND_LAPSE = """
lapse-reminder-d1    2  2026-03-11  2026-03-12
grace-demand         2  2026-04-09  2026-04-12
lapse-reminder-d45   2  2026-04-24  2026-04-25
lapse-reminder-d55   2  2026-05-04  2026-05-05
lapse-reminder-d59   2  2026-05-08  2026-05-09
lapse-notice         2  2026-05-10  2026-05-22
lapse-confirmation   2  2026-05-15  2026-06-10
"""
"""D = 10 March 2026, S = D + 61 days = 10 May 2026 (a Sunday). 4 May is a day off and so is 5 May; S + 7 d is a Sunday,
the working day before it is Friday 15 May. Ten working days after 10 May end on Friday 22 May."""


def test_an_unpaid_instalment_is_followed_through_grace_to_the_lapse(desk: Desk) -> None:
    book(desk, "2026-03-11", premiums=UNPAID)
    rows = plan(desk, "2026-03-11", "2026-06-08", "--policy", "P1", as_of="2026-03-11")
    follow = [row for row in rows if "lapse" in row["service"] or "grace" in row["service"]]
    names = ("service", "ordinal", "due", "latest")
    assert sorted(" ".join(str(row[name]) for name in names) for row in follow) == lines_of(GRACE_AND_LAPSE)


def test_after_two_years_of_suspension_the_office_decides_on_termination(desk: Desk) -> None:
    book(desk, "2026-06-01", premiums=UNPAID)
    rows = plan(desk, "2026-06-09", "2028-06-30", "--policy", "P1", as_of="2026-06-01")
    found = {(row["service"], row["due"], row["performer"]) for row in rows if row["subject_kind"] == "policy"}
    assert ("reinstatement-invitation-d30", "2026-06-09", "agent") in found
    assert ("termination-decision", "2028-05-10", "office") in found
    assert not [row for row in rows if row["service"].startswith(("renewal", "dividend"))]


def test_riders_get_no_touches_of_their_own(desk: Desk) -> None:
    rider = POLICY.replace("participating,", "participating,main_policy_no,").replace("yes,10", "yes,,10")
    book(desk, "2025-03-10", policies=rider + "R1,C1,A1,2025-03-10,annual,100,yes,P1,10\n")
    rows = plan(desk, "2025-03-10", "2026-06-09", as_of="2025-03-10")
    assert "R1" not in {row["subject"] for row in rows}


def test_a_single_premium_has_no_renewal_reminders(desk: Desk) -> None:
    book(desk, "2025-03-10", policies=POLICY.replace("annual", "single"))
    rows = plan(desk, "2025-03-10", "2027-06-09", "--policy", "P1", as_of="2025-03-10")
    assert rows
    assert not [row for row in rows if row["service"].startswith("renewal")]


def test_no_reminder_follows_the_last_instalment(desk: Desk) -> None:
    """Paid for two years: instalment 2 is the last one."""
    book(desk, "2025-03-10", policies=POLICY.replace("yes,10", "yes,2"))
    rows = plan(desk, "2025-03-10", "2029-06-09", "--policy", "P1", as_of="2025-03-10")
    assert {row["ordinal"] for row in rows if row["service"].startswith("renewal")} == {2}


RECEIPT = POLICY.replace("issue_date,", "issue_date,receipt_on,").replace("10,annual", "10,2025-03-13,annual")


def test_a_signed_receipt_ends_the_delivery_and_calls_for_the_call_back(desk: Desk) -> None:
    """Receipt on Thursday 13 March; the free-look's 15 days end on Friday 28 March."""
    book(desk, "2025-03-13", policies=RECEIPT)
    rows = plan(desk, "2025-03-10", "2025-03-31", "--policy", "P1", as_of="2025-03-13")
    assert [(row["service"], row["due"], row["latest"], row["performer"]) for row in rows] == [
        ("issue-notice", "2025-03-10", "2025-03-11", "nobody"),
        ("new-policy-callback", "2025-03-14", "2025-03-28", "office"),
    ]


DEBIT = """policy_no,instalment,due_on,amount,debit_on,debit_result,failure,next_debit_on
P1,2,2026-03-10,1000,2026-03-10,failed,balance too low,2026-03-17
"""


def test_a_failed_debit_is_told_the_day_after_and_followed_up(desk: Desk) -> None:
    book(desk, "2026-03-10", premiums=DEBIT)
    rows = plan(desk, "2026-03-11", "2026-03-31", "--policy", "P1", as_of="2026-03-10")
    found = {row["service"]: (row["due"], row["latest"], row["channels"]) for row in rows}
    assert found["payment-feedback"] == ("2026-03-11", "2026-03-12", "call+sms")
    assert found["debit-retry-d7"] == ("2026-03-17", "2026-03-20", "call+sms")
    assert found["debit-retry-d15"] == ("2026-03-25", "2026-03-28", "call+sms")


def test_the_end_of_a_policy_is_announced_four_times(desk: Desk) -> None:
    ends = POLICY.replace("pay_years", "pay_years,ends_on").replace("yes,10", "yes,1,2026-03-09")
    book(desk, "2025-03-10", policies=ends)
    rows = plan(desk, "2025-12-01", "2026-12-31", "--policy", "P1", as_of="2025-03-10")
    nominal = {"d60": "2026-01-08", "d30": "2026-02-09", "d7": "2026-03-02", "d0": "2026-03-09"}
    found = {row["service"]: row["due"] for row in rows if row["service"].startswith("maturity")}
    assert found == {f"maturity-notice-{part}": day for part, day in nominal.items()}


def test_a_person_reads_the_plan_as_a_table(several: Desk) -> None:
    text = several.do("plan", *FIFTEEN_MONTHS, "--as-of", "2025-03-10", "--policy", "P1")
    assert "visit-m1" in text
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

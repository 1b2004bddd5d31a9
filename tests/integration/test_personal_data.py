"""One customer's data on both databases: everything copied, restricted, erased as far as law allows; figures stay."""

from __future__ import annotations

import io
import json
import re
import stat
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import Engine, insert, text

from commands import Desk
from desks.page_book import Branch, take_branch
from desks.task_book import AT, MONDAY
from policyserve import db
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.book.snapshot import load_book
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.operations import personal_data, tasks, users
from policyserve.operations.calendars import calendar_named
from policyserve.operations.lists import import_list
from policyserve.plan.planner import plan
from policyserve.privacy.holdings import HOLDINGS
from policyserve.standard.parser import parse_standard
from policyserve.tables import Event, Message, PointEntry, Referral, Reply, Transition, metadata, table
from policyserve.tasks.transitions import Stamp

SECRET = "only she would say this"
LATER = date(2041, 5, 4)
WHO = {"customer_no": "C1"}
MARKS = ("客户1", "13900000001", SECRET)


@pytest.fixture
def branch(engine: Engine) -> Branch:
    """A branch where much was written down on customer C1, whose policies end on 1 May 2026."""
    branch = take_branch(engine)
    stamp = Stamp(at=AT, as_of=MONDAY, actor="agent")
    tasks.finish_task(engine, SYSTEM, 1, stamp, on=MONDAY, channel="visit", outcome=SECRET, note=SECRET)
    message: dict[str, Any] = {
        "service": "festival", "subject_kind": "customer", "subject_id": 1, "ordinal": 1, "customer_id": 1,
        "channel": "sms", "message_class": "marketing", "anchor": MONDAY, "due": MONDAY, "send_on": MONDAY,
        "last_on": MONDAY, "status": "delivered", "text": f"客户1, {SECRET}", "phone": "13900000001",
        "planned_at": AT, "final_at": AT, "said": SECRET,
    }  # fmt: skip
    waiting = {"ordinal": 2, "status": "planned", "final_at": None, "phone": None, "said": None}
    named = {"referred_name": "客户1", "referred_phone": "13900000001", "referred_on": date(2026, 3, 1)}
    with db.writing(engine) as connection:
        connection.execute(
            text("UPDATE customers SET hobbies = :it, occupation = :it, address = :it WHERE id = 1"), {"it": SECRET}
        )
        connection.execute(insert(table(Message)), [message])
        connection.execute(insert(table(Message)), [message | waiting])
        connection.execute(insert(table(Referral)), [{"referrer_id": 2, **named}, {"referrer_id": 2, **named}])
        connection.execute(text("UPDATE referrals SET referred_id = 1 WHERE id = 1"))
        connection.execute(insert(table(Reply)), [
            {"gateway": "file", "phone": "13900000001", "text": SECRET, "at": AT, "refuses": False}
        ])  # fmt: skip
        connection.execute(insert(table(PointEntry)), [
            {"customer_id": 1, "kind": "paid", "points": -5, "happened_on": MONDAY, "note": SECRET, "at": AT,
             "as_of": MONDAY, "actor": "x"}
        ])  # fmt: skip
        connection.execute(insert(table(Event)), [
            {"customer_id": 1, "policy_id": key, "number": key, "kind": "surrender", "occurred_on": date(2026, 5, 1),
             "recorded_on": MONDAY, "detail": SECRET} for key in (1, 2)
        ])  # fmt: skip
        connection.execute(table(Transition).update().where(table(Transition).c.task_id == 1).values(said=SECRET))
    return branch


def everything(engine: Engine) -> str:
    """Write down every row of every table, but for users."""
    with db.reading(engine) as connection:
        rows = {one.name: connection.execute(one.select()).all() for one in metadata.sorted_tables}
    return "\n".join(f"{name} {row}" for name, found in rows.items() for row in found)


def copy(branch: Branch, as_of: date = MONDAY) -> tuple[dict[str, Any], bytes]:
    document, sheet = personal_data.copy_of(branch.engine, SYSTEM, "C1", as_of=as_of, at=AT, language="en")
    return json.loads(document), sheet


def erase(branch: Branch, as_of: date) -> personal_data.Standing:
    return personal_data.erase(branch.engine, SYSTEM, "C1", as_of=as_of, at=AT)


def test_every_table_that_leads_to_a_customer_is_in_the_copy() -> None:
    owned = {one.table.name for one in HOLDINGS}
    roots = {"customers", "policies", "tasks", "messages", "referrals", "transitions"}
    plumbing = {"spot_check_tasks", "sums_owed"}  # numbers of tasks alone; what policies say, worked out
    leading = {
        one.name for one in metadata.sorted_tables if any(key.column.table.name in roots for key in one.foreign_keys)
    }
    assert leading - owned - plumbing == set()
    assert {one.name for one in metadata.sorted_tables if "phone" in one.columns} - owned == {"agents"}


def test_a_copy_has_everything_on_the_customer_and_nothing_on_another(branch: Branch) -> None:
    document, sheet = copy(branch)
    for name in ("events", "tasks", "transitions", "contacts", "messages", "replies", "referrals", "points"):
        assert document[name], name
    assert [row["policy_no"] for row in document["policies"]] == ["P1", "P2"]
    assert document["policies"][0]["premium"] == "5000.00"
    assert document["contacts"][0]["note"] == SECRET
    assert "13900000002" not in str(document)
    assert copy(branch)[0]["audit_log"][-1]["action"] == "personal data exported"
    sheets = pl.read_excel(io.BytesIO(sheet), sheet_id=0, engine="calamine")
    assert sheets["Contacts"]["Note"].to_list() == [SECRET]


def test_a_copy_is_read_in_words_of_the_language_at_the_clock_of_the_business(branch: Branch) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    _, written = personal_data.copy_of(
        branch.engine, SYSTEM, "C1", as_of=MONDAY, at=AT, language="zh", zone=zone
    )  # fmt: skip
    sheets = pl.read_excel(io.BytesIO(written), sheet_id=0, engine="calamine")
    said = " ".join(f"{name} {frame.columns} {frame.rows()}" for name, frame in sheets.items())
    assert sheets["短信"]["状态"].to_list() == ["已送达", "计划中"]
    assert AT.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") in said
    assert sheets["保单"]["期缴保费"].to_list()[0] == 5000
    assert [one for one in ("delivered", "planned", "True", "False", "+00:00", "{", "task done") if one in said] == []
    assert not re.search(r"[a-z]{3}", " ".join(" ".join(frame.columns) for frame in sheets.values()))


def test_what_law_asks_to_keep_stays_restricted_and_the_rest_is_gone(branch: Branch) -> None:
    left = erase(branch, MONDAY)
    assert [(one.policy_no, one.until) for one in left.kept] == [("P1", date(2036, 5, 1)), ("P2", date(2036, 5, 1))]
    assert left.restricted_on == MONDAY
    assert "until 2036-05-01" in str(personal_data.told(left))
    document, _ = copy(branch)
    assert document["customer"][0]["name"] == "客户1"
    assert (document["customer"][0]["hobbies"], document["contacts"][0]["note"]) == (None, None)
    assert [row["status"] for row in document["messages"]] == ["delivered", "cancelled"]


def test_nothing_of_who_they_are_is_left_where_nothing_is_to_be_kept(branch: Branch) -> None:
    before = {row.split()[0] for row in everything(branch.engine).splitlines()}
    left = erase(branch, LATER)
    assert (left.kept, left.restricted_on) == ([], None)
    after = everything(branch.engine)
    for mark in MARKS:
        assert [row for row in after.splitlines() if mark in row] == []
    assert {row.split()[0] for row in after.splitlines()} == before
    assert "客户2" in after
    assert branch.log()[-1] == ("command line", "personal data erased", "C1")


def test_a_person_named_twice_counts_once_before_and_after(branch: Branch) -> None:
    from policyserve.metrics.referrals.referrals import referrals

    def counted() -> list[Any]:
        with db.reading(branch.engine) as connection:
            return referrals(load_book(connection), 2026, as_of=LATER)["referred"].to_list()

    before = counted()
    erase(branch, LATER)
    assert (counted(), sum(before)) == (before, 1)


@pytest.mark.parametrize(("as_of", "left"), [(MONDAY, {}), (LATER, {"name": None, "phone": None})])
def test_the_next_list_does_not_bring_it_back_without_saying_so(
    branch: Branch, tmp_path: Path, as_of: date, left: dict[str, Any]
) -> None:
    erase(branch, as_of)
    listed = tmp_path / "customers.csv"
    listed.write_text(f"customer_no,name,phone,hobbies\nC1,客户1,13900000001,{SECRET}\n", "utf-8")
    report = import_list(branch.engine, "customers", listed, as_of=as_of, at=AT)
    assert "erased at the customer's own request" in str(report.problems.to_dicts())
    row = copy(branch, as_of)[0]["customer"][0]
    assert row["hobbies"] is None
    assert {name: row[name] for name in left} == left


def marketing(engine: Engine) -> set[str]:
    standard = parse_standard(fixture("standards", "life-cn.yaml").read_text("utf-8"), source="x")[0]
    assert standard is not None
    with db.reading(engine) as connection:
        book = load_book(connection)
    days = Days.between(MONDAY, date(2026, 12, 31))
    touches = plan(book, standard, calendar_named("cn"), days, MONDAY).filter(pl.col("customer_id") == 1)
    return {*touches["service"].cast(pl.String)}


def test_a_restriction_ends_marketing_and_nothing_else_until_it_is_lifted(branch: Branch) -> None:
    with db.writing(branch.engine) as connection:
        connection.execute(text("DELETE FROM events"))
    before = marketing(branch.engine)
    assert "birthday-greeting" in before
    personal_data.restrict(branch.engine, SYSTEM, "C1", as_of=MONDAY, at=AT)
    festivals = {one for one in before if one.startswith("festival-")}
    assert before - marketing(branch.engine) == festivals | {"birthday-greeting", "event-invitation", "good-news"}
    assert [row["status"] for row in copy(branch)[0]["messages"]] == ["delivered", "cancelled"]
    with pytest.raises(PolicyserveError, match="nothing was changed"):
        personal_data.restrict(branch.engine, SYSTEM, "C1", as_of=MONDAY, at=AT)
    personal_data.restrict(branch.engine, SYSTEM, "C1", as_of=MONDAY, at=AT, lift=True)
    assert marketing(branch.engine) == before
    erase(branch, LATER)
    with pytest.raises(PolicyserveError, match="not taken back"):
        personal_data.restrict(branch.engine, SYSTEM, "C1", as_of=LATER, at=AT, lift=True)


def test_the_page_asks_for_the_number_once_more_and_hides_other_branches(branch: Branch) -> None:
    users.change_role(branch.engine, SYSTEM, "clerk", Place(role="clerk", branch="South"), at=AT)
    assert branch.signed_in("clerk").post("/customers/C1/personal-data", data={"deed": "json"}).status_code == 404
    users.change_role(branch.engine, SYSTEM, "clerk", Place(role="clerk"), at=AT)
    clerk = branch.signed_in("clerk")
    page = "/customers/C1/personal-data"
    assert clerk.post(page, data={"deed": "erase", "again": "C2"}).status_code == 422
    assert SECRET in everything(branch.engine)
    got = clerk.post(page, data={"deed": "json"})
    assert got.json()["customer"][0]["customer_no"] == "C1"
    assert clerk.post(page, data={"deed": "restrict"}).status_code == 200
    done = clerk.post(page, data={"deed": "erase", "again": "C1"})
    assert "must be kept until 2036-05-01" in done.text
    assert [what for who, what, _ in branch.log() if who == "clerk"] == [
        "personal data exported", "personal data restricted", "personal data erased"
    ]  # fmt: skip
    assert branch.troubles == []


def test_the_command_writes_files_for_their_owner_alone(branch: Branch, tmp_path: Path) -> None:
    desk = Desk(url=branch.engine.url.render_as_string(hide_password=False), folder=tmp_path)
    desk.do("personal-data", "export", "C1", "--out", tmp_path, "--as-of", "2026-05-04")
    assert [stat.S_IMODE((tmp_path / f"C1.{kind}").stat().st_mode) for kind in ("json", "xlsx")] == [0o600, 0o600]
    assert desk.run("personal-data", "erase", "C1", "--yes", "C2").status == 2
    assert SECRET in everything(branch.engine)
    assert "erased" in desk.do("personal-data", "erase", "C1", "--yes", "C1", "--as-of", "2026-05-04")
    assert desk.run("personal-data", "restrict", "C9").status == 1

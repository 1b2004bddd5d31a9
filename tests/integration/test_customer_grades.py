"""Grades in a database: kept by the release, the same from a part of the book, shown on agendas, cards and lists."""

from __future__ import annotations

from sqlalchemy import Engine, text

from books.small_plans import CALENDAR
from desks.task_book import AT, MONDAY, fill
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.book.snapshot import load_book
from policyserve.operations.cards import customer_card
from policyserve.operations.customers import Found, find_customers
from policyserve.plan.subjects import Subjects
from policyserve.standard.grade import Grade, GradeRule
from policyserve.standard.parser import default_standard
from policyserve.tasks.nightly_release import run_release

REFERRER = Grade(code="referrer", name="Referrer", name_zh="影响力中心", rules=(GradeRule(referrals=1),))
STANDARD = default_standard()


def release(engine: Engine) -> None:
    with db.writing(engine, bulk=True) as connection:
        run_release(connection, STANDARD, CALENDAR, as_of=MONDAY, at=AT)


def listed(engine: Engine, grade: str = "") -> list[Found]:
    return find_customers(engine, SYSTEM, "", as_of=MONDAY, language="zh", grade=grade)


def test_a_release_keeps_the_grade_and_a_list_names_it(engine: Engine) -> None:
    fill(engine)
    release(engine)
    assert [(one.customer_no, one.grade) for one in listed(engine)] == [
        ("C1", None),
        ("C2", "黄金客户"),
    ]
    assert [one.customer_no for one in listed(engine, "gold")] == ["C2"]
    card = customer_card(engine, SYSTEM, CALENDAR, "C2", as_of=MONDAY, language="en")
    assert card.profile["grade"] == "Gold"
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE customers SET vip = NULL"))
    release(engine)
    assert listed(engine, "gold") == []


def test_a_part_of_the_book_counts_the_people_referred_as_the_whole_does(engine: Engine) -> None:
    fill(engine)
    with db.writing(engine) as connection:
        connection.execute(text("UPDATE customers SET referred_by_id = 1, referred_on = '2026-03-01' WHERE id = 2"))
        row = "INSERT INTO referrals (id, referrer_id, referred_id, referred_on) VALUES (1, 2, 1, '2026-02-01')"
        connection.execute(text(row))
    for key in (1, 2):
        with db.reading(engine) as connection:
            part, whole = (load_book(connection, customers=asked) for asked in ([key], None))
        graded = [
            Subjects.of(book, MONDAY, 60).grades[(REFERRER,)].filter(customer_id=key)["grade"].item()
            for book in (part, whole)
        ]
        assert graded == ["referrer", "referrer"]

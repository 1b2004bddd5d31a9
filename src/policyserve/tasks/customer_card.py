"""The 360° service card of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.plan.subjects import Subjects
from policyserve.tasks.held_policies import held_policies
from policyserve.tasks.standard_lines import line_of
from policyserve.tasks.touch_history import Question, customer_life, rows_of, service_name, tasks_of


@dataclass(frozen=True, kw_only=True)
class Card:
    """The 360° service card of a customer."""

    profile: dict[str, Any]
    family: list[dict[str, Any]]
    policies: list[dict[str, Any]]
    """The policies held, riders below their main policy, with `state` and what is due next."""
    ahead: list[dict[str, Any]]
    """What to do in the next three months; SMS to everybody left out."""
    record: list[dict[str, Any]]
    """What was done, the newest first."""


def card_of(connection: Connection, book: Book, customer_id: int, asked: Question) -> Card:
    """Return the card of a customer as of a day; `book`: at least the part of this customer."""
    facts = asked.facts(book)
    tasks = tasks_of(connection, customer_id)
    ahead = customer_life(facts, tasks, Days.between(asked.as_of, asked.as_of).widened(after=90), customer_id, asked)
    done = sorted((task for task in tasks if task["done_on"]), key=lambda task: task["done_on"], reverse=True)
    return Card(
        profile=rows_of(connection, PROFILE, customer_id)[0] | {"grade": _grade(facts, customer_id, asked)},
        family=rows_of(connection, FAMILY, customer_id),
        policies=held_policies(book, facts, customer_id, asked.standard.freelook_days),
        ahead=[row for row in ahead if row["status"] in {"open", "planned"}],
        record=[_record_row(task, asked) for task in done],
    )


def _grade(facts: Subjects, customer_id: int, asked: Question) -> str | None:
    """Name the grade of a customer on the day that is asked about."""
    graded = facts.grades[asked.standard.grades].filter(customer_id=customer_id)
    return asked.standard.grade(graded["grade"].item(), asked.language)


def _record_row(task: dict[str, Any], asked: Question) -> dict[str, Any]:
    service = line_of(asked.standard, task["service"], task["channels"]).service
    names = ("done_on", "service", "subject", "channel", "outcome", "satisfaction", "note", "task_id")
    return {**{name: task[name] for name in names}, "name": service_name(service, asked.language, task["service"])}


PROFILE = """
SELECT c.customer_no, c.name, c.gender, c.birthday, c.lunar_birthday, c.deceased_on, c.phone, c.vip, c.occupation,
       c.hobbies, c.address, c.postcode, c.region, c.language,
       c.preferred_days, c.quiet_days, c.family_no, c.marketing_consent, c.sms_optout, a.agent_no, a.name AS agent_name,
       r.customer_no AS referred_by, c.referred_on,
       (SELECT count(*) FROM customers x WHERE x.referred_by_id = c.id) AS referred
FROM customers c LEFT JOIN agents a ON a.id = c.agent_id LEFT JOIN customers r ON r.id = c.referred_by_id
WHERE c.id = :customer_id
"""

FAMILY = """
SELECT o.customer_no, o.name, o.gender, o.birthday FROM customers c
JOIN customers o ON o.family_no = c.family_no AND o.id <> c.id WHERE c.id = :customer_id ORDER BY o.birthday
"""

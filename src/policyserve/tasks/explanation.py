"""A task explained: fact, rule, day off, window, decisions, and everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from policyserve.book.snapshot import load_book
from policyserve.contracts.contracts import Contracts
from policyserve.errors import NotFoundError
from policyserve.locale import N_, Listed, N_all, N_in, Sentence, say
from policyserve.standard.model import Service, Standard
from policyserve.standard.vocabulary import word
from policyserve.tables import Agent, Customer, Policy, table
from policyserve.tasks import stand_in_text
from policyserve.tasks.contacts import CONTACTS, Deed, withdrawn
from policyserve.tasks.history_text import why
from policyserve.tasks.planned_days import planned_why
from policyserve.tasks.standard_lines import Line, line_of
from policyserve.tasks.sums_owed import ABOUT_INSTALMENTS, Sum, sums_owed
from policyserve.tasks.transitions import TASKS, Step, history

_AGENTS = table(Agent)
_CUSTOMERS = table(Customer)
_POLICIES = table(Policy)

N_all(
    "deed on a task",
    "added", "moved", "done", "skipped", "missed", "cancelled", "reopened", "snoozed", "assigned", "planned",
    "pinned", "unpinned",
)  # fmt: skip


def explain(connection: Connection, task_id: int, standard: Standard, language: str, *, as_of: date) -> list[str]:
    """Return lines that say why a task is there, what is owed on `as_of` where it is about that, and what became of it.

    Raises NotFoundError for a task that does not exist.
    """
    row = _read(connection, task_id)
    steps = history(connection, task_id)
    line = line_of(standard, row.service, row.channels)
    owed = _owed(connection, row, line.service, standard, as_of) if row.status == "open" else None
    return [
        *_what(row, line, owed, language),
        _window(row, language),
        *_decisions(row, language),
        *stand_in_text.told(connection, row, language, as_of=as_of),
        *(_step(step, language) for step in steps),
        *(_withdrawn(day, deed, language) for day, deed in withdrawn(steps)),
        *_contact(row, language),
    ]


def _read(connection: Connection, task_id: int) -> Any:
    query = (
        select(
            TASKS,
            _CUSTOMERS.c.customer_no,
            _POLICIES.c.policy_no,
            _AGENTS.c.agent_no,
            _CUSTOMERS.c.name,
            _POLICIES.c.product,
            _AGENTS.c.name.label("agent_name"),
            CONTACTS.c.done_on,
            CONTACTS.c.channel,
            CONTACTS.c.outcome,
            CONTACTS.c.satisfaction,
            CONTACTS.c.note,
        )
        .join(_CUSTOMERS, _CUSTOMERS.c.id == TASKS.c.customer_id)
        .outerjoin(_POLICIES, _POLICIES.c.id == TASKS.c.policy_id)
        .outerjoin(_AGENTS, _AGENTS.c.id == TASKS.c.agent_id)
        .outerjoin(CONTACTS, CONTACTS.c.task_id == TASKS.c.id)
        .where(TASKS.c.id == task_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError("task", task_id)
    return row


def _owed(connection: Connection, row: Any, service: Service | None, standard: Standard, as_of: date) -> Sum | None:
    """Return what is to be paid of the instalment that a task is about; None where it is about none."""
    if service is None or row.policy_no is None or service.trigger.kind not in ABOUT_INSTALMENTS:
        return None
    contracts = Contracts.of(load_book(connection, customers=[row.customer_id]), as_of, *standard.lapse_rules)
    about = (row.policy_no, service.trigger.kind, row.ordinal)
    return sums_owed(contracts, [about]).get(about)


def _what(row: Any, line: Line, owed: Sum | None, language: str) -> Iterator[str]:
    """Say what it is, for whom, and why: the fact, the rule, the day off that moved it, and what is owed."""
    service = line.service
    yield say(
        language,
        "{task} {name} ({service}): customer {customer}, policy {policy}: {status}"
        if row.policy_no
        else "{task} {name} ({service}): customer {customer}: {status}",
        task=row.id,
        name=row.service if service is None else service.said("name", language),
        service=row.service,
        customer=_named(row.customer_no, row.name),
        policy=_named(row.policy_no, row.product),
        status=Sentence(N_in("code", row.status)),
    )
    yield say(language, "Why: {reason}", reason=line.words(language).why.reason(row, owed))


def _named(number: str | None, name: str | None) -> str | None:
    return number and f"{number} {name or ''}".rstrip()


def _window(row: Any, language: str) -> str:
    words = N_("Due {due}; on time from {first} to {last}")
    return say(language, words, due=row.due, first=row.earliest, last=row.latest)


def _decisions(row: Any, language: str) -> Iterator[str]:
    """Say who is to do it, and what somebody decided."""
    who = _named(row.agent_no, row.agent_name) if row.performer == "agent" else word(row.performer, language)
    if who is not None:
        words = N_("To be done by {who} (given by hand)") if row.assigned else N_("To be done by {who}")
        yield say(language, words, who=who)
    if row.snoozed_to is not None:
        yield say(language, "Put off to {day}", day=row.snoozed_to)
    elif row.planned_on is not None:
        day = (
            row.planned_on
            if row.planned_at is None
            else Sentence("{day} {time}", day=row.planned_on, time=row.planned_at)
        )
        yield say(language, "Planned for {day}: {why}", day=day, why=planned_why(row.planned_why))


def _step(step: Step, language: str) -> str:
    reason, deed = why(step), Sentence(N_in("deed on a task", step.action))
    words = N_("{day} {who} {deed}: {reason}") if reason else N_("{day} {who} {deed}")
    return say(language, words, day=step.as_of, who=step.who, deed=deed, reason=reason)


def _withdrawn(day: date, deed: Deed, language: str) -> str:
    return say(language, "Contact taken back on {day}: {deed}", day=day, deed=_told(deed, language))


def _contact(row: Any, language: str) -> Iterator[str]:
    if row.done_on is not None:
        yield say(language, "Contact: {deed}", deed=_told(row, language))


def _told(contact: Any, language: str) -> str:
    """Say when and how it was done, and what came of it."""
    parts = [contact.done_on, word(contact.channel, language), contact.outcome, contact.note]
    if contact.satisfaction is not None:
        parts.append(Sentence("satisfaction {mark}/5", mark=contact.satisfaction))
    return Listed(part for part in parts if part).told(language)

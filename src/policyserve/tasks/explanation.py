"""A task explained: fact, rule, day off, window, decisions, and everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from policyserve.errors import NotFoundError
from policyserve.standard.model import Standard
from policyserve.standard.vocabulary import word
from policyserve.tables import Agent, Customer, Policy, table
from policyserve.tasks.agenda import line_of
from policyserve.tasks.contacts import CONTACTS, Deed, withdrawn
from policyserve.tasks.history_text import why
from policyserve.tasks.transitions import TASKS, Step, history

_AGENTS = table(Agent)
_CUSTOMERS = table(Customer)
_POLICIES = table(Policy)

_WORDS = {
    "open": "待办",
    "done": "已完成",
    "skipped": "已跳过",
    "missed": "已错过",
    "cancelled": "已取消",
    "added": "生成",
    "moved": "调整",
    "reopened": "重新打开",
    "snoozed": "改期",
    "assigned": "指派",
}


def explain(connection: Connection, task_id: int, standard: Standard, language: str) -> list[str]:
    """Return lines that say why a task is there and what became of it; `language` is en or zh.

    Raises NotFoundError for a task that does not exist.
    """
    row = _read(connection, task_id)
    chinese = language == "zh"
    steps = history(connection, task_id)
    return [
        *_what(row, standard, chinese),
        *_window(row, chinese),
        *_decisions(row, chinese),
        *(_step(step, language) for step in steps),
        *(_withdrawn(day, deed, chinese) for day, deed in withdrawn(steps)),
        *_contact(row, chinese),
    ]


def _read(connection: Connection, task_id: int) -> Any:
    query = (
        select(
            TASKS,
            _CUSTOMERS.c.customer_no,
            _POLICIES.c.policy_no,
            _AGENTS.c.agent_no,
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


def _what(row: Any, standard: Standard, chinese: bool) -> Iterator[str]:
    """Say what it is, for whom, and why: the fact, the rule, and the day off that moved it."""
    line = line_of(standard, row.service, row.channels)
    service = line.service
    name = row.service if service is None else service.name_zh if chinese else service.name
    policy = row.policy_no and (f"，保单{row.policy_no}" if chinese else f", policy {row.policy_no}")
    subject = f"客户{row.customer_no}" if chinese else f"customer {row.customer_no}"
    status = _WORDS[row.status] if chinese else row.status
    yield f"{row.id} {name} ({row.service}): {subject}{policy or ''}: {status}"
    yield ("原因：" if chinese else "Why: ") + line.wording("zh" if chinese else "en").reason(row)


def _window(row: Any, chinese: bool) -> Iterator[str]:
    if chinese:
        yield f"应做日{row.due}，{row.earliest}至{row.latest}均为及时"
    else:
        yield f"Due {row.due}; on time from {row.earliest} to {row.latest}"


def _decisions(row: Any, chinese: bool) -> Iterator[str]:
    """Say who is to do it, and what somebody decided."""
    who = row.agent_no if row.performer == "agent" else word(row.performer, "zh" if chinese else "en")
    if who is not None:
        by_hand = ("（人工指派）" if chinese else " (given by hand)") if row.assigned else ""
        yield f"执行：{who}{by_hand}" if chinese else f"To be done by {who}{by_hand}"
    if row.snoozed_to is not None:
        yield f"改期至{row.snoozed_to}" if chinese else f"Put off to {row.snoozed_to}"


def _step(step: Step, language: str) -> str:
    reason = why(step)
    told = reason.told(language) if reason else ""
    if language == "zh":
        return f"{step.as_of} {step.actor} {_WORDS.get(step.action, step.action)}{'：' if told else ''}{told}"
    return f"{step.as_of} {step.actor} {step.action}{': ' if told else ''}{told}"


def _withdrawn(day: date, deed: Deed, chinese: bool) -> str:
    told = _told(deed, chinese)
    return f"已于{day}撤回的服务轨迹：{told}" if chinese else f"Contact taken back on {day}: {told}"


def _contact(row: Any, chinese: bool) -> Iterator[str]:
    if row.done_on is not None:
        yield ("服务轨迹：" if chinese else "Contact: ") + _told(row, chinese)


def _told(contact: Any, chinese: bool) -> str:
    """Say when and how it was done, and what came of it."""
    parts = [str(contact.done_on), word(contact.channel, "zh" if chinese else "en"), contact.outcome, contact.note]
    if contact.satisfaction is not None:
        parts.append(f"满意度{contact.satisfaction}/5" if chinese else f"satisfaction {contact.satisfaction}/5")
    return ("，" if chinese else ", ").join(part for part in parts if part)

"""The agenda: an agent's day, what ends first comes first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from policyserve.access.masks import shown_name, shown_phone
from policyserve.book.money import decimal
from policyserve.errors import NotFoundError
from policyserve.operations.agenda import agent_day
from policyserve.tasks.agenda import AgendaCustomer, AgendaTask
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, Number


class AgendaItem(Answer):
    """A task of the day, with its customer."""

    task_id: int = Field(examples=[41])
    service: str = Field(examples=["renewal-call"])
    customer_no: str = Field(examples=["C00012"])
    policy_no: str | None = Field(examples=["P00012"])
    due: Day
    latest: Day = Field(description="The last day on time.")
    status: str = Field(examples=["open"])
    reason: str
    name: str = Field(description="What to do.")
    day: Day = Field(description="The day to do it: the due day, or the one to which it was put off.")
    overdue: bool
    provisional: bool
    customer: str | None
    phone: str | None
    vip: bool
    grade: str | None = Field(description="The name of the customer's grade.")
    talking_points: list[str]
    tools: list[str] = Field(description="What to bring.")
    channels: list[str]
    owed: str | None = Field(description="What is to be paid, of a task about an instalment.", examples=["3395.00"])
    currency: str | None = Field(examples=["CNY"])
    instead_of: str | None = Field(description="The agent for whom it is done, who is away.", examples=["王丽"])
    away_until: Day | None = Field(description="The last day on which that agent is away.")


class Agenda(Answer):
    """An agent's day."""

    agent_no: str = Field(examples=["A02"])
    name: str | None
    date: Day
    ahead: int = Field(description="Tasks that could already be done and are not due.")
    order: str = Field(description="By what it is in order, and who decided it.")
    items: list[AgendaItem]


AgentNo = Annotated[Number | None, Query(description="Default: your own.", examples=["A02"])]
OnDay = Annotated[Day | None, Query(description="Default: today.")]


def get_agenda(asked: Asked, agent_no: AgentNo = None, date: OnDay = None) -> Agenda:
    """Return an agent's day: the same tasks in the same order as `policyserve agenda`."""
    number = agent_no or asked.viewer.agent_no
    if number is None:
        raise NotFoundError("agent", "")
    found = agent_day(asked.house.engine, asked.viewer, number, date or asked.as_of, as_of=asked.as_of)
    items = [_item(asked, customer, task) for customer in found.customers for task in customer.tasks]
    return Agenda(agent_no=found.whose, name=found.name, date=found.day, ahead=found.ahead, items=items,
        order=found.weighing.why.told(asked.language) if found.weighing else "",
    )  # fmt: skip


def _item(asked: Asked, customer: AgendaCustomer, task: AgendaTask) -> AgendaItem:
    viewer, language, owed = asked.viewer, asked.language, task.owed
    return AgendaItem(
        **task.fields(language), name=task.name(language), day=task.day, overdue=task.overdue,
        provisional=task.provisional, customer=shown_name(viewer, customer.name),
        phone=shown_phone(viewer, customer.phone), vip=customer.vip,
        grade=customer.grade.said(language) if customer.grade else None,
        talking_points=list(task.talking_points(language)), tools=list(task.tools(language)),
        channels=task.channels.split("+"), owed=str(decimal(owed.owed, owed.currency)) if owed else None,
        currency=owed.currency if owed else None, instead_of=task.absent, away_until=task.until,
    )  # fmt: skip

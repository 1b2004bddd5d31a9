"""An agent's day: the customers to serve, in the order of what serving them does for the targets.

One statement reads it. What falls due, or fell due and is still on time, is on the agenda; the day to which somebody
put a task off counts as its due day. Open work of people who left shows under the manager they reported to, and where
there is none in the branch's office, so that nothing is without an owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from policyserve.errors import NotFoundError
from policyserve.standard.model import Service, Standard
from policyserve.tasks.desk import OF_AGENT, OF_OFFICE
from policyserve.tasks.salutation import salutation
from policyserve.tasks.wording import Grounds, reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What the standard says of a kind of task."""

    service: Service | None
    """Its line; none where the standard no longer has it."""
    score: float
    """Its bearing on the targets: the sum of weight x bearing."""

    @property
    def duty(self) -> bool:
        """Whether the law or the contract asks for it."""
        return self.service is not None and self.service.message_class == "duty"


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaTask:
    """One task on an agenda."""

    task_id: int
    code: str
    line: Line
    customer_no: str
    grounds: Grounds
    channels: str
    day: date
    """The day to do it: the due day, or the day to which it was put off."""
    latest: date
    overdue: bool
    """Its day has passed, and it is still on time."""
    leaver: str | None
    """Whose work it was, where that agent has left."""

    def name(self, language: str) -> str:
        """Say what to do."""
        service = self.line.service
        if service is None:
            return self.code
        return service.name_zh if language == "zh" else service.name

    def reason(self, language: str) -> str:
        """Say why."""
        return reason(self.grounds, self.line.service, language)

    def talking_points(self, language: str) -> tuple[str, ...]:
        """Say what to talk about."""
        service = self.line.service
        if service is None:
            return ()
        return service.talking_points_zh if language == "zh" else service.talking_points

    def tools(self, language: str) -> tuple[str, ...]:
        """Name what to bring."""
        service = self.line.service
        if service is None:
            return ()
        return service.tools_zh if language == "zh" else service.tools

    def fields(self, language: str) -> dict[str, object]:
        """Return the fields that programs rely on."""
        return {
            "task_id": self.task_id,
            "service": self.code,
            "customer_no": self.customer_no,
            "policy_no": self.grounds.policy_no,
            "due": self.grounds.due,
            "latest": self.latest,
            "status": "open",
            "reason": self.reason(language),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaCustomer:
    """A customer to serve, with everything there is to do at once."""

    customer_no: str
    name: str | None
    gender: str | None
    phone: str | None
    vip: bool
    tasks: tuple[AgendaTask, ...]
    """The strongest bearing first."""
    ahead: int
    """How many more tasks of this customer could already be done on this occasion."""

    @property
    def score(self) -> float:
        """The strongest bearing among the tasks."""
        return self.tasks[0].line.score

    def salutation(self, language: str) -> str:
        """Say how the customer is addressed."""
        return salutation(self.name, self.gender, language)


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """The day of an agent, or of a branch's office."""

    whose: str
    """The agent's number, or the branch."""
    name: str | None
    day: date
    customers: tuple[AgendaCustomer, ...]
    ahead: int
    """How many tasks of all customers could already be done and are not due."""

    @property
    def tasks(self) -> Iterator[AgendaTask]:
        """All tasks in the order of the agenda."""
        return (task for customer in self.customers for task in customer.tasks)


def agenda(connection: Connection, agent_no: str, day: date, standard: Standard) -> Agenda:
    """Return the day of an agent; raises NotFoundError for a number that nobody has."""
    rows = connection.execute(OF_AGENT, {"agent_no": agent_no, "day": day}).all()
    if not rows:
        raise NotFoundError("agent", agent_no)
    return arranged(agent_no, rows, day, standard)


def office_agenda(connection: Connection, branch: str, day: date, standard: Standard) -> Agenda:
    """Return the day of a branch's office: letters, office work, and the work of leavers without a manager."""
    rows = connection.execute(OF_OFFICE, {"branch": branch, "day": day}).all()
    if not rows:
        raise NotFoundError("branch", branch)
    return arranged(branch, rows, day, standard)


def arranged(whose: str, rows: Sequence[Any], day: date, standard: Standard) -> Agenda:
    """Group the rows of `desk` by customer and put them in order; a single row without a task is an empty day."""
    lines: dict[tuple[str, str], Line] = {}
    by_customer: dict[int, list[Any]] = {}
    for row in rows:
        if row.task_id is not None:
            by_customer.setdefault(row.customer_id, []).append(row)
            if (row.service, row.channels) not in lines:
                lines[row.service, row.channels] = line_of(standard, row.service, row.channels)
    customers = [_customer(group, day, lines) for group in by_customer.values()]
    due = sorted((customer for customer in customers if customer.tasks), key=_rank)
    ahead = sum(customer.ahead for customer in customers)
    return Agenda(whose=whose, name=rows[0].owner, day=day, customers=tuple(due), ahead=ahead)


def line_of(standard: Standard, code: str, channels: str) -> Line:
    """Return what the standard says of a service; of several with one code, the one with these channels."""
    services = [service for service in standard.services if service.code == code]
    service = next((one for one in services if "+".join(one.channels) == channels), services[0] if services else None)
    return Line(service=service, score=0.0 if service is None else score(standard, service))


def score(standard: Standard, service: Service) -> float:
    """Add up how strongly a service bears on each target, each weighed as the standard says."""
    weights, bearing = standard.weights, service.bearing
    return (
        weights.persistency * bearing.persistency
        + weights.referrals * bearing.referrals
        + weights.add_ons * bearing.add_ons
    )


def _customer(rows: list[Any], day: date, lines: dict[tuple[str, str], Line]) -> AgendaCustomer:
    tasks = [_task(row, day, lines[row.service, row.channels]) for row in rows if row.day <= day]
    tasks.sort(key=lambda task: (-task.line.score, not task.line.duty, task.latest, task.task_id))
    first = rows[0]
    return AgendaCustomer(
        customer_no=first.customer_no,
        name=first.name,
        gender=first.gender,
        phone=first.phone,
        vip=first.vip is not None,
        tasks=tuple(tasks),
        ahead=len(rows) - len(tasks),
    )


def _task(row: Any, day: date, line: Line) -> AgendaTask:
    return AgendaTask(
        task_id=row.task_id,
        code=row.service,
        line=line,
        customer_no=row.customer_no,
        grounds=Grounds(
            policy_no=row.policy_no,
            ordinal=row.ordinal,
            anchor=row.anchor,
            nominal=row.nominal,
            due=row.due,
            provisional=row.provisional,
        ),
        channels=row.channels,
        day=row.day,
        latest=row.latest,
        overdue=row.day < day,
        leaver=row.leaver,
    )


def _rank(customer: AgendaCustomer) -> tuple[float, float, bool, date, str]:
    """Order customers: highest score, then highest sum, duties first, then the earliest latest day."""
    total = sum(task.line.score for task in customer.tasks)
    no_duty = not any(task.line.duty for task in customer.tasks)
    return -customer.score, -total, no_duty, min(task.latest for task in customer.tasks), customer.customer_no

"""An agent's day: the customers to serve: what is on time no longer first, then duties, then what bears most.

One statement reads it. What falls due, or fell due and is still on time, is on the agenda; the day to which somebody
put a task off counts as its due day. Open work of people who left shows under the manager they reported to, and where
there is none, or managers who left report to each other, in the branch's office, so that nothing is without an owner.
While somebody is away, what does not wait shows with whoever stands in for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from policyserve.errors import NotFoundError
from policyserve.locale import N_, Sentence, say
from policyserve.standard.grade import Grade
from policyserve.standard.model import Standard
from policyserve.tasks.agenda_queries import OF_OFFICE, of_agent
from policyserve.tasks.pins import PINNED
from policyserve.tasks.planned_days import planned_why
from policyserve.tasks.salutation import salutation
from policyserve.tasks.standard_lines import Line, Lines
from policyserve.tasks.sums_owed import Occurrence, Sum, Sums
from policyserve.tasks.target_weights import Weighing


class AgendaTask(NamedTuple):
    """One task on an agenda; the fields up to `planned_at` are the first columns of `agenda_queries`, in order."""

    task_id: int
    service: str
    channels: str
    customer_no: str
    policy_no: str | None
    ordinal: int
    anchor: date
    """The day of the fact."""
    nominal: date
    """The day that the rule gives."""
    due: date
    day: date
    """The day to do it: the due day, or the day to which it was put off."""
    latest: date
    provisional: bool
    leaver: str | None
    """Whose work it was, where that agent has left."""
    absent: str | None
    """For whom it is done, where that agent is away."""
    until: date | None
    """The last day on which they are away."""
    planned_why: str | None
    """Why on that day, where it was planned (see `planned_days.WHY`)."""
    planned_at: str | None
    """The hour that was agreed."""
    line: Line
    overdue: bool
    """Its day has passed, and it is still on time."""
    owed: Sum | None = None
    """What is to be paid, where it is about an instalment; filled in by `with_sums`."""

    @property
    def instead(self) -> Sentence | None:
        """For whom it is done; None of one's own work, and of that of people who left."""
        if self.absent is None:
            return None
        return Sentence(N_("for {who}, away until {day}"), who=self.absent, day=self.until)

    def name(self, language: str) -> str:
        """Say what to do."""
        return self.line.words(language).name or self.service

    def reason(self, language: str) -> str:
        """Say why."""
        return self.line.words(language).why.reason(self, self.owed)

    @property
    def occurrence(self) -> Occurrence | None:
        """What it is about, for `sums_owed`; None where it is about no policy, or of a service that is no more."""
        service = self.line.service
        return (
            None if service is None or self.policy_no is None else (self.policy_no, service.trigger.kind, self.ordinal)
        )

    def talking_points(self, language: str) -> tuple[str, ...]:
        """Say what to talk about."""
        return self.line.words(language).talking_points

    def tools(self, language: str) -> tuple[str, ...]:
        """Name what to bring."""
        return self.line.words(language).tools

    def fields(self, language: str) -> dict[str, object]:
        """Return the fields that programs rely on."""
        return {
            "task_id": self.task_id,
            "service": self.service,
            "customer_no": self.customer_no,
            "policy_no": self.policy_no,
            "due": self.due,
            "latest": self.latest,
            "status": "open",
            "reason": self.reason(language),
        }


_OF_TASK = 17
"""How many columns of `agenda_queries` a task is made of; those of its customer follow."""


class AgendaCustomer(NamedTuple):
    """A customer to serve, with everything there is to do at once."""

    customer_id: int
    customer_no: str
    name: str | None
    gender: str | None
    phone: str | None
    vip: bool
    family_no: str | None
    tasks: tuple[AgendaTask, ...]
    """What must be done soonest first; of one last day duties, then the strongest bearing."""
    ahead: int
    """How many more tasks of this customer could already be done on this occasion."""
    grade: Grade | None = None
    """As the last release worked it out, and the standard still has it."""

    def mark(self, language: str) -> str:
        """Say what stands beside the name: the grade, else that a list marks them as a VIP; empty for neither."""
        return self.grade.said(language) if self.grade else "VIP" if self.vip else ""

    def why_then(self, language: str) -> str:
        """Say why it is done on this day, and at which hour where one was agreed; empty: on the day it is meant for."""
        codes = {task.planned_why for task in self.tasks}
        code = next((code for code in (PINNED, "eased", "joined") if code in codes), None)
        hour = next((task.planned_at for task in self.tasks if task.planned_at), None)
        words = N_("Why this day: {why}, at {hour}") if hour else N_("Why this day: {why}")
        return "" if code is None else say(language, words, why=planned_why(code), hour=hour)

    @property
    def score(self) -> float:
        """The strongest bearing among the tasks."""
        return max(task.line.score for task in self.tasks)

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
    weighing: Weighing | None = None
    """By what it is in order; None: as the standard weighs."""

    @property
    def tasks(self) -> Iterator[AgendaTask]:
        """All tasks in the order of the agenda."""
        return (task for customer in self.customers for task in customer.tasks)


def agenda(connection: Connection, agent_no: str, day: date, standard: Standard) -> Agenda:
    """Return the day of an agent; raises NotFoundError for a number that nobody has."""
    rows = connection.execute(of_agent(connection), {"agent_no": agent_no, "day": day}).all()
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
    """Group rows of `agenda_queries` by customer and put them in order; a single row without a task is an empty day."""
    by_customer: dict[int, list[Any]] = {}
    for row in rows:
        by_customer.setdefault(row.customer_id, []).append(row)
    by_customer.pop(None, None)  # type: ignore[call-overload]  # somebody without a task
    lines, grades = Lines(standard), {grade.code: grade for grade in standard.grades}
    customers = [_customer(group, day, lines, grades) for group in by_customer.values()]
    due = sorted((customer for customer in customers if customer.tasks), key=_rank)
    ahead = sum(customer.ahead for customer in customers)
    return Agenda(whose=whose, name=rows[0].owner, day=day, customers=tuple(due), ahead=ahead)


def with_sums(found: Agenda, sums: Sums) -> Agenda:
    """Say of the tasks of an agenda what is owed; `sums` as from `sums_owed`."""
    customers = (
        customer._replace(tasks=tuple(task._replace(owed=_sum(task.occurrence, sums)) for task in customer.tasks))
        for customer in found.customers
    )
    return replace(found, customers=tuple(customers))


def _sum(occurrence: Occurrence | None, sums: Sums) -> Sum | None:
    return None if occurrence is None else sums.get(occurrence)


def _customer(rows: list[Any], day: date, lines: Lines, grades: dict[str, Grade]) -> AgendaCustomer:
    tasks = [_task(row, day, lines) for row in rows if row.day <= day]
    if len(tasks) > 1:
        tasks.sort(key=lambda task: (task.latest, not task.line.duty, -task.line.score, task.task_id))
    _, name, gender, phone, vip, family, _, grade = rows[0][_OF_TASK:]
    return AgendaCustomer(
        rows[0].customer_id,
        rows[0].customer_no,
        name,
        gender,
        phone,
        vip is not None,
        family,
        tuple(tasks),
        ahead=len(rows) - len(tasks),
        grade=grades.get(grade),
    )


def _task(row: Any, day: date, lines: Lines) -> AgendaTask:
    facts = row[:_OF_TASK]
    _, service, channels, *_ = facts
    return AgendaTask._make((*facts, lines[service, channels], row.day < day, None))


def _rank(customer: AgendaCustomer) -> tuple[date, bool, float, float, str]:
    """Order customers: by the last day of their most urgent task, duties first, the highest score, the highest sum."""
    first = customer.tasks[0]
    total = sum(task.line.score for task in customer.tasks)
    return first.latest, not first.line.duty, -customer.score, -total, customer.customer_no

"""Cards of a day: customers and tasks in words, so that the page of a day only shows them.

A day has hundreds of them, and a call inside a template costs several times one here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from policyserve.locale import say, say_many
from policyserve.locale.format import day as day_in_words
from policyserve.tasks.agenda import Agenda, AgendaCustomer, AgendaTask
from policyserve.web.addresses import part


class Talk(NamedTuple):
    """Why a task is there, what to talk about and what to bring."""

    why: str
    points: tuple[str, ...]
    tools: str
    """Empty: nothing."""


class TaskCard(NamedTuple):
    """A task, in words."""

    key: int
    name: str
    late: bool
    """Its day has passed, and it is still on time."""
    latest: str
    """The last day, ISO."""
    until: str
    channel: str
    """The first that the standard asks for."""
    owed: str
    """What is to be paid; empty where it is about no instalment."""
    leaver: str
    """Whose work it was; empty where it is nobody else's."""
    instead: str
    """For whom it is done, while that agent is away; empty for nobody."""
    talk: Talk


class CustomerCard(NamedTuple):
    """A customer with everything there is to do, in words."""

    number: str
    href: str
    who: str
    """How the customer is addressed."""
    mark: str
    """The grade, else that they are a VIP; empty for neither."""
    phone: str | None
    call: str
    ahead: str
    """How much more could be done on this occasion; empty for nothing."""
    tasks: tuple[TaskCard, ...]
    then: str
    """Why the visit is on this day; empty where it is the day it is meant for."""


class Household(NamedTuple):
    """The customers of one family with work on a day, in the order of the agenda."""

    members: tuple[CustomerCard, ...]
    called: str
    """How many customers it has; empty for one alone."""
    late: bool
    """Whether anything is late."""


def households(day: Agenda, language: str) -> list[Household]:
    """Put the members of a family together, where the first of them stands."""
    groups: dict[object, list[AgendaCustomer]] = {}
    for one in day.customers:
        groups.setdefault(one.family_no or one.customer_id, []).append(one)
    return [_household(group, day.day, language) for group in groups.values()]


def talk(task: AgendaTask, language: str) -> Talk:
    """Return what an agent reads before going to a customer."""
    tools = say(language, ", ").join(task.tools(language))
    return Talk(
        task.reason(language),
        task.talking_points(language),
        say(language, "To bring: {tools}", tools=tools) if tools else "",
    )


def _household(group: Sequence[AgendaCustomer], today: date, language: str) -> Household:
    words = "One household, {n} customer", "One household, {n} customers"
    return Household(
        tuple(_customer(one, today, language) for one in group),
        say_many(language, *words, len(group)) if len(group) > 1 else "",
        any(task.overdue for one in group for task in one.tasks),
    )


def _customer(one: AgendaCustomer, today: date, language: str) -> CustomerCard:
    words = "{n} more task could be done on this occasion", "{n} more tasks could be done on this occasion"
    return CustomerCard(
        one.customer_no,
        f"/customers/{part(one.customer_no)}",
        one.salutation(language),
        one.mark(language),
        one.phone,
        say(language, "Call {phone}", phone=one.phone) if one.phone else say(language, "no phone known"),
        say_many(language, *words, one.ahead) if one.ahead else "",
        tuple(_task(task, today, language) for task in one.tasks),
        one.why_then(language),
    )


def _task(task: AgendaTask, today: date, language: str) -> TaskCard:
    return TaskCard(
        task.task_id,
        task.name(language),
        task.overdue,
        task.latest.isoformat(),
        say(language, "until {day}", day=day_in_words(language, task.latest, today.year)),
        task.channels.partition("+")[0],
        say(language, "To be paid: {amount}", amount=task.owed) if task.owed else "",
        say(language, "For {who}, who has left", who=task.leaver) if task.leaver else "",
        task.instead.told(language) if task.instead else "",
        talk(task, language),
    )

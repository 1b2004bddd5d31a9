"""The text of a notice: an agenda for a phone.

A group robot is read by many, so customers are named by salutation and number; phones stay in the agenda. What the
lists hold of names is free text: signs that a channel would read as a link, a mention or a style are made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from policyserve.messages.notices.channels.channel import Style, Text
from policyserve.messages.texts.values import day_in_words
from policyserve.tasks.agenda import Agenda, AgendaCustomer, AgendaTask

Language = Literal["zh", "en"]

MOST_TASKS: Final = 5
"""Tasks named of one customer; the rest is counted."""

MOST_OF_NAME: Final = 40
"""Characters of a name or a number from the lists."""

_WEEKDAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

_HARMLESS: Final = str.maketrans("<>[]*`@", "＜＞［］＊｀＠")
"""Their wide forms: a mention, a link or a style is none any more, and people read the same."""


def write(found: Agenda, style: Style, language: Language, *, most: int) -> Text | None:
    """Write the notice of a day, naming at most so many customers; None where nothing is due.

    Customers with something overdue come first. What does not fit into the style's bytes is left out by whole customers
    and counted.
    """
    if not found.customers:
        return None
    writer = _Writer(style, language, found.day)
    customers = sorted(found.customers, key=lambda customer: not any(task.overdue for task in customer.tasks))
    blocks = [writer.customer(number, customer) for number, customer in enumerate(customers[:most], 1)]
    head = writer.head(found)
    body = head
    for shown in range(len(blocks), -1, -1):
        body = "\n\n".join([head, *blocks[:shown], *writer.rest(len(customers) - shown)])
        if len(body.encode()) <= style.most_bytes:
            break
    return Text(title=writer.title(found), body=body)


def task_count(found: Agenda) -> int:
    """Count the tasks of a day."""
    return sum(1 for _ in found.tasks)


class _Writer:
    """Writes the parts of one notice."""

    def __init__(self, style: Style, language: Language, day: date) -> None:
        self.style, self.language, self.day = style, language, day
        self.chinese = language == "zh"

    def title(self, found: Agenda) -> str:
        """Say in a line what the day holds."""
        customers, tasks = len(found.customers), task_count(found)
        if self.chinese:
            return f"{self._date(self.day)}：{customers}位客户，{tasks}项任务"
        return f"{self._date(self.day)}: {_count(tasks, 'task')}, {_count(customers, 'customer')}"

    def head(self, found: Agenda) -> str:
        """Greet the agent by name, say which day it is and what it holds."""
        who, weekday = harmless(found.name or found.whose), _WEEKDAYS[self.language][self.day.weekday()]
        customers, tasks = len(found.customers), task_count(found)
        if self.chinese:
            return self._bold(f"{who}您好！{self._date(self.day)}（{weekday}）：{customers}位客户，{tasks}项任务")
        held = f"{_count(tasks, 'task')} for {_count(customers, 'customer')}"
        return self._bold(f"Hello {who}. {weekday}, {self._date(self.day)}: {held}")

    def customer(self, number: int, customer: AgendaCustomer) -> str:
        """Name a customer and what to do, the overdue first."""
        who = self._bold(f"{number}. {harmless(customer.salutation(self.language))}")
        tasks = sorted(customer.tasks, key=lambda task: not task.overdue)
        lines = [f"{who} {harmless(customer.customer_no)}", *(self._task(task) for task in tasks[:MOST_TASKS])]
        if over := len(tasks) - MOST_TASKS:
            lines += [f"- 另有{over}项" if self.chinese else f"- and {over} more"] if over > 0 else []
        return self.style.line_break.join(lines)

    def rest(self, count: int) -> Sequence[str]:
        """Say how many customers are not named."""
        if not count:
            return ()
        return (f"……另有{count}位客户" if self.chinese else f"... and {_count(count, 'more customer')}",)

    def _task(self, task: AgendaTask) -> str:
        name, by = harmless(task.name(self.language)), self._date(task.latest)
        late = ""
        if task.overdue:  # the comma stands outside: markdown closes no bold between a comma and a character
            late = self._bold("已过应做日") + "，" if self.chinese else self._bold("overdue") + ", "
        leaver = f"（代{harmless(task.leaver)}）" if task.leaver and self.chinese else ""
        if task.leaver and not self.chinese:
            leaver = f" (for {harmless(task.leaver)})"
        return f"- {name}：{late}最迟{by}{leaver}" if self.chinese else f"- {name}: {late}by {by}{leaver}"

    def _date(self, day: date) -> str:
        return day_in_words(day, self.day.year, self.language)

    def _bold(self, words: str) -> str:
        return f"**{words}**" if self.style.markdown else words


def harmless(words: str) -> str:
    """Put free text of the lists on one line of readable signs that no channel takes for more than text."""
    shown = "".join(sign if sign.isprintable() else " " for sign in words[: MOST_OF_NAME + 1])
    plain = " ".join(shown.split()).translate(_HARMLESS)
    return plain if len(plain) <= MOST_OF_NAME else plain[: MOST_OF_NAME - 1] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

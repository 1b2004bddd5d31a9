"""The text of a notice: an agenda for a phone.

A group robot is read by many, so customers are named by salutation and number; phones stay in the agenda. What the
lists hold of names is free text: signs that a channel would read as a link, a mention or a style are made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from policyserve.locale import N_, N_all, format, say, say_many, translated
from policyserve.messages.notices.channels.channel import Style, Text
from policyserve.tasks.agenda import Agenda, AgendaCustomer, AgendaTask

MOST_TASKS: Final = 5
"""Tasks named of one customer; the rest is counted."""

MOST_OF_NAME: Final = 40
"""Characters of a name or a number from the lists."""

_WEEKDAYS: Final = N_all(
    "day of the week", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
)

_HARMLESS: Final = str.maketrans("<>[]*`@", "＜＞［］＊｀＠")
"""Their wide forms: a mention, a link or a style is none any more, and people read the same."""


def write(
    found: Agenda,
    style: Style,
    language: str,
    *,
    most: int,
    released: date | None = None,
    public_url: str | None = None,
) -> Text | None:
    """Write the notice of a day, naming at most so many customers; None where nothing is due.

    `released`: the day of the last release; another day than that of the notice is told, for facts have come since.

    Customers with something overdue come first. What does not fit into the style's bytes is left out by whole customers
    and counted. With `public_url`, where browsers find the pages, it ends with the address that opens the day.
    """
    if not found.customers:
        return None
    writer = _Writer(style, language, found.day)
    customers = sorted(found.customers, key=lambda customer: not any(task.overdue for task in customer.tasks))
    blocks = [writer.customer(number, customer) for number, customer in enumerate(customers[:most], 1)]
    head = style.line_break.join([writer.head(found), *writer.earlier(released)])
    end = writer.link(public_url) if public_url else []
    body = head
    for shown in range(len(blocks), -1, -1):
        body = "\n\n".join([head, *blocks[:shown], *writer.rest(len(customers) - shown), *end])
        if len(body.encode()) <= style.most_bytes:
            break
    return Text(title=writer.title(found), body=body)


def task_count(found: Agenda) -> int:
    """Count the tasks of a day."""
    return sum(1 for _ in found.tasks)


class _Writer:
    """Writes the parts of one notice."""

    def __init__(self, style: Style, language: str, day: date) -> None:
        self.style, self.language, self.day = style, language, day

    def title(self, found: Agenda) -> str:
        """Say in a line what the day holds."""
        return self._say("{day}: {tasks}, {customers}", day=self._date(self.day), **self._counts(found))

    def head(self, found: Agenda) -> str:
        """Greet the agent by name, say which day it is and what it holds."""
        return self._bold(
            self._say(
                "Hello {who}. {weekday}, {day}: {tasks} for {customers}",
                who=harmless(found.name or found.whose),
                weekday=translated(self.language, _WEEKDAYS[self.day.weekday()]),
                day=self._date(self.day),
                **self._counts(found),
            )
        )

    def earlier(self, released: date | None) -> Sequence[str]:
        """Say of which day the tasks are, where it is an earlier one."""
        if released is None or released == self.day:
            return ()
        return (self._say("The tasks are those of {day}: none have been released since.", day=self._date(released)),)

    def customer(self, number: int, customer: AgendaCustomer) -> str:
        """Name a customer and what to do, the overdue first."""
        who = self._bold(f"{number}. {harmless(customer.salutation(self.language))}")
        tasks = sorted(customer.tasks, key=lambda task: not task.overdue)
        lines = [f"{who} {harmless(customer.customer_no)}", *(self._task(task) for task in tasks[:MOST_TASKS])]
        if over := len(tasks) - MOST_TASKS:
            lines += [self._say("- and {count} more", count=over)] if over > 0 else []
        return self.style.line_break.join(lines)

    def rest(self, count: int) -> Sequence[str]:
        """Say how many customers are not named."""
        if not count:
            return ()
        return (say_many(self.language, "... and {n} more customer", "... and {n} more customers", count),)

    def link(self, public_url: str) -> Sequence[str]:
        """Say where the day is opened."""
        return (self._say("Open the day: {address}", address=f"{public_url.rstrip('/')}/today"),)

    def _task(self, task: AgendaTask) -> str:
        words = N_("- {name}: {late}, by {day}") if task.overdue else N_("- {name}: by {day}")
        told = self._say(
            words,
            name=harmless(task.name(self.language)),
            late=self._bold(self._say("overdue")),  # markdown closes no bold between a comma and a character
            day=self._date(task.latest),
        )
        if task.absent:
            told = self._say(
                "{task} (for {who}, away until {day})", task=told, who=harmless(task.absent),
                day=self._date(task.until or self.day),
            )  # fmt: skip
        return self._say("{task} (for {who})", task=told, who=harmless(task.leaver)) if task.leaver else told

    def _counts(self, found: Agenda) -> dict[str, str]:
        tasks, customers = task_count(found), len(found.customers)
        return {
            "tasks": say_many(self.language, "{n} task", "{n} tasks", tasks),
            "customers": say_many(self.language, "{n} customer", "{n} customers", customers),
        }

    def _say(self, words: str, **values: object) -> str:
        return say(self.language, words, **values)

    def _date(self, day: date) -> str:
        return format.day(self.language, day, self.day.year)

    def _bold(self, words: str) -> str:
        return f"**{words}**" if self.style.markdown else words


def harmless(words: str) -> str:
    """Put free text of the lists on one line of readable signs that no channel takes for more than text."""
    shown = "".join(sign if sign.isprintable() else " " for sign in words[: MOST_OF_NAME + 1])
    plain = " ".join(shown.split()).translate(_HARMLESS)
    return plain if len(plain) <= MOST_OF_NAME else plain[: MOST_OF_NAME - 1] + "…"

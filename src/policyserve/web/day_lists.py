"""Day lists: an agent's work of a day as a table, for a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.tasks.agenda import AgendaCustomer, AgendaTask
from policyserve.tasks.codes import coded
from policyserve.web.workbooks import list_figure

LISTED = (
    Column(name="customer_no", title=N_("Customer")), Column(name="name", title=N_("Name")),
    Column(name="phone", title=N_("Phone")), Column(name="task", title=N_("Task")),
    Column(name="channels", title=N_in("column of a list", "How"), kind="code", words=coded),
    Column(name="policy_no", title=N_("Policy")), Column(name="latest", title=N_("At the latest"), kind="day"),
    Column(name="late", title=N_("Late"), kind="code"), Column(name="owed", title=N_("To be paid")),
    Column(name="why", title=N_("Why"), kind="long"), Column(name="talk", title=N_("What to say"), kind="long"),
    Column(name="tools", title=N_("What to bring")), Column(name="instead", title=N_("For whom")),
)  # fmt: skip


def day_figure(
    work: Iterable[tuple[AgendaCustomer, Iterable[AgendaTask]]], day: date, *, language: str, as_of: date
) -> Figure:
    """Return the tasks of a day, each with its customer, in the order of the page."""
    rows = [_row(customer, task, language) for customer, tasks in work for task in tasks]
    return list_figure(Sentence(N_("Work of {day}"), day=day), LISTED, rows, as_of=as_of)


def _row(customer: AgendaCustomer, task: AgendaTask, language: str) -> dict[str, object]:
    return {
        "customer_no": customer.customer_no, "name": customer.name, "phone": customer.phone,
        "task": task.name(language), "channels": task.channels, "policy_no": task.policy_no, "latest": task.latest,
        "late": task.overdue, "owed": task.owed.told(language) if task.owed else None, "why": task.reason(language),
        "talk": "\n".join(task.talking_points(language)), "tools": ", ".join(task.tools(language)),
        "instead": task.instead.told(language) if task.instead else task.leaver,
    }  # fmt: skip

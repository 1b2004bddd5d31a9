"""Figures of service: what was done in time, what customers were called back and what they said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import polars as pl

from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.services import callback_rate, service_rate
from policyserve.metrics.services.work import RATIO, Work, groups, in_order, tasks_figure

SERVICES = N_("Service rate")
SERVICES_MEAN = N_(
    "Service rate: services done by their latest day over the services that fell due in the days asked for and are "
    "decided: done, or their latest day is over. Late is done after it; missed is not done when it was over. Open ones "
    "are still in time and stand beside the rate; skipped (with a reason) and cancelled ones are in neither; pending "
    "ones are not due yet. A service whose text the system has sent is done by it. Work of the office belongs to no "
    "agent and no team. Provisional until every window is closed."
)
CALLBACKS = N_("Call-backs inside the free-look")
CALLBACKS_MEAN = N_(
    "Call-backs inside the free-look: those that reached the customer by its last day, over those that fell due in the "
    "days asked for and are decided (policies cancelled before are left out). Done with an outcome such as 'no answer' "
    "is no success, nor is late; open ones are still in time and stand beside the rate. Calls of the office belong to "
    "its branch, to no agent and no team."
)
SATISFACTION = N_("Satisfaction")
SATISFACTION_MEANS = N_(
    "Satisfaction: the mean of the answers from 1 (not at all) to 5 (very) to services done in the days asked for, and "
    "the share of 4 and 5. Fewer than 30 answers say little and are flagged *."
)
DUE = column("denominator", N_in("service", "Decided"), kind="count")
OPEN = column("open", N_in("service", "Open"), kind="count")


def tracked(work: Work) -> tuple[Sentence, ...]:
    """Say since when work is tracked, where that began inside the days: what lies before is not missed."""
    since = work.tracked_since
    if since is None or not work.days.start < since <= work.days.last:
        return ()
    return (Sentence(N_("Tracked since {since}; nothing before it was released as work."), since=since),)


def services_figure(work: Work, *, by: Sequence[str] = ("level",)) -> Figure:
    """Return the services done in time (see `service_rate.service_rate`), and behind it the list `tasks`."""
    rows = service_rate.service_rate(work.tasks, work.standard, work.agents, work.days, by=by, as_of=work.as_of)
    shown = (
        column("numerator", N_("In time"), kind="count"), DUE, RATIO, OPEN,
        *columns("late", "missed", "pending", "skipped", "status"),
    )  # fmt: skip

    due = partial(service_rate.tasks_due, work.tasks, work.days, work.as_of, service_rate.fields_by(by))
    more = tracked(work)
    return _figure(work, by, rows, shown, due, told=("fate",), title=SERVICES, meaning=SERVICES_MEAN, more=more)


def callbacks_figure(work: Work, *, by: Sequence[str] = ("company",)) -> Figure:
    """Return the call-backs that reached customers (see `callback_rate.callbacks`), and behind it the list `tasks`."""
    rows = callback_rate.callbacks(work.tasks, work.standard, work.agents, work.days, by=by, as_of=work.as_of)
    shown = (
        column("numerator", N_("Reached in time"), kind="count"), DUE, RATIO,
        *columns("not_reached", "late", "missed"), OPEN, *columns("status"),
    )  # fmt: skip
    due = partial(callback_rate.callbacks_due, work.tasks, work.standard, work.days, work.as_of)
    told, more = ("outcome", "fate"), tracked(work)
    return _figure(work, by, rows, shown, due, told=told, title=CALLBACKS, meaning=CALLBACKS_MEAN, more=more)


def satisfaction_figure(work: Work, *, by: Sequence[str] = ("company",)) -> Figure:
    """Return what customers said (see `service_rate.satisfaction`), and behind it the list `tasks`."""
    rows = service_rate.satisfaction(work.tasks, work.standard, work.agents, work.days, by=by)
    shown = (
        column("services", N_("Services"), kind="count"), column("answers", N_("Answers"), kind="count"),
        Column(name="mean", title=N_("Mean"), kind="number"),
        column("satisfied", N_("4 and 5"), kind="ratio", small="small"),
    )  # fmt: skip

    def answered() -> pl.DataFrame:
        return service_rate.tasks_done(work.tasks, work.days).rename({"satisfaction": "answer"})

    return _figure(work, by, rows, shown, answered, told=("answer",), title=SATISFACTION, meaning=SATISFACTION_MEANS)


def _figure(
    work: Work,
    by: Sequence[str],
    rows: pl.DataFrame,
    shown: Sequence[Column],
    behind: Callable[[], pl.DataFrame],
    *,
    told: Sequence[str],
    title: str,
    meaning: str,
    more: tuple[Sentence, ...] = (),
) -> Figure:
    """Show `rows` by their groupings; the tasks `behind` them are the list `tasks`, which has `told` of each."""
    fields = service_rate.fields_by(by)

    def tasks() -> Figure:
        named = service_rate.named(behind(), work.standard, work.agents, [*fields, "agent_no"])
        return tasks_figure(work, named, fields, *told, title=title, meaning=meaning)

    return Figure(
        title=Sentence(title),
        days=work.days,
        columns=(*groups(fields, work.standard), *shown),
        rows=in_order(rows, fields, work.standard),
        as_of=work.as_of,
        definition=(Sentence(meaning), *more),
        lists={"tasks": tasks},
    )

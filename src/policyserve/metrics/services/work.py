"""The work that figures of service are made from: the tasks of some days, and the lists of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import get_args

import polars as pl

from policyserve.dates import Days
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, of_standard, words_of
from policyserve.metrics.figure import Column, Figure, Words
from policyserve.standard.model import Level, Standard


@dataclass(frozen=True, kw_only=True)
class Work:
    """Tasks as they stood on a day, and what they are told by."""

    tasks: pl.DataFrame
    """As `task_states.TASKS`, of the days."""
    standard: Standard
    agents: pl.DataFrame
    list_tasks: Callable[[pl.DataFrame, Sequence[str], Sequence[str]], pl.DataFrame]
    """Lists tasks with the numbers that people use: tasks, groupings, what is told of each; see `tasks_behind`."""
    days: Days
    as_of: date
    tracked_since: date | None = None
    """The first day on which anything was released as work."""


FATE = words_of({
    "on_time": N_in("service", "in time"),
    "late": N_in("service", "late"),
    "missed": N_in("service", "missed"),
    "open": N_in("service", "open"),
    "pending": N_in("service", "not due yet"),
    "skipped": N_in("service", "skipped"),
    "not_reached": N_in("service", "not reached"),
})  # fmt: skip

LOST = N_("(not in the standard)")
LEVEL = Column(name="level", title=N_in("of a service", "Level"), kind="code", words=of_standard, nameless=LOST)
CLASS = Column(name="message_class", title=N_in("of a service", "Class"), kind="code", words=of_standard, nameless=LOST)
LISTED = {
    "level": LEVEL,
    "message_class": CLASS,
    "agent_no": Column(name="_agent_no", title=N_("Agent"), kind="agent", words=of_standard),
    "outcome": Column(name="outcome", title=N_("Outcome"), kind="code", words=of_standard),
    "fate": Column(name="fate", title=N_("State"), kind="code", words=FATE),
    "answer": Column(name="answer", title=N_("Answer"), kind="count"),
}

RATIO = column("ratio", N_("Ratio"), kind="ratio", small="small")


def groups(fields: Sequence[str], standard: Standard) -> tuple[Column, ...]:
    """Return the columns of groupings."""
    own = {"level": LEVEL, "message_class": CLASS, "service": service_column(standard)}
    return tuple(own.get(name) or column(name) for name in fields)


def tasks_figure(
    work: Work, named: pl.DataFrame, fields: Sequence[str], *told: str, title: str, meaning: str
) -> Figure:
    """List tasks, and what is `told` of each; people read the office as the agent of its own work."""
    found = work.list_tasks(named, fields, told)
    office = (pl.col("performer") == "office") & pl.col("agent_no").is_null()
    own = {**LISTED, "service": service_column(work.standard)}
    return Figure(
        title=Sentence(title),
        days=work.days,
        columns=tuple(own.get(name) or column(name) for name in found.columns if name != "performer"),
        rows=found.with_columns(_agent_no=pl.when(office).then(pl.lit("office")).otherwise("agent_no")),
        as_of=work.as_of,
        definition=(Sentence(meaning),),
        dense=True,
    )


def service_column(standard: Standard) -> Column:
    """Return the column of services, which people read by the names of a standard."""
    return Column(name="service", title=N_("Service"), kind="code", words=service_names(standard))


def service_names(standard: Standard) -> Words:
    """Return what puts the name of a service in place of its code; a name that several share stands with it."""
    services = {one.code: one for one in reversed(standard.services)}

    def name(code: str, language: str) -> str:
        return str(services[code].said("name", language))

    @cache
    def counts(language: str) -> Counter[str]:
        return Counter(name(code, language) for code in services)

    def words(code: str, language: str) -> str:
        if code not in services:
            return code
        called = name(code, language)
        return called if counts(language)[called] == 1 else f"{called} ({code})"

    return words


def in_order(found: pl.DataFrame, fields: Sequence[str], standard: Standard) -> pl.DataFrame:
    """Sort figures by their groupings, levels and services as the standard has them."""
    if not fields:
        return found
    codes = list(dict.fromkeys(one.code for one in standard.services))
    orders: dict[str, Sequence[str]] = {"level": get_args(Level), "service": codes}
    return found.sort([_place(name, orders[name]) if name in orders else pl.col(name) for name in fields])


def _place(field: str, order: Sequence[str]) -> pl.Expr:
    """Return where a value stands in its order; what is not in it comes last."""
    return pl.col(field).replace_strict({name: place for place, name in enumerate(order)}, default=len(order))

"""Obligations as figures: how many were kept, what is broken, and what is about to break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from policyserve.dates import Days
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, columns, of_standard, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.metrics.targets import SMALL
from policyserve.obligations.judgement import NOT_TRACKED, STATES
from policyserve.obligations.owed import Owed
from policyserve.standard.model import Standard

AHEAD = 14
"""Days within which something that is open is about to break."""

TITLE = N_("Obligations")
MEANING = N_(
    "Obligations: those met by their last day, over those whose last day lies in the days asked for and that are "
    "decided: met, or broken because it passed without the proof. Open ones are still in time. What a fact ended "
    "before (a premium paid early, a policy that ended), and what began before work was tracked, is not applicable and "
    "in neither. What the office owes belongs to no agent and no team. Late is what was done after its last day, and "
    "stays broken."
)
NONE = N_("The standard in force declares no obligations; docs/standard.md says how.")
STATE = words_of({
    "met": N_in("obligation", "met"),
    "open": N_in("obligation", "open"),
    "broken": N_in("obligation", "broken"),
    "not_applicable": N_in("obligation", "not applicable"),
})  # fmt: skip
WHY = words_of({
    "paid": N_in("obligation", "paid before"),
    "reinstated": N_in("obligation", "cover in force again"),
    "ended": N_in("obligation", "ended before"),
    NOT_TRACKED: N_in("obligation", "began before it was tracked"),
})  # fmt: skip

COUNTED = ("numerator", "denominator", "ratio", "open", "broken", "late", "not_applicable", "small")
"""The columns of shares after their groupings."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of the obligations of a book."""

    standard: Standard
    days: Days
    """Those of the last days."""
    as_of: date


def obligation_column(standard: Standard) -> Column:
    """Return the column of obligations, which people read by their names in a standard."""
    names = {one.code: one for one in standard.obligations}
    return Column(
        name="obligation", title=N_("Obligation"), kind="code",
        words=lambda code, language: str(names[code].said("name", language)) if code in names else code,
    )  # fmt: skip


def shares(rows: pl.DataFrame, standard: Standard, by: Sequence[str] = ()) -> pl.DataFrame:
    """Count `rows` (as `Owed.rows`) by `by` and obligation, in the order of the standard; columns as COUNTED.

    `numerator`: met, `denominator`: met or broken, `ratio` null where nothing is decided, `late`: done too late.
    """
    fields = [name for name in fields_of(by, OF_AGENTS) if name != "company"]
    own = rows.filter(pl.col("owner") == "agent") if {"team", "agent_no"} & {*fields} else rows
    order = {one.code: place for place, one in enumerate(standard.obligations)}
    counts = {state: (pl.col("state") == state).sum().cast(pl.Int64) for state in STATES}
    late = pl.col("late_on").is_not_null().sum().cast(pl.Int64)
    found = own.group_by(*fields, "obligation").agg(**counts, late=late)
    decided = pl.col("met") + pl.col("broken")
    return (
        found.with_columns(numerator="met", denominator=decided, small=decided < SMALL)
        .with_columns(ratio=pl.when(pl.col("denominator") > 0).then(pl.col("met") / pl.col("denominator")))
        .sort(*fields, pl.col("obligation").replace_strict(order, return_dtype=pl.Int32, default=None))
        .select(*fields, "obligation", *COUNTED)
    )


def shares_figure(rows: pl.DataFrame, asked: Question, *, by: Sequence[str] = ()) -> Figure:
    """Return the share of obligations that were kept (see `shares`), of `rows` with their last day in the days."""
    inside = rows.filter(pl.col("due") >= asked.days.start, pl.col("due") < asked.days.end)
    found = shares(inside, asked.standard, by)
    groups = [name for name in found.columns if name not in {"obligation", *COUNTED}]
    return Figure(
        title=Sentence(TITLE),
        days=asked.days,
        columns=(
            *columns(*groups), obligation_column(asked.standard),
            column("numerator", N_in("obligation", "Met"), kind="count"),
            column("denominator", N_in("obligation", "Decided"), kind="count"), column("ratio", small="small"),
            column("open", N_in("obligation", "Open"), kind="count"),
            column("broken", N_in("obligation", "Broken"), kind="count"), *columns("late"),
            column("not_applicable", N_in("obligation", "Not applicable"), kind="count"),
        ),
        rows=found,
        as_of=asked.as_of,
        definition=(Sentence(MEANING),),
        empty=None if asked.standard.obligations else Sentence(NONE),
    )  # fmt: skip


LISTED = (
    "obligation", "state", "why", "policy_no", "customer_no", "owner", "agent_no", "team", "branch", "day", "due",
    "days_left", "given", "least", "met_on", "late_on", "task_id",
)  # fmt: skip
"""The fields of a list of obligations."""


def listed(rows: pl.DataFrame, asked: Question, title: str = TITLE) -> Figure:
    """List obligations: by when, of whom, whose, since when, and how much of what is owed was given.

    People see no state, and nobody whose it is, that all rows share.
    """
    shared = [name for name in ("state", "owner") if rows[name].n_unique() < 2]
    shown = (
        obligation_column(asked.standard), column("state", words=STATE),
        column("why", N_("Why"), kind="code", words=WHY),
        column("due", N_in("obligation", "Last day"), kind="day"), column("days_left", N_("Days left"), kind="count"),
        *columns("policy_no", "customer_no"),
        column("owner", N_in("obligation", "Whose"), kind="code", words=of_standard), *columns("agent_no"),
        column("day", N_in("obligation", "Occasion"), kind="day"),
        column("given", N_in("obligation", "Given"), kind="count"),
        column("least", N_in("obligation", "Owed"), kind="count"),
        column("met_on", N_in("obligation", "Met on"), kind="day"),
        column("late_on", N_in("obligation", "Done late on"), kind="day"), column("task_id", kind="task"),
    )  # fmt: skip
    return Figure(
        title=Sentence(title),
        columns=tuple(one for one in shown if one.name not in shared),
        rows=rows.select(LISTED),
        as_of=asked.as_of,
        definition=(Sentence(MEANING),),
        dense=True,
    )


ABOUT_TO_BREAK, BROKEN = N_("Obligations about to break"), N_("Broken obligations")


def about_to_break(rows: pl.DataFrame, asked: Question) -> Figure:
    """List what is open with its last day within AHEAD days, the first one first."""
    last = asked.as_of + timedelta(days=AHEAD)
    soon = rows.filter(pl.col("state") == "open", pl.col("due") <= last)
    return listed(soon.sort("due", maintain_order=True), asked, ABOUT_TO_BREAK)


def broken(rows: pl.DataFrame, asked: Question) -> Figure:
    """List what is broken with its last day in the days, the latest one first."""
    inside = rows.filter(pl.col("state") == "broken", pl.col("due") >= asked.days.start, pl.col("due") < asked.days.end)
    return listed(inside.sort("due", descending=True, maintain_order=True), asked, BROKEN)


def obligations_figure(owed: Owed, asked: Question, *, by: Sequence[str] = ()) -> Figure:
    """Return the shares by `by`, and behind them the lists `open` (about to break), `broken` and `all`."""
    made = shares_figure(owed.rows, asked, by=by)
    lists = {
        "open": lambda: about_to_break(owed.rows, asked),
        "broken": lambda: broken(owed.rows, asked),
        "all": lambda: listed(owed.rows, asked),
    }
    return Figure(**{**vars(made), "lists": lists})


def overview(rows: pl.DataFrame, asked: Question, *, teams: bool) -> list[Figure]:
    """Return what is about to break, the shares, those of `teams` where they are asked for, and what is broken."""
    figures = [about_to_break(rows, asked), shares_figure(rows, asked), broken(rows, asked)]
    return [*figures[:2], shares_figure(rows, asked, by=("team",)), figures[2]] if teams else figures

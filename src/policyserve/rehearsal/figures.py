"""Figures of a rehearsal: by service, messages and what they cost, the agents' weeks, samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from policyserve.book.money import decimals_of
from policyserve.contracts.keys import lookup
from policyserve.locale import N_, N_in, Sentence, in_language
from policyserve.locale.format import money
from policyserve.metrics.columns import column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.rehearsal.rehearsal import Rehearsal
from policyserve.rehearsal.samples import told_samples

TITLE = N_("What the standard '{name}', version {version}, would do")
MEANING = N_(
    "Touches that fall due in the days, if the changed standard held from the first of them on, against the standard "
    "that holds then; only services that differ. A touch is the same one where service, subject and occasion are the "
    "same: one on another day is moved, also over the edge of the days. What lies before a rule or a subject was known "
    "does not count. The facts are those of today; nothing is written."
)
NOTHING = N_("Nothing changes: in these days the two standards ask for the same.")
MESSAGES, LOAD, SAMPLES = N_("Messages"), N_("Load of agents"), N_("Samples")
COSTS = N_("One segment for each message, at {price}; rights, limits and phones of customers may keep some back.")
WORK = N_(
    "Visits that the services take of an agent's week (a call takes 0.2 of one), as due: before days are evened out. "
    "The first and the last week may be cut by the days asked for."
)
HEAVIEST = N_("The weeks that change most; `--load` lists all.")
FIRST = N_("The first few of each service and change.")
SHOWN = 10
"""Weeks of agents that are shown below the services."""

CHANGE = words_of({
    "added": N_in("change of a touch", "added"),
    "removed": N_in("change of a touch", "removed"),
    "moved": N_in("change of a touch", "moved"),
    "moved_in": N_in("change of a touch", "moved into the days"),
    "moved_out": N_in("change of a touch", "moved out of the days"),
    "otherwise": N_in("change of a touch", "done otherwise"),
})  # fmt: skip
BEFORE, AFTER = N_in("a changed standard", "Before"), N_in("a changed standard", "After")


@dataclass(frozen=True)
class Price:
    """What a segment of a message costs."""

    per_segment: float
    currency: str

    def of(self, count: pl.Expr) -> pl.Expr:
        """Return the cost of so many, in minor units."""
        minor = self.per_segment * 10.0 ** decimals_of(self.currency)
        return (count * minor).round().cast(pl.Int64)


def rehearsal_figure(found: Rehearsal, price: Price, language: str) -> Figure:
    """Return the services with what changes; behind it `messages`, `load` and `samples`, and for people below it."""
    rows = found.services.with_columns(
        cost_before=price.of(pl.col("messages_before")), cost_after=price.of(pl.col("messages_after")),
        currency=pl.lit(price.currency),
    )  # fmt: skip
    standard = found.new.standard
    figure = Figure(
        title=Sentence(TITLE, name=in_language(standard, "name", language), version=standard.version),
        days=found.days,
        columns=(
            _service(found), column("before", BEFORE, kind="count"),
            column("added", N_in("touches", "Added"), kind="count"),
            column("removed", N_in("touches", "Removed"), kind="count"),
            column("moved", N_in("touches", "Moved"), kind="count"),
            column("moved_in", N_in("touches", "Moved in"), kind="count"),
            column("moved_out", N_in("touches", "Moved out"), kind="count"),
            column("otherwise", N_in("touches", "Otherwise"), kind="count"),
            column("after", AFTER, kind="count"),
        ),
        rows=rows,
        as_of=found.old.facts.as_of,
        amounts=("cost_before", "cost_after"),
        definition=(Sentence(MEANING),),
        empty=Sentence(NOTHING),
    )  # fmt: skip
    messages, load, samples = (
        _messages(figure, price, language),
        _load(figure, found),
        _samples(figure, found, language),
    )
    changed = load.rows.filter(pl.col("more") != 0)
    heaviest = changed.sort(pl.col("more").abs(), descending=True, maintain_order=True)
    short = replace(load, rows=heaviest.head(SHOWN), lines=(Sentence(HEAVIEST),))
    below = tuple(one for one in (messages, short, samples) if not one.rows.is_empty())
    return replace(
        figure, also=below,
        lists={"messages": lambda: messages, "load": lambda: load, "samples": lambda: samples},
    )  # fmt: skip


def _service(found: Rehearsal) -> Column:
    """Return the column of services, by their names in the changed standard, else in the one that holds."""
    sides = (found.old.standard, found.new.standard)
    names = {one.code: one for standard in sides for one in standard.services}
    return column(
        "service", N_("Service"), kind="code", words=lambda code, language: str(names[code].said("name", language))
    )


def _messages(figure: Figure, price: Price, language: str) -> Figure:
    """Return the services that send messages: how many, and what they cost."""
    sending = (pl.col("messages_before") > 0) | (pl.col("messages_after") > 0)
    each = money(language, Decimal(str(price.per_segment)), price.currency)
    return replace(
        figure,
        title=Sentence(MESSAGES),
        columns=(
            figure.columns[0], column("messages_before", BEFORE, kind="count"),
            column("messages_after", AFTER, kind="count"),
            column("cost_before", N_in("a changed standard", "Cost before"), kind="money"),
            column("cost_after", N_in("a changed standard", "Cost after"), kind="money"), *columns("currency"),
        ),
        rows=figure.rows.filter(sending).select(
            "service", "messages_before", "messages_after", "cost_before", "cost_after", "currency"
        ),
        amounts=(),
        definition=(Sentence(COSTS, price=each),),
    )  # fmt: skip


def _load(figure: Figure, found: Rehearsal) -> Figure:
    """Return the weeks of agents in which there is something to do."""
    numbers = lookup(found.old.facts.book.agents, "agent_id", "agent_no", found.load["agent_id"])
    rows = found.load.with_columns(agent_no=numbers, week=pl.col("week").dt.strftime("%G-W%V"))
    return replace(
        figure,
        title=Sentence(LOAD),
        columns=(
            *columns("agent_no"), column("week", N_("Week")),
            column("before", BEFORE, kind="number", places=1), column("after", AFTER, kind="number", places=1),
            column("more", N_in("load", "More"), kind="number", places=1),
        ),
        rows=rows.with_columns(more=(pl.col("after") - pl.col("before")).round(6)).select(
            "agent_no", "week", pl.col("before", "after").round(6), "more"
        ),
        amounts=(),
        definition=(Sentence(WORK),),
    )  # fmt: skip


def _samples(figure: Figure, found: Rehearsal, language: str) -> Figure:
    """Return samples of what changes, each with its reason."""
    return replace(
        figure,
        title=Sentence(SAMPLES),
        columns=(
            figure.columns[0], column("change", N_("Change"), kind="code", words=CHANGE),
            *columns("policy_no", "customer_no", "agent_no"),
            column("due_before", N_in("a changed standard", "Due before"), kind="day"),
            column("due_after", N_in("a changed standard", "Due after"), kind="day"),
            column("why", N_("Why"), kind="long"),
        ),
        rows=told_samples(found, language),
        amounts=(),
        definition=(Sentence(FIRST),),
        dense=True,
    )  # fmt: skip

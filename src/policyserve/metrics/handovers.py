"""Sets of hand-overs as figures: the sets, the lines of one, the loads before and after, and the list for the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from policyserve.handovers import reasons
from policyserve.handovers.records import HandoverSet
from policyserve.locale import N_, Counted, N_in, Sentence
from policyserve.metrics.columns import column, words_of
from policyserve.metrics.figure import Column, Figure, Told

STATE: Final = words_of({
    "proposed": N_in("what a set of hand-overs is", "proposed"),
    "applied": N_in("what a set of hand-overs is", "applied"),
    "undone": N_in("what a set of hand-overs is", "undone"),
})  # fmt: skip

KIND: Final = words_of({
    "customer": N_in("what is handed over", "Customer"),
    "policy": N_in("what is handed over", "Policy"),
    "task": N_in("what is handed over", "Task"),
})  # fmt: skip

LISTS: Final = words_of({
    "waiting": N_("lists still name the former agent"),
    "agreed": N_("lists agree"),
    "other": N_("has another agent by now"),
})  # fmt: skip

COUNTS: Final = {
    "customers": N_("Customers"),
    "policies": N_in("count", "Policies"),
    "tasks": N_("Open tasks"),
}

GAP: Final = N_("This costs at most {gap} % more than the best way there can be.")

TOLD: Final = N_("The customers are told within 30 days and visited within three working days, as the standard says.")

EXPORTED: Final = ("subject_kind", "customer_no", "policy_no", "from_agent_no", "to_agent_no", "applied_on")
"""The fields of the list for the core system."""


def _why(told: str, language: str) -> str:
    code, _, arguments = told.partition("\n")
    return reasons.sentence(code, arguments or None).told(language) if code else ""


def sets_figure(rows: Sequence[Mapping[str, Any]], *, as_of: date) -> Figure:
    """List sets (see `records.list_sets`)."""
    fields = ("handover", "status", "leavers", "households", "as_of", "actor", "applied_on", "undone_on")
    schema: dict[str, pl.DataType | type[pl.DataType]] = {"_leavers": pl.List(pl.String), "_by": pl.String,
              "handover": pl.Int32, "status": pl.String, "leavers": pl.String, "households": pl.Int32,
              "as_of": pl.Date, "actor": pl.String, "applied_on": pl.Date, "undone_on": pl.Date}  # fmt: skip
    told = [
        {**{name: row[name] for name in fields}, "leavers": ", ".join(row["leavers"]), "_leavers": row["people"],
         "_by": row["by"]}
        for row in rows
    ]  # fmt: skip
    frame = pl.DataFrame(told, schema=schema).rename({"status": "set_state", "as_of": "proposed_on"})
    return Figure(
        title=Sentence(N_("Hand-overs")),
        columns=(
            Column(name="handover", title=N_("Set"), kind="handover"),
            Column(name="set_state", title=N_("State"), kind="code", words=STATE),
            Column(name="leavers", title=N_("Of agents"), of=("_leavers",)),
            Column(name="households", title=N_("Households"), kind="count"),
            Column(name="proposed_on", title=N_("Proposed on"), kind="day"),
            Column(name="actor", title=N_("By"), of=("_by",)),
            Column(name="applied_on", title=N_("Applied on"), kind="day"),
            Column(name="undone_on", title=N_("Undone on"), kind="day"),
        ),
        rows=frame,
        as_of=as_of,
        empty=Sentence(N_("Nothing has been handed over yet.")),
    )


def lines_figure(found: HandoverSet, *, as_of: date) -> Figure:
    """List the lines of a set: what goes from whom to whom, why, and what became of it."""
    lines = found.lines.with_columns(
        pl.when(subject_kind="policy").then("subject").alias("policy_no"),
        pl.when(subject_kind="task").then("subject_id").alias("task_id"),
        pl.concat_str("why", pl.lit("\n"), pl.col("arguments").fill_null("")).alias("_why"),
        lists=_lists(found),
    )
    rows = lines.select(
        "household", "subject_kind", "customer_no", "policy_no", "task_id", "load", "why", "arguments", "_why",
        "lists", "outcome", from_agent_no="from_no", to_agent_no="to_no",
    )  # fmt: skip
    return Figure(
        title=Sentence(N_("Set {key}: what goes to whom"), key=found.key),
        columns=(
            Column(name="household", title=N_("Household"), kind="key"),
            Column(name="subject_kind", title=N_("What"), kind="code", words=KIND),
            column("customer_no"),
            column("policy_no"),
            column("task_id"),
            Column(name="from_agent_no", title=N_in("hand-over", "From"), kind="agent"),
            Column(name="to_agent_no", title=N_in("hand-over", "To"), kind="agent", nameless=N_("(nobody yet)")),
            Column(name="load", title=N_("Work of 90 days, in visits"), kind="number", places=1),
            Column(name="why", title=N_("Why"), kind="code", of=("_why",), words=_why),
            Column(name="lists", title=N_("The core's lists"), kind="code", words=LISTS),
            Column(name="outcome", title=N_("Undone"), kind="code", words=_why),
        ),
        rows=rows,
        as_of=as_of,
        dense=True,
    )


def households_figure(found: HandoverSet, *, as_of: date) -> Figure:
    """List the households of a set, one row each: how much of what goes from whom to whom, and why."""
    told = lines_figure(found, as_of=as_of)
    kinds = {"customers": "customer", "policies": "policy", "tasks": "task"}
    counted = [(pl.col("subject_kind") == kind).sum().alias(name) for name, kind in kinds.items()]
    rows = told.rows.sort("household", "subject_kind").group_by("household", maintain_order=True).agg(
        *counted, pl.col("customer_no", "from_agent_no", "to_agent_no", "_why", "lists", "outcome").first(),
        pl.col("load").sum(),
    )  # fmt: skip
    shown = {one.name: one for one in told.columns}
    count = {name: Column(name=name, title=title, kind="count") for name, title in COUNTS.items()}
    return Figure(
        title=Sentence(N_("Set {key}: households"), key=found.key),
        columns=(
            *(shown[name] for name in ("household", "customer_no", "from_agent_no", "to_agent_no")),
            *count.values(),
            *(shown[name] for name in ("load", "why", "lists", "outcome")),
        ),
        rows=rows,
        as_of=as_of,
        dense=True,
    )


def _lists(found: HandoverSet) -> pl.Expr:
    """Say of each line of an applied set what lists make of it."""
    if found.row["status"] != "applied":
        return pl.lit(None, dtype=pl.String)
    there = (pl.col("now_agent_id") == pl.col("to_agent_id")).fill_null(value=False)
    known = pl.when(pl.col("listed_agent_id").is_null()).then(pl.lit("agreed")).otherwise(pl.lit("waiting"))
    return pl.when(pl.col("subject_kind") != "task").then(pl.when(there).then(known).otherwise(pl.lit("other")))


def loads_figure(found: HandoverSet, *, as_of: date) -> Figure:
    """Show the load of each agent of a set, before and after."""
    rows = found.members.select(
        "agent_no", "team", "branch", "leaves", "households", "load", "after", "capacity",
        taken=pl.col("after") / pl.col("capacity"),
    )  # fmt: skip
    return Figure(
        title=Sentence(N_("Set {key}: loads of 90 days"), key=found.key),
        columns=(
            column("agent_no"),
            column("team"),
            column("branch"),
            Column(name="leaves", title=N_("Hands over"), kind="code"),
            Column(name="households", title=N_("Households got"), kind="count"),
            Column(name="load", title=N_("Visits before"), kind="number", places=1),
            Column(name="after", title=N_("Visits after"), kind="number", places=1),
            Column(name="capacity", title=N_("Room for"), kind="count"),
            Column(name="taken", title=N_("Taken"), kind="ratio"),
        ),
        rows=rows,
        as_of=as_of,
        lines=tuple(_said(found)),
    )


def _said(found: HandoverSet) -> list[Told]:
    gap = found.row["gap"]
    said: list[Told] = [] if gap is None else [Sentence(GAP, gap=f"{max(gap, 0) * 100:.3f}")]
    if found.ownerless:
        households = Counted("{n} household", "{n} households", found.ownerless)
        said.append(
            Sentence(N_("Nobody of the branch can take {households}: choose somebody by hand."), households=households)
        )
    if found.row["status"] == "applied":
        said.append(Sentence(TOLD))
    return said + undone_said(found)


def undone_said(found: HandoverSet) -> list[Told]:
    """Say what undoing a set could not simply take back."""
    count = dict(found.lines.filter(pl.col("subject_kind") == "customer").group_by("outcome").len().iter_rows())
    told, moved = count.get("corrected", 0), count.get("moved-on", 0)
    said: list[Told] = []
    if told:
        customers = Counted("{n} customer", "{n} customers", told)
        words = N_("{customers} had been told of the new agent already: the way back is told to them as well.")
        said.append(Sentence(words, customers=customers))
    if moved:
        customers = Counted("{n} customer", "{n} customers", moved)
        said.append(Sentence(N_("{customers} got another agent since, and stay there."), customers=customers))
    return said


def export_figure(found: HandoverSet, *, as_of: date) -> Figure:
    """Return the list for the core system: each customer and policy with the agent before and the agent of now."""
    own = found.lines.filter(pl.col("subject_kind") != "task")
    rows = own.select(
        "subject_kind", "customer_no", policy_no=pl.when(subject_kind="policy").then("subject"),
        from_agent_no="from_no", to_agent_no="to_no", applied_on=pl.lit(found.row["applied_on"], dtype=pl.Date),
    )  # fmt: skip
    return Figure(
        title=Sentence(N_("Set {key}: for the core system"), key=found.key),
        columns=(
            Column(name="subject_kind", title=N_("What"), kind="code", words=KIND),
            column("customer_no"),
            column("policy_no"),
            Column(name="from_agent_no", title=N_in("hand-over", "From"), kind="agent"),
            Column(name="to_agent_no", title=N_in("hand-over", "To"), kind="agent"),
            Column(name="applied_on", title=N_("From the day"), kind="day"),
        ),
        rows=rows.select(EXPORTED),
        as_of=as_of,
    )

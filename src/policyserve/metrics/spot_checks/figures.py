"""Spot checks as figures: the tasks of a sample, and what it says of all services said to be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from policyserve.dates import Days
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.percents import percent
from policyserve.metrics.services.work import service_column
from policyserve.metrics.spot_checks.records import SAMPLE
from policyserve.metrics.spot_checks.scopes import scope_said
from policyserve.metrics.spot_checks.spot_checks import estimated, summed
from policyserve.standard.model import Standard

MEANING = N_(
    "True rate: the share of services said to be done that customers confirm, each agent weighing as many as he "
    "claimed, with a 95 % interval (Wilson's, by the effective number of answers). 'Lowest' takes everybody who was "
    "not reached for a no."
)
RATE = N_(
    "True rate {rate}, with 95 % confidence between {low} and {high}; {lowest} if nobody who was not reached would "
    "confirm. Agents without an answer: {silent}."
)
NO_ANSWER = N_("Nobody has given an answer yet.")
RESULT = words_of({
    "confirmed": N_("confirmed"),
    "not-confirmed": N_("not confirmed"),
    "not-reached": N_("not reached"),
})  # fmt: skip
COUNTS = {
    "claimed": N_("Said to be done"),
    "drawn": N_("Drawn"),
    "confirmed": N_("Confirmed"),
    "not_confirmed": N_("Not confirmed"),
    "not_reached": N_("Not reached"),
    "open": N_("To be asked"),
}
LISTED = [name for name in SAMPLE.names() if name not in {"agent_id", "claimed", "branch"}]


def sample_figure(
    check: Mapping[str, Any], tasks: pl.DataFrame, standard: Standard, *, as_of: date, drawn: bool = False
) -> Figure:
    """List the tasks of a sample (see `records.samples`, `records.read_sample`); just `drawn`: with its number."""
    rows = tasks.select(LISTED)
    own = {
        "service": service_column(standard),
        "result": Column(name="result", title=N_("Result"), kind="code", words=RESULT),
        "note": Column(name="note", title=N_("Note")),
    }
    return Figure(
        title=_title(check),
        days=_days(check),
        asked=(scope_said(str(check["scope"])),),
        columns=tuple(own.get(name) or column(name) for name in LISTED),
        rows=rows.select(pl.lit(check["check_id"]).alias("check_id"), *LISTED) if drawn else rows,
        as_of=as_of,
        dense=True,
    )


def estimate_figure(check: Mapping[str, Any], tasks: pl.DataFrame, *, by_agent: bool = False, as_of: date) -> Figure:
    """Return what a sample says of all (see `spot_checks.estimated`), or the counts of each agent."""
    counts = summed(tasks)
    whole = estimated(counts)
    row = pl.DataFrame([{"check_id": check["check_id"], **whole}])
    numbers = tasks.select("agent_id", "agent_no").unique()
    agents = counts.join(numbers, on="agent_id").sort("agent_no")
    flagged = Column(name="flagged", title=N_("Flagged"), kind="code")
    shown = tuple(column(name, title, kind="count") for name, title in COUNTS.items())
    rates = {name: percent(row[name][0]) for name in ("rate", "low", "high", "lowest")}
    told = Sentence(NO_ANSWER) if whole["rate"] is None else Sentence(RATE, silent=whole["silent"], **rates)
    return Figure(
        title=_title(check),
        days=_days(check),
        asked=(scope_said(str(check["scope"])),),
        columns=(*columns("agent_no"), *shown, flagged) if by_agent else (
            *shown, column("flagged", N_("Agents flagged"), kind="count")
        ),
        rows=agents.select("agent_no", *COUNTS, "flagged") if by_agent else row,
        as_of=as_of,
        lines=() if by_agent else (told,),
        definition=() if by_agent else (Sentence(MEANING),),
    )  # fmt: skip


def _title(check: Mapping[str, Any]) -> Sentence:
    return Sentence(N_("Sample {check}"), check=check["check_id"])


def _days(check: Mapping[str, Any]) -> Days:
    return Days.between(check["first_day"], check["last_day"])

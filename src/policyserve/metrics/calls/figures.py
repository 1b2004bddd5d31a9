"""Follow-up calls as figures: those to be made, and what calls came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from policyserve.dates import Days
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column
from policyserve.metrics.complaints.figures import words_in
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import WHOLE_COMPANY, fields_of
from policyserve.standard.model import Standard

Row = Mapping[str, Any]

GROUPS = ("company", "team", "agent")

SCHEMA: dict[str, Any] = {
    "task_id": pl.Int64, "state": pl.String, "agreed_for": pl.String, "made_by": pl.Date, "latest": pl.Date,
    "customer_no": pl.String, "policy_no": pl.String, "service": pl.String, "tries": pl.Int32, "agent_no": pl.String,
}  # fmt: skip

STATE = words_in("standing of a call")


def call_list(rows: Sequence[Row], standard: Standard, *, as_of: date) -> Figure:
    """List calls to be made (see `operations.calls`), in their order."""

    def service(code: str, language: str) -> str:
        found = standard.service(code)
        return code if found is None else str(found.said("name", language))

    return Figure(
        title=Sentence(N_("Calls to be made")),
        columns=(
            Column(name="task_id", title=N_in("column of calls", "Call"), kind="task"),
            column("customer_no"),
            Column(name="_service", title=N_("Service"), kind="code", words=service, of=("service",)),
            Column(name="_state", title=N_("Standing"), kind="code", words=STATE, of=("state",)),
            Column(name="agreed_for", title=N_("Agreed for")),
            Column(name="made_by", title=N_("To be made by"), kind="day"),
            Column(name="tries", title=N_("Tries"), kind="count"),
            column("policy_no"),
            column("agent_no"),
        ),
        rows=pl.DataFrame([[row[name] for name in SCHEMA] for row in rows], schema=SCHEMA, orient="row"),
        as_of=as_of,
        empty=Sentence(N_("Nobody is to be called.")),
    )


OUTCOMES: dict[str, Any] = {
    "agent_no": pl.String, "team": pl.String, "answered": pl.Boolean, "in_time": pl.Boolean, "used_up": pl.Boolean,
    "satisfaction": pl.Int32,
}  # fmt: skip

MEANING = N_(
    "Matters about which somebody was called in these days: answered where the customer was reached and asked, in time "
    "where that was within the days of the standard, tries used up where all of them were made and nobody was reached; "
    "not satisfied are marks of 1 and 2 of the answers."
)


def call_shares(rows: Sequence[Row], days: Days, *, by: Sequence[str] = ("company",), as_of: date) -> Figure:
    """Count the matters called about by `by` (of GROUPS).

    Columns: the groups, `called`, `answered`, `answered_share`, `in_time`, `used_up`, `dissatisfied`,
    `dissatisfied_share` (of those answered).
    """
    fields = [one for one in fields_of(by, GROUPS) if one != "branch"]
    frame = pl.DataFrame([[row[name] for name in OUTCOMES] for row in rows], schema=OUTCOMES, orient="row")
    counts = {
        "called": pl.len(), "answered": pl.col("answered").sum(), "in_time": pl.col("in_time").sum(),
        "used_up": pl.col("used_up").sum(), "dissatisfied": (pl.col("satisfaction") < 3).sum(),
    }  # fmt: skip
    grouped = frame.with_columns(company=pl.lit(WHOLE_COMPANY)).group_by(fields)
    made = grouped.agg(**{name: one.cast(pl.Int64) for name, one in counts.items()}).sort(fields)
    return Figure(
        title=Sentence(N_("Follow-up calls")),
        days=days,
        columns=(
            *(column(name) for name in fields),
            Column(name="called", title=N_("Called about"), kind="count"),
            Column(name="answered", title=N_("Answered"), kind="count"),
            Column(name="answered_share", title=N_("Share answered"), kind="ratio"),
            Column(name="in_time", title=N_("In time"), kind="count"),
            Column(name="used_up", title=N_("Tries used up"), kind="count"),
            Column(name="dissatisfied", title=N_("Not satisfied"), kind="count"),
            Column(name="dissatisfied_share", title=N_("Share not satisfied"), kind="ratio"),
        ),
        rows=made.with_columns(
            answered_share=_share("answered", "called"), dissatisfied_share=_share("dissatisfied", "answered")
        ),
        as_of=as_of,
        definition=(Sentence(MEANING),),
        empty=Sentence(N_("Nobody was called.")),
    )


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))

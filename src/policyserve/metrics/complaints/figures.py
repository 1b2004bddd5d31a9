"""Complaints as a list, for everybody who looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from policyserve.dates import Days
from policyserve.locale import N_, N_in, Sentence, say_in
from policyserve.metrics.columns import column
from policyserve.metrics.figure import Column, Figure, Words
from policyserve.metrics.groupings import WHOLE_COMPANY

Row = Mapping[str, Any]


def words_in(context: str) -> Words:
    """Return what puts the codes of a context into words."""
    return lambda code, language: say_in(language, context, code)


STATUS = words_in("step of a complaint")
CLASS = words_in("class of complaint")
CHANNEL = words_in("channel of a complaint")
CAUSE = words_in("cause of a complaint")

SCHEMA: dict[str, Any] = {
    "complaint_id": pl.Int64, "status": pl.String, "due": pl.Date, "days_left": pl.Int32, "customer_no": pl.String,
    "policy_no": pl.String, "kind": pl.String, "words": pl.String, "opened_on": pl.Date, "channel": pl.String,
    "agent_no": pl.String, "team": pl.String, "answer_by": pl.Date, "answered_on": pl.Date, "result_by": pl.Date,
    "closed_on": pl.Date, "cause": pl.String, "responsible_no": pl.String, "escalated_to": pl.String,
}  # fmt: skip

LISTED = (
    Column(name="complaint_id", title=N_("Complaint"), kind="complaint"),
    Column(name="_status", title=N_("Standing"), kind="code", words=STATUS, of=("status",)),
    Column(name="due", title=N_in("column of complaints", "To be answered by"), kind="day"),
    Column(name="days_left", title=N_("Days left"), kind="count"),
    column("customer_no"),
    Column(name="kind", title=N_("Class"), kind="code", words=CLASS),
    Column(name="words", title=N_("In the customer's words"), kind="long"),
    Column(name="opened_on", title=N_("Received on"), kind="day"),
    column("agent_no"),
    Column(name="escalated_to", title=N_("Gone up to"), kind="agent"),
)


GROUPS = ("company", "team", "agent", "class", "cause")
"""What complaints are counted by."""

GROUPED = {"company": "company", "team": "team", "agent": "agent_no", "class": "kind", "cause": "cause"}

COUNTED = N_(
    "Complaints received in these days, without those that were withdrawn. Repeated ones are of a customer who had "
    "complained within a year before; in time are those settled by the day of the result, overdue those that are open "
    "past it; the days until the result are the median of those settled."
)


def complaint_counts(rows: Sequence[Row], days: Days, *, by: Sequence[str] = ("company",), as_of: date) -> Figure:
    """Count complaints received in `days` by `by` (of GROUPS); `rows` as `records.listed`, the ones of before too.

    Columns: the groups, `received`, `open`, `settled`, `in_time`, `in_time_share` (of those settled), `repeated`,
    `days_to_result` (median), `overdue` (open past the day of the result).
    """
    fields = list(dict.fromkeys(GROUPED[one] for one in by))
    told = pl.DataFrame([[row[name] for name in TOLD] for row in rows], schema=TOLD, orient="row")
    counted = _with_outcomes(told.filter(pl.col("status") != "withdrawn"), as_of)
    within = counted.filter(pl.col("opened_on").is_between(days.start, days.last))
    counts = {
        "received": pl.len(), "open": pl.col("closed_on").is_null().sum(), "settled": pl.col("settled").sum(),
        "in_time": pl.col("in_time").sum(), "repeated": pl.col("repeated").sum(), "overdue": pl.col("overdue").sum(),
    }  # fmt: skip
    made = within.with_columns(company=pl.lit(WHOLE_COMPANY)).group_by(fields).agg(
        **{name: one.cast(pl.Int64) for name, one in counts.items()}, days_to_result=pl.col("took").median(),
    )  # fmt: skip
    share = pl.when(pl.col("settled") > 0).then(pl.col("in_time") / pl.col("settled"))
    return Figure(
        title=Sentence(N_("Complaints by what they were about")),
        days=days,
        columns=(*(BY.get(name) or column(name) for name in fields), *COUNTS),
        rows=made.with_columns(in_time_share=share).sort(fields),
        as_of=as_of,
        definition=(Sentence(COUNTED),),
        empty=Sentence(N_("Nobody has complained.")),
    )


TOLD: dict[str, Any] = {
    "status": pl.String, "customer_no": pl.String, "kind": pl.String, "cause": pl.String, "team": pl.String,
    "agent_no": pl.String, "opened_on": pl.Date, "result_by": pl.Date, "closed_on": pl.Date,
}  # fmt: skip

REPEATED = 365
"""Days within which a further complaint of a customer is a repeated one."""

BY = {
    "kind": Column(name="kind", title=N_("Class"), kind="code", words=CLASS),
    "cause": Column(name="cause", title=N_("Cause"), kind="code", words=CAUSE, nameless=N_("(not found yet)")),
}

COUNTS = (
    Column(name="received", title=N_in("column of complaints", "Received"), kind="count"),
    Column(name="open", title=N_in("column of complaints", "Open"), kind="count"),
    Column(name="overdue", title=N_in("column of complaints", "Overdue"), kind="count"),
    Column(name="settled", title=N_in("column of complaints", "Settled"), kind="count"),
    Column(name="in_time", title=N_("In time"), kind="count"),
    Column(name="in_time_share", title=N_("Share in time"), kind="ratio"),
    Column(name="repeated", title=N_in("column of complaints", "Repeated"), kind="count"),
    Column(name="days_to_result", title=N_("Days until the result"), kind="number", places=1),
)


def _with_outcomes(told: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add `settled` (of those somebody kept track of), `took` (days), `in_time`, `overdue` and `repeated`."""
    settled = pl.col("closed_on").is_not_null() & (pl.col("status") != "not-tracked")
    before = pl.col("opened_on").shift(1).over("customer_no")
    return told.sort("opened_on", maintain_order=True).with_columns(
        settled=settled,
        took=pl.when(settled).then((pl.col("closed_on") - pl.col("opened_on")).dt.total_days()),
        in_time=settled & (pl.col("closed_on") <= pl.col("result_by")),
        overdue=pl.col("closed_on").is_null() & (pl.col("result_by") < as_of),
        repeated=((pl.col("opened_on") - before).dt.total_days() <= REPEATED).fill_null(value=False),
    )


def complaint_list(rows: Sequence[Row], *, as_of: date) -> Figure:
    """List complaints (see `operations.complaints`), in their order."""
    return Figure(
        title=Sentence(N_("Complaints")),
        columns=LISTED,
        rows=pl.DataFrame([[row[name] for name in SCHEMA] for row in rows], schema=SCHEMA, orient="row"),
        as_of=as_of,
        empty=Sentence(N_("Nobody has complained.")),
    )

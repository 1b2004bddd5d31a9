"""Complaints as a list, for everybody who looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from policyserve.locale import N_, N_in, Sentence, say_in
from policyserve.metrics.columns import column
from policyserve.metrics.figure import Column, Figure, Words

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
    "closed_on": pl.Date, "cause": pl.String, "responsible_no": pl.String,
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

"""Which touches call for a message on a day.

A message keeps the day that the rule gives: days off move visits, not texts. A day that was missed is made up for as
long as the service's own rule of lateness lets it; what fell due before its subject or its rule was known never comes.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.plan.handovers import tells
from policyserve.plan.planner import LONGEST_MOVE, plan
from policyserve.standard.model import MessageClass, Service, Standard
from policyserve.tasks.nightly_release import days_to_plan, known_days, rule_days
from policyserve.tasks.reconciliation import tracked
from policyserve.tasks.standard_lines import score

IDENTITY = ("service", "subject_kind", "subject_id", "ordinal", "customer_id")
"""What makes a message one: the touch and the customer (the channel is the same for all of them: sms)."""

CALLED = (
    "service", "subject_kind", "subject_id", "ordinal", "customer_id", "policy_id", "agent_id", "agent_no", "anchor",
    "nominal", "latest",
)  # fmt: skip
"""What the planner is asked for."""

CLASSES: tuple[MessageClass, ...] = ("duty", "service", "marketing")
"""Classes of messages, the most binding first."""


def called(book: Book, standard: Standard, calendar: Calendar, day: date) -> pl.DataFrame:
    """Return the touches for which a message may go out on `day`, one row each.

    Columns: `IDENTITY`, `policy_id`, `agent_id`, `agent_no`, `anchor`, `due` (the day that the rule gives), `last_on`
    (the last day on which the message may still go), `message_class`, `place` (of the service in the standard),
    `score` (its bearing on the targets), `superseded` (a later reminder of the same occurrence has its day too).
    """
    texts = texts_of(standard)
    window = days_to_plan(texts, book, day, day + timedelta(days=LONGEST_MOVE)).widened(before=_longest_drop(texts))
    touches = plan(book, texts, calendar, window, day, standing=True, columns=CALLED).sort(
        "service", maintain_order=True
    )
    known = touches.with_columns(pl.col("service", "subject_kind").cast(pl.String)).join(
        rules(standard), on="service", how="left"
    )
    dropped = pl.col("nominal") + pl.duration(days=pl.col("drop_after_days"))
    ready = known.with_columns(due="nominal", last_on=pl.coalesce(dropped, "latest")).filter(
        pl.col("message_class").is_not_null(), pl.col("due") <= day, pl.col("last_on") >= day
    )
    met = tracked(ready, known_days(book), rule_days(standard)).with_columns(superseded=_SUPERSEDED)
    return met.drop("nominal", "latest", "drop_after_days", "template")


_SUPERSEDED = pl.col("due") < pl.col("due").max().over(
    "template", "subject_kind", "subject_id", "ordinal", "customer_id"
)
"""Offsets of one occurrence are services of their own that share a template: nobody is told twice on one day."""


def texts_of(standard: Standard) -> Standard:
    """Leave the services that send a message, and festivals: of two on one day only the first counts.

    Visits that tell of another agent stay as well, switched off: one that was made has told the customer.
    """
    texts = [one for one in standard.services if sends(one) or one.trigger.kind == "festival"]
    visits = [one.model_copy(update={"enabled": False}) for one in standard.services if tells(one) and not sends(one)]
    return standard.model_copy(update={"services": (*texts, *visits)})


def _longest_drop(standard: Standard) -> int:
    """Count the days, at most, that a message may go out after the window of its touch."""
    return max((one.drop_after_days or 0 for one in standard.services), default=0)


def sends(service: Service) -> bool:
    """Whether a service sends a message."""
    return "sms" in service.channels


def rules(standard: Standard) -> pl.DataFrame:
    """Return what the standard says of each service that sends a message: see `called`.

    Services that share a code share all of this; their templates, which may differ, are told apart by `occasions`.
    """
    seen: dict[str, tuple[object, ...]] = {}
    for place, service in enumerate(standard.services):
        if sends(service) and service.code not in seen:
            bearing = score(standard, service)
            seen[service.code] = (service.message_class, place, bearing, service.drop_after_days, service.template)
    return pl.DataFrame(
        [(code, *row) for code, row in seen.items()],
        schema={
            "service": pl.String,
            "message_class": pl.Enum(CLASSES),
            "place": pl.Int32,
            "score": pl.Float64,
            "drop_after_days": pl.Int32,
            "template": pl.String,
        },
        orient="row",
    )

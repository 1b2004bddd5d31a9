"""Hand-overs: the changes of a customer's agent, as far as anybody has to be told of them.

A list gives a customer to another agent by mistake and the next one takes that back; or the customer goes on to a third
before the second has been named. Of changes that follow each other before anybody was told one hand-over is left, from
the first agent to the last; none where these are the same.
"""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import AfterEvent

KIND = "agent_changed"


def handovers(book: Book, standard: Standard) -> pl.DataFrame:
    """Return the hand-overs: `customer_id`, `number` and `occurred_on` of the last change, `previous` of the first.

    `book`: as it was known on a day. A customer was told when one of the services for it was done or its text was sent;
    a change that came later than the last day of all of these stands by itself.
    """
    services = [one for one in standard.services if tells(one)]
    days = max((max(one.window.after or 0, 0) for one in services), default=0)
    changes = (
        book.events.filter(pl.col("kind") == KIND, pl.col("policy_id").is_null())
        .select("customer_id", "number", "occurred_on", "previous", "detail")
        .sort("customer_id", "occurred_on", "number")
    )
    told = book.contacts.filter(pl.col("service").is_in([one.code for one in services])).select(
        customer_id="subject_id", number="ordinal", told=pl.lit(value=True)
    )
    before = pl.col("told").shift(1).over("customer_id")
    waited = (pl.col("occurred_on") - pl.col("occurred_on").shift(1).over("customer_id")).dt.total_days()
    return (
        changes.join(told.unique(), on=["customer_id", "number"], how="left", maintain_order="left")
        .with_columns(begins=before.fill_null(value=False) | (waited > days).fill_null(value=True))
        .with_columns(run=pl.col("begins").cum_sum().over("customer_id"))
        .group_by("customer_id", "run", maintain_order=True)
        .agg(pl.col("number", "occurred_on", "detail").last(), pl.col("previous").first())
        .filter((pl.col("previous") != pl.col("detail")).fill_null(value=True))
        .select("customer_id", "number", "occurred_on", "previous")
    )


def tells(service: Service) -> bool:
    """Whether a service tells a customer of another agent."""
    return isinstance(service.trigger, AfterEvent) and KIND in service.trigger.events and service.subject != "policy"

"""Open complaints: while one is open, its household gets nothing that it did not ask for.

The one place that says what stops: marketing, and the services that are encouraged without being asked for. Duties,
services that are assessed or spot-checked, and what follows from an event of the customer's own go on.
"""

from __future__ import annotations

import polars as pl

from policyserve.book.columns import Book
from policyserve.standard.model import Service, Standard


def is_unasked(service: Service) -> bool:
    """Whether a service stops."""
    given = service.level == "encouraged" and service.trigger.kind != "after-event"
    return service.message_class == "marketing" or given


def unasked(standard: Standard) -> list[str]:
    """Return the services that stop."""
    return sorted({one.code for one in standard.services if is_unasked(one)})


def complained(book: Book) -> pl.DataFrame:
    """Return the customers of households with an open complaint: `customer_id`, `opened_on` (of the first one)."""
    waiting = book.complaints.filter(pl.col("closed_on").is_null()).select("customer_id", "opened_on")
    if waiting.is_empty():
        return waiting
    people = book.customers.select("customer_id", "family_no")
    families = waiting.join(people, on="customer_id").select("family_no", "opened_on").drop_nulls()
    relatives = people.join(families, on="family_no").select("customer_id", "opened_on")
    return pl.concat([waiting, relatives]).group_by("customer_id", maintain_order=True).agg(pl.col("opened_on").min())

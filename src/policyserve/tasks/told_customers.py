"""Customers who have been told of another agent: by a service for it that was done, or by its text."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve.book.snapshot import load_contacts
from policyserve.plan import handovers
from policyserve.tasks.stored_standard import current_standard


def told_of(connection: Connection, customers: pl.Series, as_of: date) -> pl.DataFrame:
    """Return of which changes of the agent these customers (keys) were told: `customer_id`, `number` of the event."""
    telling = [one.code for one in current_standard(connection, as_of).services if handovers.tells(one)]
    told = load_contacts(connection, customers.to_list()).filter(pl.col("service").is_in(telling))
    return told.select(customer_id="subject_id", number="ordinal").unique()

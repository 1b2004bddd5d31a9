"""Customers whose data were erased: a list does not bring back what it still says of them."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from sqlalchemy import Connection, select

from policyserve.book.rows import Rows
from policyserve.locale import N_
from policyserve.tables import Customer, table

CUSTOMERS = table(Customer)


def without_erased(
    connection: Connection, rows: Rows, number: str, personal: Collection[str], wishes: Collection[str] = ()
) -> Rows:
    """Leave empty what was erased, with a warning: `personal` of those of whom nothing is kept, of others `wishes`."""
    c = CUSTOMERS.c
    query = select(c.customer_no, c.restricted_on.is_(None)).where(c.erased_on.is_not(None))
    whole: dict[bool, list[str]] = {True: [], False: []}
    for customer_no, nothing_kept in connection.execute(query):
        whole[bool(nothing_kept)].append(customer_no)
    for columns, customers in ((personal, whole[True]), (wishes, whole[False])):
        theirs = pl.col(number).is_in(customers)
        for name in columns if customers and rows.has(number) else ():
            if rows.has(name):
                told = theirs & pl.col(name).is_not_null()
                rows = rows.leave_empty(told, name, N_("was erased at the customer's own request"))
    return rows

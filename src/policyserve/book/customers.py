"""The list of customers."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve.book import agent_changes, carried_policies, listed_agents
from policyserve.book.erased_customers import without_erased
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import CUSTOMERS
from policyserve.book.references import attach_own, fill_own, resolve
from policyserve.book.rows import Rows, same_key
from policyserve.book.stored_rows import OLD, add, beside, change, known_ids, lay_over, read_matching, with_ids
from policyserve.locale import N_

_NAMES = (
    "name", "gender", "birthday", "lunar_birthday", "deceased_on", "phone", "vip", "occupation", "hobbies", "family_no",
    "agent_id", "listed_agent_id", "referred_by_id", "referred_on", "marketing_consent", "sms_optout",
    "address", "postcode", "preferred_days", "quiet_days", "language", "region",
)  # fmt: skip
_QUERY = f"SELECT customer_no, id, {', '.join(_NAMES)} FROM customers"
_STORED: dict[str, DataType] = {"customer_no": pl.String, "id": pl.Int32} | {
    name: pl.Int32() if name.endswith("_id") else CUSTOMERS.column(name).dtype for name in _NAMES
}


def take(connection: Connection, rows: Rows, as_of: date) -> ImportResult:
    """Take in a list of customers; who gets another agent by it gets an `agent_changed` event."""
    rows = same_key(_possible(rows, as_of), ["customer_no"], "customer_no")
    rows = without_erased(connection, rows, "customer_no", PERSONAL, WISHES)
    rows = resolve(connection, rows, "agent_no", "agent", "agent_id")
    rows = _referrers(connection, rows)
    old = read_matching(connection, _QUERY, _STORED, rows.values.select("customer_no"))
    rows = listed_agents.warned(rows, old, "customer_no")
    known = listed_agents.held(beside(rows.good, old, key=["customer_no"], names=_NAMES))
    joined = with_ids(connection, "customers", known)
    joined = fill_own(joined, "referred_by", "referred_by_id", joined.select(number="customer_no", id="id"))
    laid = lay_over(joined, _NAMES)
    moved = laid.filter("changed", pl.col("agent_id").ne_missing(pl.col("agent_id" + OLD)))
    with agent_changes.watched(connection, moved.select(customer_id="id"), as_of):
        add(connection, "customers", laid, ["id", "customer_no", *_NAMES, pl.lit(as_of).alias("known_on")])
        change(connection, "customers", laid, _NAMES)
        carried_policies.of_leavers(
            connection, moved.select("agent_id", customer_id="id", before="agent_id" + OLD), as_of
        )
    return ImportResult.counted(rows, laid)


WISHES = ("vip", "occupation", "hobbies", "preferred_days", "quiet_days", "marketing_consent")
"""What nobody need keep, so that it is erased at the customer's request whatever policies there are."""

PERSONAL = (
    "name", "gender", "birthday", "lunar_birthday", "phone", "family_no", "address", "postcode", "language", "region",
    *WISHES,
)  # fmt: skip
"""Who somebody is: erased where no policy asks for it any more."""


def _possible(rows: Rows, as_of: date) -> Rows:
    if rows.has("birthday"):
        rows = rows.leave_empty(pl.col("birthday") > as_of, "birthday", N_("lies in the future"))
    if rows.has("lunar_birthday"):
        year = pl.col("lunar_birthday").str.slice(0, 4).cast(pl.Int32)
        rows = rows.leave_empty(year > as_of.year, "lunar_birthday", N_("lies in the future"))
        rows = rows.leave_empty(year < 1899, "lunar_birthday", N_("lies before 1900"))
    if rows.has("birthday", "deceased_on"):
        born_later = pl.col("deceased_on") < pl.col("birthday")
        rows = rows.leave_empty(born_later, "deceased_on", N_("lies before the birthday"))
    if rows.has("referred_by"):
        itself = pl.col("referred_by") == pl.col("customer_no")
        rows = rows.leave_empty(itself, "referred_by", N_("names the customer himself"))
    return rows


def _referrers(connection: Connection, rows: Rows) -> Rows:
    if not rows.has("referred_by"):
        return rows
    stored = known_ids(connection, "customers", "customer_no", rows.values["referred_by"])
    return attach_own(rows, "referred_by", "referred_by_id", key="customer_no", stored=stored, noun="customer")

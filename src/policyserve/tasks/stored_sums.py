"""Sums that are kept: what is owed of the instalments that open tasks are about, worked out for all of them at once.

A release and an import work them out for their day and keep with each of them from which facts. Whoever reads one gets
it where these are the facts still; otherwise it is worked out anew, from the part of the book that is asked about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl
from sqlalchemy import Connection, Date, bindparam, delete, text

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.facts_stamp import LISTS_STAMP, lists_stamp
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.owed import amounts_owed
from policyserve.standard.model import Standard
from policyserve.tables import SumOwed, table
from policyserve.tasks.book_part import narrowed
from policyserve.tasks.sums_owed import ABOUT_INSTALMENTS, Occurrence, Sum, with_instalments

_SUMS = table(SumOwed)

_KEY = ["policy_id", "instalment"]

_EVENTS = "FROM events e WHERE e.customer_id = p.customer_id AND e.retracted_on IS NULL"

_READ = text(f"""
    SELECT p.policy_no, p.currency, s.instalment, s.owed, s.riders, d.number AS debit
    FROM policies p JOIN sums_owed s ON s.policy_id = p.id
    LEFT JOIN debits d ON d.policy_id = s.policy_id AND d.instalment = s.instalment
    WHERE p.policy_no IN :numbers AND s.as_of = :day AND s.lists = {LISTS_STAMP}
    AND s.events = (SELECT count(*) {_EVENTS}) AND s.newest_event = (SELECT coalesce(max(e.number), 0) {_EVENTS})
""").bindparams(bindparam("numbers", expanding=True), bindparam("day", type_=Date()))


def worked_out(
    connection: Connection, book: Book, tasks: pl.DataFrame, standard: Standard, as_of: date
) -> pl.DataFrame:
    """Return what is owed of the instalments that `tasks` (identity and `customer_id`) are about: rows of `sums_owed`,
    with the stamp of the lists as they stand in this reading, out of which `book` comes.

    Policies with riders of another holder are left out: the events of one holder do not tell whether theirs hold.
    """
    kinds = {one.code: one.trigger.kind for one in standard.services if one.trigger.kind in ABOUT_INSTALMENTS}
    service = pl.col("service").cast(pl.String)
    asked = tasks.filter(service.is_in([*kinds]), pl.col("subject_kind") == "policy").select(
        "ordinal", "customer_id", policy_id="subject_id", kind=service.replace_strict(kinds, return_dtype=pl.String)
    )
    part = narrowed(book, asked["customer_id"].unique())
    contracts = Contracts.of(part, as_of, *standard.lapse_rules)
    found = with_instalments(contracts, asked).unique(_KEY, maintain_order=True).select(_KEY)
    known = part.events.group_by("customer_id").agg(events=pl.len().cast(pl.Int32), newest_event=pl.col("number").max())
    held = part.policies.select("policy_id", "customer_id").filter(~pl.col("policy_id").is_in(_mixed(book).implode()))
    return (
        amounts_owed(contracts, found)
        .join(held.join(known, on="customer_id", how="left"), on="policy_id")
        .select(*_KEY, "owed", pl.col("events", "newest_event").fill_null(0), riders="rider_owed")
        .drop_nulls()
        .with_columns(as_of=pl.lit(as_of), lists=pl.lit(lists_stamp(connection)))
    )


def _mixed(book: Book) -> pl.Series:
    """Return the policies with riders of another holder."""
    riders = book.policies.select(policy_id="main_policy_id", of_rider="customer_id").drop_nulls()
    joined = riders.join(book.policies.select("policy_id", "customer_id"), on="policy_id")
    return joined.filter(pl.col("of_rider") != pl.col("customer_id"))["policy_id"]


def keep(connection: Connection, sums: pl.DataFrame) -> None:
    """Put `sums` (as from `worked_out`) in the place of those that are kept, in a transaction that is `bulk`."""
    connection.execute(delete(_SUMS))
    db.insert_frame(connection, _SUMS.name, sums)


def read(connection: Connection, asked: Collection[Occurrence], day: date) -> dict[Occurrence, Sum | None]:
    """Return the sums of a day that are kept and still hold; None where nothing is owed any more."""
    numbers = sorted({number for number, _, _ in asked})
    found = connection.execute(_READ, {"numbers": numbers, "day": day}).all()
    by_instalment = {(row.policy_no, row.instalment): row for row in found}
    by_debit = {(row.policy_no, row.debit): row for row in found}
    rows = (
        (one, (by_debit if one[1] == "after-debit" else by_instalment).get((one[0], one[2]))) for one in asked
    )  # the instalment, or the debit that asked for it
    return {
        one: Sum(owed=row.owed, riders=row.riders, currency=row.currency) if row.owed > 0 else None
        for one, row in rows
        if row is not None
    }

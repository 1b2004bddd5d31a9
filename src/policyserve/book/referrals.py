"""The list of referrals: people whom customers have named."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve.book import referral_stages
from policyserve.book.erased_customers import without_erased
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import REFERRALS
from policyserve.book.references import resolve
from policyserve.book.rows import Rows, same_key
from policyserve.book.stored_rows import add, beside, change, lay_over, read_matching, with_changes, with_ids
from policyserve.book.values import name_key, phone_key
from policyserve.locale import N_

_NAMES = ("referred_id", "referred_name", "referred_phone", "referred_on", "agent_id", "stage", "relation")
_QUERY = f"SELECT id, referrer_id, {', '.join(_NAMES)} FROM referrals"
_STORED: dict[str, DataType] = {"id": pl.Int32, "referrer_id": pl.Int32} | {
    name: pl.Int32() if name.endswith("_id") else REFERRALS.column(name).dtype for name in _NAMES
}
_BY_CUSTOMER = ("referrer_id", "referred_id")
_BY_NAME = ("referrer_id", "who", "referred_on")


def take(connection: Connection, rows: Rows, as_of: date) -> ImportResult:
    """Take in a list of referrals; what it says of stages is known from `as_of` on (see `referral_stages`).

    A row is found again by both customers' numbers; without the second one, or where that pair is not stored, by the
    referrer, the name (else the phone) and the day, so that a person who becomes a customer is not counted twice.
    """
    rows = _each_once(_named(rows))
    rows = without_erased(connection, rows, "referred_no", ("referred_name", "referred_phone"))
    rows = resolve(connection, rows, "referrer_no", "customer", "referrer_id")
    rows = resolve(connection, rows, "referred_no", "customer", "referred_id")
    rows = resolve(connection, rows, "agent_no", "agent", "agent_id")
    good = rows.good
    old = read_matching(connection, _QUERY, _STORED, good.select("referrer_id"))
    joined = beside(_found(good, old), old, key=["id"], names=_NAMES)
    joined = with_ids(connection, "referrals", joined).with_columns(told=referral_stages.told(joined))
    history = referral_stages.read(connection, joined)
    said = lay_over(joined, _NAMES)
    laid = with_changes(referral_stages.newest(said, history, as_of), _NAMES)
    add(connection, "referrals", laid, ["id", "referrer_id", *_NAMES])
    change(connection, "referrals", laid, _NAMES)
    news = referral_stages.record(connection, said.filter("told"), history, as_of)
    fresh = ~pl.col("added") & pl.col("id").is_in(news["referral_id"].implode())
    return ImportResult.counted(rows, laid.with_columns(changed=pl.col("changed") | fresh))


def _named(rows: Rows) -> Rows:
    keys = {"referred_name": name_key, "referred_phone": phone_key}
    told = [key(pl.col(name)) for name, key in keys.items() if rows.has(name)]
    who = pl.coalesce(*told, pl.lit("")) if told else pl.lit("")
    rows = rows.with_values(rows.values.with_columns(who=who))
    nobody = pl.col("who") == ""
    if rows.has("referred_no"):
        rows = rows.reject(
            pl.col("referred_no") == pl.col("referrer_no"), "referred_no", N_("names the referrer himself")
        )
        nobody &= pl.col("referred_no").is_null()
    return rows.warn(nobody, "referred_name", N_("is missing: the row tells nobody who was referred"))


def _each_once(rows: Rows) -> Rows:
    if not rows.has("referred_no"):
        return same_key(rows, ["referrer_no", "who", "referred_on"], "referrer_no")
    rows = same_key(rows, ["referrer_no", "referred_no"], "referred_no")
    nameless = pl.when(pl.col("referred_no").is_null()).then("who")
    marked = same_key(
        rows.with_values(rows.values.with_columns(unnumbered=nameless)),
        ["referrer_no", "unnumbered", "referred_on"],
        "referred_name",
    )
    return marked.with_values(marked.values.drop("unnumbered"))


def _found(good: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Add the `id` of the stored row that each row means, null where there is none."""
    if "referred_id" not in good.columns:
        good = good.with_columns(referred_id=pl.lit(None, dtype=pl.Int32))
    old = old.with_columns(
        who=pl.coalesce(name_key(pl.col("referred_name")), phone_key(pl.col("referred_phone")), pl.lit(""))
    )
    numbered = old.filter(pl.col("referred_id").is_not_null())
    pairs = numbered.select(*_BY_CUSTOMER, by_customer="id").unique(_BY_CUSTOMER, keep="first", maintain_order=True)
    good = good.join(pairs, on=list(_BY_CUSTOMER), how="left", maintain_order="left")
    free = old.join(good.select(id="by_customer"), on="id", how="anti").sort("referred_id", "id", nulls_last=False)
    names = free.select(*_BY_NAME, by_name="id", named_id="referred_id").unique(
        _BY_NAME, keep="first", maintain_order=True
    )
    good = good.join(names, on=list(_BY_NAME), how="left", maintain_order="left")
    same = pl.col("referred_id").is_null() | pl.col("named_id").is_null()
    ids = pl.coalesce("by_customer", pl.when(same).then("by_name"))
    return good.with_columns(id=ids).drop("by_customer", "by_name", "named_id")

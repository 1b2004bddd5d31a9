"""The list of policies."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve import db
from policyserve.book import agent_changes, listed_agents, mode_changes
from policyserve.book.amounts import settle
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import POLICIES
from policyserve.book.references import attach, attach_own, fill_own, resolve
from policyserve.book.rows import Rows, cleared, same_key
from policyserve.book.stored_rows import OLD, add, beside, change, known_ids, lay_over, read_matching, with_ids
from policyserve.locale import N_

_NAMES = (
    "customer_id", "insured_id", "writing_agent_id", "agent_id", "listed_agent_id", "product", "product_kind",
    "sum_assured",
    "participating", "is_group", "main_policy_id", "issue_date", "effective_date", "delivered_on", "receipt_on", "mode",
    "premium", "currency", "pay_years", "ends_on", "channel", "freelook_days",
)  # fmt: skip
_QUERY = f"SELECT policy_no, id, {', '.join(_NAMES)}, known_on FROM policies"
_STORED: dict[str, DataType] = (
    {"policy_no": pl.String, "id": pl.Int32}
    | {
        name: pl.Int32() if name.endswith("_id") else POLICIES.column("group" if name == "is_group" else name).dtype
        for name in _NAMES
    }
    | {"known_on": pl.Date()}
)
_DEFAULT_CURRENCY = "CNY"


def take(connection: Connection, rows: Rows, as_of: date) -> ImportResult:
    """Take in a list of policies.

    Unknown writing agents become agents who have left; changes of the serving agent become `agent_changed` events,
    changes of the mode and the years of payment `mode_changed` events.
    """
    rows = same_key(_renamed(_once_paid(_possible(rows))), ["policy_no"], "policy_no")
    stored = read_matching(connection, _QUERY, _STORED, rows.values.select("policy_no"))
    terms = mode_changes.current_terms(connection, as_of)
    old = mode_changes.as_changed(stored, terms).drop("known_on")
    rows = _settled(rows, old)
    rows = listed_agents.warned(_referred(connection, rows), old, "policy_no")
    good = _with_writers(connection, rows.good, as_of)
    known = listed_agents.held(beside(good, old, key=["policy_no"], names=_NAMES))
    joined = with_ids(connection, "policies", known)
    joined = fill_own(joined, "main_policy_no", "main_policy_id", joined.select(number="policy_no", id="id"))
    laid = lay_over(_with_defaults(joined), _NAMES)
    with agent_changes.watched(connection, _concerned(connection, laid), as_of):
        add(connection, "policies", laid, ["id", "policy_no", *_NAMES, pl.lit(as_of).alias("known_on")])
        change(connection, "policies", mode_changes.keep_beginning(connection, laid, stored, terms, as_of), _NAMES)
        agent_changes.record_of_policies(connection, _moved(laid), as_of)
    return ImportResult.counted(rows, laid)


def _possible(rows: Rows) -> Rows:
    if rows.has("ends_on"):
        start = pl.coalesce("effective_date", "issue_date") if rows.has("effective_date") else pl.col("issue_date")
        rows = rows.leave_empty(pl.col("ends_on") < start, "ends_on", N_("lies before the policy begins"))
    if rows.has("main_policy_no"):
        itself = pl.col("main_policy_no") == pl.col("policy_no")
        rows = rows.leave_empty(itself, "main_policy_no", N_("names the policy itself; a main policy leaves it empty"))
        told = N_("names a policy that names this one as its main policy; only a rider has a main policy")
        rows = rows.leave_empty(_names_back(rows.values) == pl.col("policy_no"), "main_policy_no", told)
    return rows


def _once_paid(rows: Rows) -> Rows:
    """Take `pay_years` 0 (趸缴: one premium) as none, which is right where the mode says so too."""
    if not rows.has("pay_years"):
        return rows
    once = pl.col("pay_years") == 0
    told = N_("says that the premium is paid once, but the mode says otherwise; mend the one that is wrong")
    rows = rows.reject(once & (pl.col("mode") != "single"), "pay_years", told)
    if not rows.values.select(once.any()).item():
        return rows
    mark = cleared("pay_years")
    marked = pl.col(mark) if rows.has(mark) else pl.lit(value=False)
    emptied = pl.when(pl.col("pay_years") != 0).then("pay_years")
    return rows.with_values(
        rows.values.with_columns((marked | once.fill_null(value=False)).alias(mark), pay_years=emptied)
    )


def _names_back(values: pl.DataFrame) -> pl.Expr:
    """Return whom the main policy of each row names as its own main policy, in the same file."""
    mains = values.select(main_policy_no="policy_no", back="main_policy_no").unique("main_policy_no", keep="first")
    return pl.lit(values.join(mains, on="main_policy_no", how="left", maintain_order="left")["back"])


def _renamed(rows: Rows) -> Rows:
    return rows.with_values(rows.values.rename({"group": "is_group", "-group": "-is_group"}, strict=False))


def _settled(rows: Rows, old: pl.DataFrame) -> Rows:
    """Settle the amounts in the currency of the row, else of the stored policy, else the default one."""
    known = old.select("policy_no", stored_currency="currency")
    values = rows.values.join(known, on="policy_no", how="left", maintain_order="left")
    named = [pl.col("currency")] if rows.has("currency") else []
    currency = pl.coalesce(*named, "stored_currency", pl.lit(_DEFAULT_CURRENCY))
    settled = settle(rows.with_values(values), POLICIES, currency)
    return settled.with_values(settled.values.drop("stored_currency"))


def _referred(connection: Connection, rows: Rows) -> Rows:
    holders = rows.values["customer_no"]
    insured = rows.values["insured_customer_no"] if rows.has("insured_customer_no") else holders.clear()
    customers = known_ids(connection, "customers", "customer_no", pl.concat([holders, insured.rename("customer_no")]))
    rows = attach(rows, "customer_no", "customer_id", customers, "customer")
    if rows.has("insured_customer_no"):
        rows = attach(rows, "insured_customer_no", "insured_id", customers, "customer")
    rows = resolve(connection, rows, "agent_no", "agent", "agent_id")
    if not rows.has("main_policy_no"):
        return rows
    mains = known_ids(connection, "policies", "policy_no", rows.values["main_policy_no"])
    return attach_own(rows, "main_policy_no", "main_policy_id", key="policy_no", stored=mains, noun="policy")


def _with_writers(connection: Connection, good: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add `writing_agent_id`; writing agents whom nobody knows become agents without a name who left on `as_of`."""
    if "writing_agent_no" not in good.columns:
        return good
    numbers = good["writing_agent_no"]
    known = known_ids(connection, "agents", "agent_no", numbers)
    unknown = (
        pl.DataFrame({"number": numbers}).drop_nulls().unique().join(known, on="number", how="anti").sort("number")
    )
    fresh = with_ids(
        connection, "agents", unknown.with_columns(added=pl.lit(value=True), id=pl.lit(None, dtype=pl.Int32))
    )
    db.insert_frame(connection, "agents", fresh.select("id", agent_no="number", left_on=pl.lit(as_of)))
    writers = pl.concat([known, fresh.select("number", "id")])
    return attach(Rows(values=good), "writing_agent_no", "writing_agent_id", writers, "agent").values


def _with_defaults(joined: pl.DataFrame) -> pl.DataFrame:
    """Fill what a new policy has although the list does not say it."""
    currency = pl.col("currency") if "currency" in joined.columns else pl.lit(None, dtype=pl.String)
    writer = pl.col("writing_agent_id") if "writing_agent_id" in joined.columns else pl.lit(None, dtype=pl.Int32)
    return joined.with_columns(
        currency=pl.when("added").then(currency.fill_null(_DEFAULT_CURRENCY)).otherwise(currency),
        writing_agent_id=pl.when("added").then(pl.coalesce(writer, "agent_id")).otherwise(writer),
    )


def _concerned(connection: Connection, laid: pl.DataFrame) -> pl.DataFrame:
    """Find the customers whose agent may change: a policy of theirs has another agent or holder, or they hold more."""
    moving = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name + OLD)) for name in ("agent_id", "customer_id", "main_policy_id")
    )
    moved = laid.filter("changed", moving)
    added = laid.filter("added").select("customer_id")
    holders = agent_changes.holders(connection, added)
    return pl.concat([moved.select("customer_id"), moved.select(customer_id="customer_id" + OLD), holders]).unique()


def _moved(laid: pl.DataFrame) -> pl.DataFrame:
    changed = laid.filter("changed", pl.col("agent_id").ne_missing(pl.col("agent_id" + OLD)))
    return changed.select("customer_id", policy_id="id", agent_id="agent_id", agent_before="agent_id" + OLD)

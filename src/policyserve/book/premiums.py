"""The list of premiums: instalments, and every debit that was tried for them."""

from __future__ import annotations

from datetime import date

import polars as pl
from polars._typing import PolarsDataType as DataType
from sqlalchemy import Connection

from policyserve.book.amounts import settle
from policyserve.book.columns import MONTHS_OF_MODE, DebitResult, Mode
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import PREMIUMS
from policyserve.book.references import attach
from policyserve.book.rows import Rows, cleared, same_key
from policyserve.book.stored_rows import add, beside, change, lay_over, read_matching, with_changes
from policyserve.dates import months_later
from policyserve.locale import N_

_POLICIES = """
    SELECT p.policy_no AS number, p.id AS id, p.currency AS currency,
        coalesce(p.effective_date, p.issue_date) AS effective, p.mode AS mode,
        EXISTS (SELECT 1 FROM events e WHERE e.policy_id = p.id AND e.kind = 'mode_changed') AS turned
    FROM policies p
"""
_POLICY: dict[str, DataType] = {
    "number": pl.String,
    "id": pl.Int32,
    "currency": pl.String,
    "effective": pl.Date,
    "mode": Mode,
    "turned": pl.Boolean,
}

_INSTALMENT = ("policy_id", "instalment")
_FACTS = ("due_on", "amount", "paid_on", "paid_amount")
_PREMIUM: dict[str, DataType] = {name: pl.Int32() for name in _INSTALMENT} | {
    name: PREMIUMS.column(name).dtype for name in _FACTS
}

_DEBIT_KEY = ("policy_id", "instalment", "debit_on")
_DEBIT_FACTS = ("result", "failure", "next_debit_on")
_DEBIT: dict[str, DataType] = {
    "policy_id": pl.Int32,
    "number": pl.Int32,
    "instalment": pl.Int32,
    "debit_on": pl.Date,
    "result": DebitResult,
    "failure": pl.String,
    "next_debit_on": pl.Date,
}
_NO_DEBIT = date(1, 1, 1)


def take(connection: Connection, rows: Rows, _as_of: date) -> ImportResult:
    """Take in a list of premiums; what a row says of the instalment and of a debit are kept apart."""
    rows = _each_debit_once(rows)
    rows = _dated(_settled(connection, rows))
    rows = _with_debits(rows)
    good = rows.good
    instalments = _take_instalments(connection, good)
    debits = _take_debits(connection, good)
    rows = _warn_resultless(rows, good, debits)
    states = good.select("line", *_INSTALMENT, *(["debit_on"] if "debit_on" in good.columns else []))
    states = states.join(instalments, on=list(_INSTALMENT), how="left", maintain_order="left")
    if "debit_on" in good.columns:
        states = states.join(debits, on=list(_DEBIT_KEY), how="left", suffix="_debit", maintain_order="left")
        states = states.with_columns(
            added=pl.col("added") | pl.col("added_debit").fill_null(value=False),
            changed=pl.col("changed") | pl.col("changed_debit").fill_null(value=False),
        )
    return ImportResult.counted(rows, states.with_columns(changed=pl.col("changed") & ~pl.col("added")))


def _each_debit_once(rows: Rows) -> Rows:
    """Reject rows of one instalment with the same day of debit, or none, and different content."""
    day = pl.col("debit_on").fill_null(_NO_DEBIT) if rows.has("debit_on") else pl.lit(_NO_DEBIT)
    slotted = same_key(
        rows.with_values(rows.values.with_columns(slot=day)), ["policy_no", "instalment", "slot"], "instalment"
    )
    return slotted.with_values(slotted.values.drop("slot"))


def _settled(connection: Connection, rows: Rows) -> Rows:
    known = read_matching(connection, _POLICIES, _POLICY, rows.values.select(number="policy_no"))
    rows = attach(rows, "policy_no", "policy_id", known.select("number", "id"), "policy")
    about = known.select("currency", "effective", "mode", "turned", policy_id="id")
    values = rows.values.join(about, on="policy_id", how="left", maintain_order="left")
    return settle(rows.with_values(values), PREMIUMS, pl.col("currency"))


def _dated(rows: Rows) -> Rows:
    """Warn of due dates that differ from the date worked out; the latter counts. A changed mode is left alone."""
    if not rows.has("due_on"):
        return rows
    months = pl.col("mode").replace_strict(MONTHS_OF_MODE, default=None, return_dtype=pl.Int32)
    elapsed = pl.when(pl.col("instalment") == 1).then(0).otherwise((pl.col("instalment") - 1) * months)
    rows = rows.with_values(rows.values.with_columns(worked_out=months_later(pl.col("effective"), elapsed)))
    words = N_("differs from the day worked out from the policy, {day}, which counts")
    return rows.warn(
        ~pl.col("turned") & (pl.col("due_on") != pl.col("worked_out")), "due_on", words, day=pl.col("worked_out")
    )


def _with_debits(rows: Rows) -> Rows:
    """Warn of what is said of a debit whose day is not given, for it cannot be kept."""
    told = [name for name in ("debit_result", "failure", "next_debit_on") if rows.has(name)]
    if not told:
        return rows
    dayless = pl.col("debit_on").is_null() if rows.has("debit_on") else pl.lit(value=True)
    said = pl.any_horizontal(pl.col(name).is_not_null() for name in told)
    return rows.warn(dayless & said, "debit_on", N_("is missing, so what the row says of the debit is left out"))


def _take_instalments(connection: Connection, good: pl.DataFrame) -> pl.DataFrame:
    """Add and update instalments; return `added` and `changed` for each."""
    facts = _facts(good)
    old = read_matching(connection, f"SELECT {', '.join(_PREMIUM)} FROM premiums", _PREMIUM, facts.select(_INSTALMENT))
    laid = _said_unpaid(lay_over(beside(facts, old, key=_INSTALMENT, names=_FACTS), _FACTS), good)
    add(connection, "premiums", laid, [*_INSTALMENT, *_FACTS])
    change(connection, "premiums", laid, _FACTS, keys=_INSTALMENT)
    return laid.select(*_INSTALMENT, "added", "changed")


def _said_unpaid(laid: pl.DataFrame, good: pl.DataFrame) -> pl.DataFrame:
    """Write down that nothing was paid (0) where a list clears the day of payment: a debit with success does not count
    then, until there is another one.
    """
    mark = cleared("paid_on")
    said = pl.col(mark) if mark in laid.columns else pl.lit(value=False)
    debited = pl.lit(value=False)
    if "debit_result" in good.columns:
        successes = good.filter(pl.col("debit_result") == "success").select(*_INSTALMENT, debited=pl.lit(value=True))
        laid = laid.join(successes.unique(), on=list(_INSTALMENT), how="left", maintain_order="left")
        debited = pl.col("debited").fill_null(value=False)
    nothing = pl.col("paid_on").is_null() & ~pl.col("added")
    amount = (
        pl.when(nothing & said & pl.col("paid_amount").is_null())
        .then(0)
        .when(nothing & debited & (pl.col("paid_amount") == 0))
        .then(None)
        .otherwise("paid_amount")
    )
    return with_changes(laid.with_columns(paid_amount=amount), _FACTS)


def _facts(good: pl.DataFrame) -> pl.DataFrame:
    """Bring the rows of an instalment together: of each fact, what the latest debit's row says that has it."""
    marks = [cleared(name) for name in _FACTS if cleared(name) in good.columns]
    names = [name for name in _FACTS if name in good.columns]
    rows = good.select("line", *_INSTALMENT, *names, *marks, *(["debit_on"] if "debit_on" in good.columns else []))
    if not rows.select(pl.struct(_INSTALMENT).is_duplicated().any()).item():
        return rows
    order = ["debit_on", "line"] if "debit_on" in rows.columns else ["line"]
    return (
        rows.sort(order, nulls_last=False)
        .group_by(_INSTALMENT, maintain_order=True)
        .agg(pl.col(column).filter(_said(rows, column)).last() for column in (*names, *marks))
        .with_columns(pl.col(mark).fill_null(value=False) for mark in marks)
        .sort(_INSTALMENT)
    )


def _said(rows: pl.DataFrame, column: str) -> pl.Expr:
    name = column.removeprefix("-")
    said = pl.col(name).is_not_null()
    return said | pl.col(cleared(name)) if cleared(name) in rows.columns else said


def _take_debits(connection: Connection, good: pl.DataFrame) -> pl.DataFrame:
    """Add and update debits; return `added` and `changed` for each."""
    debits = _debits(good)
    stored = read_matching(connection, f"SELECT {', '.join(_DEBIT)} FROM debits", _DEBIT, debits.select("policy_id"))
    joined = beside(debits, stored.drop("number"), key=_DEBIT_KEY, names=_DEBIT_FACTS)
    laid = lay_over(joined, _DEBIT_FACTS)
    kept = laid.filter(pl.col("result").is_not_null())
    add(connection, "debits", _numbered(kept, stored), list(_DEBIT))
    change(connection, "debits", kept, _DEBIT_FACTS, keys=_DEBIT_KEY)
    return kept.select(*_DEBIT_KEY, "added", "changed")


def _warn_resultless(rows: Rows, good: pl.DataFrame, debits: pl.DataFrame) -> Rows:
    """Warn of new debits without a result: they are not kept."""
    if "debit_on" not in good.columns:
        return rows
    lost = good.filter(pl.col("debit_on").is_not_null()).join(debits, on=list(_DEBIT_KEY), how="anti")
    where = pl.col("line").is_in(lost["line"].implode())
    return rows.warn(where, "debit_result", N_("is missing, so the debit is left out"))


def _debits(good: pl.DataFrame) -> pl.DataFrame:
    if "debit_on" not in good.columns:
        return pl.DataFrame(schema={name: _DEBIT[name] for name in _DEBIT_KEY})
    names = {"debit_result": "result", cleared("failure"): cleared("failure")} | {
        name: name for name in ("failure", "next_debit_on", cleared("next_debit_on"))
    }
    rows = good.filter(pl.col("debit_on").is_not_null()).sort("policy_id", "debit_on", "line")
    return rows.select(*_DEBIT_KEY, *(pl.col(name).alias(new) for name, new in names.items() if name in rows.columns))


def _numbered(debits: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Number the `added` debits of a policy on from its last one."""
    last = stored.group_by("policy_id").agg(last=pl.col("number").max())
    rank = pl.col("added").cast(pl.Int32).cum_sum().over("policy_id")
    joined = debits.join(last, on="policy_id", how="left", maintain_order="left")
    return joined.with_columns(number=pl.col("last").fill_null(0) + rank)

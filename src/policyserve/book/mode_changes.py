"""Changes of the mode and the years of payment, kept as events: a policy's row says how it began, and stays.

The event's `detail` has the new mode, and the new years of payment after a bar where they change: `monthly`,
`monthly/10`, `annual/-` (as long as the policy lasts); its amount is the premium per instalment from then on.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book import words
from policyserve.book.columns import MONTHS_OF_MODE, Mode, told_terms
from policyserve.book.event_numbers import record
from policyserve.book.rows import Rows
from policyserve.book.stored_rows import OLD, with_changes
from policyserve.book.words import plain_word
from policyserve.locale import N_

KIND = "mode_changed"

TERMS = ("mode", "pay_years", "premium")
"""The columns of a policy that a change leaves as they were in the beginning."""

_TURNED = pl.Schema({"id": pl.Int32(), "mode": Mode, "pay_years": pl.Int32(), "premium": pl.Int64()})

_POLICY = "SELECT id, mode, pay_years, premium FROM policies"
_CHANGED = f"SELECT policy_id FROM events WHERE kind = '{KIND}'"
_EVENTS = f"""
    SELECT policy_id, occurred_on, number, kind, amount, detail FROM events
    WHERE retracted_on IS NULL AND kind IN ('{KIND}', 'premium_change')
        AND policy_id IN ({_CHANGED})
"""
_EVENT = pl.Schema(
    {
        "policy_id": pl.Int32(), "occurred_on": pl.Date(), "number": pl.Int32(), "kind": pl.String(),
        "amount": pl.Int64(), "detail": pl.String(),
    }
)  # fmt: skip


def current_terms(connection: Connection, as_of: date) -> pl.DataFrame:
    """Return the terms known on `as_of` of the policies whose terms changed: `id`, `mode`, `pay_years`, `premium`."""
    terms = {
        row["id"]: row for row in db.read_frame(connection, f"{_POLICY} WHERE id IN ({_CHANGED})", _TURNED).to_dicts()
    }
    events = db.read_frame(connection, _EVENTS, _EVENT).filter(pl.col("occurred_on") <= as_of)
    for event in events.sort("policy_id", "occurred_on", "number").to_dicts():
        row = terms[event["policy_id"]]
        if event["amount"] is not None:
            row["premium"] = event["amount"]
        if event["kind"] == KIND and event["detail"]:
            row["mode"], row["pay_years"] = told_terms(event["detail"], row["mode"], row["pay_years"])
    return pl.DataFrame(list(terms.values()), schema=_TURNED)


def as_changed(old: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Lay the `terms` that hold now (as `current_terms`) over stored policies (`id`, TERMS)."""
    now = terms.rename({name: f"{name}:now" for name in TERMS}).with_columns(turned=pl.lit(value=True))
    joined = old.join(now, on="id", how="left", maintain_order="left")
    held = [pl.when("turned").then(f"{name}:now").otherwise(name).alias(name) for name in TERMS]
    return joined.with_columns(held).select(old.columns)


def keep_beginning(
    connection: Connection, laid: pl.DataFrame, stored: pl.DataFrame, terms: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Record the changes of terms that a list of policies brings as events on `as_of`, and return what is to be stored.

    `laid`: as from `lay_over`; `stored`: policies as they are stored, `terms`: as `current_terms`. What a list corrects
    on the day on which the policy was first known, or before it begins, is corrected in place; so is a single premium.
    """
    begun = pl.coalesce("effective_date", "issue_date")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + OLD)) for name in ("mode", "pay_years"))
    pays = (pl.col("mode") != "single") & (pl.col("mode" + OLD) != "single")
    known = stored.select("id", known_on="known_on")
    marked = laid.join(known, on="id", how="left", maintain_order="left").with_columns(
        turns=(pl.col("changed") & differs & pays & (pl.lit(as_of) > pl.max_horizontal("known_on", begun))).fill_null(
            value=False
        ),
        turned=pl.col("id").is_in(terms["id"].implode()),
    )
    kept = pl.col("turns") | pl.col("turned")
    if not marked.select(kept.any()).item():
        return laid
    record(connection, _events(marked, as_of), as_of)
    first = stored.select("id", *(pl.col(name).alias(f"{name}:first") for name in TERMS))
    beginning = marked.join(first, on="id", how="left", maintain_order="left").with_columns(
        pl.when(kept).then(f"{name}:first").otherwise(old).alias(old) for name in TERMS for old in (name, name + OLD)
    )
    return with_changes(beginning.select(laid.columns), [one.removesuffix(OLD) for one in laid.columns if OLD in one])


def _events(marked: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Word the changes: of the terms, or of the premium alone where the terms had changed before."""
    told = {side: _told(side) for side in ("", OLD)}
    of_premium = pl.col("turned") & ~pl.col("turns") & (pl.col("premium") != pl.col("premium" + OLD))
    news = marked.filter(pl.col("changed"), pl.col("turns") | of_premium)
    return news.select(
        "customer_id",
        policy_id="id",
        kind=pl.when("turns").then(pl.lit(KIND)).otherwise(pl.lit("premium_change")),
        occurred_on=pl.lit(as_of),
        amount="premium",
        detail=pl.when("turns").then(told[""]),
        previous=pl.when("turns").then(told[OLD]),
    )


def _told(side: str) -> pl.Expr:
    """Write the terms before or after as `detail` does; the years where they change."""
    mode, years = pl.col("mode" + side).cast(pl.String), pl.col("pay_years" + side).cast(pl.String).fill_null("-")
    same = pl.col("pay_years").eq_missing(pl.col("pay_years" + OLD))
    return pl.when(same).then(mode).otherwise(pl.format("{}/{}", mode, years))


def check(rows: Rows) -> Rows:
    """Reject changes of the mode that do not tell the new one; write the others as `detail` is read."""
    changing = pl.col("kind") == KIND
    if rows.values.filter(changing).is_empty():
        return rows
    told = rows.values.with_columns(
        told=pl.when(changing).then(pl.col("detail").map_elements(_read, return_dtype=pl.String))
    )
    rows = rows.with_values(told)
    rows = rows.reject(
        changing & pl.col("policy_id").is_null(), "policy_no", N_("is missing: a mode of payment is a policy's")
    )
    unread = changing & pl.col("told").is_null()
    rows = rows.reject(unread, "detail", N_("is to tell the new mode: annual, or with the years of payment monthly/10"))
    return rows.with_values(
        rows.values.with_columns(detail=pl.when(changing).then("told").otherwise("detail")).drop("told")
    )


def _read(detail: str) -> str | None:
    """Read a mode in any of its words, with the years of payment after a bar; None where it is none."""
    named, bar, years = (part.strip() for part in detail.partition("/"))
    mode = _WORDS.get(plain_word(named)) if named else ""
    if mode is None or mode == "single" or (bar and years != "-" and not years.isascii()) or not (mode or bar):
        return None
    if bar and years != "-" and not (years.isdigit() and 1 <= int(years) <= LONGEST):
        return None
    return f"{mode}{bar}{years}"


LONGEST = 150
"""Years, as in the list of policies."""

_WORDS = words.lookup(words.MODES)


def with_amounts(connection: Connection, added: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Fill the amount of new changes of the mode that tell none: the yearly premium is divided anew."""
    asked = added.filter(pl.col("kind") == KIND, pl.col("amount").is_null())
    if asked.is_empty():
        return added
    keys = ", ".join(str(key) for key in asked["policy_id"].unique())
    stored = db.read_frame(connection, f"{_POLICY} WHERE id IN ({keys})", _TURNED)
    terms = {row["id"]: row for row in as_changed(stored, current_terms(connection, as_of)).to_dicts()}
    amounts = [_amount(row, terms) for row in added.to_dicts()]
    return added.with_columns(amount=pl.Series(amounts, dtype=pl.Int64))


def _amount(event: dict[str, Any], terms: dict[int, dict[str, Any]]) -> int | None:
    told: int | None = event["amount"]
    if event["kind"] != KIND or told is not None:
        return told
    now = terms[event["policy_id"]]
    mode, _ = told_terms(event["detail"], now["mode"], now["pay_years"])
    if mode == now["mode"] or now["mode"] == "single":
        return None
    premium: int = now["premium"]
    return round(premium * MONTHS_OF_MODE[mode] / MONTHS_OF_MODE[now["mode"]])

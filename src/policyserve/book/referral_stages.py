"""How far referrals have come, kept with the day from which it was known: lists say it without a day.

A stage holds from the as-of date of the import that brought it, until another import says something else. So what a
list of today says changes no figure of yesterday. A stage that goes back is a correction: it holds from its own import
on, and what was known before stays. Two lists of one day: the later one goes. A list of an earlier day, imported late,
fills its place in the history and leaves what later lists have said.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import STAGES
from policyserve.book.rows import cleared
from policyserve.book.stored_rows import OLD, add, read_matching

_QUERY = f"SELECT {', '.join(STAGES)} FROM referral_stages"


def told(rows: pl.DataFrame) -> pl.Expr:
    """Whether a row of a list says anything of the stage: a word, or that it is to be cleared."""
    if "stage" not in rows.columns:
        return pl.lit(value=False)
    emptied = pl.col(cleared("stage")) if cleared("stage") in rows.columns else pl.lit(value=False)
    return pl.col("stage").is_not_null() | emptied


def read(connection: Connection, referrals: pl.DataFrame) -> pl.DataFrame:
    """Read what is stored of `referrals` (`id`): columns as `columns.STAGES`."""
    return read_matching(connection, _QUERY, STAGES, referrals.select(referral_id="id"))


def newest(laid: pl.DataFrame, history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Put the stored stage back where a list of a later day than `as_of` has said it."""
    later = history.filter(pl.col("known_on") > as_of).select(id="referral_id").unique()
    kept = pl.col("id").is_in(later["id"].implode())
    return laid.with_columns(stage=pl.when(kept).then("stage" + OLD).otherwise("stage")) if later.height else laid


def record(connection: Connection, said: pl.DataFrame, history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Write down what a list of `as_of` says (`id`, `stage`) where that was not known on the day, and return it.

    `history` as from `read`.
    """
    known = history.filter(pl.col("known_on") <= as_of).sort("known_on")
    last = known.unique("referral_id", keep="last", maintain_order=True).rename({"stage": "was", "known_on": "since"})
    once = said.unique("id", keep="last", maintain_order=True)
    rows = once.select(pl.col("stage").cast(pl.String), referral_id="id", known_on=pl.lit(as_of))
    joined = rows.join(last, on="referral_id", how="left", maintain_order="left")
    news = joined.filter(pl.col("stage").ne_missing(pl.col("was")))
    anew = (pl.col("since") == as_of).fill_null(value=False)
    db.update_frame(
        connection, "referral_stages", news.filter(anew).select(STAGES.names()), keys=["referral_id", "known_on"]
    )
    add(connection, "referral_stages", news.with_columns(added=~anew), STAGES.names())
    return news

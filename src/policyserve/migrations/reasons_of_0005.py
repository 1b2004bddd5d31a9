"""Reasons of version 0005: what messages kept in one column, code, arguments and free text, taken apart by step 0008.

Frozen: codes and beginnings are those that version 0005 wrote. What a gateway answered stood without a code; it is told
from codes by the states that messages have of their own and of a gateway's accord.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from policyserve import db

OWN = ("planned", "approved", "cancelled", "expired")
"""States in which nothing has been said by a gateway: what stands there alone is a code."""

CODES = (
    "no-phone", "no-consent", "opted-out", "deceased", "child", "superseded", "cap-day", "cap-phone", "cap-week",
    "cap-all", "merged", "expired",
)  # fmt: skip

GONE = r"^gone: (?P<fact>[a-z_ -]+?) (?P<values>\{.*\})$"
"""The fact that took a message back: its code and its arguments."""

OURS = {
    "in-doubt: its sender died": "sender-died",
    "in-doubt: the gateway gave no answer": "no-answer",
    "in-doubt: no answer": "no-answer",
    "tried: no reason was given": "tried",
}
"""What the program itself said after a code."""

SAID = r"^(?P<code>by-hand|in-doubt|tried|gone): (?P<words>(?s:.*))$"
"""A code with what a person or a gateway said."""

OF_STATE = {"by-hand": "cancelled", "gone": "cancelled", "in-doubt": "unknown", "tried": "failed"}
"""The state of messages with such a code; in any other a gateway chose the words."""

PAGE = 200_000
"""How many messages are read at once."""

_ROW = pl.Schema({"id": pl.Int32(), "status": pl.String(), "reason": pl.String()})


def carry(connection: Connection) -> None:
    """Take the reasons of all messages apart, a page at a time; codes that stand alone stay where they are."""
    newest = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM messages").scalar_one()
    for start in range(1, newest + 1, PAGE):
        page = f"id >= {start} AND id < {start + PAGE} AND reason IS NOT NULL"
        rows = db.read_frame(connection, f"SELECT id, status, reason FROM messages WHERE {page}", _ROW)
        db.update_frame(connection, "messages", apart(rows), keys=["id"])


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (`id`, `status`, `reason`) that change: `id`, `reason`, `arguments`, `said`."""
    whole, status = pl.col("reason"), pl.col("status")
    read = rows.with_columns(gone=whole.str.extract_groups(GONE), told=whole.str.extract_groups(SAID)).unnest(
        "gone", "told"
    )
    is_code = (status.is_in(OWN) & whole.is_in(CODES)) | ((status == "unknown") & (whole == "no-receipt"))
    is_ours = (status == pl.col("code").replace_strict(OF_STATE, default=None)).fill_null(value=False)
    ours = pl.when(is_ours).then(whole.replace_strict(OURS, default=None, return_dtype=pl.String))
    fact = pl.when(is_ours).then("fact")
    words = pl.when(is_ours).then("words").otherwise(whole)
    return read.filter(~is_code).select(
        "id",
        reason=pl.coalesce(ours, fact, pl.when(is_ours).then("code")),
        arguments=pl.when(is_ours & (pl.col("values") != "{}")).then("values"),
        said=pl.when(ours.is_null() & fact.is_null()).then(words),
    )

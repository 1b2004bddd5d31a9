"""Messages as they are stored: their states, and what generation reads of them."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.messages.generation.due_touches import IDENTITY
from policyserve.tables import Message, table

MESSAGES = table(Message)

CHANNEL = "sms"

STATUSES = (
    "planned",  # written; nothing has left
    "approved",  # a manager let it go
    "queued",  # about to be sent, or waiting for another try
    "submitting",  # a sender has it in hand: it may be leaving
    "accepted",  # the gateway has taken it; `provider_id` is its number
    "delivered",  # it reached the phone (or was handed over for good, where no receipts come)
    "failed",  # it did not reach the phone and never will
    "unknown",  # it may have left: looked up at the gateway, or shown to a person; never sent again blindly
    "cancelled",  # a fact, a cap or a person kept it back, or another message carries its text
    "expired",  # its last day passed
)
"""What a message can be."""

WAITING = ("planned", "approved", "queued")
"""States of messages that have not left; `queued` ones only if they were never tried."""

GONE_OUT = ("submitting", "accepted", "delivered", "unknown")
"""States that count for the caps besides those that wait for another try."""

STORED = pl.Schema(
    {
        "id": pl.Int32(),
        "service": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "ordinal": pl.Int32(),
        "customer_id": pl.Int32(),
        "status": pl.String(),
        "reason": pl.String(),
        "arguments": pl.String(),
        "said": pl.String(),
        "text": pl.String(),
        "merged_into_id": pl.Int32(),
        "anchor": pl.Date(),
        "due": pl.Date(),
        "last_on": pl.Date(),
        "send_on": pl.Date(),
        "is_waiting": pl.Boolean(),  # it has not left, and may be written anew
    }
)
"""A stored message as generation sees it."""

_WAITS = "(m.final_at IS NULL AND m.status IN ('planned', 'approved', 'queued'))"
_NOT_LEFT = f"({_WAITS} AND m.attempts = 0)"

_IS_WAITING = f"""
CASE WHEN m.attempts > 0 THEN 0
     WHEN {_NOT_LEFT} OR m.status = 'expired' THEN 1
     WHEN m.status <> 'cancelled' THEN 0
     WHEN m.merged_into_id IS NULL THEN
        CASE WHEN m.reason = 'by-hand' OR (m.reason LIKE 'cap-%' AND m.message_class = 'marketing') THEN 0
             ELSE 1 END
     WHEN EXISTS (
        SELECT 1 FROM messages lead WHERE lead.id = m.merged_into_id
        AND lead.attempts = 0 AND (lead.final_at IS NULL OR lead.reason <> 'by-hand')) THEN 1
     ELSE 0 END"""
"""What has not left can still be written: also what a fact or the calendar took back, once its touch is called for
again, and what was merged into a message that waits. The decisions of a person and of a cap stay."""

_COLUMNS = ", ".join(f"m.{name}" for name in STORED.names() if name != "is_waiting")


def hold_waiting(connection: Connection) -> None:
    """Keep senders off the messages that wait until this transaction ends (SQLite has been locked all along)."""
    if not db.is_sqlite(connection):
        connection.exec_driver_sql(f"SELECT id FROM messages m WHERE {_WAITS} ORDER BY id FOR UPDATE")


def is_due(connection: Connection, day: date) -> bool:
    """Whether anything that a generation made waits to leave by `day`."""
    return bool(connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM messages m WHERE {_due(day)})").scalar())


def due_count(connection: Connection, day: date) -> int:
    """Count what waits to leave by `day`, whoever made it."""
    query = f"SELECT count(*) FROM messages m WHERE {_WAITS} AND m.send_on <= '{day}'"
    return int(connection.exec_driver_sql(query).scalar() or 0)


def _due(day: date) -> str:
    return f"{_WAITS} AND m.generation_id IS NOT NULL AND m.send_on <= '{day}'"  # a date is ours, not typed by anybody


def due_to_leave(connection: Connection, day: date) -> pl.DataFrame:
    """Return what a generation made that waits to leave by `day`, tried before or not, and what it carries: STORED."""
    made = _due(day)
    query = f"""
        SELECT {_COLUMNS}, 1 = 1 AS is_waiting FROM messages m WHERE {made}
        UNION ALL
        SELECT {_COLUMNS}, 1 = 1 AS is_waiting FROM messages lead
        JOIN messages m ON m.customer_id = lead.customer_id AND m.merged_into_id = lead.id
        WHERE {made.replace("m.", "lead.")}"""
    return db.read_frame(connection, query, STORED)


def stored_of(connection: Connection, touches: pl.DataFrame) -> pl.DataFrame:
    """Return the messages that the touches (columns `IDENTITY`) have already, like `STORED`."""
    keys = touches.select(IDENTITY)
    if keys.is_empty():
        return pl.DataFrame(schema=STORED)
    match = " AND ".join(f"m.{name} = w.{name}" for name in IDENTITY)
    query = (
        f"SELECT {_COLUMNS}, {_flag(connection)} FROM wanted w JOIN messages m ON {match} AND m.channel = '{CHANNEL}'"
    )
    with db.wanted(connection, "messages", keys):
        return db.read_frame(connection, query, STORED)


def waiting(connection: Connection) -> pl.DataFrame:
    """Return every message that waits, like `STORED`, and those whose text one of them carries."""
    carried = _NOT_LEFT.replace("m.", "lead.")
    query = f"""
        SELECT {_COLUMNS}, {_flag(connection)} FROM messages m WHERE {_NOT_LEFT}
        UNION ALL
        SELECT {_COLUMNS}, {_flag(connection)} FROM messages lead
        JOIN messages m ON m.customer_id = lead.customer_id AND m.merged_into_id = lead.id WHERE {carried}"""
    return db.read_frame(connection, query, STORED)


def _flag(connection: Connection) -> str:
    return _IS_WAITING if db.is_sqlite(connection) else f"({_IS_WAITING}) = 1"


def had(connection: Connection, day: date, *, left_only: bool = False) -> pl.DataFrame:
    """Count what customers have had by a day: see `composing.compose`; the week is the seven days that end with it.

    `left_only`: without what waits for another try.
    """
    week = day - timedelta(days=6)
    of_day, marketing = f"m.send_on = '{day}'", "m.message_class = 'marketing'"
    states = ", ".join(f"'{status}'" for status in GONE_OUT)
    retried = "" if left_only else " OR (m.status = 'queued' AND m.attempts > 0)"
    counted = f"""
        SELECT m.customer_id, {_total(f"{of_day} AND {marketing}")}, {_total(marketing)}, {_total(of_day)}, m.phone
        FROM messages m WHERE m.send_on >= '{week}' AND m.send_on <= '{day}'
            AND (m.status IN ({states}){retried})
        GROUP BY m.customer_id, m.phone"""  # dates and states are ours, not typed by anybody
    columns = ("customer_id", "today", "this_week", "all_today")
    return db.read_frame(connection, counted, pl.Schema(dict.fromkeys(columns, pl.Int32()) | {"phone": pl.String()}))


def _total(condition: str) -> str:
    return f"CAST(sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS integer)"

"""Evidence: what was done on an occasion, as it was known on a day: tasks, texts with their receipts, and events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.dates import Days
from policyserve.messages.outbox.stored_messages import GONE_OUT
from policyserve.metrics.services.callback_rate import nobody_reached
from policyserve.metrics.services.task_states import read_as_they_stood, tracked_since

IDENTITY = ("service", "subject_kind", "subject_id", "ordinal")
"""The touch that something was done for."""

DEEDS = pl.Schema(
    {
        "service": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "ordinal": pl.Int32(),
        "kind": pl.String(),  # task, text, letter, event
        "number": pl.Int32(),  # of the task or the message; null for an event and a letter
        "on": pl.Date(),
        "channel": pl.String(),
        "outcome": pl.String(),  # of a contact; of a text what its receipt said; of a letter its posting number
        "counts": pl.Boolean(),  # somebody was reached, or the text has left
    }
)
"""What was done for a touch."""

WORK = pl.Schema(
    {
        "service": pl.String(),
        "subject_kind": pl.String(),
        "subject_id": pl.Int32(),
        "ordinal": pl.Int32(),
        "task_id": pl.Int32(),
        "agent_id": pl.Int32(),
        "latest": pl.Date(),
    }
)
"""Tasks that are open: what can still be done."""

LONGEST = 400
"""Days between the due day of a touch and the last one of an obligation that it proves, at most."""

_SUBJECTS = "SELECT t.id, t.subject_kind, t.subject_id, t.ordinal FROM tasks t"

_TEXTS = """
SELECT m.service, m.subject_kind, m.subject_id, m.ordinal, m.id, m.send_on, m.channel,
    CASE WHEN coalesce(carrier.final_at, m.final_at) < :known_before THEN coalesce(carrier.status, m.status)
    ELSE 'accepted' END
FROM messages m LEFT JOIN messages carrier ON carrier.id = m.merged_into_id
WHERE coalesce(carrier.submitted_at, m.submitted_at) IS NOT NULL
"""


_LETTERS = """
SELECT l.service, l.subject_kind, l.subject_id, l.ordinal, l.posted_on, l.posting_no, l.returned_on
FROM letters l WHERE l.posted_on IS NOT NULL
"""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was done, and what can still be done."""

    deeds: pl.DataFrame
    """DEEDS: of tasks and texts."""
    work: pl.DataFrame
    """WORK."""
    since: date | None
    """The first day on which anything was released as work."""


def read_evidence(
    connection: Connection,
    services: Collection[str],
    days: Days,
    as_of: date,
    *,
    zone: str,
    customers: Collection[int] | None = None,
) -> Evidence:
    """Read what was done for touches of `services` about `days`, as known on `as_of`, a day of the business time zone.

    `customers`: of these alone.
    """
    within = days.widened(before=LONGEST, after=LONGEST)
    names = {f"service{number}": code for number, code in enumerate(sorted(services))}
    values = {**names, "first": within.start.isoformat(), "last": within.last.isoformat()}
    tasks = _tasks(connection, as_of, _condition("t", "t.latest", names, customers), values)
    texts = _texts(connection, as_of, _condition("m", "m.send_on", names, customers), values, zone)
    letters = _letters(connection, as_of, _condition("l", "l.made_on", names, customers), values)
    by_hand = tasks.filter(pl.col("status") == "done").join(letters, on=[*IDENTITY, "channel"], how="anti")
    done = by_hand.select(
        *IDENTITY, "channel", "outcome", kind=pl.lit("task"), number="task_id", on="done_on", counts=~nobody_reached()
    )
    work = tasks.filter(pl.col("status") == "open").select(WORK.names())
    return Evidence(
        deeds=pl.concat([done.select(DEEDS.names()), texts.select(DEEDS.names()), letters.select(DEEDS.names())]),
        work=work,
        since=tracked_since(connection),
    )


def _condition(name: str, day: str, names: Collection[str], customers: Collection[int] | None) -> str:
    codes = ", ".join(f":{one}" for one in names) or "NULL"
    found = f"{name}.service IN ({codes}) AND {day} BETWEEN :first AND :last"
    if customers is None:
        return found
    keys = ", ".join(str(int(key)) for key in customers) or "NULL"
    return f"{found} AND {name}.customer_id IN ({keys})"


def _tasks(connection: Connection, as_of: date, condition: str, values: Mapping[str, str]) -> pl.DataFrame:
    """Read tasks as they stood on `as_of`, with what they are for."""
    kinds = pl.Schema({"task_id": pl.Int32(), **{name: WORK[name] for name in IDENTITY[1:]}})
    subjects = db.read_frame(connection, f"{_SUBJECTS} WHERE {condition}", kinds, values=values)
    keys = f"SELECT t.id FROM tasks t WHERE {condition}"
    stood = read_as_they_stood(connection, condition, as_of, keys=keys, values=values)
    return stood.join(subjects, on="task_id")


def _texts(connection: Connection, as_of: date, condition: str, values: Mapping[str, str], zone: str) -> pl.DataFrame:
    """Read texts that have left, or may have, with what their receipts said by the end of `as_of`."""
    midnight = datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(zone))
    values = {**values, "known_before": db.instant(connection, midnight)}
    own = {name: DEEDS[name] for name in (*IDENTITY, "number", "on", "channel")}
    read = pl.Schema({**own, "outcome": pl.String()})
    texts = db.read_frame(connection, f"{_TEXTS} AND {condition}", read, values=values)
    gone = pl.col("outcome").is_in(GONE_OUT)
    return texts.filter(pl.col("on") <= as_of).with_columns(kind=pl.lit("text"), counts=gone)


def _letters(connection: Connection, as_of: date, condition: str, values: Mapping[str, str]) -> pl.DataFrame:
    """Read letters that were posted by `as_of`; one that has come back by then has reached nobody."""
    own = {name: DEEDS[name] for name in IDENTITY}
    read = pl.Schema({**own, "on": pl.Date(), "outcome": pl.String(), "returned_on": pl.Date()})
    letters = db.read_frame(connection, f"{_LETTERS} AND {condition}", read, values=values).filter(
        pl.col("on") <= as_of
    )
    return letters.with_columns(
        kind=pl.lit("letter"), number=pl.lit(None, pl.Int32), channel=pl.lit("letter"),
        counts=~(pl.col("returned_on") <= as_of).fill_null(value=False),
    )  # fmt: skip

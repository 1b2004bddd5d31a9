"""Runs of a generation, or of an upkeep: what was composed is written down, what waits is rewritten or withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
from sqlalchemy import Connection, func, insert, select

from policyserve import db
from policyserve.messages.generation import data_tasks
from policyserve.messages.generation.composition import LEAD
from policyserve.messages.generation.due_touches import IDENTITY
from policyserve.messages.outbox.stored_messages import CHANNEL, WAITING, stored_of, waiting
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Service
from policyserve.tables import GenerationRun, table
from policyserve.tasks.transitions import Stamp

GENERATIONS = table(GenerationRun)


NOTHING = pl.lit(None, dtype=pl.String)

NOT_IN_HAND = "status IN ('planned', 'approved', 'queued', 'cancelled')"
"""What has not left: also what waits for another try, and what was merged into a message that waits."""

_NEVER_TRIED = "attempts = 0 AND status IN ('planned', 'approved', 'queued', 'cancelled', 'expired')"
"""What no sender has had in hand yet: its text may still be written anew."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One generation, or one upkeep, at work in its transaction."""

    connection: Connection
    settings: MessageSettings
    service: Service | None
    """What the standard says of the task that asks for a phone."""
    day: date
    at: datetime
    untried: str = _NEVER_TRIED
    """What may be written anew."""

    @property
    def _instant(self) -> pl.Expr:
        return pl.lit(self.at.astimezone(UTC), dtype=pl.Datetime("us", "UTC"))

    def store(self, composed: pl.DataFrame, stored: pl.DataFrame) -> tuple[int, int]:
        """Write down what was composed; return how many messages are new and how many changed."""
        pairs = self._beside(self._rows(composed, self._begin(composed)), stored)
        new = pairs.filter(pl.col("id").is_null(), pl.col("outcome").is_in(["made", "merged", "dropped"]))
        added = db.insert_frame(self.connection, "messages", new.select(_NEW), conflict="ON CONFLICT DO NOTHING")
        changed = self._rewrite(pairs.filter(pl.col("id").is_not_null()))
        self._link(composed)
        stamp = Stamp(at=self.at, as_of=self.day, actor=data_tasks.ACTOR)
        data_tasks.ask_for_phones(self.connection, self.service, self.settings, composed, stamp)
        return added, changed

    def rewrite(self, composed: pl.DataFrame, stored: pl.DataFrame) -> int:
        """Bring stored messages into line with what was composed of them; return how many changed."""
        last = self.connection.scalar(select(func.max(GENERATIONS.c.id)))
        changed = self._rewrite(self._beside(self._rows(composed, last), stored))
        self._link(composed)
        return changed

    def _beside(self, rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
        """Put what is stored beside rows of the same identity."""
        known = stored.select(
            *IDENTITY, "id", "merged_into_id", was="text", was_on="send_on", was_status="status", was_reason="reason"
        )
        return rows.join(known, on=IDENTITY, how="left", maintain_order="left")

    def _begin(self, composed: pl.DataFrame) -> int:
        told = pl.coalesce("reason", "said").alias("reason")
        counted = composed.group_by("service", "outcome", told).len().sort("service", "outcome", "reason")
        row = insert(GENERATIONS).values(for_day=self.day, at=self.at, counts=json.dumps(counted.rows()))
        return int(self.connection.execute(row.returning(GENERATIONS.c.id)).scalar_one())

    def _rows(self, composed: pl.DataFrame, generation_id: int | None) -> pl.DataFrame:
        """Shape what was composed as rows to store."""
        approved = self.settings.approval
        at = self._instant
        return composed.with_columns(
            channel=pl.lit(CHANNEL),
            send_on=pl.lit(self.day),
            status=pl.when(outcome="made").then(pl.lit("planned")).otherwise(pl.lit("cancelled")),
            needs_approval=pl.col("message_class").cast(pl.String).is_in(list(approved)),
            attempts=pl.lit(0),
            planned_at=at,
            final_at=pl.when(pl.col("outcome") != "made").then(at),
            generation_id=pl.lit(generation_id),
        )

    def _rewrite(self, pairs: pl.DataFrame) -> int:
        """Bring messages that wait into line with what was composed; return how many changed."""
        waits = pl.col("was_status").is_in(WAITING)
        same_text = pl.col("was").eq_missing(pl.col("text"))
        goes_on = waits & same_text & (pl.col("status") == "planned")
        stays = (goes_on & (pl.col("was_on") == pl.col("send_on"))) | (
            (pl.col("was_status") == pl.col("status")) & ~waits & pl.col("was_reason").eq_missing(pl.col("reason"))
        )
        changes = pairs.filter(~stays).select(
            "id", "text", "segments", "reason", "arguments", "said", "send_on", "last_on", "due", "anchor",
            "generation_id", "final_at", "message_class", "needs_approval",
            status=pl.when(goes_on).then("was_status").otherwise("status"),
            merged_into_id=pl.lit(None, dtype=pl.Int32),
        )  # fmt: skip
        return self._update(changes)

    def withdraw(self, touches: pl.DataFrame, reasons: Callable[[pl.DataFrame], pl.DataFrame]) -> int:
        """Cancel what waits and is no longer called for, with the fact; what is too late expires."""
        return self.withdraw_of(waiting(self.connection), touches, reasons)

    def withdraw_of(
        self, messages: pl.DataFrame, touches: pl.DataFrame, reasons: Callable[[pl.DataFrame], pl.DataFrame]
    ) -> int:
        """Do so with these `messages` (STORED)."""
        idle = messages.join(touches, on=IDENTITY, how="anti").filter(pl.col("due") <= self.day)
        gone = idle.filter(pl.col("last_on") >= self.day)
        expired = idle.filter(pl.col("last_on") < self.day, pl.col("status") != "cancelled").select(
            "id",
            status=pl.lit("expired"),
            reason=pl.lit("expired"),
            arguments=NOTHING,
            said=NOTHING,
            **self._closed(),
        )
        changed = self._update(expired, NOT_IN_HAND)
        if gone.is_empty():
            return changed
        facts = reasons(gone).select("id", "reason", "arguments")
        cancelled = facts.with_columns(status=pl.lit("cancelled"), said=NOTHING, **self._closed())
        return changed + self._update(cancelled, NOT_IN_HAND)

    def _closed(self) -> dict[str, pl.Expr]:
        return {"final_at": self._instant, "merged_into_id": pl.lit(None, dtype=pl.Int32)}

    def _update(self, changes: pl.DataFrame, guard: str | None = None) -> int:
        """Change messages by their keys, but none that a sender has taken in hand meanwhile; return how many."""
        return db.update_frame(self.connection, "messages", changes, keys=["id"], guard=guard or self.untried)

    def _link(self, composed: pl.DataFrame) -> None:
        """Write into each merged message which one carries its text."""
        merged = composed.filter(outcome="merged")
        if merged.is_empty():
            return
        leads = merged.select(LEAD).rename(dict(zip(LEAD, IDENTITY, strict=True)))
        keys = pl.concat([merged.select(IDENTITY), leads]).unique()
        ids = stored_of(self.connection, keys).select(*IDENTITY, "id", "merged_into_id")
        lead_ids = ids.select(**dict(zip(LEAD, IDENTITY, strict=True)), lead_id="id")
        pairs = merged.join(ids, on=IDENTITY).join(lead_ids, on=LEAD)
        other = pairs.filter(pl.col("merged_into_id").ne_missing(pl.col("lead_id")))
        self._update(other.select("id", merged_into_id="lead_id"))


_NEW = (
    *IDENTITY, "channel", "message_class", "anchor", "due", "send_on", "last_on", "text", "segments", "status",
    "reason", "arguments", "said", "needs_approval", "generation_id", "attempts", "planned_at", "final_at",
)  # fmt: skip
"""The columns of a new message."""

"""What the scheduler and the workers say on standard error: one line for each event, without personal data.

A line is an instant in the business time zone, the event, and `key=value` pairs: jobs, due times, seconds, states;
or the same as a JSON object.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

LOGGER = logging.getLogger("policyserve.journal")


def open_journal(zone: ZoneInfo, form: str = "text") -> None:
    """Send events to standard error as lines of `text` or `json`.

    No library writes there: its lines may hold what ours never do.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Objects(zone) if form == "json" else _Lines(zone))
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    logging.getLogger().handlers[:] = [logging.NullHandler()]


class _Lines(logging.Formatter):
    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, self.zone).isoformat(timespec="seconds")
        fields: dict[str, Any] = record.__dict__.get("fields", {})
        return " ".join([at, record.getMessage(), *(f"{name}={self._value(value)}" for name, value in fields.items())])

    def _value(self, value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).isoformat(timespec="seconds")
        plain = f"{value:.1f}" if isinstance(value, float) else str(value)
        return json.dumps(plain, ensure_ascii=False) if " " in plain or not plain.isprintable() else plain


class _Objects(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, self.zone).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = record.__dict__.get("fields", {})
        return json.dumps({"at": at, "event": record.getMessage(), **fields}, ensure_ascii=False, default=self._value)


def tell(event: str, **fields: Any) -> None:
    """Write one event: its name in words joined by hyphens, and what belongs to it."""
    LOGGER.info(event, extra={"fields": fields})

"""Times as vendors write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def read_time(text: str | None, zone: str, form: str | None) -> datetime | None:
    """Read a time as UTC; None where there is none or it cannot be read.

    Without a `form` (as for strptime): ISO 8601, slashes for hyphens too, fourteen digits, Unix seconds (10 digits) or
    milliseconds (13). A time without an offset is one in `zone`.
    """
    if text is None:
        return None
    try:
        read = _plain(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _plain(text: str) -> datetime:
    if text.isdecimal() and len(text) in {10, 13}:
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    if text.isdecimal() and len(text) == 14:
        return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone comes next
    return datetime.fromisoformat(text.replace("/", "-"))

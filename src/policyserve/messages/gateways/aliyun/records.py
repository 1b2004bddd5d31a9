"""What Aliyun's records of a phone say about a text that left, or may have left.

Aliyun's days and times are China's. A text may have left at any moment from just before its submission was written down
(clocks differ) until it is old enough to be sure of; the days in between are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from policyserve.locale import Sentence
from policyserve.messages.gateways.aliyun.calls import Detail
from policyserve.messages.gateways.aliyun.codes import reported
from policyserve.messages.gateways.gateway import Receipt, Sent, State

CHINA = ZoneInfo("Asia/Shanghai")
SKEW = timedelta(minutes=5)
KEPT = timedelta(days=29)
"""Aliyun gives out the records of the last 30 days."""

_STATES: dict[int, State] = {3: "delivered", 1: "accepted", 2: "failed"}
"""By status, the strongest first."""


def instant(text: str | None) -> datetime | None:
    """Read a time of Aliyun's (`2026-03-05 09:00:00`, in China), or return None where it is none."""
    try:
        return datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return None


def days(submitted_at: datetime, until: datetime) -> list[date]:
    """Return the days of China on which a text may have left."""
    first, last = (moment.astimezone(CHINA).date() for moment in (submitted_at - SKEW, until))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def receipt(sent: Sent, details: Iterable[Detail], now: datetime) -> Receipt | None:
    """Return what the record of a text says, or None where there is none."""
    mine = [one for one in details if _is_of(one, sent)]
    for status, state in _STATES.items():
        for one in mine:
            if one.status == status:
                return Receipt(
                    state=state,
                    at=instant(one.received_at) or instant(one.sent_at) or now,
                    provider_id=sent.provider_id,
                    reference=sent.reference,
                    reason=reported(one.code) if state == "failed" and one.code else None,
                )
    return None


def never_taken(sent: Sent, details: Iterable[Detail], codes: frozenset[str], now: datetime) -> Receipt | None:
    """Return that a text was never taken, from all records of the days on which it may have left.

    None where one of them could be the text: a record of one of our templates (`codes`) without a reference, or of
    this reference in a state that is not known.
    """
    if any(_is_of(one, sent) or (one.reference is None and one.template in codes) for one in details):
        return None
    return Receipt(state="never", at=now, reference=sent.reference, reason=Sentence("not among the vendor's records"))


def _is_of(one: Detail, sent: Sent) -> bool:
    """Tell whether a record is of this try of a text; an earlier try that was turned away may have one too."""
    left = instant(one.sent_at)
    return one.reference == sent.reference and (left is None or left >= sent.submitted_at - SKEW)

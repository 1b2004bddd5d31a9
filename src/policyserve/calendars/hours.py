"""Contact hours: when a message of a class may reach a customer, in the business time zone.

No Chinese rule names an hour; vendors let promotion through from 8 to 20, 21 or 22. The hours here are the narrower
ones, and a setting. An hour is what the clock on the wall shows, on days on which it is put forward or back too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from policyserve.model_errors import UnfitError

MessageClass = Literal["duty", "service", "marketing"]


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Hours of every day, half-open: messages may go out at `opens`, no longer at `closes`."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Raise ValueError for hours that close before they open."""
        if self.opens >= self.closes:
            raise UnfitError(
                "hours open before they close, not from {opens} to {closes}", opens=self.opens, closes=self.closes
            )


MARKETING = Hours(opens=time(9), closes=time(20))
SERVICE = Hours(opens=time(8), closes=time(21))


@dataclass(frozen=True, kw_only=True)
class ContactHours:
    """The hours of each class of messages in one time zone; a duty keeps the hours of service."""

    zone: ZoneInfo
    marketing: Hours = MARKETING
    service: Hours = SERVICE
    duty: Hours = SERVICE

    def is_allowed(self, instant: datetime, message_class: MessageClass) -> bool:
        """Tell whether a message of the class may go out at an instant (with a time zone, any)."""
        hours = self._of(message_class)
        return hours.opens <= _on_the_wall(instant, self.zone).time() < hours.closes

    def _of(self, message_class: MessageClass) -> Hours:
        return {"marketing": self.marketing, "service": self.service, "duty": self.duty}[message_class]


def _on_the_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return instant.astimezone(zone)

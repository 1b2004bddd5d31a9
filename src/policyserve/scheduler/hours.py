"""The hours of a job, in the business time zone: instants worked out from the settings, of which nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Hours(Protocol):
    """When a job is due."""

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the last instant, in UTC, at which the job was due, `now` among them."""
        ...

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first instant, in UTC, after `now` at which the job is due."""
        ...


@dataclass(frozen=True, kw_only=True)
class Daily:
    """Due every day at an hour of the business time zone; one that clocks leave out that day comes an hour later."""

    at: time

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """See `Hours`."""
        return max(instant for instant in self._around(now, zone) if instant <= now)

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """See `Hours`."""
        return min(instant for instant in self._around(now, zone) if instant > now)

    def _around(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        today = now.astimezone(zone).date()
        for days in range(-2, 3):
            yield datetime.combine(today + timedelta(days=days), self.at, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Every:
    """Due every so many minutes, counted from a midnight long ago, so that all processes mean the same instants."""

    minutes: int

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """See `Hours`."""
        step = timedelta(minutes=self.minutes)
        return self._first(zone) + (now - self._first(zone)) // step * step

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """See `Hours`."""
        return self.latest(now, zone) + timedelta(minutes=self.minutes)

    @staticmethod
    def _first(zone: ZoneInfo) -> datetime:
        return datetime(2000, 1, 1, tzinfo=zone).astimezone(UTC)

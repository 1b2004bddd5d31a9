"""One side of a rehearsal: a standard with the facts as it reads them, and the touches that it asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.plan.planner import plan_of
from policyserve.plan.subjects import Subjects
from policyserve.standard.model import Standard
from policyserve.tasks.columns import KEY
from policyserve.tasks.nightly_release import WIDE, known_days, rule_days
from policyserve.tasks.reconciliation import tracked
from policyserve.tasks.touch_absence import only

PLANNED = (*KEY, "customer_id", "agent_id", "performer", "channels", "due", "earliest", "latest")
"""What is asked of a touch."""


@dataclass(frozen=True)
class Side:
    """A standard, and what it is planned with."""

    facts: Subjects
    standard: Standard
    calendar: Calendar
    services: pl.Enum
    """The codes of both standards, so that their touches can be compared."""
    channels: pl.Enum
    """The same of the ways in which they are done."""

    @cached_property
    def enabled(self) -> set[str]:
        """The codes of the services that are switched on."""
        return {one.code for one in self.standard.services if one.enabled}

    @cached_property
    def takes(self) -> pl.DataFrame:
        """How much of an agent's day a touch takes: `service`, `channels`, `takes`."""
        rows = [(one.code, "+".join(one.channels), float(one.takes)) for one in self.standard.services if one.enabled]
        schema = {"service": self.services, "channels": self.channels, "takes": pl.Float64()}
        return pl.DataFrame(rows, schema=schema, orient="row").unique(["service", "channels"], keep="first")

    def touches(self, codes: Collection[str], days: Days) -> pl.DataFrame:
        """Return the touches of some services that fall due in `days`: columns PLANNED."""
        part = only(self.standard, codes)
        found = plan_of(self.facts, part, self.calendar, days, columns=PLANNED)
        own = found.filter(pl.col("service").cast(pl.String).is_in(sorted(codes)))
        return own.with_columns(pl.col("service").cast(self.services), pl.col("channels").cast(self.channels))

    def tracked(self, touches: pl.DataFrame) -> pl.DataFrame:
        """Leave out what fell due before its subject, or its rule, was known."""
        return tracked(touches, self._known, self._since)

    @cached_property
    def _known(self) -> pl.DataFrame:
        return known_days(self.facts.book)

    @cached_property
    def _since(self) -> pl.DataFrame:
        return rule_days(self.standard)

    def outside(self, sought: pl.DataFrame, days: Days) -> pl.DataFrame:
        """Return the touches due within WIDE days before or after `days` with the identities of `sought`."""
        codes = {*sought["service"].unique().cast(pl.String)} & self.enabled
        wide = days.widened(before=WIDE, after=WIDE)
        beside = (Days(start=wide.start, end=days.start), Days(start=days.end, end=wide.end))
        keys = sought.select(KEY)
        found = [self.touches(codes, part).join(keys, on=KEY, how="semi") for part in beside if codes]
        return pl.concat([sought.clear().select(PLANNED), *found])

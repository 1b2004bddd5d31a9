"""The days of tasks: from open work, as stored or as planned, to the day on which each piece is to be done, and why.

Work that stays on its day: without a window, greetings, reminders of a lapse, work added or put on a day by hand, and
what was shown for the next three working days. Duties move earlier only. Everything else goes anywhere in its window,
but not into its last two working days, for a visit may fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.standard.model import Standard
from policyserve.visits.even_days import EvenDays, Work, even_days
from policyserve.visits.open_days import OpenDays
from policyserve.visits.piercing import Costs

FROZEN: Final = 3
"""Working days from today on whose work stays where it was shown."""

RESERVE: Final = 2
"""Working days before the latest one that are kept free for another try."""

REACH: Final = 45
"""Days after those of a release whose touches take room too."""

AS_DUE, JOINED, EASED = "as-due", "joined", "eased"
"""Why a task stands on its day: it is meant for it; others of the household are done then; its day was too full."""

ASKED = pl.Schema(
    {
        "agent_id": pl.Int32(), "household": pl.String(), "service": pl.String(), "channels": pl.String(),
        "earliest": pl.Date(), "due": pl.Date(), "latest": pl.Date(), "planned_on": pl.Date(),
        "snoozed_to": pl.Date(), "by_hand": pl.Boolean(),
    }
)  # fmt: skip
"""What is asked of each piece of work; the household may be any name of who is visited together."""

RULES = pl.Schema({"service": pl.String, "channels": pl.String, "takes": pl.Float64, "freedom": pl.String,
                   "alone": pl.Boolean})  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Work with `planned_on` and `planned_why` (null where it takes nothing of a day), and how it came about."""

    rows: pl.DataFrame
    work: Work
    even: EvenDays
    open_days: OpenDays
    capacity: Costs
    agents: pl.Series
    """The agent of each number in `work`."""


@dataclass(frozen=True)
class Staff:
    """What is known of agents."""

    usual: float
    """Visits that an agent makes a day."""
    capacity: Mapping[int, float] = field(default_factory=dict)
    """Of agents for whom it is another number."""
    away: Sequence[tuple[int, date, date]] = ()
    """Absences: the agent, the first day, the day of the return."""


def planned(rows: pl.DataFrame, standard: Standard, calendar: Calendar, staff: Staff, *, as_of: date) -> Plan:
    """Choose the day of each row (`ASKED` and whatever else)."""
    told = rows.join(rules(standard), on=["service", "channels"], how="left", maintain_order="left")
    counts = told.with_row_index("place").filter(pl.col("takes") > 0, pl.col("agent_id").is_not_null())
    agents = counts["agent_id"].unique().sort()
    last = max([as_of, *counts["latest"].top_k(1)])
    days = Days.between(as_of, last + timedelta(days=14))
    flags = calendar.days(days)
    frozen = max([as_of, *flags.filter("workday")["day"].head(FROZEN)])
    numbers = {agent: number for number, agent in enumerate(agents)}
    away = [(numbers[agent], first, back) for agent, first, back in staff.away if agent in numbers]
    open_days = OpenDays.of(flags["workday"].to_numpy(), days, len(agents), away)
    kept, work = _work(_windows(counts, as_of, frozen), open_days, agents)
    room = np.array([staff.capacity.get(agent, staff.usual) for agent in agents], dtype=float)
    even = even_days(work, open_days, room)
    return Plan(_written(rows, kept, work, even, open_days), work, even, open_days, room, agents)


def rules(standard: Standard) -> pl.DataFrame:
    """Return what the standard says of each service: `RULES`, one row for each code and its channels."""
    found = {
        (one.code, "+".join(one.channels)): (one.takes, one.freedom, one.joins == "alone")
        for one in standard.services
        if one.performer == "agent"
    }
    return pl.DataFrame([(*key, *row) for key, row in found.items()], schema=RULES, orient="row")


def _windows(counts: pl.DataFrame, as_of: date, frozen: date) -> pl.DataFrame:
    """Add `first`, `last` and `ideal` (days), and `shown`: whether people have seen that day."""
    today = pl.lit(as_of)
    asked = pl.min_horizontal(pl.coalesce("snoozed_to", "planned_on", "due"), "latest")
    shown = pl.col("planned_on").is_not_null()
    decided = pl.col("by_hand") | pl.col("snoozed_to").is_not_null() | (pl.col("freedom") == "none")
    stays = decided | (shown & (pl.col("planned_on") <= frozen))
    first = pl.max_horizontal("earliest", today)
    last = pl.when(pl.col("freedom") == "earlier").then(pl.min_horizontal("due", "latest")).otherwise("latest")
    late = pl.max_horizontal(asked, today)
    stays = stays | (last < first)
    return counts.with_columns(
        first=pl.when(stays).then(late).otherwise(first),
        last=pl.when(stays).then(late).otherwise(last),
        ideal=pl.when(stays).then(late).otherwise(pl.min_horizontal(pl.max_horizontal(asked, first), last)),
        reserve=pl.when(stays | (pl.col("freedom") != "any")).then(0).otherwise(RESERVE),
        shown=shown,
    )


def _work(windows: pl.DataFrame, open_days: OpenDays, agents: pl.Series) -> tuple[pl.DataFrame, Work]:
    """Return the pieces that have a working day in their window, and the same in numbers."""
    agent = agents.search_sorted(windows["agent_id"]).to_numpy().astype(np.int64)
    first, last, ideal = (
        windows[name].cast(pl.Int32).to_numpy().astype(np.int64) for name in ("first", "last", "ideal")
    )
    low, high = open_days.from_day(agent, first), open_days.to_day(agent, last)
    has = low <= high
    meant = np.clip(np.where(ideal >= first, open_days.to_day(agent, ideal), low), low, np.maximum(high, low))
    high = np.maximum(np.maximum(high - windows["reserve"].to_numpy(), meant), low)
    household = windows["household"].rank("dense").to_numpy().astype(np.int64)
    work = Work(
        agent, household, low, high, meant, windows["shown"].to_numpy(), windows["alone"].to_numpy(),
        windows["takes"].to_numpy(),
    )  # fmt: skip
    return windows.filter(pl.Series(has)), work.at(np.flatnonzero(has))


def _written(rows: pl.DataFrame, kept: pl.DataFrame, work: Work, even: EvenDays, open_days: OpenDays) -> pl.DataFrame:
    day = pl.Series(open_days.day_of(work.agent, even.day), dtype=pl.Int32).cast(pl.Date)
    why = np.where(even.day != even.joined, EASED, np.where(even.day != work.ideal, JOINED, AS_DUE))
    stays = (kept["first"] == kept["last"]).to_numpy()
    asked = pl.min_horizontal(pl.coalesce("planned_on", "due"), "latest")
    told = kept.select("place", old=asked).with_columns(new=day, why=pl.Series(why), stays=pl.Series(stays))
    told = told.select(
        "place",
        planned_on=pl.when("stays").then("old").otherwise("new"),
        planned_why=pl.when("stays").then(pl.lit(AS_DUE)).otherwise("why"),
    )
    known = rows.rename({"planned_on": "before"}).with_row_index("place")
    return known.join(told, on="place", how="left", maintain_order="left").drop("place")

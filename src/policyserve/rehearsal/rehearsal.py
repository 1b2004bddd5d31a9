"""The rehearsal itself: two standards planned over the same facts, compared service by service, and summed up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.plan.basis import within
from policyserve.plan.subjects import Subjects
from policyserve.rehearsal.differences import differing, groups
from policyserve.rehearsal.pairs import CHANGES, SAME, pairs
from policyserve.rehearsal.side import Side
from policyserve.standard.model import Standard
from policyserve.standard.versions import carry_since, with_since

SAMPLES = 3
"""Touches that are shown of each service for each kind of change."""

_COUNTED = tuple(change for change in CHANGES if change != SAME)


@dataclass(frozen=True)
class Rehearsal:
    """What a changed standard would do in some days."""

    old: Side
    new: Side
    days: Days
    services: pl.DataFrame
    """Of each service that differs: `service`, `before`, `added`, `removed`, `moved`, `moved_in`, `moved_out`,
    `otherwise`, `after`, `messages_before`, `messages_after`."""
    load: pl.DataFrame
    """What agents have to do, in visits: `agent_id`, `week` (its Monday), `before`, `after`."""
    samples: pl.DataFrame
    """The first touches of each service and change, as `pairs.pairs`."""


def rehearsal(book: Book, old: Standard, new: Standard, *, calendar: Calendar, days: Days, as_of: date) -> Rehearsal:
    """Say what `new` would do in `days` if it held from the first of them on, with the facts known on `as_of`.

    Facts are worked out once, but where grace differs; what stands in both alike is planned once, for the load.
    """
    held = with_since(new, carry_since(old, new, days.start))
    left, right = _sides(book, old, held, calendar, as_of)
    codes = differing(old, held)
    found = [_judged(pairs(left, right, group, days), left, right, days) for group in groups((old, held), codes)]
    steady = [_steady(left, group, days) for group in groups((old,), _working(old) - codes)] if codes else []
    loads = pl.concat([_NO_LOAD, *(load for _, load, _ in found), *steady])
    return Rehearsal(
        old=left, new=right, days=days,
        services=pl.concat([_NO_COUNTS, *(counts for counts, _, _ in found)]),
        load=loads.group_by("agent_id", "week").agg(pl.col("before", "after").sum()).sort("week", "agent_id"),
        samples=pl.concat([samples for _, _, samples in found]) if found else pl.DataFrame(),
    )  # fmt: skip


_NO_LOAD = pl.DataFrame(
    schema={"agent_id": pl.Int32(), "week": pl.Date(), "before": pl.Float64(), "after": pl.Float64()}
)
_NO_COUNTS = pl.DataFrame(
    schema={
        "service": pl.String(),
        **dict.fromkeys(("before", *_COUNTED, "after", "messages_before", "messages_after"), pl.Int64()),
    }
)


def _sides(book: Book, old: Standard, new: Standard, calendar: Calendar, as_of: date) -> Iterator[Side]:
    """Yield both sides, with facts in common where both read them alike."""
    standards = (old, new)
    services = [one for standard in standards for one in standard.services]
    codes = pl.Enum(list(dict.fromkeys(one.code for one in services)))
    channels = pl.Enum(list(dict.fromkeys("+".join(one.channels) for one in services)))
    facts = {rules: Subjects.of(book, as_of, *rules) for rules in {one.lapse_rules for one in standards}}
    return (Side(facts[one.lapse_rules], one, calendar, codes, channels) for one in standards)


def _working(standard: Standard) -> set[str]:
    """Return the services that take time of agents."""
    return {one.code for one in standard.services if one.enabled and one.performer == "agent" and one.takes}


def _judged(rows: pl.DataFrame, old: Side, new: Side, days: Days) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return counts, load and samples of the touches of some services."""
    before = rows.filter(within("due", days))
    after = rows.filter(within("due_new", days)).select(
        "service", *(pl.col(f"{name}_new").alias(name) for name in _OF_LOAD)
    )
    loads = [
        _load(before, old).with_columns(after=0.0),
        _load(after, new).select("agent_id", "week", before=0.0, after="before"),
    ]
    return _counts(rows, days), pl.concat(loads), _samples(rows)


_OF_LOAD = ("agent_id", "performer", "channels", "due")


def _load(touches: pl.DataFrame, side: Side) -> pl.DataFrame:
    """Sum up what touches take of their agents' weeks: `agent_id`, `week`, `before`."""
    work = touches.filter(pl.col("performer") == "agent")
    counted = work.group_by("service", "channels", "agent_id", week=pl.col("due").dt.truncate("1w")).len()
    taken = counted.join(side.takes, on=["service", "channels"]).filter(pl.col("takes") > 0)
    return taken.group_by("agent_id", "week").agg(before=(pl.col("takes") * pl.col("len")).sum())


def _steady(side: Side, codes: set[str], days: Days) -> pl.DataFrame:
    """Return the load of services that stay as they are."""
    load = _load(side.tracked(side.touches(codes, days)), side)
    return load.with_columns(after="before")


def _counts(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    sms = [name for name in rows.schema["channels"].categories if "sms" in name.split("+")]  # type: ignore[attr-defined]
    inside = {"before": within("due", days), "after": within("due_new", days)}
    texts = {"before": pl.col("channels").is_in(sms), "after": pl.col("channels_new").is_in(sms)}
    found = rows.group_by("service").agg(
        **{name: there.sum() for name, there in inside.items()},
        **{change: (pl.col("change") == change).sum() for change in _COUNTED},
        **{f"messages_{name}": (there & texts[name]).sum() for name, there in inside.items()},
    )
    return found.sort("service").select(pl.col(name).cast(dtype) for name, dtype in _NO_COUNTS.schema.items())


def _samples(rows: pl.DataFrame) -> pl.DataFrame:
    changed = rows.filter(pl.col("change") != SAME)
    day = pl.coalesce("due", "due_new")
    first = changed.sort(day, "subject_id", "ordinal").group_by("service", "change", maintain_order=True).head(SAMPLES)
    return first.select(rows.columns).sort("service", "change", maintain_order=True)

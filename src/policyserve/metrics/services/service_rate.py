"""Service rate (服务达成率): what was promised, fell due and was done, in time or late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.dates import Days
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.targets import SMALL
from policyserve.standard.model import Standard

OWN = {"level": "level", "service": "service", "class": "message_class"}
"""Groupings by what the standard says of a service."""

ALLOWED = (*OF_AGENTS, *OWN)
"""What the figures of this module can be grouped by."""

FATES = (
    "on_time",  # done by the latest day
    "late",  # done after it
    "missed",  # not done, and the latest day is over
    "open",  # fell due, not done, still in time
    "pending",  # not due yet
    "skipped",  # somebody decided against it, and said why
)
"""What became of a task."""

Fate = pl.Enum(FATES)

COUNTED = FATES[:4]
"""Those that fell due; the others are shown apart."""

DECIDED = FATES[:3]
"""Those of which a rate is made: done, or not done and the window is closed. What is open stands beside it."""


def fields_by(by: Sequence[str]) -> list[str]:
    """Return the fields that `by` groups by, each once; raise PolicyserveError for a grouping not in ALLOWED."""
    fields = [field for name in by for field in ([OWN[name]] if name in OWN else fields_of([name], ALLOWED))]
    return list(dict.fromkeys(fields))


def fates(tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add `fate` (one of FATES) to `tasks` (as `task_states.TASKS`, on `as_of`); cancelled ones are left out.

    What was done before its due day counts on the due day, as premiums paid in advance do. A service whose text the
    system itself has sent is done by it.
    """
    texted = pl.col("status").is_in(["open", "missed"]) & (pl.col("texted_on") <= pl.col("latest"))
    done = pl.col("status") == "done"
    fate = (
        pl.when(pl.col("status") == "skipped")
        .then(_fate("skipped"))
        .when(pl.col("due") > as_of)
        .then(_fate("pending"))
        .when(done & (pl.col("done_on") <= pl.col("latest")) | texted.fill_null(value=False))
        .then(_fate("on_time"))
        .when(done)
        .then(_fate("late"))
        .when(pl.col("latest") >= as_of)
        .then(_fate("open"))
        .otherwise(_fate("missed"))
    )
    return tasks.filter(pl.col("status") != "cancelled").with_columns(fate=fate)


def _fate(name: str) -> pl.Expr:
    return pl.lit(name, dtype=Fate)


def tasks_due(tasks: pl.DataFrame, days: Days, as_of: date, fields: Sequence[str] = ()) -> pl.DataFrame:
    """Return the tasks behind a service rate by `fields`: those with a due day in `days`, each with its `fate`.

    Work of the office is left out where agents or teams are asked for.
    """
    own = tasks.filter(pl.col("performer") == "agent") if {"team", "agent_no"} & {*fields} else tasks
    return fates(own.filter(pl.col("due").is_between(days.start, days.last)), as_of)


def service_rate(
    tasks: pl.DataFrame,
    standard: Standard,
    agents: pl.DataFrame,
    days: Days,
    *,
    by: Sequence[str] = ("level",),
    as_of: date,
) -> pl.DataFrame:
    """Count the services that fell due in `days` and those done by their latest day, as known on `as_of`.

    `tasks` as they stood on `as_of`. Columns: a field per grouping, `numerator` (on time), `denominator` (decided:
    on time, late, missed), `ratio` (null where nothing is decided), `late`, `missed`, `open`, `ratio_with_late`,
    `pending`, `skipped` (in neither), `small`, `status`: `final` once every window is closed.
    Work of the office belongs to no agent and no team, and has no row by them: nobody's rate is burdened with it.
    """
    fields = fields_by(by)
    keys = _keys(fields)
    known = tasks.select("due", "latest", "status", "done_on", "texted_on", *dict.fromkeys(["performer", *keys]))
    rows = tasks_due(known, days, as_of, fields)
    tallied = rows.group_by(*keys, "fate").agg(tasks=pl.len().cast(pl.Int64))
    counts = [pl.col("tasks").filter(pl.col("fate") == fate).sum().alias(fate) for fate in FATES]
    figures = grouped(named(tallied, standard, agents, fields), fields, counts)
    return (
        figures.rename({"on_time": "numerator"})
        .with_columns(denominator=pl.sum_horizontal("numerator", *DECIDED[1:]))
        .with_columns(
            ratio=ratio(pl.col("numerator")),
            ratio_with_late=ratio(pl.col("numerator") + pl.col("late")),
            small=pl.col("denominator") < SMALL,
            status=status(pl.col("open"), days, as_of),
        )
        .select(*fields, *RATE)
    )


RATE = (
    "numerator", "denominator", "ratio", "late", "missed", "open", "ratio_with_late", "pending", "skipped", "small",
    "status",
)  # fmt: skip
"""The columns of a service rate after its groupings."""


def ratio(numerator: pl.Expr) -> pl.Expr:
    """Divide by the column `denominator`; null where it is zero."""
    return pl.when(pl.col("denominator") > 0).then(numerator / pl.col("denominator"))


def status(open_: pl.Expr, days: Days, as_of: date) -> pl.Expr:
    """Return `final` once the days are over and nothing is `open_` (a count) any more, else `provisional`."""
    running = (open_ > 0) | pl.lit(days.last >= as_of)
    return pl.when(running).then(pl.lit("provisional")).otherwise(pl.lit("final"))


def grouped(frame: pl.DataFrame, fields: Sequence[str], counts: Sequence[pl.Expr]) -> pl.DataFrame:
    """Count by `fields`, sorted; without fields in one row, also over nothing."""
    return frame.group_by(fields).agg(counts).sort(fields) if fields else frame.select(counts)


def _keys(fields: Sequence[str]) -> list[str]:
    """Return the columns of a task that the `fields` of its grouping follow from."""
    return list(dict.fromkeys(key for field in fields for key in _SOURCES[field]))


_OF_AGENT = ("agent_id", "performer")
_SOURCES = {
    "company": (), "branch": ("agent_id",), "team": _OF_AGENT, "agent_no": _OF_AGENT,
    "level": ("service",), "service": ("service",), "message_class": ("service",),
}  # fmt: skip


def named(rows: pl.DataFrame, standard: Standard, agents: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Add the fields asked for; `level` and `message_class` are null for a service that the standard lost.

    Work of the office has no agent and no team.
    """
    found = with_agents(rows, agents, fields)
    own = [name for name in ("team", "agent_no") if name in fields]
    found = found.with_columns(pl.when(pl.col("performer") == "agent").then(name).alias(name) for name in own)
    of_service = [name for name in ("level", "message_class") if name in fields]
    if not of_service:
        return found
    return found.join(_services(standard).select("service", *of_service), on="service", how="left")


def _services(standard: Standard) -> pl.DataFrame:
    """Return what the standard says of each code: `service`, `level`, `message_class`."""
    rows = {one.code: (one.code, one.level, one.message_class) for one in reversed(standard.services)}
    schema = dict.fromkeys(("service", "level", "message_class"), pl.String)
    return pl.DataFrame(list(rows.values()), schema=schema, orient="row")


def tasks_done(tasks: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Return the tasks behind satisfaction: those done in `days`, whenever they were due."""
    return tasks.filter(pl.col("status") == "done", pl.col("done_on").is_between(days.start, days.last))


def satisfaction(
    tasks: pl.DataFrame,
    standard: Standard,
    agents: pl.DataFrame,
    days: Days,
    *,
    by: Sequence[str] = ("company",),
) -> pl.DataFrame:
    """Return what customers said of the services done in `days` (满意度), from 1 (not at all) to 5 (very).

    `tasks` as they stood on the day asked for. Columns: a field per grouping, `services` (done), `answers`, `mean` and
    `satisfied` (the share of 4 and 5), null without answers, and `small`: fewer than 30 answers.
    """
    fields = fields_by(by)
    answer = pl.col("satisfaction")
    counts = (
        pl.len().cast(pl.Int64).alias("services"),
        answer.count().cast(pl.Int64).alias("answers"),
        answer.mean().alias("mean"),
        (answer >= 4).mean().alias("satisfied"),
    )
    figures = grouped(named(tasks_done(tasks, days), standard, agents, fields), fields, counts)
    return figures.with_columns(small=pl.col("answers") < SMALL)

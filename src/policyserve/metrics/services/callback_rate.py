"""Call-backs inside the free-look (犹豫期内电话回访成功率): those that reached the customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.dates import Days
from policyserve.metrics.services.service_rate import COUNTED, fields_by, grouped, named, ratio, status, tasks_due
from policyserve.metrics.targets import SMALL
from policyserve.standard.model import Standard

NOT_REACHED = (
    "not reached", "no answer", "unreachable", "voicemail", "refused", "failed", "wrong number", "busy", "未接通",
    "未接", "无人接听", "联系不上", "拒访", "拒绝回访", "空号", "停机", "关机", "失败", "号码错误",
)  # fmt: skip
"""Outcomes of a call that say that nobody was spoken to; capitals do not matter."""


def nobody_reached() -> pl.Expr:
    """Whether the column `outcome` says that nobody was spoken to."""
    return pl.col("outcome").str.to_lowercase().str.strip_chars().is_in(NOT_REACHED).fill_null(value=False)


def callbacks_due(tasks: pl.DataFrame, standard: Standard, days: Days, as_of: date) -> pl.DataFrame:
    """Return the tasks behind the rate of call-backs, with `fate`: one of COUNTED, or `not_reached`.

    Call-backs are the services whose window ends with the free-look. `on_time` are those that reached the customer;
    `not_reached` were made in time, with an outcome that is in NOT_REACHED.
    """
    codes = [one.code for one in standard.services if one.window.until == "freelook-end"]
    due = tasks_due(tasks.filter(pl.col("service").is_in(codes)), days, as_of)
    fate = pl.col("fate").cast(pl.String)
    missed_them = (pl.col("fate") == "on_time") & nobody_reached()
    return due.filter(pl.col("fate").is_in(COUNTED)).with_columns(
        fate=pl.when(missed_them).then(pl.lit("not_reached")).otherwise(fate)
    )


def callbacks(
    tasks: pl.DataFrame,
    standard: Standard,
    agents: pl.DataFrame,
    days: Days,
    *,
    by: Sequence[str] = ("company",),
    as_of: date,
) -> pl.DataFrame:
    """Count the call-backs inside the free-look that reached the customer (犹豫期内电话回访成功率), as on `as_of`.

    Columns: a field per grouping, `numerator` (done by the last day of the free-look, with an outcome that is not in
    NOT_REACHED), `denominator` (fell due in `days`, not open), `ratio`, `not_reached` (done in time without speaking to
    anybody), `late`, `missed`, `open`, `small`, `status`. `tasks` as they stood on `as_of`.
    """
    fields = fields_by(by)
    rows = callbacks_due(tasks, standard, days, as_of)
    counts = [(pl.col("fate") == fate).sum().cast(pl.Int64).alias(name) for name, fate in _CALLS.items()]
    whole = (pl.col("fate") != "open").sum().cast(pl.Int64).alias("denominator")
    figures = grouped(named(rows, standard, agents, fields), fields, [*counts, whole])
    return figures.with_columns(
        ratio=ratio(pl.col("numerator")),
        small=pl.col("denominator") < SMALL,
        status=status(pl.col("open"), days, as_of),
    ).select(*fields, *CALLBACKS)


_CALLS = {"numerator": "on_time"} | {name: name for name in ("not_reached", "late", "missed", "open")}

CALLBACKS = ("numerator", "denominator", "ratio", "not_reached", "late", "missed", "open", "small", "status")
"""The columns of a rate of call-backs after its groupings."""

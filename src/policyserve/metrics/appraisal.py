"""The appraisal of a month (月度考核): what other figures say of each agent or team, and who has reached what.

Nothing is worked out here: every number is taken from the figure that it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.dates import Days, add_months
from policyserve.locale import N_, N_in, Sentence, translated
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.metrics.targets import ADDED_ON, KEPT

TITLE = N_("Appraisal of {month}")
MEANING = N_(
    "Appraisal of a month: service rate and call-backs are of the services that fell due in the month, satisfaction is "
    "of those done in it; complaints are those received in it; persistency of month 13 is that of the cohort whose "
    "grace ends in the month ({cohort}); people referred and add-ons count since the year began. Reached: all three "
    "targets (persistency, referrals, add-ons) are met; where one of them has nothing to count, that is said instead."
)

FROM: dict[str, dict[str, str]] = {
    "services": {"ratio": "service_rate", "denominator": "services_due"},
    "callbacks": {"ratio": "callback_rate", "denominator": "callbacks_due"},
    "satisfaction": {"mean": "satisfaction", "answers": "answers", "small": "few_answers"},
    "complaints": {"received": "complaints", "in_time_share": "settled_in_time"},
    "persistency": {"ratio": "persistency", "denominator_count": "policies", "small": "few_policies"},
    "referrals": {"referred": "referred", "target": "to_refer"},
    "add-ons": {"ratio": "added_on", "single_policy_customers": "single_policy_customers", "small": "few_customers"},
}
"""By figure: the fields that are taken from it, and their names here."""

REACHED = {
    "yes": N_in("appraisal", "reached"),
    "no": N_in("appraisal", "not reached"),
    "nothing": N_in("appraisal", "nothing to count"),
}


def assessed_cohort(month: date) -> date:
    """Return the first day of the cohort whose 13th premium leaves its grace in a month (考核月): 14 months before."""
    return add_months(month, -14)


def appraisal_figure(parts: dict[str, Figure], month: date, *, by: Sequence[str], as_of: date) -> Figure:
    """Put figures (the keys of FROM, all grouped `by` the same) side by side; `month`: its first day."""
    keys = fields_of(by, OF_AGENTS)
    taken = {name: _taken(parts[name].rows, keys, FROM[name]) for name in FROM}
    everybody = pl.concat([rows.select(keys) for rows in taken.values()]).unique().sort(keys, nulls_last=True)
    for rows in taken.values():
        everybody = everybody.join(rows, on=keys, how="left")
    cohort = f"{assessed_cohort(month):%Y-%m}"
    return Figure(
        title=Sentence(TITLE, month=f"{month:%Y-%m}"),
        days=Days(start=month, end=add_months(month, 1)),
        columns=(*columns(*keys), *SHOWN),
        rows=everybody.with_columns(pl.col(keys).replace("", None), **_verdicts()).with_columns(reached=_reached()),
        as_of=as_of,
        definition=(Sentence(MEANING, cohort=cohort),),
    )


def _taken(rows: pl.DataFrame, keys: list[str], names: dict[str, str]) -> pl.DataFrame:
    """Take fields of a figure; of several currencies the one with most policies."""
    if "denominator_count" in names:
        rows = rows.sort("denominator_count", descending=True).unique(keys, keep="first", maintain_order=True)
    named = pl.col(keys).cast(pl.String).fill_null("")  # who has no team, or is nobody's, is one group as well
    return rows.select(named, *(pl.col(name).alias(own) for name, own in names.items()))


VERDICTS = {"persistency": "kept_enough", "referred": "referred_enough", "added_on": "added_enough"}
"""By the number of a target: the field that says whether it is reached; a key of REACHED."""


def _verdicts() -> dict[str, pl.Expr]:
    goals = {"persistency": pl.lit(KEPT), "referred": pl.col("to_refer"), "added_on": pl.lit(ADDED_ON)}
    return {field: _verdict(pl.col(name) >= goals[name]) for name, field in VERDICTS.items()}


def _verdict(met: pl.Expr) -> pl.Expr:
    return pl.when(met.is_null()).then(pl.lit("nothing")).when(met).then(pl.lit("yes")).otherwise(pl.lit("no"))


def _reached() -> pl.Expr:
    """Say whether all three targets are met; `nothing` where one of them has nothing to count."""
    each = [pl.col(field) for field in VERDICTS.values()]
    return (
        pl.when(pl.any_horizontal(one == "nothing" for one in each))
        .then(pl.lit("nothing"))
        .when(pl.all_horizontal(one == "yes" for one in each))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )


def verdict_word(code: str, language: str) -> str:
    """Put a verdict (a key of REACHED) into words."""
    return translated(language, REACHED[code])


SHOWN = (
    Column(name="service_rate", title=N_("Service rate"), kind="ratio"),
    column("services_due", N_in("service", "Decided"), kind="count"),
    Column(name="callback_rate", title=N_("Call-backs in time"), kind="ratio"),
    Column(name="satisfaction", title=N_("Satisfaction"), kind="number"),
    Column(name="answers", title=N_("Answers"), kind="count"),
    Column(name="complaints", title=N_("Complaints"), kind="count"),
    Column(name="settled_in_time", title=N_("Complaints settled in time"), kind="ratio"),
    Column(name="persistency", title=N_("13-month persistency"), kind="ratio", target=KEPT, small="few_policies"),
    Column(name="referred", title=N_("People referred"), kind="count"),
    Column(name="added_on", title=N_("Add-ons"), kind="ratio", target=ADDED_ON, small="few_customers"),
    Column(name="reached", title=N_("Targets"), kind="code", words=verdict_word),
)

"""Premiums due as figures: what became of them, when they came in, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import Days, add_months
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.collection.collection import ALLOWED, collection, instalments_behind
from policyserve.metrics.collection.dues import FATES
from policyserve.metrics.collection.steps import STEPS, collected_behind, collected_by
from policyserve.metrics.columns import column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import fields_of

COLLECTION = N_("Premiums due, and what became of them")
OF_YEARS = {
    None: N_("all renewal premiums"),
    2: N_("second-year premiums"),
}
"""What the title says of the policy years; of another one its number."""
COLLECTION_MEANS = N_(
    "Premiums due in the period, and what became of them: collected (paid in full by the end of the grace), "
    "surrendered (by then, or in the twelve months before), suspended, open. Rate = collected / due. Left out: "
    "premiums no longer owed because of a claim, waiver, reduced paid-up, conversion, transfer, cancellation or "
    "termination. A rider ends with its main policy. The riders' part: what riders bring, those added by events and "
    "those with policy numbers of their own. By the agent who served the policy on the due day. Provisional until the "
    "last grace is over."
)
COLLECTED = N_("Premiums collected")
COLLECTED_MEANS = N_(
    "Premiums due in a month: the share collected by the end of that month (in advance counts), by the end of the "
    "next, and by the end of each policy's grace, of 60 days. What is due is counted as in 'collection'."
)

FATE = words_of({
    "collected": N_in("premium", "collected"),
    "surrendered": N_in("premium", "surrendered"),
    "suspended": N_in("premium", "suspended"),
    "open": N_in("premium", "open"),
})  # fmt: skip

STEP = words_of({
    "in_month": N_("in the month"),
    "by_next_month": N_("by the end of the next"),
    "by_grace": N_("by the end of grace"),
})  # fmt: skip

DUE = column("due", N_in("premium", "Due"), kind="money")
RIDERS = column("rider_due", N_("Riders' part"), kind="money")
COLLECTED_COLUMN = N_("Collected")
STEP_COLUMN = Column(name="step", title=N_in("when", "Collected"), kind="code", words=STEP)
COLLECTED_COUNT = column("collected_count", N_in("number of premiums", "Collected"), kind="count")
FATES_SHOWN = tuple(
    Column(name=name, title=title, kind="money")
    for name, title in zip(
        FATES, (COLLECTED_COLUMN, N_("Surrendered"), N_("Suspended"), N_in("premium", "Open")), strict=True
    )
)
RATES = tuple(
    Column(name=f"{step}_rate", title=title, kind="ratio", running=f"_{step}_runs")
    for step, title in zip(STEPS, (N_("In the month"), N_("By the next"), N_("By end of grace")), strict=True)
)
LISTED = (
    *columns("policy_no", "customer_no", "phone_of_customer", "agent_no", "rider", "instalment", "due_on", "currency"),
    *columns("amount", "rider_amount", "paid_on"),
    Column(name="fate", title=N_("State"), kind="code", words=FATE),
)


def collection_figure(
    book: Book, days: Days, *, policy_year: int | None = 2, by: Sequence[str] = (), as_of: date
) -> Figure:
    """Return what became of the premiums due (see `collection.collection`), and behind it the list `policies`."""
    fields = fields_of(by, ALLOWED)

    def policies() -> Figure:
        rows = instalments_behind(book, days, policy_year=policy_year, by=by, as_of=as_of)
        return _listed(rows, _titled(COLLECTION, policy_year), COLLECTION_MEANS, days, as_of)

    return Figure(
        title=_titled(COLLECTION, policy_year),
        days=days,
        columns=(
            *columns(*fields, "currency"), DUE, RIDERS, FATES_SHOWN[0], column("rate", N_("Rate"), kind="ratio"),
            *columns("due_count"), COLLECTED_COUNT, *FATES_SHOWN[1:], *columns("status"),
        ),
        rows=collection(book, days, policy_year=policy_year, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(COLLECTION_MEANS),),
        lists={"policies": policies},
    )  # fmt: skip


def collected_figure(
    book: Book, days: Days, *, policy_year: int | None = 2, by: Sequence[str] = (), as_of: date
) -> Figure:
    """Return when the premiums due came in (see `timing.collected_by`), and behind it the list `policies`."""
    fields = fields_of(by, ALLOWED)
    rows = collected_by(book, days, policy_year=policy_year, by=by, as_of=as_of)

    def policies() -> Figure:
        rows = collected_behind(book, days, policy_year=policy_year, by=by, as_of=as_of)
        return _listed(rows, _titled(COLLECTED, policy_year), COLLECTED_MEANS, days, as_of, STEP_COLUMN)

    return Figure(
        title=_titled(COLLECTED, policy_year),
        days=days,
        columns=(
            *columns(*fields), column("month", N_("Month"), kind="month"), *columns("currency"), DUE,
            column("by_grace", COLLECTED_COLUMN, kind="money"), *RATES, *columns("due_count"),
            replace(COLLECTED_COUNT, name="by_grace_count"),
        ),
        rows=rows.with_columns(**_running(as_of)),
        as_of=as_of,
        amounts=STEPS,
        definition=(Sentence(COLLECTED_MEANS),),
        lists={"policies": policies},
    )  # fmt: skip


def _running(as_of: date) -> dict[str, pl.Expr]:
    """Say of which steps the time is not over on `as_of`."""
    months = {"in_month": 0, "by_next_month": -1}
    running = {
        f"_{step}_runs": pl.col("month") >= f"{add_months(as_of.replace(day=1), back):%Y-%m}"
        for step, back in months.items()
    }
    return {**running, "_by_grace_runs": pl.col("status") != "final"}


def _titled(title: str, policy_year: int | None) -> Sentence:
    """Say in the title of which policy years the premiums are."""
    if policy_year in OF_YEARS:
        return Sentence("{title}: {years}", title=Sentence(title), years=Sentence(OF_YEARS[policy_year]))
    of_year = Sentence("premiums of policy year {year}", year=policy_year)
    return Sentence("{title}: {years}", title=Sentence(title), years=of_year)


def _listed(rows: pl.DataFrame, title: Sentence, meaning: str, days: Days, as_of: date, *more: Column) -> Figure:
    """List premiums, after the groups that are asked for."""
    names = {one.name for one in LISTED}
    groups = columns(*(name for name in rows.columns if name not in {*names, "month", "step"}))
    return Figure(
        title=title, days=days, columns=(*groups, *LISTED, *more), rows=rows, as_of=as_of,
        definition=(Sentence(meaning),),
    )  # fmt: skip

"""Persistency as a figure, and the list of the policies behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.errors import QuestionError
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import FEW_POLICIES, column, columns
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import FIELDS, fields_of
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.persistency import PolicyResults, persistency, policies_behind, policy_results
from policyserve.metrics.persistency.rolling_cohorts import check_rolling
from policyserve.metrics.profiles.description import Definition, cutoff_said, profile_said
from policyserve.metrics.profiles.profile import BASES, CN_COMPANY, Cutoff, Profile
from policyserve.metrics.targets import KEPT

LISTED = (
    "policy_no", "cohort", "due_on", "grace_end", "state", "kept", "reason", "currency", "denominator", "numerator",
)  # fmt: skip
TITLE = N_("Persistency of month {month}")
PROFILE = N_("counting: {profile}")
CUTOFF = N_("cutoff {cutoff}")
COHORTS_ASKED = N_("cohorts {first} to {last}")
ROLLING = N_("rolling {months} months up to the cohort")
RESTATED = N_("Restated: with what was reinstated after the cutoff; the final figure stays.")


def cohorts(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """Read cohort months as people type them; raise QuestionError where they are the wrong way round."""
    start, end = (cohort_month(text) if text else None for text in (first, last))
    if start and end and end < start:
        raise QuestionError("--cohort-from {first} lies after --cohort-to {last}; give the earlier first.",
                            first=f"{start:%Y-%m}", last=f"{end:%Y-%m}")  # fmt: skip
    return start, end


def persistency_figure(
    book: Book, profile: Profile = CN_COMPANY, *, month: int = 13, cutoff: Cutoff | None = None, by: Sequence[str] = (),
    rolling: int | None = None, cohort_from: date | None = None, cohort_to: date | None = None, as_of: date,
) -> Figure:  # fmt: skip
    """Return persistency by group (see `persistency.persistency`), and behind it the list `policies`.

    `by`: cohorts, or years where the profile counts so, unless others are asked for. Raises PolicyserveError for a
    grouping, month or cutoff that is none.
    """
    groups = by or (("cohort",) if profile.window == "month" or rolling else ("year",))
    if rolling:
        check_rolling(fields_of(groups, FIELDS), rolling)
    first = cohort_from and add_months(cohort_from, 1 - (rolling or 1))
    results = policy_results(
        book, profile, month=month, cutoff=cutoff, as_of=as_of, cohort_from=first, cohort_to=cohort_to
    )
    figure = results_figure(results, book, by=groups, rolling=rolling, cohort_from=cohort_from)
    if "cohort" in fields_of(groups, FIELDS) or not (cohort_from and cohort_to):
        return figure
    within = Sentence(COHORTS_ASKED, first=f"{cohort_from:%Y-%m}", last=f"{cohort_to:%Y-%m}")
    return replace(figure, asked=(*figure.asked, within))


def results_figure(
    results: PolicyResults,
    book: Book,
    *,
    by: Sequence[str],
    rolling: int | None = None,
    cohort_from: date | None = None,
) -> Figure:
    """Add up policies that are judged; see `persistency_figure`."""
    rows = persistency(results, by=by, rolling=rolling, book=book)
    if rolling and cohort_from:
        rows = rows.filter(pl.col("cohort") >= f"{cohort_from:%Y-%m}")
    restated = bool((rows["restated_count"] > rows["numerator_count"]).any())
    return Figure(
        title=Sentence(TITLE, month=results.month),
        asked=(*_asked(results), *([Sentence(ROLLING, months=rolling)] if rolling else [])),
        columns=_columns(results, fields_of(by, FIELDS), restated=restated, rolling=rolling is not None),
        rows=rows,
        as_of=results.as_of,
        amounts=("numerator", "denominator", "restated"),
        lines=(Sentence(RESTATED),) if restated else (),
        definition=(Definition(results.profile, results.month, results.cutoff),),
        lists={"policies": lambda: policies_figure(replace(results, policies=_within(results, cohort_from)), book)},
    )


def _within(results: PolicyResults, first: date | None) -> pl.DataFrame:
    """Leave out the earlier cohorts that only a rolling figure adds up."""
    return results.policies.filter(pl.col("cohort") >= first) if first else results.policies


def _asked(results: PolicyResults) -> tuple[Sentence, ...]:
    return Sentence(PROFILE, profile=profile_said(results.profile)), Sentence(
        CUTOFF, cutoff=cutoff_said(results.cutoff)
    )


def _columns(results: PolicyResults, fields: Sequence[str], *, restated: bool, rolling: bool) -> tuple[Column, ...]:
    """Show what the profile adds up, its first basis against the target of month 13."""
    by_premium, by_count = (basis in results.profile.bases for basis in BASES)
    headline = "ratio" if results.profile.bases[0] == "premium" else "ratio_count"
    groups = [name for field in fields for name in (["since", field] if rolling and field == "cohort" else [field])]
    names = [*groups, "currency"]
    names += ["numerator", "denominator", "ratio"] if by_premium else []
    names += ["numerator_count", "denominator_count", "ratio_count"] if by_count else ["denominator_count"]
    names += [f"restated_{headline}"] if restated else []
    target = KEPT if results.month == 13 else None
    return tuple(
        column(name, target=target, small="small", few=FEW_POLICIES) if name == headline else column(name)
        for name in (*names, "status", "pending", "excluded")
    )


def policies_figure(results: PolicyResults, book: Book, by: Sequence[str] = ()) -> Figure:
    """List the policies of a persistency, also those left out, and why; `by`: the groups that each belongs to."""
    return Figure(
        title=Sentence(TITLE, month=results.month),
        asked=_asked(results),
        columns=columns(*by, *LISTED),
        rows=policies_behind(results, by=by, book=book),
        as_of=results.as_of,
        amounts=("restated",),
    )

"""The forecast of persistency, and its back-test, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from policyserve.book.columns import Book
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import FEW_POLICIES, column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.forecast import backtest
from policyserve.metrics.forecast.chances import Method
from policyserve.metrics.forecast.forecast import Forecast, forecast, forecast_policies, policies_forecast
from policyserve.metrics.groupings import FIELDS, fields_of
from policyserve.metrics.persistency.figures import CUTOFF, PROFILE
from policyserve.metrics.profiles.description import cutoff_said, profile_said
from policyserve.metrics.targets import KEPT

FORECAST_MEANS = N_(
    "Expected 13-month persistency = premium kept for certain + chance x premium of what is still open, over the "
    "first-year premium of the same policies. The interval holds {confidence:.0%} of what may "
    "come: chance of each policy, uncertainty of the estimate, differences between cohorts and between agents. "
    "Method: {method}, learnt from {learnt_from} policies whose grace was over on {as_of}; nothing later was used. "
    "Policies that leave the cohort before their grace is over (claims, waivers) are not foreseen."
)
BACKTEST_MEANS = N_(
    "Past forecasts, each made with what was known on its day, against what came. Brier score: mean squared error of "
    "the chance, smaller is better. As forecast: by the hazard on days by which enough policies had been lost for its "
    "facts, else by Kaplan-Meier."
)
CALIBRATION_MEANS = N_(
    "Calibration, as forecast: open policies by the chance they were given, and the share of them that was kept. The "
    "interval of a cohort held what came in {covered} of {cohorts} cases ({share:.0%}; meant: {confidence:.0%})."
)
METHODS = {
    "forecast": N_in("method", "as forecast"),
    "hazard": N_in("method", "hazard"),
    "kaplan-meier": N_in("method", "Kaplan-Meier"),
    "base-rate": N_in("method", "base rate"),
}
STAGE = words_of({
    "not_due": N_("not due yet"),
    "due": N_("due today"),
    "in_grace": N_("in grace, unpaid"),
    "behind": N_("earlier one unpaid"),
    "lapsed": N_("lapsed already"),
    "all": N_in("stages", "all"),
})  # fmt: skip
STAGE_COLUMN = Column(name="stage", title=N_("Stage"), kind="code", words=STAGE)
EXPECTED = column("ratio", N_("Expected ratio"), target=KEPT, small="small", few=FEW_POLICIES)


def forecast_figure(
    book: Book, *, by: Sequence[str] = ("cohort",), method: Method = "hazard", cohort_from: date | None = None,
    cohort_to: date | None = None, confidence: float, as_of: date,
) -> Figure:  # fmt: skip
    """Return what cohorts are expected to come to (see `forecast.forecast`), and behind it the list `policies`."""
    made = forecast_policies(book, as_of=as_of, method=method, cohort_from=cohort_from, cohort_to=cohort_to)
    return made_figure(made, book, by=by, confidence=confidence)


def made_figure(made: Forecast, book: Book, *, by: Sequence[str], confidence: float) -> Figure:
    """Add up a forecast of policies; see `forecast_figure`."""
    told = {"confidence": confidence, "learnt_from": made.learnt_from, "as_of": made.as_of}
    return Figure(
        title=Sentence(N_("Expected persistency of month {month}"), month=13),
        asked=_asked(made),
        columns=(
            *columns(*fields_of(by, FIELDS), "currency", "denominator"), column("kept", N_("Kept"), kind="money"),
            column("expected", N_("Expected"), kind="money"), EXPECTED, *columns("interval", "open_policies", "status"),
        ),
        rows=forecast(made, by=by, book=book, confidence=confidence),
        as_of=made.as_of,
        amounts=("open",),
        definition=(Sentence(FORECAST_MEANS, method=Sentence(METHODS[made.method]), **told),),
        lists={"policies": lambda: forecast_policies_figure(made, book)},
    )  # fmt: skip


def _asked(made: Forecast) -> tuple[Sentence, ...]:
    profile = profile_said(made.results.profile)
    return Sentence(PROFILE, profile=profile), Sentence(CUTOFF, cutoff=cutoff_said(made.results.cutoff))


def forecast_policies_figure(made: Forecast, book: Book, by: Sequence[str] = ()) -> Figure:
    """List the open policies with their chances, the least likely first; `by`: the groups that each belongs to."""
    return Figure(
        title=Sentence(N_("Open policies and their chances to month {month}"), month=13),
        asked=_asked(made),
        columns=(
            *columns(*by, "policy_no", "cohort", "due_on", "cutoff_on"), STAGE_COLUMN,
            column("chance", N_("Chance"), kind="ratio"), column("if_kept", N_("Premium"), kind="money"),
            *columns("currency"),
        ),
        rows=policies_forecast(made, book, by),
        as_of=made.as_of,
        of_all={"profile": made.results.profile.name},
    )  # fmt: skip


def backtest_figure(book: Book, *, confidence: float, as_of: date) -> Figure:
    """Return how good past forecasts were, and below it how well their chances are calibrated."""
    tried = backtest.backtest(book, as_of=as_of, confidence=confidence)
    foreseen, came = (column(name, title, kind="ratio") for name, title in _COMPARED.items())
    calibration = Figure(
        title=Sentence(N_("Chances given and what came")),
        columns=(
            column("chance_from", N_("Chance from"), kind="ratio"), *columns("policies"), foreseen, came,
            column("error", N_("Standard error"), kind="ratio"),
        ),
        rows=backtest.calibration(tried).rename({"kept": "came", "expected": "foreseen"}),
        as_of=as_of,
        definition=(Sentence(CALIBRATION_MEANS, **backtest.coverage(tried).row(0, named=True)),),
    )  # fmt: skip
    return Figure(
        title=Sentence(N_("Past forecasts and what came")),
        columns=(
            Column(name="method", title=N_("Method"), kind="code", words=words_of(METHODS)), STAGE_COLUMN,
            *columns("policies"), Column(name="brier", title=N_("Brier score"), kind="number", places=4),
            column("gain", N_("Better than base rate"), kind="ratio"),
            column("expected", _COMPARED["foreseen"], kind="ratio"), came,
        ),
        rows=backtest.scores(tried).rename({"kept": "came"}),
        as_of=as_of,
        definition=(Sentence(BACKTEST_MEANS),),
        also=(calibration,),
    )  # fmt: skip


_COMPARED = {"foreseen": N_("Expected"), "came": N_("Came")}

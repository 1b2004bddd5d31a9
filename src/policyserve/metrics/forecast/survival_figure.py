"""How long policies are kept, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Figure
from policyserve.metrics.forecast.survival import ALLOWED, at_months, survival
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.persistency.figures import PROFILE
from policyserve.metrics.profiles.description import profile_said
from policyserve.metrics.profiles.profile import Profile

SURVIVAL_MEANS = N_(
    "Share of policies still kept so long after the effective date (Kaplan-Meier; limits: {confidence:.0%}). Lost: "
    "surrendered, reduced paid-up, or suspended and not reinstated (grace: {profile}). Claims, waivers, maturity and "
    "transfers end the observation."
)


def survival_figure(
    book: Book, profile: Profile, *, by: Sequence[str] = (), curve: bool = False, confidence: float, as_of: date
) -> Figure:
    """Return how long policies are kept (see `survival.survival`), at some months or, as a `curve`, every day."""
    whole = survival(book, profile, by=by, as_of=as_of, confidence=confidence)
    return curves_figure(whole, profile, by=by, curve=curve, confidence=confidence, as_of=as_of)


def curves_figure(
    whole: pl.DataFrame, profile: Profile, *, by: Sequence[str] = (), curve: bool = False, confidence: float,
    as_of: date,
) -> Figure:  # fmt: skip
    """Show curves that are worked out; see `survival_figure`."""
    fields = fields_of(by, ALLOWED)
    time = columns("days") if curve else (column("month", N_("Months"), kind="count"),)
    return Figure(
        title=Sentence(N_("Survival of policies")),
        asked=(Sentence(PROFILE, profile=profile_said(profile)),),
        columns=(*columns(*fields), *time, *columns("at_risk", "lost", "survival", "interval")),
        rows=whole if curve else at_months(whole, by=fields),
        as_of=as_of,
        of_all={"profile": profile.name},
        definition=(Sentence(SURVIVAL_MEANS, confidence=confidence, profile=profile.name),),
    )

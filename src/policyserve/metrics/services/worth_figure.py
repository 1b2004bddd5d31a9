"""What first-year service is worth, as a figure: how policies fare with all, some, or none of it."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.services.worth import LANDMARK, Worth, effect, worth

MEANING = N_(
    "Policies issued since {since} and still kept {landmark} months after issue, by how many of the five first-year "
    "services were done by then; followed from that day on, `still kept` being the share after 12 months more. Loss: "
    "its rate against policies of the same agent without service, adjusted for premium, mode and product; interval "
    "{confidence:.0%}. Log-rank test: p {p}. Referred, and bought again: by the same customers, in those 12 months."
)
EFFECTS = {
    "less": N_("With {group} of the services, policies were lost less often than with none."),
    "more": N_("With {group} of the services, policies were lost more often than with none."),
    "unclear": N_(
        "The figures do not show a difference between {group} of the services and none: the interval holds 1."
    ),
    "none": N_(
        "All services and none cannot be compared: one of the groups is missing or too small, or nobody in it was lost "
        "or kept."
    ),
}
EARLY = N_(
    "The fifth service, the visit after 10 months, is hardly ever done {landmark} months after issue: ask with "
    "--landmark 11 about all five."
)
CAVEAT = N_("This is association, not proof of cause: agents may visit those who would have stayed anyway.")
SINCE = N_("issued since {since}")

GROUPS = {
    "all": N_in("services", "all"),
    "some": N_in("services", "some"),
    "none": N_in("services", "none"),
}
SERVICES = Column(name="services", title=N_in("first year", "Services"), kind="code", words=words_of(GROUPS))


def worth_figure(
    book: Book, *, landmark: int, since: date | None, curves: bool, confidence: float, as_of: date
) -> Figure:
    """Compare policies by their first-year services (see `worth.worth`): the groups, or their `curves`."""
    found = worth(book, as_of=as_of, landmark=landmark, since=since, confidence=confidence)
    return found_figure(found, book, curves=curves)


def found_figure(found: Worth, book: Book, *, curves: bool = False) -> Figure:
    """Show a comparison that is worked out; see `worth_figure`."""
    landmark = found.landmark
    shape = _curves(found) if curves else _groups(found, book)
    return Figure(
        title=Sentence(N_("Survival by first-year services") if curves else N_("What first-year service is worth")),
        asked=(
            Sentence(SINCE, since=found.since),
            Sentence(N_("days after {landmark} months") if curves else N_("kept {landmark} months"), landmark=landmark),
        ),
        columns=shape[1],
        rows=shape[0].with_columns(pl.col("services").cast(pl.String)),
        as_of=found.as_of,
        amounts=() if curves else ("kept", "due"),
        of_all={"log_rank_p": found.log_rank_p, "since": found.since, "landmark": landmark},
        definition=_definition(found),
    )


def _groups(found: Worth, book: Book) -> tuple[pl.DataFrame, tuple[Column, ...]]:
    """Put the hazard ratios, and the one currency of the premiums, beside the groups; null over several."""
    ratios = found.ratios.rename({"ratio": "hazard_ratio", "lower": "ratio_lower", "upper": "ratio_upper"})
    groups = found.groups.with_columns(pl.col("services").cast(pl.String))
    currencies = book.policies["currency"].unique().to_list()
    one = currencies[0] if len(currencies) == 1 else None
    rows = groups.join(ratios, on="services", how="left", maintain_order="left")
    return rows.with_columns(currency=pl.lit(one, dtype=pl.String)), (
        SERVICES, *columns("policies", "lost", "survival", "interval"),
        column(
            "hazard_ratio", N_("Loss against none"), kind="estimate", of=("hazard_ratio", "ratio_lower", "ratio_upper")
        ),
        column("persistency", N_("13-month ratio"), kind="ratio"),
        column("referred_per_100", N_("Referred per 100"), kind="number", places=1),
        column("add_on_share", N_("Bought again"), kind="ratio"),
    )  # fmt: skip


def _curves(found: Worth) -> tuple[pl.DataFrame, tuple[Column, ...]]:
    return found.curves, (SERVICES, *columns("days", "at_risk", "lost", "survival", "interval"))


def _definition(found: Worth) -> tuple[Sentence, ...]:
    """Say what the groups are, and what the interval says of all services, or of some where it says nothing of all."""
    effects = {group: effect(found, group) for group in ("all", "some")}
    group = next((group for group, one in effects.items() if one != "none"), "all")
    told = {"since": found.since, "landmark": found.landmark, "confidence": found.confidence}
    early = [Sentence(EARLY, landmark=found.landmark)] if found.landmark < LANDMARK else []
    return (
        Sentence(MEANING, p=_p(found.log_rank_p), **told),
        Sentence(EFFECTS[effects[group]], group=Sentence(GROUPS[group])),
        *early,
        Sentence(CAVEAT),
    )


def _p(chance: float | None) -> str:
    return "-" if chance is None else f"= {chance:.4f}" if chance >= 0.0001 else "< 0.0001"

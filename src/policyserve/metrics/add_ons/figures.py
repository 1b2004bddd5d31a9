"""Customers who may buy again as figures: the share who did, and the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.errors import NotFoundError
from policyserve.locale import N_, Sentence, say
from policyserve.metrics.add_ons.add_ons import LISTED, add_ons, calendar_year, customers_behind
from policyserve.metrics.add_ons.candidates import CoverRules, Need, candidates
from policyserve.metrics.columns import column, columns, words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of

ADD_ONS = N_("Add-ons")
ADD_ONS_MEAN = N_(
    "Of the individual customers with exactly one policy in force at the start of the period, the share who bought "
    "another policy of more than a year, or a rider, effective in the period and past its free-look. By serving agent. "
    "Target: 10 %. Provisional until the period, and the free-look of everything bought in it, are over."
)
CANDIDATES_MEAN = N_(
    "Add-on candidates: single-policy customers, ranked by the cover that people of their age and family should have "
    "and they lack. Left out: who refused marketing, and families with an open claim or a death within a year. A list "
    "for today's work: refusals and sums assured are those of today."
)
MORE = N_("The first {shown} of {count}; --top shows more.")
WHY = N_("{name}: {why}")

WHAT = words_of({"policy": N_("policy"), "rider": N_("rider"), "rider_added": N_("rider added")})
_LISTED = {
    "bought": column("bought", kind="code"),
    "what": Column(name="what", title=N_("What"), kind="code", words=WHAT),
    "in_freelook": Column(name="in_freelook", title=N_("In its free-look"), kind="code"),
}


def add_ons_figure(book: Book, year: int, *, by: Sequence[str] = ("agent",), as_of: date) -> Figure:
    """Return the share who bought again in a year (see `add_ons.add_ons`), and behind it the list `customers`."""
    period = calendar_year(year)
    return Figure(
        title=Sentence(ADD_ONS),
        days=period,
        columns=(
            *columns(*fields_of(by, OF_AGENTS), "single_policy_customers", "bought"),
            column("ratio", target="target", small="small"), column("target", N_("Target"), kind="ratio"),
            *columns("status"),
        ),
        rows=add_ons(book, period, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(ADD_ONS_MEAN),),
        lists={"customers": lambda: _customers(book, period, by, as_of)},
    )  # fmt: skip


def _customers(book: Book, period: Days, by: Sequence[str], as_of: date) -> Figure:
    groups = [name for name in fields_of(by, OF_AGENTS) if name != "agent_no"]
    return Figure(
        title=Sentence(ADD_ONS),
        days=period,
        columns=(*columns(*groups), *(_LISTED.get(name) or column(name) for name in LISTED)),
        rows=customers_behind(book, period, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(ADD_ONS_MEAN),),
    )


def candidates_figure(
    book: Book, rules: CoverRules, sums: pl.DataFrame, refusals: pl.DataFrame, *, agent_no: str | None = None, top: int,
    language: str, as_of: date,
) -> Figure:  # fmt: skip
    """List who lacks cover, the most urgent first (see `candidates.candidates`), at most `top`, of one agent or all.

    Raises NotFoundError for an agent who is not in the book.
    """
    if agent_no and book.agents.filter(pl.col("agent_no") == agent_no).is_empty():
        raise NotFoundError("agent", agent_no)
    found = candidates(book, rules, sums, refusals, language=language, as_of=as_of)
    mine = found.filter(pl.col("agent_no") == agent_no) if agent_no else found
    shown = mine.head(top)
    more = [Sentence(MORE, shown=shown.height, count=mine.height)] if shown.height < mine.height else []
    return Figure(
        title=Sentence(N_("Add-on candidates")),
        columns=(
            *columns("customer_no", "phone_of_customer", "agent_no", "age"),
            Column(name="_missing", title=N_("Lacks"), kind="code", words=_Names(rules.needs)),
            Column(name="score", title=N_("Score"), kind="number"),
        ),
        rows=shown.with_columns(_missing=pl.col("missing").str.split("+")),
        as_of=as_of,
        lines=(*more, *_reasons(rules, shown)),
        definition=(Sentence(CANDIDATES_MEAN),),
    )  # fmt: skip


class _Names:
    """Puts the codes of needs into words."""

    def __init__(self, needs: Sequence[Need]) -> None:
        self._needs = {need.code: need for need in needs}

    def __call__(self, code: str, language: str) -> str:
        return self._needs[code].called(language)


def _reasons(rules: CoverRules, listed: pl.DataFrame) -> list[_Reason]:
    """Say once what each cover that is lacking is for."""
    lacking = set("+".join(listed["missing"]).split("+"))
    return [_Reason(need) for need in rules.needs if need.code in lacking]


class _Reason:
    """What a cover is for."""

    def __init__(self, need: Need) -> None:
        self._need = need

    def told(self, language: str) -> str:
        """Return the sentence of the rules."""
        return say(language, WHY, name=self._need.called(language), why=self._need.reason(language))

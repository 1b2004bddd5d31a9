"""The proof: the obligations in the life of one policy or customer, each with what was done for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from policyserve.book.columns import EVENT_KINDS
from policyserve.locale import N_, Counted, N_in, Sentence
from policyserve.metrics.columns import column, of_standard, words_of
from policyserve.metrics.figure import Column, Figure, Names, Nested, Row, Told, Words
from policyserve.metrics.services.work import service_names
from policyserve.obligations.figures import LISTED, MEANING, NONE, WHY, Question, listed
from policyserve.obligations.judgement import NOT_TRACKED
from policyserve.obligations.owed import Owed
from policyserve.standard.model import Standard
from policyserve.standard.obligation import Obligation

PROOF = N_("Proof of obligations")
NOTHING_OWED = N_("Nothing was owed yet since work is tracked.")
KIND = words_of({
    "task": N_in("evidence", "work done"),
    "text": N_in("evidence", "text sent"),
    "letter": N_in("evidence", "letter posted"),
    "event": N_in("evidence", "event"),
})  # fmt: skip


def proof_figure(owed: Owed, asked: Question, rows: pl.DataFrame) -> Figure:
    """Return `rows` (of `Owed.rows`), the latest last day first, each with its evidence.

    What began before work was tracked, and has no evidence either, is left out.
    """
    proved = pl.col("place").is_in(owed.done["place"].unique().implode())
    told = rows.filter(proved | pl.col("why").ne_missing(pl.lit(NOT_TRACKED))).sort("due", "place", descending=True)
    made = listed(told, asked, PROOF)
    return Figure(
        title=made.title,
        columns=made.columns,
        rows=told.select(*LISTED, _place="place"),
        as_of=asked.as_of,
        definition=(Sentence(MEANING),),
        empty=Sentence(NOTHING_OWED if asked.standard.obligations else NONE),
        nested=Nested(
            name="evidence", key="_place", list=_evidence(owed, told, asked), sentences=_Sentences(asked.standard)
        ),
    )


EVIDENCE = ("kind", "service", "on", "channel", "outcome", "number", "counts")


def _evidence(owed: Owed, rows: pl.DataFrame, asked: Question) -> Figure:
    """List what was done for `rows`."""
    numbers = {f"_{name}": pl.when(kind=kind).then("number") for name, kind in (("task", "task"), ("message", "text"))}
    of_rows = owed.done.join(rows.select("place"), on="place", how="semi")
    return Figure(
        title=Sentence(PROOF),
        columns=(
            column("kind", N_("Evidence"), kind="code", words=KIND),
            Column(name="service", title=N_("Service"), kind="code", words=_given(asked.standard)),
            column("on", N_in("evidence", "Day"), kind="day"), column("channel", words=of_standard),
            column("outcome", N_("Outcome"), kind="code", words=of_standard),
            column("_task", N_("Task"), kind="task"), column("_message", N_("Message"), kind="key"),
            column("counts", N_in("evidence", "Counts"), kind="code"),
        ),
        rows=of_rows.select(*EVIDENCE, _place="place", **numbers),
        as_of=asked.as_of,
        dense=True,
    )  # fmt: skip


def _given(standard: Standard) -> Words:
    """Return what names a service, or the kind of an event."""
    named = service_names(standard)
    return lambda code, language: of_standard(code, language) if code in EVENT_KINDS else named(code, language)


@dataclass(frozen=True)
class _Coded:
    """A code that is put into words where it is said."""

    code: str
    words: Words

    def told(self, language: str) -> str:
        return self.words(self.code, language)


@dataclass(frozen=True)
class _Sentences:
    """What is said of an obligation: what became of it, and when."""

    standard: Standard

    def __call__(self, row: Row, _names: Names) -> tuple[Told, ...]:
        known: Mapping[str, Obligation] = {one.code: one for one in self.standard.obligations}
        what = _Coded(row["obligation"], lambda code, language: str(known[code].said("name", language)))
        values = {name: row[name] for name in ("day", "due", "met_on", "late_on", "given", "least")}
        match row["state"]:
            case "met":
                return (Sentence(MET, what=what, **values),)
            case "open":
                return (_left(row["days_left"], what, values),)
            case "broken":
                return (Sentence(BROKEN_LATE if row["late_on"] else BROKEN, what=what, **values),)
            case _:
                return (Sentence(NOT_APPLICABLE, what=what, why=_Coded(row["why"], WHY), **values),)


def _left(days: int, what: Told, values: Row) -> Told:
    return Counted(
        "{what} ({day}): open, {given} of {least} given; last day {due}, {n} day left.",
        "{what} ({day}): open, {given} of {least} given; last day {due}, {n} days left.",
        days, what=what, **values,
    )  # fmt: skip


MET = N_("{what} ({day}): met on {met_on}, last day {due}.")
BROKEN = N_("{what} ({day}): broken, {given} of {least} given by the last day {due}.")
BROKEN_LATE = N_("{what} ({day}): broken, {given} of {least} given by the last day {due}; done late on {late_on}.")
NOT_APPLICABLE = N_("{what} ({day}): not applicable, {why}.")

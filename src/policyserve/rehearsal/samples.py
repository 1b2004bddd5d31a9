"""Samples of what a changed standard does: whom it concerns, from which day to which, and why."""

from __future__ import annotations

from typing import Any

import polars as pl

from policyserve.contracts.keys import lookup
from policyserve.locale import N_, Sentence
from policyserve.plan.candidates import EverySubject, candidates
from policyserve.rehearsal.pairs import ADDED, REMOVED
from policyserve.rehearsal.rehearsal import Rehearsal
from policyserve.rehearsal.side import Side
from policyserve.tasks.book_part import narrowed
from policyserve.tasks.nightly_release import WIDE
from policyserve.tasks.touch_absence import Reason, left_out, only

Row = dict[str, Any]

BEFORE = N_("so far: {reason}")
"""Why the standard that holds does not ask for what is added."""


TOLD = pl.Schema({
    "service": pl.String(), "change": pl.String(), "policy_no": pl.String(), "customer_no": pl.String(),
    "agent_no": pl.String(), "due_before": pl.Date(), "due_after": pl.Date(), "why": pl.String(),
})  # fmt: skip
"""The columns of samples as they are shown."""


def told_samples(found: Rehearsal, language: str) -> pl.DataFrame:
    """Return the samples: columns TOLD.

    `why`: of what is removed, how the changed standard leaves it out; of what is added, how the other one does so far.
    """
    if found.samples.is_empty():
        return pl.DataFrame(schema=TOLD)
    rows = found.samples.with_columns(
        pl.col("service", "subject_kind", "change").cast(pl.String),
        day=pl.coalesce("due", "due_new"),
        customer_id=pl.coalesce("customer_id", "customer_id_new"),
        agent_id=pl.coalesce("agent_id_new", "agent_id"),
    )
    book = found.old.facts.book
    policy = pl.when(pl.col("subject_kind") == "policy").then("subject_id")
    keys = rows.with_columns(policy_id=policy)
    numbered = keys.with_columns(
        policy_no=lookup(book.policies, "policy_id", "policy_no", keys["policy_id"]),
        customer_no=lookup(book.customers, "customer_id", "customer_no", keys["customer_id"]),
        agent_no=lookup(book.agents, "agent_id", "agent_no", keys["agent_id"]),
        why=pl.Series(_reasons(found, rows, language), dtype=pl.String),
        due_before="due",
        due_after="due_new",
    )
    return numbered.select(TOLD.names())


def _reasons(found: Rehearsal, rows: pl.DataFrame, language: str) -> list[str]:
    absent = {
        REMOVED: _absent(found.new, rows.filter(pl.col("change") == REMOVED), found),
        ADDED: _absent(found.old, rows.filter(pl.col("change") == ADDED), found),
    }
    told = []
    for row in rows.to_dicts():
        if row["change"] not in absent:
            told.append(Reason.of("other-way").sentence().told(language))
            continue
        side = found.new if row["change"] == REMOVED else found.old
        reason = (_outright(side, row) or absent[row["change"]].get(_identity(row), Reason.of("other-way"))).sentence()
        told.append((reason if row["change"] == REMOVED else Sentence(BEFORE, reason=reason)).told(language))
    return told


def _identity(row: Row) -> tuple[Any, ...]:
    return row["service"], row["subject_kind"], row["subject_id"], row["ordinal"]


def _outright(side: Side, row: Row) -> Reason | None:
    """Return why a standard has a service for nobody."""
    if side.standard.service(row["service"]) is None:
        return Reason.of("no-service" if row["change"] == REMOVED else "not-yet")
    return None if row["service"] in side.enabled else Reason.of("switched-off")


def _absent(side: Side, rows: pl.DataFrame, found: Rehearsal) -> dict[tuple[Any, ...], Reason]:
    """Return how the planner's steps leave out touches that one side does not ask for, by their identity."""
    codes = {*rows["service"]} & side.enabled
    if not codes:
        return {}
    people = rows.filter(pl.col("service").is_in(sorted(codes)))["customer_id"]
    part = narrowed(side.facts.book, people.unique())
    facts = EverySubject.of(part, side.facts.as_of, *side.standard.lapse_rules)
    wide = found.days.widened(before=WIDE, after=WIDE)
    left = candidates(facts, only(side.standard, codes), side.calendar, wide)
    asked = {_identity(row) for row in rows.to_dicts()}
    return {_identity(row): _reason(row, facts) for row in left.to_dicts() if _identity(row) in asked}


def _reason(row: Row, facts: EverySubject) -> Reason:
    if row["due"] is None:
        return left_out(row, facts)
    return Reason.of("other-day", due=row["due"], earliest=row["earliest"], latest=row["latest"])

"""What a report is made from, put together in a test without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.metrics.services.task_states import TASKS
from policyserve.metrics.services.work import Work
from policyserve.reporting.material import PEOPLE, Material, Question, gaps_of
from policyserve.reporting.scope import scope_named, written_by
from policyserve.standard.parser import default_standard

SUMS = pl.Schema({"policy_id": pl.Int32(), "sum_assured": pl.Int64()})
REFUSALS = pl.Schema({"customer_id": pl.Int32()})


def material(
    facts: Book,
    *,
    as_of: date,
    branch: str | None = None,
    team: str | None = None,
    language: str = "en",
    people: Sequence[tuple[str, str, str | None]] = (),
) -> Material:
    """Return the material of a book; `people`: number, name and gender of customers."""
    scope = scope_named(facts.agents, branch=branch, team=team)
    question = Question(scope=scope, as_of=as_of, language=language)
    return Material(
        question=question,
        book=facts,
        work=Work(
            tasks=pl.DataFrame(schema=TASKS), standard=default_standard(), agents=facts.agents,
            list_tasks=lambda tasks, _fields, _told: tasks, days=question.served, as_of=as_of,
        ),
        sums=pl.DataFrame(schema=SUMS),
        refusals=pl.DataFrame(schema=REFUSALS),
        people=pl.DataFrame(list(people), schema=PEOPLE, orient="row"),
        gaps=gaps_of(written_by(facts, scope), question, lambda _: {}),
    )  # fmt: skip

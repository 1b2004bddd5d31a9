"""What a report is made from: the question, and what is read for it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, partial

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.dates import Days, add_months
from policyserve.errors import PolicyserveError
from policyserve.metrics.add_ons.candidates import read_refusals, read_sums
from policyserve.metrics.figure import Figure
from policyserve.metrics.persistency.gap_figure import OpenTasks, gap_figure
from policyserve.metrics.persistency.gap_tasks import open_tasks
from policyserve.metrics.persistency.persistency import PolicyResults, policy_results
from policyserve.metrics.services.first_year import with_policy_contacts
from policyserve.metrics.services.task_states import read_tasks, tracked_since
from policyserve.metrics.services.tasks_behind import tasks_behind
from policyserve.metrics.services.work import Work
from policyserve.metrics.targets import COHORTS, COHORTS_SHOWN, KEPT, last_cohort
from policyserve.reporting.scope import Scope, agents_of, scope_named, written_by
from policyserve.tasks.salutation import salutation, surname
from policyserve.tasks.stored_standard import current_standard

PEOPLE = pl.Schema({"customer_no": pl.String(), "name": pl.String(), "gender": pl.String()})


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked."""

    scope: Scope
    as_of: date
    language: str
    """en or zh."""

    @property
    def last_cohort(self) -> date:
        """The cohort whose premium of month 13 falls due this month."""
        return last_cohort(self.as_of)

    @property
    def first_cohort(self) -> date:
        """The first cohort shown."""
        return add_months(self.last_cohort, 1 - COHORTS_SHOWN)

    @property
    def gap_from(self) -> date:
        """The first cohort that the gap is about."""
        return add_months(self.last_cohort, 1 - COHORTS)

    @property
    def served(self) -> Days:
        """Twelve months up to the day: the services that are counted."""
        return Days(start=add_months(self.as_of, -12) + timedelta(days=1), end=self.as_of + timedelta(days=1))


@dataclass(frozen=True, kw_only=True)
class Material:
    """What was read."""

    question: Question
    book: Book
    """The whole book: who serves whom is known only from all of it."""
    work: Work
    """Services that fell due in the last twelve months, of agents of the scope, as they stood on the day."""
    sums: pl.DataFrame
    refusals: pl.DataFrame
    people: pl.DataFrame
    """PEOPLE: for salutations alone."""
    gaps: Mapping[str, Figure]
    """Of the scope as one group (`Scope.whole`); where that is not below the target, of each of `Scope.levels` with
    groups that are."""

    @cached_property
    def agents(self) -> pl.DataFrame:
        """The agents of the scope."""
        return agents_of(self.book.agents, self.question.scope)

    @cached_property
    def written(self) -> Book:
        """The policies that agents of the scope wrote."""
        return written_by(self.book, self.question.scope)

    @cached_property
    def results(self) -> PolicyResults:
        """Their month 13, policy by policy."""
        return policy_results(self.written, as_of=self.question.as_of)

    @cached_property
    def _names(self) -> dict[str, tuple[str | None, str | None]]:
        return {number: (name, gender) for number, name, gender in self.people.iter_rows()}

    def customer(self, number: str | None) -> str:
        """Name a customer by number and salutation, never by the full name."""
        return f"{number or '–'} {self.salutation(number)}"

    def salutation(self, number: str | None) -> str:
        """Return how a customer is addressed."""
        name, gender = self._names.get(number or "", (None, None))
        known = name if name and gender and surname(name) != name else None
        return salutation(known, gender, self.question.language)

    def named(self, figure: Figure) -> Figure:
        """Return a figure with the names of its people and policies, customers by salutation and without phones."""
        customers = {number: self.salutation(number) for number in figure.numbers("customer")}
        agents = {number: name for number, name in self._agent_names.items() if name}
        return figure.named({
            "customer": customers, "agent": agents, "policy": self._products(figure.numbers("policy"))
        })  # fmt: skip

    def _products(self, numbers: Collection[str]) -> dict[str, str]:
        asked = self.book.policies.filter(
            pl.col("policy_no").is_in(pl.Series(list(numbers), dtype=pl.String).implode())
        )
        return dict(asked.select("policy_no", pl.col("product").cast(pl.String)).drop_nulls().iter_rows())

    @cached_property
    def _agent_names(self) -> dict[str, str | None]:
        return dict(self.book.agents.select("agent_no", "name").iter_rows())

    def agent(self, number: str | None) -> str:
        """Name an agent by number and name."""
        return "–" if number is None else f"{number} {self._agent_names.get(number) or ''}".strip()


def read_material(
    connection: Connection, *, as_of: date, language: str, branch: str | None = None, team: str | None = None
) -> Material:
    """Read what a report needs; raises PolicyserveError for a branch or team that is not there, or has no policy."""
    book = with_policy_contacts(load_book(connection), connection, as_of=as_of)
    book = replace(book, agents=book.agents_on(as_of))  # the scope is of the day, like all that is asked of it
    scope = scope_named(book.agents, branch=branch, team=team)
    _check_policies(book, scope, as_of)
    question = Question(scope=scope, as_of=as_of, language=language)
    mine = agents_of(book.agents, scope).select("agent_id")
    tasks = read_tasks(connection, question.served, as_of)
    return Material(
        question=question,
        book=book,
        work=Work(
            tasks=tasks if scope == Scope() else tasks.join(mine, on="agent_id", how="semi"),
            standard=current_standard(connection, as_of), agents=book.agents,
            list_tasks=partial(tasks_behind, connection), days=question.served, as_of=as_of,
            tracked_since=tracked_since(connection),
        ),
        sums=read_sums(connection),
        refusals=read_refusals(connection),
        people=db.read_frame(connection, "SELECT customer_no, name, gender FROM customers", PEOPLE),
        gaps=gaps_of(
            written_by(book, scope), question, lambda policies: open_tasks(connection, sorted(set(policies)))
        ),
    )  # fmt: skip


def _check_policies(book: Book, scope: Scope, as_of: date) -> None:
    """Raise PolicyserveError where agents of the scope neither wrote nor serve a policy issued by the day."""
    issued = book.policies.filter(pl.col("issue_date") <= as_of)
    if scope != Scope():
        theirs = agents_of(book.agents, scope)["agent_id"].implode()
        issued = issued.filter(pl.any_horizontal(pl.col("writing_agent_id", "agent_id").is_in(theirs)))
    if issued.is_empty():
        raise PolicyserveError(
            "No policy had been issued by {as_of}, so there is nothing to report. Import policies, or ask about a "
            "later day with --as-of."
            if scope == Scope()
            else "No policy of {scope} had been issued by {as_of}, so there is nothing to report. Import policies, or "
            "ask about a later day with --as-of.",
            scope=scope.name,
            as_of=as_of,
        )


def gaps_of(written: Book, question: Question, open_tasks: OpenTasks) -> dict[str, Figure]:
    """Find the gap of the whole, else those of the groups beneath: the whole may be kept by some and lost by others."""

    def gap(part: str) -> Figure:
        return gap_figure(written, open_tasks, by=[part], target=str(KEPT), as_of=question.as_of)

    whole = gap(question.scope.whole)
    if whole.rows.height:
        return {question.scope.whole: whole}
    found = {part: gap(part) for part in question.scope.levels}
    return {part: one for part, one in found.items() if one.rows.height}

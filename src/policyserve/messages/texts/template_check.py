"""Templates tried as if they were due: on the whole book before a campaign, or on one customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection

from policyserve.book.columns import Book
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.contents import KINDS
from policyserve.messages.generation.composition import NOTHING_HAD, compose, render_one_by_one
from policyserve.messages.generation.due_touches import rules, sends
from policyserve.messages.generation.occasions import occasions_of
from policyserve.messages.people import read_people
from policyserve.messages.texts.templates import Message, Problem
from policyserve.plan.audience import audience_steps
from policyserve.plan.services import Services
from policyserve.plan.steps import fold
from policyserve.plan.subjects import Subjects
from policyserve.settings_file import Caps, MessageSettings
from policyserve.standard.grade import Grade
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import After, AfterDebit, AfterSuspension, AfterUnpaid, BeforeInstalment, Trigger

_YET_TO_SAY = "-"

_UNCAPPED = Caps(marketing_per_day=1000, marketing_per_week=1000, all_per_day=1000)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What came of one service's template on every subject that could get it."""

    service: str
    template: str
    written: int
    longest: int
    """The most segments that a text takes."""
    problems: tuple[tuple[Sentence, int], ...]
    """What was wrong, with how many texts it befell."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Templates tried on a book on a day."""

    connection: Connection
    book: Book
    standard: Standard
    settings: MessageSettings
    day: date

    def check(self) -> list[Check]:
        """Write the text of every service that sends one to every customer or policy in force."""
        facts = Subjects.of(self.book, self.day, *self.standard.lapse_rules)
        services = [one for one in self.standard.services if sends(one) and one.enabled]
        return [self._tried(facts, service) for service in services]

    def texts(self, facts: Subjects, service: Service) -> tuple[list[Message], list[Problem]]:
        """Write a service's text to every customer or policy in force that it could come to.

        What the company has yet to say (see `contents`) is taken as said.
        """
        known = self._known(_subjects(facts, service), service).with_columns(pl.col(KINDS).fill_null(_YET_TO_SAY))
        return render_one_by_one(known, self.settings, self.day)

    def preview(self, customer: int, code: str) -> pl.DataFrame:
        """Compose the texts of a service (by code) to a customer (by key), caps left aside; see `composition.compose`.

        Who is not of its audience, or whose company has switched it off, gets the reason and no text. Raises
        PolicyserveError for a service that sends no message.
        """
        service = self.standard.service(code)
        if service is None or not sends(service):
            known = ", ".join(sorted({one.code for one in self.standard.services if sends(one)}))
            raise PolicyserveError(
                "'{code}' is no service that sends a message; these are: {known}.", code=code, known=known
            )
        facts = Subjects.of(self.book, self.day, *self.standard.lapse_rules)
        variants = [one for one in self.standard.services if one.code == code and sends(one)]
        tried = [self._composed(facts, one, customer) for one in variants]
        return next((one for one in tried if one["text"].count()), tried[0])

    def _composed(self, facts: Subjects, service: Service, customer: int) -> pl.DataFrame:
        subjects = _subjects(facts, service).filter(customer_id=customer)
        meant = _of_audience(subjects, service, facts, self.day, self.standard.grades)
        free = self.settings.model_copy(update={"caps": _UNCAPPED})
        composed = compose(self._known(subjects, service), NOTHING_HAD, free, self.day)
        reason = "not-for-them" if service.enabled else "not-given"
        keeps = pl.col("subject_id").is_in(meant.implode()) & pl.lit(service.enabled)
        none = [pl.when(keeps).then(name).alias(name) for name in ("text", "segments", "arguments", "said")]
        told = {"outcome": pl.lit("withheld"), "reason": pl.lit(reason)}
        return composed.with_columns(
            none, **{name: pl.when(keeps).then(name).otherwise(instead) for name, instead in told.items()}
        ).cast(dict(composed.schema))  # type: ignore[arg-type]

    def _known(self, subjects: pl.DataFrame, service: Service) -> pl.DataFrame:
        touches = _as_if_due(subjects, service, self.standard, self.day)
        people = read_people(self.connection, touches, self.day, self.settings.language)
        known = occasions_of(touches, self.book, self.standard, people, self.settings.hotline, as_of=self.day)
        if isinstance(service.trigger, BeforeInstalment):
            known = known.with_columns(owed_on=pl.lit(self.day + timedelta(days=service.trigger.days)))
        elif isinstance(service.trigger, AfterDebit):
            known = known.with_columns(debit_on=pl.lit(self.day), amount=pl.col("amount").fill_null(0))
        return known.with_columns(template=pl.lit(service.template))

    def _tried(self, facts: Subjects, service: Service) -> Check:
        messages, problems = self.texts(facts, service)
        reasons = Counter(problem.error.reason for problem in problems)
        return Check(
            service=service.code,
            template=service.template or "",
            written=len(messages),
            longest=max((message.segments.segments for message in messages), default=0),
            problems=tuple(reasons.most_common()),
        )


def _of_audience(
    subjects: pl.DataFrame, service: Service, facts: Subjects, day: date, grades: tuple[Grade, ...]
) -> pl.Series:
    """Return the `subject_id` of those whom the service is for on the day."""
    touches = subjects.lazy().with_columns(rule=pl.lit(0, dtype=pl.UInt32), nominal=pl.lit(day))
    services = Services.alone(service, Days.between(day, day), grades)
    return fold(touches, audience_steps(services, facts, day)).select("subject_id").collect()["subject_id"]


def _subjects(facts: Subjects, service: Service) -> pl.DataFrame:
    """Return the policies or the customers in force that the service could come to."""
    if service.subject == "policy":
        return facts.policies.filter(pl.col("in_force"), *_could_come(service.trigger))
    return facts.customers.filter(pl.col("now")).unique("customer_id", keep="first", maintain_order=True)


def _could_come(trigger: Trigger) -> Iterator[pl.Expr]:
    """Say what a policy needs for a trigger: instalments, in one of its modes, or an end."""
    mode = pl.col("mode").cast(pl.String)
    if isinstance(trigger, BeforeInstalment):
        yield mode.is_in(list(trigger.modes))
    elif isinstance(trigger, AfterUnpaid | AfterSuspension | AfterDebit):
        yield mode != "single"
    elif isinstance(trigger, After) and trigger.anchor == "end":
        yield pl.col("ends_on").is_not_null()


def _as_if_due(subjects: pl.DataFrame, service: Service, standard: Standard, day: date) -> pl.DataFrame:
    """Return touches like those of `due_touches.called`, the second of the service, with the day as its fact."""
    rows = subjects.select(
        "subject_id", "customer_id", "policy_id", "agent_id", "agent_no",
        service=pl.lit(service.code), subject_kind=pl.lit("policy" if service.subject == "policy" else "customer"),
        ordinal=pl.lit(2, dtype=pl.Int32), anchor=pl.lit(day), due=pl.lit(day), last_on=pl.lit(day),
        superseded=pl.lit(value=False),
    )  # fmt: skip
    return rows.join(rules(standard).drop("drop_after_days", "template"), on="service", how="left")

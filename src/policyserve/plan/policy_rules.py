"""Rules that follow from a policy: its days, its instalments, debits and suspensions, its anniversaries.

Each function takes the service and the basis it stands on, and yields lazy frames: the columns of a source (see
`subjects`), `ordinal`, `anchor` (the day of the fact) and `nominal` (the day that the rule gives), and the columns of
`triggers.ENDED_BY` that the endings of the service need. They may yield days outside the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from policyserve.dates import months_later
from policyserve.plan.audience import HOLDER
from policyserve.plan.basis import Basis, recurring, within
from policyserve.plan.handovers import KIND
from policyserve.standard.model import (
    After,
    AfterDebit,
    AfterEvent,
    AfterSuspension,
    AfterUnpaid,
    BeforeInstalment,
    OnAnniversary,
    Service,
)

ANCHORS = {"issue": "issue_date", "effective": "effective_date", "receipt": "receipt_on", "end": "ends_on"}


def after(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Once, some time after a day of the policy's life."""
    rule = service.trigger
    assert isinstance(rule, After)
    reach = abs(rule.days) + 31 * abs(rule.months) + 2 * rule.workdays + 40
    near = basis.days.widened(before=reach, after=reach)
    day = months_later(pl.col("anchor"), rule.months) + timedelta(days=rule.days)
    source = _once(basis.policies(service).with_columns(anchor=ANCHORS[rule.anchor]), service, day)
    policies = source.lazy().filter(within("anchor", near))
    yield policies.with_columns(ordinal=pl.lit(1), nominal=basis.workdays.later(day, rule.workdays))


TOGETHER = 30
"""Days from one policy to the next within which they were bought together."""


def _once(policies: pl.DataFrame, service: Service, day: pl.Expr) -> pl.DataFrame:
    """Leave the first policy of a purchase, or of a customer, that lives to `day`, where the service is given once."""
    if service.once_per == "policy":
        return policies
    lived = (
        policies.filter(pl.col("ended_on") > day).select("policy_id", "customer_id", "issue_date", "subject").unique()
    )
    ordered = lived.sort("customer_id", "issue_date", "subject")
    waited = (pl.col("issue_date") - pl.col("issue_date").shift(1).over("customer_id")).dt.total_days()
    begins = waited.is_null() | (waited > TOGETHER) if service.once_per == "purchase" else waited.is_null()
    return policies.join(ordered.filter(begins), on="policy_id", how="semi", maintain_order="left")


def on_anniversary(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Every year, some months after each anniversary of the policy or of the relation."""
    rule = service.trigger
    assert isinstance(rule, OnAnniversary)
    if rule.of == "relation":
        people, keep = basis.facts.relations.lazy(), ("relation_years", *HOLDER)
        for frame in recurring(
            people, "relation_anchor", basis.days, step=12, first=rule.first, offset=rule.months, keep=keep
        ):
            yield frame.with_columns(
                ordinal=pl.col("k") + pl.col("relation_years"),
                anchor=months_later(pl.col("relation_anchor"), pl.col("k") * 12),
            )
        return
    policies = basis.policies(service).lazy()
    if rule.dividend:
        policies = policies.filter(pl.col("participating"))
    days = basis.days.widened(before=366 + 31 * rule.months) if rule.dividend else basis.days
    for frame in recurring(
        policies, "effective_date", days, step=12, first=rule.first, offset=rule.months, keep=("receipt_on",)
    ):
        yearly = frame.with_columns(
            ordinal=pl.col("k"), anchor=months_later(pl.col("effective_date"), pl.col("k") * 12)
        )
        yield _declared(yearly, basis) if rule.dividend else yearly


def _declared(yearly: pl.LazyFrame, basis: Basis) -> pl.LazyFrame:
    """Move an anniversary's touch to the first dividend declared in the year from it on."""
    return yearly.join(basis.dividends.lazy(), on=["policy_id", "k"], how="left").with_columns(
        nominal=pl.coalesce("declared_on", "nominal"), anchor=pl.coalesce("declared_on", "anchor")
    )


def before_instalment(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Some days before each instalment from the second on."""
    rule = service.trigger
    assert isinstance(rule, BeforeInstalment)
    for mode in rule.modes:
        yield (
            basis.instalments[mode]
            .lazy()
            .with_columns(ordinal="instalment", anchor="due_on", nominal=pl.col("due_on") - timedelta(days=rule.days))
        )


def after_unpaid(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Some days after the due day of the oldest unpaid instalment."""
    rule = service.trigger
    assert isinstance(rule, AfterUnpaid)
    nominal = pl.col("due_on") + timedelta(days=rule.days)
    yield (
        basis.facts.unpaid.lazy()
        .with_columns(ordinal="instalment", anchor="due_on", nominal=nominal)
        .filter(pl.col("earlier_on") <= pl.col("nominal"), pl.col("nominal") < pl.col("cleared_on"))
    )


def after_suspension(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Some time after the first day of a suspension."""
    rule = service.trigger
    assert isinstance(rule, AfterSuspension)
    nominal = months_later(pl.col("suspended_from"), rule.months) + timedelta(days=rule.days)
    suspensions = basis.suspensions(service).lazy()
    yield suspensions.with_columns(ordinal="instalment", anchor="suspended_from", nominal=nominal)


def after_debit(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Some days after a debit with one of the results."""
    rule = service.trigger
    assert isinstance(rule, AfterDebit)
    yield (
        basis.debits.lazy()
        .filter(pl.col("result").is_in(rule.results))
        .with_columns(ordinal="number", anchor="debit_on", nominal=pl.col("debit_on") + timedelta(days=rule.days))
    )


def after_event(service: Service, basis: Basis) -> Iterator[pl.LazyFrame]:
    """Some days or working days after an event."""
    rule = service.trigger
    assert isinstance(rule, AfterEvent)
    days = basis.days.widened(before=rule.days + 2 * rule.workdays + 40)
    events = basis.facts.book.events.lazy().filter(within("occurred_on", days), pl.col("kind").is_in(rule.events))
    closings = basis.facts.requests.lazy().select("customer_id", "number", "closed_on")
    dated = events.join(closings, on=["customer_id", "number"], how="left").select(
        "customer_id",
        "policy_id",
        "kind",
        "closed_on",
        ordinal="number",
        anchor="occurred_on",
        nominal=basis.workdays.later(pl.col("occurred_on") + timedelta(days=rule.days), rule.workdays),
    )
    if service.subject != "customer":
        yield dated.drop("customer_id").join(basis.policies(service).lazy(), on="policy_id")
    if service.subject != "policy":
        if KIND in rule.events:
            known = basis.handovers.lazy().select("customer_id", ordinal="number", is_handover=pl.lit(value=True))
            dated = dated.join(known, on=["customer_id", "ordinal"], how="left", maintain_order="left")
            dated = dated.filter((pl.col("kind") != KIND) | pl.col("is_handover")).drop("is_handover")
        own = dated if service.subject == "customer" else dated.filter(pl.col("policy_id").is_null())
        yield own.drop("policy_id").join(basis.facts.customers.lazy(), on="customer_id")

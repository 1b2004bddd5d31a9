"""Rules that count from a day of the facts: of a policy's life, an instalment, a debit, a suspension, an event.

Each function takes services of its kind and the basis they stand on, and yields lazy frames: the columns of a source
(see `subjects`), `rule` (see `services`), `ordinal`, `anchor` (the day of the fact) and `nominal` (the day that the
rule gives), and the columns of `triggers.ENDED_BY` that its services need. They may yield days outside the range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from policyserve.dates import Days, days_later, months_later
from policyserve.plan.audience import OF_POLICY, asks_of_policy, pays_as_wanted
from policyserve.plan.basis import Basis, within
from policyserve.plan.handovers import KIND
from policyserve.plan.services import Services, parts, trigger_of
from policyserve.plan.steps import Occurrences, Step, where
from policyserve.standard.model import Service
from policyserve.standard.trigger import BeforeInstalment

ANCHORS = {"issue": "issue_date", "effective": "effective_date", "receipt": "receipt_on", "end": "ends_on"}


def after(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Once, some time after a day of the policy's life."""
    firsts: pl.DataFrame | None = None
    for place, found in enumerate(_counted(basis.policies(services.scope), services, basis, _anchor)):
        firsts = _first_ones(services, basis) if place == 0 else firsts
        once = found.told(ordinal=pl.lit(1, dtype=pl.Int32))
        if firsts is None:
            yield once
            continue
        each, near = services.told(_is_for_each), once.rows.filter(within("nominal", services.days))
        if any(services.asked(_is_for_each)):
            yield Occurrences(near.filter(each))
        yield Occurrences(near.filter(~each), (_among(firsts),))


def _among(firsts: pl.DataFrame) -> Step:
    return Step("given-once", lambda rows: rows.join(firsts.lazy(), on=["rule", "policy_id"], how="semi"))


def _anchor(service: Service) -> str:
    return ANCHORS[trigger_of(service).anchor]


TOGETHER = 30
"""Days from one policy to the next within which they were bought together."""


def _first_ones(services: Services, basis: Basis) -> pl.DataFrame | None:
    """Return the first policies of a purchase, or of a customer, that live to their day: `rule`, `policy_id`.

    None where no service is given once.
    """
    if all(services.asked(_is_for_each)):
        return None
    purchases = basis.facts.by_purchase
    near = purchases.filter(pl.any_horizontal(_near(services, _anchor))).select("customer_id")
    theirs = purchases.join(near, on="customer_id", how="semi", maintain_order="left")
    lived = services.each(theirs.lazy()).filter(
        pl.col("ended_on") > _offset(_anchored(services, _anchor), services), pays_as_wanted(services)
    )
    waited = (pl.col("issue_date") - pl.col("issue_date").shift(1)).dt.total_days()
    another = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in ("rule", "customer_id"))
    begins = another | (services.told(lambda one: one.once_per == "purchase") & (waited > TOGETHER))
    firsts = lived.filter(begins).select("rule", "policy_id")
    return firsts.collect(engine="in-memory")


def _is_for_each(service: Service) -> bool:
    return service.once_per == "policy"


def before_instalment(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Some days before each instalment from the second on."""
    asked = [pl.col("mode").is_in(list(rule.modes)) for rule in services.asked(trigger_of)]
    terms = basis.facts.policies.lazy().select("policy_id", *OF_POLICY)
    owed = (where("no-longer-due", pl.col("due_on") < pl.col("stopped_on"), "stopped_on"),) if basis.whole else ()
    for found in _counted(basis.instalments, services, basis, lambda _: "due_on", ("other-mode", asked)):
        rows = found.rows.join(terms, on="policy_id", how="left") if asks_of_policy(services) else found.rows
        yield Occurrences(rows, (*owed, *found.steps)).told(ordinal="instalment")


def after_unpaid(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Some days after the due day of the oldest unpaid instalment."""
    unpaid = where("instalment-paid", pl.col("nominal") < pl.col("cleared_on"), "cleared_on")
    oldest = where("earlier-unpaid", pl.col("earlier_on") <= pl.col("nominal"))
    for found in _counted(basis.facts.unpaid, services, basis, lambda _: "due_on"):
        yield found.told(unpaid, oldest, ordinal="instalment")


def after_suspension(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Some time after the first day of a suspension."""
    for found in _counted(basis.suspensions(services.scope), services, basis, lambda _: "suspended_from"):
        yield found.told(ordinal="instalment")


def after_debit(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Some days after a debit with one of the results."""
    asked = [pl.col("result").is_in(list(rule.results)) for rule in services.asked(trigger_of)]
    for found in _counted(basis.debits, services, basis, lambda _: "debit_on", ("other-result", asked)):
        yield found.told(ordinal="number")


def after_event(services: Services, basis: Basis) -> Iterator[Occurrences]:
    """Some days or working days after an event: of a policy, or of a customer, whose policies' events count too."""
    events = _events(services, basis)
    if events.is_empty():
        return
    if services.subject == "policy":
        source = events.drop("customer_id").join(basis.policies(services.scope), on="policy_id")
    else:
        source = events.rename({"policy_id": "of_policy"}).join(basis.facts.customers, on="customer_id")
    asked = [pl.col("kind").is_in(list(rule.events)) for rule in services.asked(trigger_of)]
    if services.subject == "customer":
        own = pl.col("of_policy").is_null()
        asked = [
            kind & (own if one.subject == "either" else True) for kind, one in zip(asked, services.members, strict=True)
        ]
    alone = _hand_over_steps() if "is_handover" in source.columns else ()
    for found in _counted(source, services, basis, lambda _: "occurred_on", ("", asked)):
        yield found.told(*alone, ordinal="number")


def _events(services: Services, basis: Basis) -> pl.DataFrame:
    """Return the events that the services may need: `number`, `kind`, `occurred_on`, `closed_on`, whose they are."""
    kinds = [kind for rule in services.asked(trigger_of) for kind in rule.events]
    reach = [_reach(one, services.days) for one in services.members]
    days = Days(start=min(one.start for one in reach), end=max(one.end for one in reach))
    events = basis.facts.book.events.filter(within("occurred_on", days), pl.col("kind").is_in(kinds)).select(
        "customer_id", "policy_id", "kind", "number", "occurred_on"
    )
    if events.is_empty():
        return events
    if services.subject == "customer" and KIND in kinds:
        told = basis.handovers.select("customer_id", "number", is_handover=pl.lit(value=True))
        events = events.join(told, on=["customer_id", "number"], how="left")
        events = _changed_again(events) if basis.whole else events.filter(_IS_TOLD).drop("is_handover")
    return events.join(
        basis.facts.requests.select("customer_id", "number", "closed_on"), on=["customer_id", "number"], how="left"
    )


_IS_TOLD = (pl.col("kind") != KIND) | pl.col("is_handover").fill_null(value=False)
"""Whether an event is no change of agent, or the one change that is left of several; see `handovers`."""


def _changed_again(events: pl.DataFrame) -> pl.DataFrame:
    """Add `again_on`: the day of the next event of the same kind of the customer."""
    return events.sort("occurred_on", "number").with_columns(
        again_on=pl.col("occurred_on").shift(-1).over("customer_id", "kind")
    )


def _hand_over_steps() -> tuple[Step, ...]:
    """Return the steps to the one change of agent of which the customer is told."""
    last = where("agent-changed-again", _IS_TOLD | pl.col("again_on").is_null(), "again_on")
    return last, where("agent-came-back", _IS_TOLD)


def _counted(
    source: pl.DataFrame,
    services: Services,
    basis: Basis,
    anchor: Callable[[Service], str],
    asked: tuple[str, Sequence[pl.Expr]] = ("", ()),
) -> Iterator[Occurrences]:
    """Yield the rows of the source with `rule`, `anchor` and `nominal`, each for the services whose days it can meet.

    `anchor` says from which column a service counts; `asked`: what must hold of a row, a condition for each service,
    and the reason to leave it out otherwise, for a step of its own where the basis is `whole`; empty: the rule does not
    speak of it.
    """
    if source.is_empty():
        return
    near = _near(services, anchor)
    reason, wanted = asked
    later = bool(reason) and basis.whole
    both = near if later or not wanted else [one & more for one, more in zip(near, wanted, strict=True)]
    steps = (where(reason, _for_rule(wanted)),) if later else ()
    places = (
        source.lazy()
        .select(pl.arg_where(one).implode().alias(str(rule)) for rule, one in enumerate(both))
        .unpivot()
        .select(place="value", rule=pl.int_range(pl.len(), dtype=pl.UInt32))
        .explode("place", empty_as_null=False)
        .collect(engine="in-memory")
    )
    if places.is_empty():
        return
    day = _anchored(services, anchor)
    nominal = basis.workdays.later(_offset(pl.col("anchor"), services), services.number(_workdays))
    for part in parts(places):
        rows = source.lazy().gather(part["place"]).with_columns(part["rule"])
        yield Occurrences(rows.with_columns(anchor=day).with_columns(nominal=nominal), steps)


def _for_rule(conditions: Sequence[pl.Expr]) -> pl.Expr:
    """Return the condition that belongs to the service of each row."""
    return pl.any_horizontal((pl.col("rule") == rule) & one for rule, one in enumerate(conditions))


def _near(services: Services, anchor: Callable[[Service], str]) -> list[pl.Expr]:
    """Return for each service whether a row can meet its days."""
    return [within(anchor(one), _reach(one, services.days)) for one in services.members]


def _anchored(services: Services, anchor: Callable[[Service], str]) -> pl.Expr:
    """Return the day from which the service of each row counts."""
    names = services.asked(anchor)
    if len(set(names)) == 1:
        return pl.col(names[0])
    own = services.told(anchor, pl.String)
    return pl.coalesce(pl.when(own == name).then(name) for name in dict.fromkeys(names))


def _offset(day: pl.Expr, services: Services) -> pl.Expr:
    """Return the day so many months, then days, later; working days come after."""
    months, days = services.number(_months), services.number(_days)
    later = day if isinstance(months, int) and months == 0 else months_later(day, months)
    return days_later(later, days)


def _months(service: Service) -> int:
    return getattr(service.trigger, "months", 0)


def _days(service: Service) -> int:
    rule: Any = service.trigger
    return -int(rule.days) if isinstance(rule, BeforeInstalment) else int(rule.days)


def _workdays(service: Service) -> int:
    return getattr(service.trigger, "workdays", 0)


LONGEST_REST = 40
"""Days, more than any count of working days takes beyond twice as many days."""


def _reach(service: Service, days: Days) -> Days:
    """Return the days from which the service may count to one of `days`; a month has 28 to 31 of them."""
    months, count, workdays = _months(service), _days(service), _workdays(service)
    most = 2 * workdays + LONGEST_REST if workdays else 0
    ends = (28 * months, 31 * months)
    return days.widened(before=max(ends) + count + most, after=-min(ends) - count)

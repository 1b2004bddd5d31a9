"""The days that each kind of trigger gives, over the whole life of a policy or over a wide range.

Readings chosen where `docs/planning.md` leaves a choice:

* Policy-level touches need no cover in force unless the kind or an ending says so.
* Reminders of a past instalment without a row stay; they came before it was due.
* Two festivals on one day: the audience is looked at first, so that the customer gets the first of those meant for him.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, assert_never
from zlib import crc32

from policyserve.calendars.lunar_birthdays import celebrated_on
from policyserve.standard import trigger
from policyserve.standard.model import Service
from slow.audience import customer_is_in
from slow.facts import Customer
from slow.occurrence import Occurrence, Setting, workdays_after
from slow.policy import Policy, months_after
from slow.policy_facts import Debit, Event

MONTHS_OF_PERIOD = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def occurrences(setting: Setting, service: Service) -> Iterator[Occurrence]:
    """Yield the days that a service's rule gives to each subject, over the whole life or over a wide range."""
    customers = setting.facts.customers
    if service.subject in ("policy", "either"):
        for policy in setting.facts.policies.values():
            if not policy.is_rider:
                yield from _of_policy(setting, service, policy, customers[policy.holder])
    if service.subject in ("customer", "either"):
        for customer in customers.values():
            for occurrence in _of_customer(setting, service, customer):
                if customer.is_served(occurrence.nominal):
                    yield occurrence


def _of_policy(setting: Setting, service: Service, policy: Policy, customer: Customer) -> Iterator[Occurrence]:
    match service.trigger:
        case trigger.After() as rule:
            if _is_first(setting, service, rule, policy, customer):
                yield from _after(setting, rule, policy, customer)
        case trigger.OnAnniversary(of="policy") as rule:
            yield from _policy_anniversaries(setting, rule, policy, customer)
        case trigger.BeforeInstalment() as rule:
            yield from _before_instalments(setting, rule, policy, customer)
        case trigger.AfterUnpaid() as rule:
            yield from _after_unpaid(setting, rule, policy, customer)
        case trigger.AfterSuspension() as rule:
            yield from _after_suspensions(rule, policy, customer)
        case trigger.AfterDebit() as rule:
            yield from _after_debits(rule, policy, customer)
        case trigger.AfterEvent() as rule:
            events = [event for event in customer.events if event.policy_id == policy.key]
            yield from _after_events(setting, rule, events, policy, customer)
        case trigger.ByHand():
            pass
        case trigger.OnCalendar() | trigger.OnBirthday() | trigger.OnAnniversary() | trigger.OnFestival() as rule:
            raise ValueError(f"{service.code}: a policy has no {rule.kind}")
        case other:
            assert_never(other)


def _of_customer(setting: Setting, service: Service, customer: Customer) -> Iterator[Occurrence]:
    match service.trigger:
        case trigger.OnCalendar() as rule:
            yield from _calendar_days(setting, rule, customer)
        case trigger.OnBirthday():
            yield from _birthdays(setting, customer)
        case trigger.OnAnniversary(of="relation") as rule:
            yield from _relation_anniversaries(setting, rule, customer)
        case trigger.OnFestival() as rule:
            yield from _festivals(setting, rule, customer)
        case trigger.AfterEvent() as rule:
            either = service.subject == "either"
            events = _told_once(setting, [event for event in customer.events if event.policy_id is None])
            events += [] if either else [event for event in customer.events if _counts_for_the_holder(event)]
            yield from _after_events(setting, rule, events, None, customer)
        case trigger.ByHand():
            pass
        case rule:
            raise ValueError(f"{service.code}: a customer has no {rule.kind}")


def _told_once(setting: Setting, events: list[Event]) -> list[Event]:
    """Leave the last of changes of the agent that follow each other before anybody was told, if it leads elsewhere."""
    telling = [one for one in setting.standard.services if "agent_changed" in getattr(one.trigger, "events", ())]
    codes = {one.code for one in telling if one.subject != "policy"}
    days = max((one.window.after for one in telling if one.subject != "policy"), default=0)
    done = {(row["subject_id"], row["ordinal"]) for row in setting.facts.contacts if row["service"] in codes}
    changes = sorted((e for e in events if e.kind == "agent_changed"), key=lambda e: (e.on, e.number))
    kept = [event for event in events if event.kind != "agent_changed"]
    while changes:
        first = last = changes.pop(0)
        while changes and (last.customer_id, last.number) not in done and (changes[0].on - last.on).days <= days:
            last = changes.pop(0)
        if first.previous is None or first.previous != last.detail:
            kept.append(last)
    return kept


def _counts_for_the_holder(event: Event) -> bool:
    """A policy's event is its holder's too; but a change of the policy's agent is no change of the customer's."""
    return event.policy_id is not None and event.kind != "agent_changed"


def _after(setting: Setting, rule: trigger.After, policy: Policy, customer: Customer) -> Iterator[Occurrence]:
    """Give anchor + months, then days, then working days."""
    anchor = {
        "issue": policy.issued,
        "effective": policy.effective,
        "receipt": policy.receipt,
        "end": policy.ends_on,
    }[rule.anchor]
    if anchor is not None:
        nominal = months_after(anchor, rule.months) + timedelta(days=rule.days)
        nominal = workdays_after(setting, nominal, rule.workdays)
        yield Occurrence(customer=customer, policy=policy, ordinal=1, anchor=anchor, nominal=nominal)


def _is_first(setting: Setting, service: Service, rule: trigger.After, policy: Policy, customer: Customer) -> bool:
    """Whether a policy is the one of its purchase, or of its customer, with which the service is given."""
    if service.once_per == "policy":
        return True
    lived = []
    for other in customer.policies:
        days = [one.nominal for one in _after(setting, rule.model_copy(update={"workdays": 0}), other, customer)]
        wanted = other.has_several_instalments or not service.audience.instalments
        if days and other.ended_on > days[0] and wanted:
            lived.append(other)
    lived.sort(key=lambda one: (one.issued, one.number))
    before = None
    for one in lived:
        begins = before is None or (service.once_per == "purchase" and (one.issued - before.issued).days > 30)
        if one.key == policy.key:
            return begins
        before = one
    return False


def _policy_anniversaries(
    setting: Setting, rule: trigger.OnAnniversary, policy: Policy, customer: Customer
) -> Iterator[Occurrence]:
    """Give E + 12k + months; with `dividend`, the day of the first declaration in the policy year instead."""
    if rule.dividend and not policy.participating:
        return
    for k in _years_since(setting, policy.effective, rule.first):
        anchor = months_after(policy.effective, 12 * k)
        nominal = months_after(policy.effective, 12 * k + rule.months)
        if rule.dividend:
            declared = policy.first_event("dividend_declared", since=anchor)
            if declared and declared < months_after(policy.effective, 12 * (k + 1)):
                anchor = nominal = declared
        yield Occurrence(customer=customer, policy=policy, ordinal=k, anchor=anchor, nominal=nominal)


def _relation_anniversaries(setting: Setting, rule: trigger.OnAnniversary, customer: Customer) -> Iterator[Occurrence]:
    """Give the anchor + 12k + months; the ordinal goes on from the customer's first policy ever."""
    if customer.anchor is None:
        return
    for k in _years_since(setting, customer.anchor, rule.first):
        yield Occurrence(
            customer=customer,
            ordinal=k + customer.years_before_anchor,
            anchor=months_after(customer.anchor, 12 * k),
            nominal=months_after(customer.anchor, 12 * k + rule.months),
        )


def _years_since(setting: Setting, day: date, first: int) -> range:
    """Number the years since a day that can have to do with the window, from `first` on."""
    days = setting.nominal_days
    return range(max(first, days.start.year - day.year - 2), days.end.year - day.year + 1)


def _before_instalments(
    setting: Setting, rule: trigger.BeforeInstalment, policy: Policy, customer: Customer
) -> Iterator[Occurrence]:
    """Give D(n) - days, while the policy is in force."""
    if policy.mode not in rule.modes:
        return
    for instalment, due in policy.instalments(setting.nominal_days.end + timedelta(days=rule.days)):
        nominal = due - timedelta(days=rule.days)
        if setting.nominal_days.start <= nominal and policy.in_force(nominal):
            yield _of_instalment(customer, policy, instalment, due, nominal)


def _after_unpaid(
    setting: Setting, rule: trigger.AfterUnpaid, policy: Policy, customer: Customer
) -> Iterator[Occurrence]:
    """Give D(n) + days of the oldest unpaid instalment, while the policy is in force."""
    for instalment, due in policy.instalments(setting.as_of):
        nominal = due + timedelta(days=rule.days)
        older = range(2, instalment)
        if not policy.is_owed(instalment, nominal) or any(policy.is_owed(earlier, nominal) for earlier in older):
            continue
        if policy.in_force(nominal):
            yield _of_instalment(customer, policy, instalment, due, nominal)


def _of_instalment(customer: Customer, policy: Policy, instalment: int, due: date, nominal: date) -> Occurrence:
    return Occurrence(
        customer=customer, policy=policy, ordinal=instalment, instalment=instalment, anchor=due, nominal=nominal
    )


def _after_suspensions(rule: trigger.AfterSuspension, policy: Policy, customer: Customer) -> Iterator[Occurrence]:
    """Give S + months, then days."""
    for suspension in policy.suspensions:
        yield Occurrence(
            customer=customer,
            policy=policy,
            ordinal=suspension.instalment,
            instalment=suspension.instalment,
            suspension=suspension,
            anchor=suspension.start,
            nominal=months_after(suspension.start, rule.months) + timedelta(days=rule.days),
        )


def _after_debits(rule: trigger.AfterDebit, policy: Policy, customer: Customer) -> Iterator[Occurrence]:
    """Give the debit + days, while the policy is in force."""
    for debit in policy.debits:
        nominal = debit.on + timedelta(days=rule.days)
        if debit.result in rule.results and policy.in_force(nominal):
            yield _of_debit(customer, policy, debit, nominal)


def _of_debit(customer: Customer, policy: Policy, debit: Debit, nominal: date) -> Occurrence:
    return Occurrence(
        customer=customer,
        policy=policy,
        ordinal=debit.number,
        instalment=debit.instalment,
        anchor=debit.on,
        nominal=nominal,
    )


def _after_events(
    setting: Setting, rule: trigger.AfterEvent, events: list[Event], policy: Policy | None, customer: Customer
) -> Iterator[Occurrence]:
    """Give the event + days, then working days."""
    for event in events:
        if event.kind in rule.events:
            nominal = workdays_after(setting, event.on + timedelta(days=rule.days), rule.workdays)
            yield Occurrence(
                customer=customer,
                policy=policy,
                ordinal=event.number,
                event=event,
                anchor=event.on,
                nominal=nominal,
            )


def _calendar_days(setting: Setting, rule: trigger.OnCalendar, customer: Customer) -> Iterator[Occurrence]:
    """Give the day of each period, clamped to the month, and so many days later as the customer's number says."""
    length = MONTHS_OF_PERIOD[rule.every]
    for year in range(setting.nominal_days.start.year, setting.nominal_days.end.year + 1):
        for period in range(1, 12 // length + 1):
            month = (period - 1) * length + rule.month
            day = date(year, month, min(rule.day, monthrange(year, month)[1]))
            ordinal = {"month": year * 100 + period, "year": year}.get(rule.every, year * 10 + period)
            own = day + timedelta(days=crc32(customer.number.encode("utf-8")) % rule.spread)
            yield Occurrence(customer=customer, ordinal=ordinal, anchor=day, nominal=own)


def _birthdays(setting: Setting, customer: Customer) -> Iterator[Occurrence]:
    """Give the birthdays of each later year: lunar years where a lunar birthday is given, else solar ones."""
    first_year, last_year = setting.nominal_days.start.year - 1, setting.nominal_days.end.year
    if lunar := customer.lunar_birthday:
        for year in range(max(lunar.year + 1, first_year), last_year + 1):
            day = celebrated_on(lunar, year)
            yield Occurrence(customer=customer, ordinal=year - lunar.year, anchor=day, nominal=day)
    elif born := customer.birthday:
        for year in range(max(born.year + 1, first_year), last_year + 1):
            day = _solar_birthday(born, year, setting.standard.feb29)
            yield Occurrence(customer=customer, ordinal=year - born.year, anchor=day, nominal=day)


def _solar_birthday(born: date, year: int, feb29: str) -> date:
    """Return the birthday in a year; without a 29 February, on the day that the standard names."""
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 2, 28) if feb29 == "feb28" else date(year, 3, 1)
    return date(year, born.month, born.day)


def _festivals(setting: Setting, rule: trigger.OnFestival, customer: Customer) -> Iterator[Occurrence]:
    """Give the festival's days, but for those on which an earlier one in the list is greeted."""
    for festival in setting.festivals:
        if festival["name"] == rule.name and not _is_outranked(setting, festival, customer):
            yield Occurrence(
                customer=customer, ordinal=festival["ordinal"], anchor=festival["on"], nominal=festival["on"]
            )


def _is_outranked(setting: Setting, festival: dict[str, Any], customer: Customer) -> bool:
    """Whether the standard has, for this customer, a festival of the same day that comes first in the list."""
    earlier = {
        other["name"]
        for other in setting.festivals
        if other["on"] == festival["on"] and other["rank"] < festival["rank"]
    }
    return any(
        isinstance(service.trigger, trigger.OnFestival)
        and service.trigger.name in earlier
        and service.enabled
        and customer_is_in(setting.facts, service.audience, customer, festival["on"])
        for service in setting.standard.services
    )

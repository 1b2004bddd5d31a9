"""What makes no sense in a service: what no single field can tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations

from policyserve.book.columns import EVENT_KINDS
from policyserve.calendars.festivals import DAYS_OF_MOURNING
from policyserve.locale import N_, Sentence
from policyserve.standard.model import Ending, Service
from policyserve.standard.problem import Problem, Where, not_allowed
from policyserve.standard.trigger import (
    MONTHS_OF_PERIOD,
    After,
    AfterDebit,
    AfterEvent,
    AfterSuspension,
    OnAnniversary,
    OnCalendar,
    OnFestival,
)

NEVER_GREETED = tuple(name for code, name_zh, _ in DAYS_OF_MOURNING for name in (code, name_zh))
"""The names of the days of mourning, on which nobody is greeted."""

SHORTEST_PERIOD = {"month": 28, "quarter": 90, "half-year": 181, "year": 365}
"""Days from one day of a calendar trigger to the next, at least."""

SUBJECTS = {
    "after": ("policy",),
    "before-instalment": ("policy",),
    "after-unpaid": ("policy",),
    "after-suspension": ("policy",),
    "after-debit": ("policy",),
    "calendar": ("customer",),
    "birthday": ("customer",),
    "festival": ("customer",),
    "after-event": ("policy", "customer", "either"),
    "by-hand": ("policy", "customer"),
}
"""Whom a service of each kind of trigger can be for; an anniversary's depends on whose it is."""

KINDS_OF_ENDING: dict[Ending, tuple[str, ...]] = {
    "instalment-paid": ("before-instalment", "after-unpaid", "after-debit"),
    "reinstated": ("after-suspension",),
    "suspension-confirmed": ("after-suspension",),
    "closed": ("after-event",),
}
"""Endings that only some kinds of trigger can have."""

OF_POLICIES: tuple[Ending, ...] = ("receipt-signed", "ended", "not-in-force")
"""Endings that need a policy."""

Found = Iterator[tuple[Where, Sentence]]


def check_services(services: Mapping[int, Service], festivals: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Find the errors in services, given by their number."""
    found = [
        Problem(where=("services", number, *where), message=text)
        for number, service in services.items()
        for check in CHECKS
        for where, text in check(service)
    ]
    found += [
        Problem(where=("services", number, "trigger", "name"), message=text)
        for number, service in services.items()
        for text in _festival(service, festivals)
    ]
    return (*found, *_repeated(services))


def _subject(service: Service) -> Found:
    trigger = service.trigger
    if isinstance(trigger, OnAnniversary):
        allowed: tuple[str, ...] = ("policy",) if trigger.of == "policy" else ("customer",)
    else:
        allowed = SUBJECTS[trigger.kind]
    if service.subject not in allowed:
        yield (
            ("subject",),
            not_allowed(service.subject, Sentence("a subject of the trigger '{kind}'", kind=trigger.kind), allowed),
        )


def _events(service: Service) -> Found:
    if isinstance(service.trigger, AfterEvent):
        for number, event in enumerate(service.trigger.events):
            if event not in EVENT_KINDS:
                yield ("trigger", "events", number), not_allowed(event, N_("a kind of event"), EVENT_KINDS)


def _festival(service: Service, festivals: Collection[str] | None) -> Iterator[Sentence]:
    if not isinstance(service.trigger, OnFestival):
        return
    name = service.trigger.name
    if any(word in f"{name} {service.name_zh}".lower() for word in NEVER_GREETED):
        yield Sentence("'{name}' is a day of mourning, on which nobody is greeted; remove the service.", name=name)
    elif festivals is not None and name not in festivals:
        yield not_allowed(name, N_("a festival of the calendar"), festivals)


def _endings(service: Service) -> Found:
    for number, ending in enumerate(service.ends_when):
        kinds = KINDS_OF_ENDING.get(ending)
        if kinds and service.trigger.kind not in kinds:
            said = Sentence(
                "'{ending}' does not fit the trigger '{kind}'; allowed with: {kinds}.",
                ending=ending,
                kind=service.trigger.kind,
                kinds=", ".join(kinds),
            )
            yield ("ends_when", number), said
        if ending in OF_POLICIES and service.subject != "policy":
            yield (
                ("ends_when", number),
                Sentence("'{ending}' needs a policy; allowed only with subject: policy.", ending=ending),
            )
    yield from _never_due(service)


def _never_due(service: Service) -> Found:
    trigger = service.trigger
    if isinstance(trigger, AfterSuspension) and "not-in-force" in service.ends_when:
        yield (
            ("ends_when",),
            Sentence("'not-in-force' holds from the first day of suspension, so this would never be due; remove it."),
        )
    if isinstance(trigger, After) and trigger.anchor == "receipt" and "receipt-signed" in service.ends_when:
        yield (
            ("ends_when",),
            Sentence("'receipt-signed' holds from the receipt on, so this would never be due; remove it."),
        )


def _window(service: Service) -> Found:
    window, trigger = service.window, service.trigger
    ends = {
        "after": window.after > 0,
        "after_workdays": window.after_workdays is not None,
        "after_months": window.after_months is not None,
        "until": window.until is not None,
    }
    given = [name for name, is_given in ends.items() if is_given]
    if len(given) > 1:
        yield ("window",), Sentence("the window has several ends ({given}); keep one.", given=", ".join(given))
    if window.after_months is not None and not isinstance(trigger, AfterSuspension):
        yield (
            ("window", "after_months"),
            Sentence("'after_months' counts from the suspension; allowed with: after-suspension."),
        )
    if window.until and not (isinstance(trigger, After) and trigger.anchor == "receipt"):
        yield (
            ("window", "until"),
            Sentence("the free-look begins with the receipt; allowed with: {kind: after, anchor: receipt}."),
        )


def _calendar(service: Service) -> Found:
    trigger = service.trigger
    if isinstance(trigger, OnCalendar) and trigger.month > MONTHS_OF_PERIOD[trigger.every]:
        most = MONTHS_OF_PERIOD[trigger.every]
        yield (
            ("trigger", "month"),
            Sentence(
                "a {every} has no month {month}; allowed: 1 to {most}.",
                every=trigger.every,
                month=trigger.month,
                most=most,
            ),
        )


def _spread(service: Service) -> Found:
    trigger = service.trigger
    if isinstance(trigger, OnCalendar) and trigger.spread > SHORTEST_PERIOD[trigger.every]:
        yield (
            ("trigger", "spread"),
            Sentence(
                "a {every} may be as short as {days} days; spread over so many at most.",
                every=trigger.every,
                days=SHORTEST_PERIOD[trigger.every],
            ),
        )


def _dividend(service: Service) -> Found:
    trigger = service.trigger
    if isinstance(trigger, OnAnniversary) and trigger.dividend and trigger.of == "relation":
        yield ("trigger", "dividend"), Sentence("a dividend belongs to a policy; allowed with: {of: policy}.")
    if service.audience.participating and service.subject != "policy":
        yield (
            ("audience", "participating"),
            Sentence("a policy takes part in dividends; allowed only with subject: policy."),
        )


def _policies_alone(service: Service) -> Found:
    if service.once_per != "policy" and not (service.subject == "policy" and isinstance(service.trigger, After)):
        yield (
            ("once_per",),
            Sentence("only what follows once from a policy can be given once; allowed with: {kind: after}."),
        )
    if service.audience.term is not None and service.subject != "policy":
        yield ("audience", "term"), Sentence("a policy has a term; allowed only with subject: policy.")
    if service.audience.instalments and service.subject != "policy":
        yield ("audience", "instalments"), Sentence("a policy has instalments; allowed only with subject: policy.")


def _doubles(service: Service) -> Found:
    for name, values in (("channels", service.channels), ("ends_when", service.ends_when)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield (name,), Sentence("'{value}' stands twice; keep one.", value=value)


CHECKS: tuple[Callable[[Service], Found], ...] = (
    _subject, _events, _endings, _window, _calendar, _spread, _dividend, _policies_alone, _doubles,
)  # fmt: skip


def _repeated(services: Mapping[int, Service]) -> Iterator[Problem]:
    """Find codes used twice; only debits with different results may share one."""
    for (_, first), (number, second) in combinations(services.items(), 2):
        if first.code == second.code and not _share_a_code(first, second):
            said = Sentence(
                "the code '{code}' is used twice; only debits with different results may share a code.",
                code=second.code,
            )
            yield Problem(where=("services", number, "code"), message=said)


def _share_a_code(first: Service, second: Service) -> bool:
    one, other = first.trigger, second.trigger
    return isinstance(one, AfterDebit) and isinstance(other, AfterDebit) and not set(one.results) & set(other.results)

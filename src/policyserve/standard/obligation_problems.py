"""Obligations of a standard that could not be proved: services that do not count by their occasion, and the like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from policyserve.book.columns import EVENT_KINDS
from policyserve.locale import N_, Sentence
from policyserve.standard.model import Service, Standard
from policyserve.standard.obligation import Obligation
from policyserve.standard.problem import Problem, Where, not_allowed

TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "instalment": ("before-instalment",),
    "unpaid": ("after-unpaid",),
    "suspension": ("after-suspension",),
    "debit": ("after-debit",),
    "receipt": ("after",),
    "agent-changed": ("after-event",),
    "policy-year": ("anniversary",),
}
"""The triggers of the services that can prove an obligation: those that count by the same occasion."""

UNTIL = {"freelook-end": "receipt", "policy-year-end": "policy-year"}
"""The occasion that each end belongs to."""

OF_INSTALMENTS = ("instalment", "unpaid")

Found = Iterator[tuple[Where, Sentence]]


def check_obligations(standard: Standard) -> Iterator[Problem]:
    """Find the errors in the obligations of a standard; `where` counts them from 0."""
    codes = [one.code for one in standard.obligations]
    for number, one in enumerate(standard.obligations):
        if one.code in codes[:number]:
            said = Sentence("the code '{code}' is used twice; keep one.", code=one.code)
            yield Problem(where=("obligations", number, "code"), message=said)
        for check in CHECKS:
            for where, text in check(one, standard):
                yield Problem(where=("obligations", number, *where), message=text)


def _services(one: Obligation, standard: Standard) -> Found:
    fitting = [service.code for service in standard.services if service.enabled and fits(one, service)]
    for place, code in enumerate(one.services):
        if code not in fitting:
            what = Sentence("a service that follows from the occasion '{occasion}'", occasion=one.occasion)
            yield ("services", place), not_allowed(code, what, dict.fromkeys(fitting))
        elif code in one.services[:place]:
            yield ("services", place), Sentence("'{value}' stands twice; keep one.", value=code)


def fits(one: Obligation, service: Service) -> bool:
    """Whether the touches of a service are counted by the occasion of an obligation."""
    trigger = service.trigger
    if trigger.kind not in TRIGGERS[one.occasion]:
        return False
    if trigger.kind == "after":
        return trigger.anchor == "receipt"
    if trigger.kind == "after-event":
        return "agent_changed" in trigger.events and service.subject != "policy"
    return trigger.kind != "anniversary" or trigger.of == "policy"


def _least(one: Obligation, _standard: Standard) -> Found:
    most = len(set(one.services)) + len(set(one.events))
    if one.least > most:
        said = Sentence("{least} are owed, and no more than {most} can be given.", least=one.least, most=most)
        yield ("least",), said


def _events(one: Obligation, _standard: Standard) -> Found:
    for place, kind in enumerate(one.events):
        if kind not in EVENT_KINDS:
            yield ("events", place), not_allowed(kind, N_("a kind of event"), EVENT_KINDS)
        elif one.occasion == "agent-changed":
            yield ("events", place), Sentence("events of policies prove nothing here; a change of agent has none.")


def _until(one: Obligation, _standard: Standard) -> Found:
    within = one.within
    if within.until is None:
        return
    if UNTIL[within.until] != one.occasion:
        said = Sentence(
            "'{until}' belongs to another occasion; allowed with: {occasion}.",
            until=within.until,
            occasion=UNTIL[within.until],
        )
        yield ("within", "until"), said
    if within.days or within.months or within.workdays:
        yield ("within",), Sentence("'until' is the last day by itself; remove the days, months and working days.")


def _modes(one: Obligation, _standard: Standard) -> Found:
    if "modes" in one.model_fields_set and one.occasion not in OF_INSTALMENTS:
        occasions = ", ".join(OF_INSTALMENTS)
        yield ("modes",), Sentence("modes belong to instalments; allowed with: {occasions}.", occasions=occasions)


CHECKS: tuple[Callable[[Obligation, Standard], Found], ...] = (_services, _least, _events, _until, _modes)

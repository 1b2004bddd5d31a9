"""From one version of a standard to the next: which rules go on, and which begin to hold.

A rule that starts to hold today does not fire for the past: what it would have asked for before is not released.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import AfterSuspension, OnBirthday


def carry_since(old: Standard | None, new: Standard, holds_from: date) -> dict[str, date | None]:
    """Give for each code of `new` the day since which its rule holds; None is always.

    A service whose rule stands in `old` unchanged keeps the day of `old`; a new or changed one gets `holds_from`. A day
    that `new` itself names goes before both. Names, level, bearing and talking points are no part of the rule.
    """
    before = _rules(old) if old else {}
    days = {service.code: service.since for service in old.services} if old else {}
    own = {service.code: service.since for service in new.services if service.since}
    return {
        code: own.get(code) or (days[code] if before.get(code) == rule else holds_from)
        for code, rule in _rules(new).items()
    }


def with_since(standard: Standard, since: Mapping[str, date | None]) -> Standard:
    """Return the standard whose services hold since the day given for their code; without one they stay as they are."""
    services = [
        service.model_copy(update={"since": since.get(service.code, service.since)}) for service in standard.services
    ]
    return standard.model_copy(update={"services": tuple(services)})


def _rules(standard: Standard) -> dict[str, frozenset[object]]:
    """Return the rules of each code: several where services share a code."""
    rules: dict[str, frozenset[object]] = {}
    for service in standard.services:
        rules[service.code] = rules.get(service.code, frozenset()) | {_rule(standard, service)}
    return rules


def _rule(standard: Standard, service: Service) -> object:
    """Return what decides for whom and when a service falls due, as a value that can be compared."""
    return (
        service.enabled,
        service.subject,
        service.trigger,
        service.window,
        service.audience,
        frozenset(service.channels),
        frozenset(service.ends_when),
        _setting(standard, service),
    )


def _setting(standard: Standard, service: Service) -> object:
    """Return the settings of the standard that the rule counts with."""
    return _terms(standard, service), standard.grades if service.audience.grades else ()


def _terms(standard: Standard, service: Service) -> object:
    if isinstance(service.trigger, AfterSuspension):
        return standard.lapse_rules
    if service.window.until:
        return standard.freelook_days
    return standard.feb29 if isinstance(service.trigger, OnBirthday) else None

"""Differences between two standards, as far as they plan: the services that must be planned with both."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from policyserve.plan.handovers import KIND
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import AfterEvent, OnFestival

WORDS = frozenset({
    "name", "name_zh", "level", "stage", "bearing", "template", "talking_points", "talking_points_zh", "tools",
    "tools_zh", "joins", "drop_after_days",
})  # fmt: skip
"""What of a service says nothing of when it falls due, for whom, who does it and how long it takes."""


def differing(old: Standard, new: Standard) -> set[str]:
    """Return the codes of the services that may be planned otherwise: all of them where a setting for all differs.

    Of festivals, and of what follows another agent, the one decides about the other: where one differs, all do.
    """
    before, after = _rules(old), _rules(new)
    if _settings(old) != _settings(new):
        return {*before, *after}
    found = {code for code in {*before, *after} if before.get(code) != after.get(code)}
    for bound in (_of_festival, _of_other_agent):
        together = {one.code for one in (*old.services, *new.services) if bound(one)}
        found |= together if together & found else set()
    return found


def _settings(standard: Standard) -> object:
    return standard.lapse_rules, standard.freelook_days, standard.feb29, standard.grades


def _rules(standard: Standard) -> dict[str, list[object]]:
    """Return the rules of each code, as values; a switched off service has none."""
    fields = [name for name in Service.model_fields if name not in WORDS]
    rules: dict[str, list[object]] = {}
    for service in standard.services:
        if service.enabled:
            rules.setdefault(service.code, []).append([getattr(service, name) for name in fields])
    return rules


def _of_festival(service: Service) -> bool:
    return isinstance(service.trigger, OnFestival)


def _of_other_agent(service: Service) -> bool:
    return isinstance(service.trigger, AfterEvent) and KIND in service.trigger.events


def groups(standards: Iterable[Standard], codes: Collection[str]) -> list[set[str]]:
    """Put `codes` with a kind of trigger in common together: they are planned from the same rows."""
    kinds: dict[str, set[object]] = {}
    for standard in standards:
        for service in standard.services:
            kinds.setdefault(service.code, set()).add(type(service.trigger))
    found: list[tuple[set[object], set[str]]] = []
    for code in sorted(codes):
        own, members = kinds[code], {code}
        for group in [one for one in found if one[0] & kinds[code]]:
            own, members = own | group[0], members | group[1]
            found.remove(group)
        found.append((own, members))
    return [members for _, members in found]

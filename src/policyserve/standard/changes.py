"""The changes from one standard to the next: services that come, go or differ, field by field, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from policyserve.locale import N_, N_all, translated
from policyserve.standard.description import HEADINGS, grades_in_words, show_rows
from policyserve.standard.model import Service, Standard
from policyserve.standard.obligation import Obligation

NEW, GONE, OTHER = N_all("change of a standard", "new", "gone", "changed")

SETTINGS = {
    "name": N_("Name"),
    "name_zh": N_("Name"),
    "version": N_("Version"),
    "grace_days": N_("Days of grace"),
    "rider_arrears": N_("An unpaid premium of a rider"),
    "freelook_days": N_("Days of the free-look"),
    "feb29": N_("Birthdays on 29 February"),
    "weights": N_("Weights of persistency/referrals/add-ons"),
    "grades": N_("Grades of customers"),
    "complaints": N_("Days of complaints"),
    "calls": N_("Follow-up calls"),
}
"""What a standard settles for all services, and how people call it."""

VALUES = {
    "feb28": N_("28 February"),
    "mar01": N_("1 March"),
    "suspend-rider": N_("the rider is suspended"),
    "suspend-main": N_("the main policy is suspended too"),
}

OBLIGATION = N_("Obligation")

TOLD = {"trigger": "when", "message_class": "class", "enabled": "on", "name_zh": "name"} | {
    name: name.removesuffix("_zh")
    for name in (
        "name", "level", "stage", "subject", "audience", "window", "channels", "ends_when", "bearing",
        "talking_points", "talking_points_zh", "tools", "tools_zh",
    )
}  # fmt: skip
"""The fields of a service that have words, and the column of `description.HEADINGS` that tells each."""

Row = dict[str, str]


def changes(old: Standard, new: Standard, language: str) -> list[Row]:
    """Tell what differs in `new`: rows of `code`, `service`, `change`, `field`, `before` and `after`."""
    before, after = _keyed(old), _keyed(new)
    told_before, told_after = _told(old, language), _told(new, language)
    rows = [row for field in SETTINGS for row in _setting(old, new, field, language)]
    for key, service in after.items():
        if key not in before:
            rows.append(_whole(key[0], told_after[key], NEW, language))
        else:
            rows += _fields(before[key], service, told_before[key], told_after[key], language)
    rows += [_whole(key[0], told_before[key], GONE, language) for key in before if key not in after]
    return rows + list(_obligations(old, new, language))


def _obligations(old: Standard, new: Standard, language: str) -> Iterator[Row]:
    """Tell the obligations that come, go or differ, field by field as the file writes them."""
    before, after = ({one.code: one for one in standard.obligations} for standard in (old, new))
    for code in dict.fromkeys((*after, *before)):
        was, becomes = before.get(code), after.get(code)
        row = _changed(code, str((becomes or before[code]).said("name", language)), language)
        if was is None or becomes is None:
            change = GONE if becomes is None else NEW
            yield row | {"change": translated(language, change), "field": translated(language, OBLIGATION)}
            continue
        for field in Obligation.model_fields:
            values = getattr(was, field), getattr(becomes, field)
            if values[0] != values[1]:
                yield row | {"field": field, "before": _raw(values[0]), "after": _raw(values[1])}


def setting(standard: Standard, field: str, language: str) -> str:
    """Write what a standard settles for all services."""
    value = getattr(standard, field)
    if field == "grades":
        return grades_in_words(standard, language)
    if field == "weights":
        return "/".join(f"{weight:g}" for _, weight in value)
    if field in {"complaints", "calls"}:
        return str(value.told(language))
    return translated(language, VALUES[value]) if value in VALUES else _raw(value)


Key = tuple[str, int]
"""The code of a service, and which one of those that share it."""


def _keys(services: Sequence[Service]) -> Iterator[Key]:
    seen: Counter[str] = Counter()
    for service in services:
        yield service.code, seen[service.code]
        seen[service.code] += 1


def _keyed(standard: Standard) -> dict[Key, Service]:
    return dict(zip(_keys(standard.services), standard.services, strict=True))


def _told(standard: Standard, language: str) -> dict[Key, dict[str, str]]:
    return dict(zip(_keys(standard.services), show_rows(standard, language), strict=True))


def _setting(old: Standard, new: Standard, field: str, language: str) -> Iterator[Row]:
    if getattr(old, field) != getattr(new, field):
        yield _changed("", "", language) | {
            "field": translated(language, SETTINGS[field]), "before": setting(old, field, language),
            "after": setting(new, field, language),
        }  # fmt: skip


def _whole(code: str, told: Mapping[str, str], change: str, language: str) -> Row:
    """Tell of a service that comes or goes when it falls due, and its window."""
    row = _changed(code, told["name"], language) | {"change": translated(language, change)}
    when = f"{told['when']}; {told['window']}"
    side = "before" if change == GONE else "after"
    return row | {"field": translated(language, HEADINGS["when"]), side: when}


def _fields(
    old: Service, new: Service, before: Mapping[str, str], after: Mapping[str, str], language: str
) -> Iterator[Row]:
    """Yield the fields that differ; one that has no words, or whose words do not tell it, as the file writes it."""
    row, told = _changed(new.code, after["name"], language), set()
    for field in Service.model_fields:
        was, becomes = getattr(old, field), getattr(new, field)
        column = TOLD.get(field, "")
        if was == becomes or column in told or (field == "since" and becomes is None):
            continue
        if column and before[column] != after[column]:
            told.add(column)
            heading = translated(language, HEADINGS[column])
            yield row | {"field": heading, "before": before[column], "after": after[column]}
        else:
            yield row | {"field": field, "before": _raw(was), "after": _raw(becomes)}


def _changed(code: str, service: str, language: str) -> Row:
    told = translated(language, OTHER)
    return {"code": code, "service": service, "change": told, "field": "", "before": "", "after": ""}


def _raw(value: object) -> str:
    """Write a value as the file has it."""
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
    if isinstance(value, tuple):
        return "; ".join(map(_raw, value))
    return "" if value is None else str(value)

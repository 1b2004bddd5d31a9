"""The list of settings in force: each with its value, where that comes from, and what it means; secrets never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time

from pydantic import SecretStr

from policyserve.locale import N_all, N_in, say_in, translated
from policyserve.settings_file.file import SettingsFile
from policyserve.settings_file.meanings import FIELDS, GATEWAY
from policyserve.settings_file.messages import OpenHours
from policyserve.settings_file.section import Section

SET, NOT_SET = N_in("setting", "set"), N_in("setting", "not set")

FILE, DEFAULT = N_in("where a setting comes from", "file"), N_in("where a setting comes from", "default")

VALUES = {
    one.rpartition("\4")[2]
    for one in N_all(
        "value of a setting",
        "en", "zh", "mainland", "international", "offered", "required", "marketing", "service", "duty", "file",
    )
}  # fmt: skip
"""Values that are words of ours."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting in force."""

    name: str
    """As the file or the environment calls it."""
    value: str
    meaning: str
    """In English, to be translated, as where it comes from."""
    source: str


def file_settings(found: SettingsFile, language: str) -> Iterator[Setting]:
    """Yield the settings of the file in its order; gateways by their kind alone, for all else may be secret."""
    yield from _fields(found, "", language, given=True)
    for name, options in found.gateways.items():
        kind = str(options.get("kind", ""))
        yield Setting(name=f"gateways.{name}", value=kind, meaning=GATEWAY, source=FILE)


def _fields(section: Section, path: str, language: str, *, given: bool) -> Iterator[Setting]:
    for field in type(section).model_fields:
        name, value = f"{path}{field}", getattr(section, field)
        own = given and field in section.model_fields_set
        if name in FIELDS:
            source = FILE if own else DEFAULT
            yield Setting(name=name, value=told(value, language), meaning=FIELDS[name], source=source)
        elif isinstance(value, Section):
            yield from _fields(value, f"{name}.", language, given=own)


def told(value: object, language: str) -> str:
    """Write a value for people; of a secret, and of nothing, only whether it is set."""
    match value:
        case SecretStr() | None:
            return is_set(value, language)
        case bool():
            return say_in(language, "answer", "yes" if value else "no")
        case time():
            return f"{value:%H:%M}"
        case OpenHours():
            return f"{value.opens:%H:%M} - {value.closes:%H:%M}"
    parts = vars(value) if isinstance(value, Section) else value
    if isinstance(parts, Mapping):
        return _several(parts, language)
    return (
        ", ".join(told(one, language) for one in value) if isinstance(value, tuple) else _worded(str(value), language)
    )


def _worded(value: str, language: str) -> str:
    return say_in(language, "value of a setting", value) if value in VALUES else value


def _several(values: Mapping[str, object], language: str) -> str:
    return "; ".join(f"{name}: {told(one, language)}" for name, one in values.items() if one not in ({}, ()))


def is_set(value: object, language: str) -> str:
    """Say of a secret whether there is one."""
    return translated(language, SET if value else NOT_SET)

"""What the model finds wrong, in plain words: what stands there, and what is allowed."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from policyserve.standard.model import Standard
from policyserve.standard.problem import Problem, Where, not_allowed

_WHAT = {
    "channels": "a channel",
    "level": "a level",
    "stage": "a stage",
    "subject": "a subject",
    "ends_when": "an ending",
    "message_class": "a message class",
    "anchor": "an anchor",
    "every": "a period",
    "modes": "a mode of payment",
    "results": "a result of a debit",
    "days_off": "a rule for days off",
}
_OF_SERIES = ("series", "suffix")


def in_plain_words(error: ErrorDetails) -> Problem:
    """Turn an error of the model into a problem; its `where` is the way in the expanded document."""
    loc, kind = tuple(error["loc"]), error["type"]
    where, schema = _where(loc), _schema_at(loc)
    if kind == "missing":
        return Problem(where=where, message=f"'{where[-1]}' is missing; allowed: {_allowed(schema)}.")
    if kind == "extra_forbidden":
        fields = [*_schema_at(loc[:-1]).get("properties", {}), *(_OF_SERIES if loc[-3:-2] == ("services",) else ())]
        return Problem(where=where, message=not_allowed(loc[-1], "a field here", fields))
    if kind.startswith("union_tag"):
        return _of_kind((*where, "kind"), error, list(schema["discriminator"]["mapping"]))
    if kind == "literal_error" and "enum" in schema and isinstance(error["input"], str):
        what = next((_WHAT[step] for step in reversed(where) if step in _WHAT), "allowed here")
        return Problem(where=where, message=not_allowed(error["input"], what, schema["enum"]))
    return Problem(where=where, message=_unfit(error["input"], kind, _allowed(schema)))


def _of_kind(where: Where, error: ErrorDetails, kinds: list[str]) -> Problem:
    if error["type"] == "union_tag_not_found":
        return Problem(where=where, message=f"the trigger's kind is missing; allowed: {', '.join(kinds)}.")
    return Problem(where=where, message=not_allowed(error["ctx"]["tag"], "a kind of trigger", kinds))


def _unfit(value: object, kind: str, allowed: str) -> str:
    if kind == "string_type" and isinstance(value, int | float | date):
        return f'{_shown(value)} without quotes is {_named(value)}, and text belongs here; write "{_shown(value)}".'
    if kind in {"too_short", "string_too_short"}:
        return f"it is empty; allowed: {allowed}."
    return f"{_shown(value)} is not possible here; allowed: {allowed}."


def _named(value: object) -> str:
    if isinstance(value, bool):
        return "yes or no"
    return "a date" if isinstance(value, date) else "a number"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | tuple):
        return "a group of fields" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value[:60]}'" if isinstance(value, str) else str(value)


def _where(loc: Where) -> Where:
    """Leave out the trigger's kind, which the model puts between the trigger and its field."""
    return tuple(step for number, step in enumerate(loc) if number == 0 or loc[number - 1] != "trigger")


def _schema_at(loc: Where) -> dict[str, Any]:
    """Walk the model's JSON schema; empty where there is no such field."""
    schema = _resolved(_schema())
    for step in loc:
        if isinstance(step, int):
            schema = schema.get("items", {})
        elif "discriminator" in schema:
            schema = {"$ref": schema["discriminator"]["mapping"].get(step)}
        else:
            schema = schema.get("properties", {}).get(step, {})
        schema = _resolved(schema)
    return schema


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
    name = str(schema.get("$ref") or "").rpartition("/")[2]
    return dict(_schema()["$defs"][name]) if name else schema


@cache
def _schema() -> dict[str, Any]:
    return Standard.model_json_schema()


def _allowed(schema: dict[str, Any]) -> str:
    """Say what a field may hold."""
    schema = _resolved(schema)
    if "enum" in schema or "const" in schema:
        return ", ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    if "discriminator" in schema:
        return f"a group of fields with a kind ({', '.join(schema['discriminator']['mapping'])})"
    return _allowed_of_type(schema)


def _allowed_of_type(schema: dict[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            return _allowed_list(_resolved(schema["items"]))
        case "object":
            return f"a group of fields ({', '.join(schema['properties'])})"
        case "boolean":
            return "true or false"
        case "integer" | "number" as number:
            return ("a whole number" if number == "integer" else "a number") + _bounds(schema)
        case _:
            return _allowed_text(schema)


def _allowed_list(item: dict[str, Any]) -> str:
    return "a list of groups of fields" if item.get("type") == "object" else f"a list of {_allowed(item)}"


def _allowed_text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        return "a date such as 2026-01-31, without quotes"
    if "pattern" in schema:
        return "small letters and digits in words joined by '-', such as visit-m1, at most 60 characters"
    return f"text of at most {schema['maxLength']} characters" if "maxLength" in schema else "text"


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    return (f" from {low:g}" if low is not None else "") + (f" to {high:g}" if high is not None else "")

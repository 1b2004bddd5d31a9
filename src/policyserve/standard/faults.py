"""What the model finds wrong, in plain words: what stands there, and what is allowed."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from policyserve.locale import N_, Listed, N_in, Sentence
from policyserve.standard.model import Standard
from policyserve.standard.problem import Problem, Where, not_allowed

_WHAT = {
    "channels": N_("a channel"),
    "level": N_("a level"),
    "stage": N_("a stage"),
    "subject": N_("a subject"),
    "ends_when": N_("an ending"),
    "message_class": N_("a message class"),
    "anchor": N_("an anchor"),
    "every": N_("a period"),
    "modes": N_("a mode of payment"),
    "results": N_("a result of a debit"),
    "days_off": N_("a rule for days off"),
}
_OF_SERIES = ("series", "suffix")


def in_plain_words(error: ErrorDetails) -> Problem:
    """Turn an error of the model into a problem; its `where` is the way in the expanded document."""
    loc, kind = tuple(error["loc"]), error["type"]
    where, schema = _where(loc), _schema_at(loc)
    if kind == "missing":
        return Problem(
            where=where,
            message=Sentence("'{field}' is missing; allowed: {allowed}.", field=where[-1], allowed=_allowed(schema)),
        )
    if kind == "extra_forbidden":
        fields = [*_schema_at(loc[:-1]).get("properties", {}), *(_OF_SERIES if loc[-3:-2] == ("services",) else ())]
        return Problem(where=where, message=not_allowed(loc[-1], N_("a field here"), fields))
    if kind.startswith("union_tag"):
        return _of_kind((*where, "kind"), error, list(schema["discriminator"]["mapping"]))
    if kind == "literal_error" and "enum" in schema and isinstance(error["input"], str):
        what = next((_WHAT[step] for step in reversed(where) if step in _WHAT), N_("allowed here"))
        return Problem(where=where, message=not_allowed(error["input"], what, schema["enum"]))
    return Problem(where=where, message=_unfit(error["input"], kind, _allowed(schema)))


def _of_kind(where: Where, error: ErrorDetails, kinds: list[str]) -> Problem:
    if error["type"] == "union_tag_not_found":
        return Problem(
            where=where, message=Sentence("the trigger's kind is missing; allowed: {kinds}.", kinds=", ".join(kinds))
        )
    return Problem(where=where, message=not_allowed(error["ctx"]["tag"], N_("a kind of trigger"), kinds))


def _unfit(value: object, kind: str, allowed: Sentence) -> Sentence:
    if kind == "string_type" and isinstance(value, int | float | date):
        return Sentence(
            '{value} without quotes is {named}, and text belongs here; write "{value}".',
            value=_shown(value),
            named=_named(value),
        )
    if kind in {"too_short", "string_too_short"}:
        return Sentence("it is empty; allowed: {allowed}.", allowed=allowed)
    return Sentence("{value} is not possible here; allowed: {allowed}.", value=_shown(value), allowed=allowed)


def _named(value: object) -> Sentence:
    if isinstance(value, bool):
        return Sentence("yes or no")
    return Sentence("a date") if isinstance(value, date) else Sentence("a number")


def _shown(value: object) -> Sentence | str:
    if value is None:
        return Sentence(N_in("value of a field", "nothing"))
    if isinstance(value, dict | tuple):
        return Sentence("a group of fields") if isinstance(value, dict) else Sentence("a list")
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


def _allowed(schema: dict[str, Any]) -> Sentence:
    """Say what a field may hold."""
    schema = _resolved(schema)
    if "enum" in schema or "const" in schema:
        return Listed([str(value) for value in schema.get("enum", [schema.get("const")])], ", ")
    if "discriminator" in schema:
        kinds = ", ".join(schema["discriminator"]["mapping"])
        return Sentence("a group of fields with a kind ({kinds})", kinds=kinds)
    return _allowed_of_type(schema)


def _allowed_of_type(schema: dict[str, Any]) -> Sentence:
    match schema.get("type"):
        case "array":
            return _allowed_list(_resolved(schema["items"]))
        case "object":
            return Sentence("a group of fields ({fields})", fields=", ".join(schema["properties"]))
        case "boolean":
            return Sentence("true or false")
        case "integer" | "number" as number:
            return _bounded(Sentence("a whole number") if number == "integer" else Sentence("a number"), schema)
        case _:
            return _allowed_text(schema)


def _allowed_list(item: dict[str, Any]) -> Sentence:
    if item.get("type") == "object":
        return Sentence("a list of groups of fields")
    return Sentence("a list of {what}", what=_allowed(item))


def _allowed_text(schema: dict[str, Any]) -> Sentence:
    if schema.get("format") == "date":
        return Sentence("a date such as 2026-01-31, without quotes")
    if "pattern" in schema:
        return Sentence(
            "small letters and digits in words joined by '-', such as visit-m1, at most {most} characters",
            most=schema["maxLength"],
        )
    most = schema.get("maxLength")
    return Sentence("text of at most {most} characters", most=most) if most else Sentence("text")


def _bounded(number: Sentence, schema: dict[str, Any]) -> Sentence:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return Sentence("{number} from {low:g} to {high:g}", number=number, low=low, high=high)
    if low is not None:
        return Sentence("{number} from {low:g}", number=number, low=low)
    return number if high is None else Sentence("{number} to {high:g}", number=number, high=high)

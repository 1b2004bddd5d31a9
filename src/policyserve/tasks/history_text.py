"""The sentence of a transition: its reason, what it changed, and what a person wrote, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyserve.locale import N_, Listed, N_all, N_in, Sentence
from policyserve.standard import reasons
from policyserve.tasks.pins import FIELD
from policyserve.tasks.transitions import Difference, Step

_FIELDS: Final = {
    "planned_on": N_("planned for {old} -> {new}"),
    "due": N_("due {old} -> {new}"),
    "earliest": N_("earliest {old} -> {new}"),
    "latest": N_("latest {old} -> {new}"),
    "anchor": N_("counted from {old} -> {new}"),
    "performer": N_("done by {old} -> {new}"),
    "channels": N_("by {old} -> {new}"),
    "provisional": N_("provisional {old} -> {new}"),
    "nominal": N_("day of the rule {old} -> {new}"),
    "agent_id": N_("agent {old} -> {new}"),
}
"""What is told of a task that moved, in this order."""

_CODED: Final = ("performer", "channels", "provisional")
"""Fields whose values are codes, or several joined by `+`."""

N_all("code", "visit", "call", "sms", "letter", "office", "other", "agent", "true", "false")


def why(step: Step) -> Sentence | None:
    """Say why a task took a step and what became of what; None where there is nothing to say."""
    parts: list[object] = [reasons.sentence(step.reason, step.arguments)] if step.reason else []
    parts += _of_changes(step)
    parts += [step.said] if step.said else []
    return Listed(parts, N_("; ")) if parts else None


def _of_changes(step: Step) -> Iterator[Sentence]:
    changes = step.changes
    if step.action == "done" and "done_on" in changes:
        channel, day = (changes[name][1] for name in ("channel", "done_on"))
        yield Sentence("by {channel} on {done_on}", channel=_code(str(channel)), done_on=day)
    if "snoozed_to" in changes:
        yield Sentence("to {day}", day=changes["snoozed_to"][1])
    if FIELD in changes:
        former, day = changes[FIELD]
        yield Sentence("fixed for {day}", day=day) if day else Sentence("no longer fixed for {day}", day=former)
    for name, words in _FIELDS.items():
        if name in changes and not (name == "nominal" and "due" in changes):
            old, new = _values(name, changes[name])
            yield Sentence(words, old=old, new=new)
    if "customer_id" in changes:
        yield Sentence("another holder")


def _values(name: str, change: Difference) -> list[object]:
    nobody = Sentence(N_in("agent of a task", "nobody"))
    return [nobody if value is None else _code(value) if name in _CODED else value for value in change]


def _code(value: str) -> Sentence:
    return Listed([Sentence(N_in("code", part)) for part in value.split("+")], "+")

"""Calls in words: a line for each, with the answers and what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyserve.calls.records import clock
from policyserve.locale import N_in, Sentence, say
from policyserve.standard.call_rules import CallPoint
from policyserve.tasks.transitions import who_did


def outcome_said(code: str) -> Sentence:
    """Say what came of a call."""
    return Sentence(N_in("outcome of a call", code))


def state_said(code: str) -> Sentence:
    """Say how a call stands."""
    return Sentence(N_in("standing of a call", code))


def calls_said(calls: Sequence[Mapping[str, Any]], points: Sequence[CallPoint], language: str) -> list[str]:
    """Return a line for each call: when, what came of it, by whom, what was answered with no, and what followed."""
    names = {one.code: one.said(language) for one in points}
    return [_said(one, names, language) for one in calls]


def _said(call: Mapping[str, Any], names: Mapping[str, str], language: str) -> str:
    line = say(
        language, "{day} {time}: {outcome}, by {who}", day=call["called_on"], time=clock(call["minute"]),
        outcome=outcome_said(call["outcome"]), who=who_did(call["actor"]),
    )  # fmt: skip
    failed = [names.get(point, point) for point, answer in call["answers"].items() if not answer]
    parts = [line, *(say(language, "answered with no: {point}", point=one) for one in failed)]
    if call["satisfaction"] is not None:
        parts.append(say(language, "satisfaction {mark} of 5", mark=call["satisfaction"]))
    if call["complaint_id"] is not None:
        parts.append(say(language, "complaint {key} was opened", key=call["complaint_id"]))
    if call["visit_asked"]:
        parts.append(say(language, "a visit was asked for"))
    return "; ".join([*parts, *([call["words"]] if call["words"] else [])])

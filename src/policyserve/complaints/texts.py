"""Complaints in words: the facts of one by their titles, and a line for each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policyserve.complaints.steps import step_said
from policyserve.locale import N_, N_in, say, say_in, translated
from policyserve.tasks.transitions import who_did

TITLES: Final = {
    "complaint_id": N_("Complaint"), "status": N_("Standing"), "customer_no": N_("Customer"), "name": N_("Name"),
    "policy_no": N_("Policy"), "agent_no": N_("Agent"), "kind": N_("Class"), "channel": N_("Channel"),
    "opened_on": N_("Received on"), "words": N_("In the customer's words"),
    "due": N_in("column of complaints", "To be answered by"), "days_left": N_("Days left"),
    "answered_on": N_("First answered on"), "result_by": N_("Result by"), "cause": N_("Cause"),
    "responsible_no": N_("Responsible"), "escalated_to": N_("Gone up to"), "closed_on": N_("Settled on"),
}  # fmt: skip

CONTEXTS: Final = {
    "status": "step of a complaint", "kind": "class of complaint", "channel": "channel of a complaint",
    "cause": "cause of a complaint",
}  # fmt: skip
"""In which the codes of a field are words."""


def facts_said(row: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return what is known of a complaint: the title and the value of each fact."""
    return [
        (translated(language, title), told(name, row[name], language))
        for name, title in TITLES.items()
        if row.get(name) is not None
    ]


def told(name: str, value: object, language: str) -> str:
    """Put the value of a field into words."""
    return say_in(language, CONTEXTS[name], str(value)) if name in CONTEXTS else str(value)


def steps_said(steps: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """Return a line for each step: the day, the step, who took it, and what was found and written."""
    return [_step_said(one, language) for one in steps]


def _step_said(step: Mapping[str, Any], language: str) -> str:
    found = [
        f"{translated(language, TITLES[name])}: {told(name, step[name], language)}"
        for name in ("cause", "responsible_no", "result_by")
        if step[name] is not None
    ]
    line = say(
        language, "{day}: {step}, by {who}", day=step["as_of"], step=step_said(step["action"]),
        who=who_did(step["actor"]),
    )  # fmt: skip
    return "; ".join([line, *found, *([step["said"]] if step["said"] else [])])

"""The steps of a complaint: what may follow what, who takes it, and what it asks for; one table, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from policyserve.locale import N_all, N_in, Sentence
from policyserve.standard.complaint_days import ComplaintClass

OPEN: Final = ("received", "founded", "unfounded", "investigated", "proposed", "approved", "carried-out")
"""Statuses of a complaint that waits for something; while it does, the household gets nothing that it did not ask."""

CLOSED: Final = ("confirmed", "not-reached", "reviewed", "withdrawn", "not-tracked")
"""`not-tracked`: of before anybody kept track of what becomes of complaints."""

UNFINISHED: Final = (*OPEN, "confirmed", "not-reached")
"""Statuses that wait for a step, the review at the latest."""

KINDS: Final[tuple[str, ...]] = get_args(ComplaintClass)
"""The classes of complaints."""

CHANNELS: Final = ("call", "visit", "letter", "online", "follow-up", "regulator", "list", "other")
"""How a complaint came; `list`: as a list or an event told it, `follow-up`: a call found a customer not satisfied."""

CAUSES: Final = ("explanation", "selling", "delay", "manner", "process", "system", "misunderstanding", "other")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: from which statuses it may be taken, where it leads, and what it asks for."""

    after: tuple[str, ...]
    to: str | None = None
    """None: the status stays."""
    by_manager: bool = False
    """Whether it is a manager's alone."""
    cause: bool = False
    """Whether it names a cause and who is responsible."""
    moves: str = ""
    """What becomes of the day of the result: `extended`, or counted `anew`."""


STEPS: Final[Mapping[str, Step]] = {
    "answered": Step(after=OPEN),
    "founded": Step(after=("received", "unfounded"), to="founded"),
    "unfounded": Step(after=("received", "founded"), to="unfounded"),
    "investigated": Step(after=("founded", "investigated"), to="investigated", cause=True),
    "proposed": Step(after=("unfounded", "investigated"), to="proposed"),
    "approved": Step(after=("proposed",), to="approved", by_manager=True),
    "returned": Step(after=("proposed",), to="founded", by_manager=True),
    "carried-out": Step(after=("approved",), to="carried-out"),
    "confirmed": Step(after=("carried-out",), to="confirmed"),
    "not-reached": Step(after=("carried-out",), to="not-reached", by_manager=True),
    "reopened": Step(
        after=("carried-out", "confirmed", "not-reached", "reviewed", "not-tracked"), to="founded", moves="anew"
    ),
    "reviewed": Step(after=("confirmed", "not-reached"), to="reviewed", by_manager=True),
    "extended": Step(after=OPEN, by_manager=True, moves="extended"),
}
"""Every step that a person takes once a complaint is there. One that was entered by mistake is withdrawn with its
event (`policyserve event retract`)."""

N_all(
    "step of a complaint",
    "answered", "founded", "unfounded", "investigated", "proposed", "approved", "returned", "carried-out", "confirmed",
    "not-reached", "reopened", "reviewed", "extended", "received", "withdrawn", "not-tracked", "escalated",
)  # fmt: skip
N_all("class of complaint", "sales", "service", "claim", "surrender", "premium", "data", "other")
N_all("channel of a complaint", "call", "visit", "letter", "online", "follow-up", "regulator", "list", "other")
N_all(
    "cause of a complaint",
    "explanation", "selling", "delay", "manner", "process", "system", "misunderstanding", "other",
)  # fmt: skip


def step_said(code: str) -> Sentence:
    """Say a step, or the status it leads to."""
    return Sentence(N_in("step of a complaint", code))


def next_steps(status: str, role: str) -> list[str]:
    """Return the steps that may follow a status, of those that a role takes."""
    allowed = {"manager": True, "system": True, "clerk": False}
    if role not in allowed:
        return []
    return [code for code, one in STEPS.items() if status in one.after and (allowed[role] or not one.by_manager)]


def after_step(status: str, code: str) -> str | None:
    """Return the status after a step; None where it may not follow."""
    step = STEPS[code]
    return (step.to or status) if status in step.after else None


def escalated_to(above: Mapping[str, str], agent_no: str | None, days_left: int | None, days: int) -> str | None:
    """Return the manager to whom a late complaint has gone up: a level more every `days`; None for one in time.

    `above`: the manager of each agent, by their numbers. The highest one keeps it.
    """
    if days_left is None or days_left >= 0 or agent_no is None:
        return None
    found: str | None = None
    passed = {agent_no}
    for _ in range(1 + (-days_left - 1) // days):
        manager = above.get(found or agent_no)
        if manager is None or manager in passed:
            break
        found = manager
        passed.add(manager)
    return found

"""Whether a standard means something: what no single field can tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from policyserve.locale import N_in, Sentence
from policyserve.standard.call_problems import check_calls
from policyserve.standard.grade_problems import check_grades
from policyserve.standard.model import Service, Standard
from policyserve.standard.obligation_problems import check_obligations
from policyserve.standard.part import PaidMode
from policyserve.standard.problem import Problem
from policyserve.standard.service_problems import Found, check_services
from policyserve.standard.trigger import (
    AfterUnpaid,
    BeforeInstalment,
)

LEAST_REMINDERS = 3
"""Reminders before the due day that annual, semi-annual and quarterly policies are owed."""


def check_standard(standard: Standard, festivals: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Find what does not make sense: errors, and warnings for what is doubtful.

    `festivals`: the names that the calendar knows; None leaves them unchecked. `where` counts the model's services.
    """
    return (
        *check_services(dict(enumerate(standard.services)), festivals),
        *check_obligations(standard),
        *check_grades(standard),
        *check_calls(standard),
        *(Problem(where=("services",), message=text, severity="warning") for text in _few_reminders(standard)),
        *(Problem(where=where, message=text, severity="warning") for where, text in _doubtful(standard)),
    )


def _few_reminders(standard: Standard) -> Iterator[Sentence]:
    modes: tuple[PaidMode, ...] = ("annual", "semi-annual", "quarterly")
    for mode in modes:
        count = sum(_reminds(service, mode) for service in standard.services)
        if count < LEAST_REMINDERS:
            yield Sentence(
                "{mode} policies get {count} reminders before the due day; at least {least} are owed.",
                mode=Sentence(N_in("standard", mode)),
                count=count,
                least=LEAST_REMINDERS,
            )


def _reminds(service: Service, mode: PaidMode) -> bool:
    trigger = service.trigger
    return service.enabled and isinstance(trigger, BeforeInstalment) and trigger.days > 0 and mode in trigger.modes


def _doubtful(standard: Standard) -> Found:
    for number, service in enumerate(standard.services):
        trigger, window = service.trigger, service.window
        if isinstance(trigger, AfterUnpaid) and trigger.days > standard.grace_days:
            said = Sentence(
                "the cover is suspended after {grace_days} days of grace, so this is never due.",
                grace_days=standard.grace_days,
            )
            yield ("services", number, "trigger", "days"), said
        if isinstance(trigger, BeforeInstalment) and max(window.after, window.after_workdays or 0) > trigger.days:
            yield ("services", number, "window"), Sentence("a reminder would still be on time after the due day.")

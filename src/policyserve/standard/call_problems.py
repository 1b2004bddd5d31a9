"""What is wrong with the rules of follow-up calls: rules that none could follow, and questions that nobody asks."""

from __future__ import annotations

from collections.abc import Iterator

from policyserve.locale import N_, Sentence
from policyserve.standard.call_rules import CallRules
from policyserve.standard.model import Standard
from policyserve.standard.problem import Problem, Where, not_allowed

_HOUR = 60


def check_calls(standard: Standard) -> Iterator[Problem]:
    """Find hours that never open, tries for which the day is too short, and questionnaires that none is asked."""
    rules = standard.calls
    for number, one in enumerate(rules.hours):
        if one.closes <= one.opens:
            said = Sentence("hours that open at {opens} close later than that.", opens=one.opens)
            yield Problem(where=("calls", "hours", number, "closes"), message=said)
    if (most := most_tries(rules)) < rules.tries:
        said = Sentence(
            "{tries} tries that lie {apart} hours apart do not fit into the hours; {most} do.",
            tries=rules.tries, apart=rules.hours_apart, most=most,
        )  # fmt: skip
        yield Problem(where=("calls", "tries"), message=said)
    services = [service.code for service in standard.services]
    for number, asked in enumerate(rules.questionnaires):
        where: Where = ("calls", "questionnaires", number)
        if asked.service not in services:
            wanted = not_allowed(asked.service, N_("a service of the standard"), services)
            yield Problem(where=(*where, "service"), message=wanted)
        yield from _twice((*where, "points"), [point.code for point in asked.points], "code")
    yield from _twice(("calls", "questionnaires"), [asked.service for asked in rules.questionnaires], "service")


def most_tries(rules: CallRules) -> int:
    """Return for how many tries, at hours that lie far enough apart, a day has room; each is made on its own day."""
    count, free = 0, 0
    for minute in sorted({minute for one in rules.hours for minute in range(one.opens * _HOUR, one.closes * _HOUR)}):
        if minute >= free:
            count, free = count + 1, minute + max(rules.hours_apart * _HOUR, 1)
    return count


def _twice(where: Where, values: list[str], field: str) -> Iterator[Problem]:
    for number, value in enumerate(values):
        if value in values[:number]:
            said = Sentence("'{value}' stands twice; keep one.", value=value)
            yield Problem(where=(*where, number, field), message=said)

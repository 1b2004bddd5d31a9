"""What is wrong with the grades of a standard, and with audiences that ask for one."""

from __future__ import annotations

from collections.abc import Iterator

from policyserve.locale import N_, Sentence
from policyserve.standard.model import Standard
from policyserve.standard.problem import Problem, Where, not_allowed


def check_grades(standard: Standard) -> Iterator[Problem]:
    """Find grades that stand twice, and audiences and obligations that ask for one that is not there."""
    codes = [grade.code for grade in standard.grades]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            said = Sentence("'{value}' stands twice; keep one.", value=code)
            yield Problem(where=("grades", number, "code"), message=said)
    asked: list[tuple[Where, tuple[str, ...]]] = [
        *((("services", number, "audience"), one.audience.grades) for number, one in enumerate(standard.services)),
        *((("obligations", number), one.grades) for number, one in enumerate(standard.obligations)),
    ]
    for where, grades in asked:
        for place, code in enumerate(grades):
            if code not in codes:
                message = not_allowed(code, N_("a grade of the standard"), codes)
                yield Problem(where=(*where, "grades", place), message=message)

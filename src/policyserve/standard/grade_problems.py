"""What is wrong with the grades of a standard, and with audiences that ask for one."""

from __future__ import annotations

from collections.abc import Iterator

from policyserve.locale import N_, Sentence
from policyserve.standard.model import Standard
from policyserve.standard.problem import Problem, not_allowed


def check_grades(standard: Standard) -> Iterator[Problem]:
    """Find grades that stand twice, and audiences that ask for one that is not there."""
    codes = [grade.code for grade in standard.grades]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            said = Sentence("'{value}' stands twice; keep one.", value=code)
            yield Problem(where=("grades", number, "code"), message=said)
    for number, service in enumerate(standard.services):
        for place, code in enumerate(service.audience.grades):
            if code not in codes:
                where = ("services", number, "audience", "grades", place)
                yield Problem(where=where, message=not_allowed(code, N_("a grade of the standard"), codes))

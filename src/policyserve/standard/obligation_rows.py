"""The obligations of a standard in words: one readable row each."""

from __future__ import annotations

from typing import Any

from policyserve.locale import N_, N_in
from policyserve.standard.model import Standard
from policyserve.standard.vocabulary import listed, word

HEADINGS = {
    "code": N_("Code"),
    "obligation": N_("Obligation"),
    "services": N_("Services"),
    "grades": N_("Grades of customers"),
    "least": N_in("obligation", "Owed"),
    "owner": N_in("obligation", "Whose"),
}
"""The columns and their headings."""


NONE = N_("This standard declares no obligations.")


def obligation_rows(standard: Standard, language: str) -> list[dict[str, Any]]:
    """Write each obligation as a row of words, with the keys of HEADINGS; `services`: those that prove it."""
    services = {one.code: str(one.said("name", language)) for one in standard.services}
    return [
        {
            "code": one.code,
            "obligation": one.said("name", language),
            "services": listed([services[code] for code in one.services], language),
            "grades": listed([standard.grade(code, language) or code for code in one.grades], language),
            "least": one.least,
            "owner": word(one.owner, language),
        }
        for one in standard.obligations
    ]

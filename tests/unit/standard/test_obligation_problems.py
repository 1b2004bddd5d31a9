"""Obligations that could not be proved are refused, each with its field."""

from __future__ import annotations

from typing import Any

import pytest

from policyserve.standard.changes import changes
from policyserve.standard.obligation_problems import check_obligations
from policyserve.standard.parser import default_standard

SHIPPED = default_standard()
DEBIT = {
    "code": "told", "name": "Told", "name_zh": "反馈", "occasion": "debit", "within": {"days": 1},
    "services": ("payment-feedback",),
}  # fmt: skip


def problems(*obligations: dict[str, Any]) -> list[str]:
    kinds = type(SHIPPED.obligations[0])
    told = tuple(kinds.model_validate(one) for one in obligations)
    found = check_obligations(SHIPPED.model_copy(update={"obligations": told}))
    return [f"{one.field}: {one.message}" for one in found]


def test_the_shipped_ones_make_sense() -> None:
    assert list(check_obligations(SHIPPED)) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"services": ("lapse-notice",)}, "services[0]: 'lapse-notice' is not a service that follows from"),
        ({"services": ("payment-feedbak",)}, "did you mean 'payment-feedback'?"),
        ({"least": 2}, "least: 2 are owed, and no more than 1 can be given."),
        ({"events": ("sickness",)}, "events[0]: 'sickness' is not a kind of event"),
        ({"modes": ("annual",)}, "modes: modes belong to instalments; allowed with: instalment, unpaid."),
        ({"within": {"until": "freelook-end"}}, "within.until: 'freelook-end' belongs to another occasion"),
        ({"occasion": "receipt", "services": ("new-policy-callback",),
          "within": {"until": "freelook-end", "days": 3}}, "within: 'until' is the last day by itself"),
        ({"services": ("payment-feedback", "payment-feedback")}, "'payment-feedback' stands twice"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_proved_is_told_with_its_field(fields: dict[str, Any], told: str) -> None:
    found = problems({**DEBIT, **fields})
    assert any(told in one for one in found), found


def test_a_code_stands_once() -> None:
    assert problems(DEBIT, DEBIT) == ["obligations[1].code: the code 'told' is used twice; keep one."]


def test_what_another_standard_owes_is_told() -> None:
    first, *others = SHIPPED.obligations
    other = SHIPPED.model_copy(update={"obligations": (first.model_copy(update={"least": 2}), *others[1:])})
    rows = changes(SHIPPED, other, "en")
    assert [(row["code"], row["change"], row["field"], row["before"], row["after"]) for row in rows] == [
        ("reminders-before-due", "changed", "least", "3", "2"),
        ("debit-result-told", "gone", "Obligation", "", ""),
    ]

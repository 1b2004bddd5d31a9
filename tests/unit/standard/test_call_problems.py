"""Rules of calls that none could follow are refused, each with its field."""

from __future__ import annotations

from typing import Any

import pytest

from policyserve.standard.call_problems import check_calls
from policyserve.standard.call_rules import CallRules
from policyserve.standard.parser import default_standard

SHIPPED = default_standard()
POINT = {"code": "own", "name": "Own?", "name_zh": "本人？"}


def problems(**rules: Any) -> list[str]:
    calls = CallRules.model_validate(rules)
    return [f"{one.field}: {one.message}" for one in check_calls(SHIPPED.model_copy(update={"calls": calls}))]


def test_the_shipped_ones_can_be_followed() -> None:
    assert list(check_calls(SHIPPED)) == []


def test_a_distance_that_just_fits_is_taken() -> None:
    assert problems(tries=2, hours_apart=1, hours=[{"opens": 9, "closes": 11}]) == []


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"hours": [{"opens": 12, "closes": 9}, {"opens": 9, "closes": 20}]}, "calls.hours[0].closes: hours that open"),
        ({"tries": 3, "hours_apart": 1, "hours": [{"opens": 9, "closes": 11}]},
         "calls.tries: 3 tries that lie 1 hours apart do not fit into the hours; 2 do."),
        ({"questionnaires": [{"service": "new-policy-calback", "points": [POINT]}]},
         "did you mean 'new-policy-callback'?"),
        ({"questionnaires": [{"service": "new-policy-callback", "points": [POINT, POINT]}]},
         "calls.questionnaires[0].points[1].code: 'own' stands twice"),
        ({"questionnaires": [{"service": "new-policy-callback", "points": [POINT]}] * 2},
         "calls.questionnaires[1].service: 'new-policy-callback' stands twice"),
    ],
)  # fmt: skip
def test_rules_that_none_could_follow_are_refused(rules: dict[str, Any], told: str) -> None:
    (problem,) = problems(**rules)
    assert told in problem

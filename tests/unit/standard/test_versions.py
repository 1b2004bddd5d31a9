"""From one version of a standard to the next."""

from __future__ import annotations

from datetime import date

import pytest

from policyserve.standard.model import Standard
from policyserve.standard.parser import default_standard
from policyserve.standard.versions import carry_since, with_since

FIRST, SECOND = date(2026, 1, 1), date(2026, 7, 1)
BIRTHDAY: dict[str, object] = {
    "code": "birthday",
    "name": "Birthday wishes",
    "name_zh": "生日祝福",
    "level": "spot-checked",
    "stage": "know",
    "subject": "customer",
    "trigger": {"kind": "birthday"},
    "channels": ["visit", "sms"],
    "ends_when": ["done-recently", "family-case"],
}
LAPSE: dict[str, object] = {
    **BIRTHDAY,
    "code": "lapse",
    "subject": "policy",
    "trigger": {"kind": "after-suspension", "days": 7},
    "ends_when": [],
}


def standard(*services: dict[str, object], **fields: object) -> Standard:
    """Build a standard of some services."""
    return Standard.model_validate({"name": "Small", "version": "1", "services": services, **fields})


def held(*services: dict[str, object], **fields: object) -> Standard:
    """Build a standard that has held since FIRST."""
    new = standard(*services, **fields)
    return with_since(new, carry_since(None, new, FIRST))


def test_the_rules_of_the_first_standard_hold_from_its_day() -> None:
    assert carry_since(None, standard(BIRTHDAY, LAPSE), FIRST) == {"birthday": FIRST, "lapse": FIRST}


def test_an_unchanged_rule_keeps_its_day_and_a_new_one_gets_the_new_day() -> None:
    assert carry_since(held(BIRTHDAY), standard(BIRTHDAY, LAPSE), SECOND) == {"birthday": FIRST, "lapse": SECOND}


def test_an_unchanged_rule_that_has_always_held_always_holds() -> None:
    assert carry_since(standard(BIRTHDAY), standard(BIRTHDAY), SECOND) == {"birthday": None}


@pytest.mark.parametrize(
    "changed",
    [
        {"trigger": {"kind": "calendar", "every": "month", "day": 5}},
        {"window": {"after": 3}},
        {"channels": ["sms"]},
        {"audience": {"gender": "female"}},
        {"ends_when": ["family-case"]},
        {"enabled": False},
    ],
)
def test_a_changed_rule_holds_from_the_new_day(changed: dict[str, object]) -> None:
    assert carry_since(held(BIRTHDAY), standard(BIRTHDAY | changed), SECOND) == {"birthday": SECOND}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Happy birthday"},
        {"level": "encouraged"},
        {"bearing": {"referrals": 5}},
        {"talking_points": ["Wish well."]},
        {"channels": ["sms", "visit"]},
        {"ends_when": ["family-case", "done-recently"]},
    ],
)
def test_other_words_and_another_order_are_no_change_of_the_rule(changed: dict[str, object]) -> None:
    assert carry_since(held(BIRTHDAY), standard(BIRTHDAY | changed), SECOND) == {"birthday": FIRST}


def test_a_service_that_is_switched_on_holds_from_the_new_day() -> None:
    assert carry_since(held(BIRTHDAY | {"enabled": False}), standard(BIRTHDAY), SECOND) == {"birthday": SECOND}


def test_another_grace_period_changes_what_counts_from_the_suspension_and_nothing_else() -> None:
    new = standard(BIRTHDAY, LAPSE, grace_days=30)
    assert carry_since(held(BIRTHDAY, LAPSE), new, SECOND) == {"birthday": FIRST, "lapse": SECOND}


def test_a_day_that_the_standard_itself_names_goes_before() -> None:
    new = standard(BIRTHDAY | {"since": date(2025, 5, 5)})
    assert carry_since(held(BIRTHDAY), new, SECOND) == {"birthday": date(2025, 5, 5)}


def test_services_that_share_a_code_change_together() -> None:
    old = with_since(default_standard(), carry_since(None, default_standard(), FIRST))
    services = [service.model_dump() for service in default_standard().services]
    failed = next(one for one in services if one["trigger"].get("results") == ("failed",))
    failed["channels"] = ("sms",)
    new = Standard.model_validate(default_standard().model_dump() | {"services": services})
    changed = {code for code, since in carry_since(old, new, SECOND).items() if since == SECOND}
    assert changed == {"payment-feedback"}


def test_the_days_are_written_into_the_services() -> None:
    dated = with_since(standard(BIRTHDAY, LAPSE), {"birthday": SECOND})
    assert [service.since for service in dated.services] == [SECOND, None]

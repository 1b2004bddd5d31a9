"""Phones of gateways come out as the book writes them."""

from __future__ import annotations

import pytest

from policyserve.messages.phones import canonical, is_mainland


@pytest.mark.parametrize(
    "written",
    [
        "13800138000", "+8613800138000", "8613800138000", "008613800138000", "+86 138 0013 8000", "0086-138-0013-8000",
        " 138-0013-8000 ", "(+86)13800138000", "＋８６　１３８００１３８０００", "tel:13800138000",
    ],
)  # fmt: skip
def test_a_mainland_mobile_loses_its_country_code(written: str) -> None:
    assert canonical(written) == "13800138000"


@pytest.mark.parametrize("written", ["+442079460000", "00442079460000", "+44 20 7946 0000"])
def test_a_phone_abroad_keeps_its_plus(written: str) -> None:
    assert canonical(written) == "+442079460000"


def test_an_american_number_is_no_mainland_mobile() -> None:
    assert canonical("+1 415 555 0123") == "+14155550123"


@pytest.mark.parametrize("written", ["", "abc", "，"])
def test_what_is_no_phone_stays_harmless(written: str) -> None:
    assert canonical(written) == ""


@pytest.mark.parametrize(("phone", "is_one"), [("13800138000", True), ("8613800138000", False), ("02165432100", False)])
def test_a_mainland_mobile_is_told_from_others(phone: str, is_one: bool) -> None:
    assert is_mainland(phone) is is_one

"""Several people with one phone: one marketing text a day reaches it, however the phone is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from desks.occasions import Row, composed, fates, had, message, templates
from policyserve.messages.generation.composition import NOTHING_HAD
from policyserve.messages.phones import key
from policyserve.settings_file import MessageSettings

FATHER, SON = "13900000001", "139 0000 0001"
SPELLINGS = (
    FATHER, SON, "+8613900000001", "0086 139-0000-0001", "8613900000001", "013900000001", "+86 (139) 0000 0001",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return templates(tmp_path_factory.mktemp("templates"))


def sent(folder: Path, *rows: Row, besides: pl.DataFrame = NOTHING_HAD) -> list[str]:
    """Return the outcome, or the reason why not, of each row."""
    asked = MessageSettings.model_validate({"templates": folder, "route": "international"})
    found = fates(composed(asked, *rows, besides=besides))
    return [reason or outcome for outcome, reason in (found[row["service"]] for row in rows)]


def text(customer: int, phone: str, message_class: str = "marketing", **fields: Any) -> Row:
    return message(customer, message_class, customer_id=customer, customer_no=f"C{customer}", phone=phone, **fields)


@pytest.mark.parametrize("phone", SPELLINGS)
def test_every_spelling_of_a_phone_is_one(phone: str) -> None:
    assert pl.select(key(pl.lit(phone))).item() == FATHER


@pytest.mark.parametrize(("one", "other"), [("13900000001", "13900000002"), ("02112345678", "2112345678")])
def test_other_phones_are_others(one: str, other: str) -> None:
    assert pl.select(key(pl.lit(one))).item() != pl.select(key(pl.lit(other))).item()


@pytest.mark.parametrize("other", ["13900000001", "+8613900000001"])
def test_father_and_son_get_one_greeting_on_one_phone(folder: Path, other: str) -> None:
    assert sent(folder, text(1, "13900000001"), text(2, other)) == ["made", "cap-phone"]
    assert sent(folder, text(1, "13900000001"), text(2, "13900000002")) == ["made", "made"]


def test_the_stronger_bearing_goes_whosever_it_is(folder: Path) -> None:
    assert sent(folder, text(1, FATHER), text(2, FATHER, score=3.0)) == ["cap-phone", "made"]


def test_what_the_phone_has_had_counts_for_everybody_with_it(folder: Path) -> None:
    besides = had(1, 1, 1, customer=9, phone="+8613900000001")
    assert sent(folder, text(1, FATHER), besides=besides) == ["cap-phone"]
    assert sent(folder, text(1, FATHER), besides=had(0, 3, 0, customer=9, phone=FATHER)) == ["cap-phone"]
    assert sent(folder, text(1, FATHER, "service"), besides=had(0, 0, 5, customer=9, phone=FATHER)) == ["cap-all"]


def test_what_a_customer_had_on_another_phone_counts_too(folder: Path) -> None:
    assert sent(folder, text(1, FATHER), besides=had(1, 1, 1, phone="13900000009")) == ["cap-day"]


def test_duties_and_services_of_a_family_go_to_each(folder: Path) -> None:
    rows = [text(1, FATHER, "duty"), text(2, FATHER, "duty"), text(3, FATHER, "service"), text(4, FATHER, "service")]
    assert sent(folder, *rows) == ["made"] * 4

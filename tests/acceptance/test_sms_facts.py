"""What is handed to the company's own platform follows the facts as they are when it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands import Desk
from desks.sms_branch import D7, LANTERN, REMINDER, empty_settings, take_customers


@pytest.fixture
def branch(any_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    empty_settings(tmp_path, monkeypatch)
    return take_customers(any_desk)


FACTS: Mapping[str, tuple[str, str, set[tuple[str, str]]]] = {
    "paid": (
        "premiums", "policy_no,instalment,paid_on,paid_amount\n3302025000001,2,2026-03-02,1000\n",
        {(LANTERN, "C1"), (REMINDER, "C2")},
    ),
    "surrendered": (
        "events", "policy_no,kind,occurred_on\n3302025000002,surrender,2026-03-02\n",
        {(REMINDER, "C1"), (LANTERN, "C1")},
    ),
    "died": ("customers", "customer_no,deceased_on\nC1,2026-03-01\n", {(REMINDER, "C2")}),
    "refused": ("customers", "customer_no,sms_optout\nC1,yes\n", {(REMINDER, "C1"), (REMINDER, "C2")}),
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_the_platform_gets_what_still_holds(branch: Desk, tmp_path: Path, fact: str) -> None:
    branch.do("sms", "generate", "--date", D7)
    kind, text, left = FACTS[fact]
    branch.take(kind, text, as_of=D7)
    path = tmp_path / "day.csv"
    branch.do("sms", "generate", "--date", D7, "--out", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert {(row["service"], row["customer_no"]) for row in rows} == left

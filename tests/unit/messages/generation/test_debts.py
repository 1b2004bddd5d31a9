"""Of several texts about one unpaid instalment the gravest goes, and names the next debit day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policyserve.messages.generation.debts import one_a_debt

Row = dict[str, Any]
NEXT = date(2026, 6, 25)


def text(service: str, kind: str, due: date = date(2026, 6, 16), **fields: Any) -> Row:
    plain = {"customer_id": 1, "policy_id": 1, "debt": 2, "next_debit_on": None}
    return {"service": service, "kind": kind, "due": due, **plain, **fields}


REMINDER = text("lapse-reminder-d1", "after-unpaid")
DEMAND = text("grace-demand", "after-unpaid", date(2026, 7, 15))
FAILED = text("payment-feedback", "after-debit", next_debit_on=NEXT)
RETRY = text("debit-retry-d7", "after-debit", date(2026, 6, 10))
AHEAD = text("renewal-reminder-d1", "before-instalment")
LAPSED = text("lapse-notice", "after-suspension")


@pytest.mark.parametrize(
    ("rows", "goes", "next_debit_on"),
    [
        ([FAILED, REMINDER], "lapse-reminder-d1", NEXT),
        ([DEMAND, FAILED], "grace-demand", NEXT),
        ([REMINDER, DEMAND], "grace-demand", None),
        ([RETRY, FAILED], "payment-feedback", NEXT),
        ([AHEAD, FAILED], "payment-feedback", NEXT),
        ([FAILED, LAPSED, RETRY], "lapse-notice", NEXT),
        ([AHEAD], "renewal-reminder-d1", None),
    ],
)
def test_one_debt_has_one_text(rows: list[Row], goes: str, next_debit_on: date | None) -> None:
    going, spoken_for = one_a_debt(rows)
    assert [(row["service"], row["next_debit_on"]) for row in going] == [(goes, next_debit_on)]
    assert [lead["service"] for _, lead in spoken_for] == [goes] * (len(rows) - 1)


@pytest.mark.parametrize("other", [{"policy_id": 2}, {"debt": 3}, {"customer_id": 2}, {"debt": None}])
def test_two_debts_have_two_texts(other: Row) -> None:
    rows = [REMINDER, {**FAILED, **other}]
    assert one_a_debt(rows) == (rows, [])

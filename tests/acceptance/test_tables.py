"""Tables for people: amounts, counts and ratios stand to the right, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from commands import Desk
from policyserve.cli.screen.layout import laid_out
from policyserve.cli.screen.output import NUMBERS, Row

DAY = "2026-04-30"

LISTS = {
    "agents": "agent_no,name,branch\nA1,Agent,North\nA2,Agent,South\n",
    "customers": "customer_no,name,agent_no\nC1,One,A1\nC2,Two,A2\n",
    "policies": (
        "policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years\n"
        "P1,C1,A1,2024-12-01,annual,1000,10\nP2,C1,A1,2025-03-05,annual,250000,10\nP3,C2,A2,2025-03-10,annual,60,10\n"
    ),
    "premiums": "policy_no,instalment,due_on,amount,paid_on\nP1,2,2025-12-01,1000,2025-12-02\n",
    "referrals": "referrer_no,referred_no,referred_on,agent_no,stage\nC1,C2,2025-01-01,A1,issued\n",
    "events": "policy_no,kind,occurred_on,amount\nP1,dividend_declared,2026-04-01,12.5\n",
}

TABLES = {
    ("customer", "C1"): {"premium"},
    ("event", "list"): {"amount"},
    ("points", "earn"): {"facts", "referrers", "points"},
    ("points", "list"): {"earned", "balance"},
    ("points", "list", "C1"): {"points"},
    ("metrics", "persistency"): {"numerator", "denominator", "ratio", "denominator_count", "ratio_count", "excluded"},
    ("metrics", "persistency", "--policies"): {"numerator", "denominator"},
    ("metrics", "referrals"): {"referred", "target"},
    ("metrics", "add-ons", "--year", "2026"): {"single_policy_customers", "bought", "ratio", "target"},
    ("metrics", "collection", "--from", "2025-12-01", "--to", DAY, "--by", "agent"): {"due", "collected", "rate"},
    ("metrics", "influence"): {"policies", "premium", "premium_through", "premium_together"},
    ("metrics", "influence", "C1"): {"depth", "policies", "premium"},
    ("metrics", "gap", "--by", "agent", "--cohort-from", "2024-12"): {"amount", "gain"},
    ("metrics", "collected", "--from", "2025-12-01"): {"due", "by_grace", "in_month_rate", "due_count"},
    ("metrics", "funnel"): {"named", "contacted", "issued", "conversion"},
    ("metrics", "services", "--by", "service", "--to", "2026-06-30"): {"numerator", "denominator", "ratio", "open"},
    ("metrics", "survival"): {"at_risk", "lost", "survival", "interval"},
    ("metrics", "value"): {"policies", "first_year", "renewal", "together"},
    ("metrics", "value", "--agents"): {"customers", "policies", "first_year", "renewal"},
}
"""What stands to the right in the tables of each command, among others."""

Shown = tuple[Sequence[Mapping[str, str]], frozenset[str]]


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[Shown]:
    """Return the tables that commands show from now on: their cells, and the columns that stand to the right."""
    seen: list[Shown] = []

    def watched(rows: Sequence[Row], headings: Mapping[str, str], **options: Any) -> Any:
        seen.append((rows, options["numeric"]))
        return laid_out(rows, headings, **options)

    monkeypatch.setattr("policyserve.cli.screen.output.laid_out", watched)
    monkeypatch.setattr("policyserve.cli.screen.figures.laid_out", watched)
    return seen


@pytest.fixture
def book(desk: Desk) -> Desk:
    """Return a desk with amounts of all sizes."""
    for kind, text in LISTS.items():
        desk.take(kind, text, as_of=DAY)
    desk.do("release", "--as-of", DAY)
    desk.ask("points", "earn", "--as-of", DAY)
    return desk


def is_written_number(text: str) -> bool:
    """Whether a cell is an amount, a count or a ratio, with its currency, mark or share."""
    return re.fullmatch(r"([A-Z]{3} )?-?[\d,]+(\.\d+)?%?( [*▼…])*( \(.*%\))?", text) is not None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_amounts_counts_and_ratios_stand_to_the_right(book: Desk, tables: list[Shown], language: str) -> None:
    for command, expected in TABLES.items():
        tables.clear()
        book.do(*command, "--as-of", DAY, "--lang", language)
        right = {name.removeprefix("_") for _, numeric in tables for name in numeric}
        assert expected - right == set(), command
        left = {name: row[name] for rows, numeric in tables for row in rows for name in row.keys() - numeric - NUMBERS}
        assert {name: text for name, text in left.items() if is_written_number(text)} == {}, command


def test_the_digits_of_a_ratio_stand_below_each_other(book: Desk) -> None:
    lines = book.do("metrics", "persistency", "--by", "agent", "--as-of", DAY).splitlines()
    ratios = [line.split("│")[3] for line in lines if line.startswith((" A1", " A2"))]
    assert len({text.index(".") for text in ratios}) == 1


def test_an_amount_in_a_table_has_separators_and_in_json_none(book: Desk) -> None:
    command = ("metrics", "gap", "--by", "agent", "--cohort-from", "2024-12", "--as-of", DAY)
    assert " 250,000 " in book.do(*command)
    (amount,) = [row["amount"] for group in book.ask(*command) for row in group["policies"] if row["policy_no"] == "P2"]
    assert amount == "250000.00"

"""Debts: of all texts of a day about one unpaid instalment one goes, with the gravest words and the next debit day.

A lapse reminder and a failed debit speak of the same money; whoever gets both on one day asks which of them is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

Row = dict[str, Any]

GRAVITY = ("after-suspension", "after-unpaid", "after-debit", "before-instalment")
"""Kinds of triggers, the gravest first."""


def one_a_debt(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """Return the rows that go, in their order, and the others, each with the one that speaks for it.

    `rows`: as from `occasions.occasions_of`; `debt` is the instalment that a text asks for, null where it asks for
    none. Of several texts of one gravity the latest goes. The one that goes names the next debit day.
    """
    owed = sorted((row for row in rows if row["debt"] is not None), key=_debt)
    spoken_for: list[tuple[Row, Row]] = []
    said: dict[int, Row] = {}
    for _, same in groupby(owed, key=_debt):
        texts = sorted(same, key=lambda row: (GRAVITY.index(row["kind"]), -row["due"].toordinal()))
        days = [row["next_debit_on"] for row in texts if row["next_debit_on"] is not None]
        lead = {**texts[0], "next_debit_on": max(days, default=None)}
        said[id(texts[0])] = lead
        spoken_for += [(other, lead) for other in texts[1:]]
    silent = {id(row) for row, _ in spoken_for}
    return [said.get(id(row), row) for row in rows if id(row) not in silent], spoken_for


def _debt(row: Row) -> tuple[int, int, int]:
    return row["customer_id"], row["policy_id"], row["debt"]

"""Turns: the days from which a policy is paid in another mode, or for other years; what lies before stays as it was.

An event `mode_changed` says the mode (and the years: `monthly/10`, `annual/-`) that holds from the first due day on or
after it. Numbers go on, and due days are still counted from the effective date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from policyserve.book.columns import MONTHS_OF_MODE, Book, Mode, told_terms
from policyserve.dates import add_months

TURNS = pl.Schema(
    {
        "policy_id": pl.Int32(),
        "number": pl.Int32(),  # the first instalment that these terms ask for; 0: the terms of the beginning
        "from_on": pl.Date(),  # its due day
        "mode": Mode,
        "step": pl.Int32(),
        "pay_years": pl.Int32(),
        "month": pl.Int32(),  # the month (`dates.month_number`) in which instalment 1 would have fallen due
        "before": pl.Int32(),  # that month, counted from the policy's first
        "instalments": pl.Int32(),  # how many there are under these terms, those before included; null: no end
    }
)
"""Terms that a policy had one after the other, sorted; only of policies whose terms changed."""

_BEGINNING = date(1, 1, 1)
_BIG = 1 << 32


def policy_turns(book: Book) -> pl.DataFrame:
    """Return the terms of the policies whose mode or years of payment changed: TURNS. A single premium has no turns."""
    changes = book.events.filter(pl.col("kind") == "mode_changed", pl.col("detail").is_not_null())
    if changes.is_empty():
        return pl.DataFrame(schema=TURNS)
    about = book.policies.filter(pl.col("mode") != "single").select("policy_id", "effective_date", "mode", "pay_years")
    known = changes.select("policy_id", "occurred_on", "number", "detail").sort("policy_id", "occurred_on", "number")
    told = known.group_by("policy_id", maintain_order=True).agg("occurred_on", "detail").join(about, on="policy_id")
    rows = [row for one in told.sort("policy_id").to_dicts() for row in _followed(one)]
    return pl.DataFrame(rows, schema=TURNS)


def _followed(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Follow the terms of one policy through its changes."""
    begun: date = policy["effective_date"]
    first = begun.year * 12 + begun.month - 1
    mode, years = policy["mode"], policy["pay_years"]
    terms = [_terms(policy["policy_id"], mode, years, number=0, from_on=_BEGINNING, month=first, before=0)]
    for day, detail in zip(policy["occurred_on"], policy["detail"], strict=True):
        last = terms[-1]
        mode, years = told_terms(detail, mode, years)
        number = max(last["number"], 1, _due_before(begun, day, last["month"] - first, last["step"]) + 1)
        due = last["month"] - first + (number - 1) * last["step"]
        before = due - (number - 1) * MONTHS_OF_MODE[mode]
        last["instalments"] = number - 1  # all that fell due before the change were owed
        if number == last["number"]:
            terms.pop()
        at = {"number": number, "from_on": add_months(begun, due), "month": first + before, "before": before}
        terms.append(_terms(policy["policy_id"], mode, years, **at))
    return terms


def _terms(policy: int, mode: str, years: int | None, **at: Any) -> dict[str, Any]:
    """Return a row of TURNS; `at`: its `number`, `from_on`, `month` and `before`."""
    step = MONTHS_OF_MODE[mode]
    in_all = None if years is None else max(at["number"] - 1, -((at["before"] - years * 12) // step))
    return {"policy_id": policy, "mode": mode, "step": step, "pay_years": years, "instalments": in_all, **at}


def _due_before(begun: date, day: date, offset: int, step: int) -> int:
    """Count the instalments that fell due before a day: the first `offset` months after the beginning."""
    months = (day.year - begun.year) * 12 + day.month - begun.month
    count = (months - offset) // step + 1
    return count - (add_months(begun, offset + (count - 1) * step) >= day)


def held(turns: pl.DataFrame, name: str, number: pl.Expr, otherwise: pl.Expr, policy: str = "policy_id") -> pl.Expr:
    """Return `name` of TURNS as it holds for instalment `number` of a policy; `otherwise` where nothing turned."""
    place = _place(turns, pl.lit(turns["number"]), number, policy)
    return _looked_up(turns, name, place, otherwise, policy)


def held_on(turns: pl.DataFrame, name: str, day: pl.Expr, otherwise: pl.Expr, policy: str = "policy_id") -> pl.Expr:
    """Return `name` of TURNS as it holds on a Date; `otherwise` where nothing turned."""
    place = _place(turns, pl.lit(turns["from_on"]).cast(pl.Int32), day.cast(pl.Int32), policy)
    return _looked_up(turns, name, place, otherwise, policy)


def _place(turns: pl.DataFrame, starts: pl.Expr, wanted: pl.Expr, policy: str) -> pl.Expr:
    """Find the last terms of a policy that start by what is wanted; others' where it has none."""
    keys = pl.lit(turns["policy_id"]).cast(pl.Int64) * _BIG + starts.cast(pl.Int64)
    asked = pl.col(policy).cast(pl.Int64) * _BIG + wanted.cast(pl.Int64)
    return (keys.search_sorted(asked, side="right").cast(pl.Int64) - 1).clip(0)


def _looked_up(turns: pl.DataFrame, name: str, place: pl.Expr, otherwise: pl.Expr, policy: str) -> pl.Expr:
    if turns.is_empty():
        return otherwise
    turned = pl.lit(turns["policy_id"]).gather(place) == pl.col(policy)
    return pl.when(turned).then(pl.lit(turns[name]).gather(place)).otherwise(otherwise)


def of_last(turns: pl.DataFrame) -> pl.DataFrame:
    """Return the terms that hold last: a row per policy that turned."""
    return turns.unique("policy_id", keep="last", maintain_order=True)

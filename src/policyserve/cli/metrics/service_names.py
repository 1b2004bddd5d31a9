"""What people read in place of the codes of levels and fates, and in which order services stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import polars as pl

from policyserve.cli.screen.codes import coded
from policyserve.cli.screen.output import Row
from policyserve.cli.words.service_words import FATES, NAMELESS
from policyserve.standard.model import Level, Standard


def in_words(row: Row, language: str) -> Row:
    """Put words in place of what a row of a figure, or of the tasks behind it, holds as codes.

    The fate of a task, what the standard lost, and the office as the agent of its own work.
    """
    chinese = language == "zh"
    lost = {name: words[chinese] for name, words in NAMELESS.items() if name in row and row[name] is None}
    fate = {"fate": FATES[row["fate"]][chinese]} if "fate" in row else {}
    by_office = row.get("performer") == "office" and row["agent_no"] is None
    return {**lost, **fate, **({"agent_no": coded("office", language)} if by_office else {})}


def in_order(found: pl.DataFrame, fields: Sequence[str], standard: Standard) -> pl.DataFrame:
    """Sort figures by their groupings, levels and services as the standard has them."""
    if not fields:
        return found
    codes = list(dict.fromkeys(one.code for one in standard.services))
    orders: dict[str, Sequence[str]] = {"level": get_args(Level), "service": codes}
    return found.sort([_place(name, orders[name]) if name in orders else pl.col(name) for name in fields])


def _place(field: str, order: Sequence[str]) -> pl.Expr:
    """Return where a value stands in its order; what is not in it comes last."""
    return pl.col(field).replace_strict({name: place for place, name in enumerate(order)}, default=len(order))

"""What became of the rows of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import polars as pl

from policyserve.book.rows import Rows


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """The rows with their problems, and how many of the good ones were new or changed something."""

    rows: Rows
    added: int
    updated: int

    @classmethod
    def counted(cls, rows: Rows, laid: pl.DataFrame) -> Self:
        """Count the rows of `laid` by their columns `added` and `changed`."""
        return cls(rows=rows, added=int(laid["added"].sum()), updated=int(laid["changed"].sum()))

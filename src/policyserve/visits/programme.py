"""Small linear programmes, one after the other, in the solver of the extra `level`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from policyserve.solver import quiet_solver


@dataclass(frozen=True)
class Solution:
    """The share of each column and the price of each row."""

    share: Any
    price: Any


class Programmes:
    """A solver that is opened once."""

    def __init__(self) -> None:
        """Raise PolicyserveError where the extra `level` is not installed."""
        self._highs = quiet_solver()
        self._highs.setOptionValue("presolve", "off")

    def solve(self, costs: Any, most: Any, rows: tuple[Any, Any], columns: tuple[Any, Any, Any]) -> Solution:
        """Minimise `costs` of columns from 0 to `most`; `rows`: least and most; `columns`: starts, rows, weights."""
        from highspy import HighsLp, MatrixFormat

        lp = HighsLp()
        lp.num_col_, lp.num_row_ = len(costs), len(rows[0])
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = costs, np.zeros(len(costs)), most
        lp.row_lower_, lp.row_upper_ = rows
        starts, places, weights = columns
        lp.a_matrix_.format_ = MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.r_[starts, len(places)].astype(np.int32)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = places.astype(np.int32), weights
        self._highs.passModel(lp)
        self._highs.run()
        found = self._highs.getSolution()
        return Solution(np.asarray(found.col_value), np.asarray(found.row_dual))

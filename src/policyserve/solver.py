"""The solver of linear programmes, HiGHS, from the extra `level`; loaded only where something is solved."""

from __future__ import annotations

import os
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

from policyserve.errors import PolicyserveError

if TYPE_CHECKING:
    from highspy import Highs

_ONE_AT_A_TIME = Lock()


def check_solver() -> None:
    """Raise PolicyserveError where the extra `level` is not installed; asked before anything is worked out."""
    if not all(find_spec(name) for name in ("highspy", "numpy")):
        raise PolicyserveError("This needs a solver that is not installed; run: pip install 'policyserve[level]'.")


def quiet_solver() -> Highs:
    """Open a solver that prints nothing and does the same each time; raises PolicyserveError where it is missing.

    Its constructor prints a banner before any option can be set, so standard output leads nowhere meanwhile.
    """
    check_solver()
    from highspy import Highs

    with _ONE_AT_A_TIME:
        nowhere, output = os.open(os.devnull, os.O_WRONLY), os.dup(1)
        try:
            os.dup2(nowhere, 1)
            solver: Highs = Highs()  # type: ignore[no-untyped-call]
            solver.setOptionValue("output_flag", False)
        finally:
            os.dup2(output, 1)
            os.close(output)
            os.close(nowhere)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    return solver

"""The solver of an extra: where it is missing a sentence says what to install, before anything is worked out."""

from __future__ import annotations

import pytest

from policyserve import solver
from policyserve.errors import PolicyserveError


@pytest.mark.parametrize("missing", ["highspy", "numpy"])
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(PolicyserveError, match=r"policyserve\[level\]"):
        solver.quiet_solver()

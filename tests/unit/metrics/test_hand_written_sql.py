"""The benchmarks' hand-written SQL, which reads a generated book in another language, finds what the figures find."""

from __future__ import annotations

import pytest

from benchmarks import figures, figures_of_policies, figures_of_work
from benchmarks.measuring import Figure


@pytest.mark.parametrize("benchmark", [figures, figures_of_policies, figures_of_work], ids=lambda one: one.__name__)
def test_both_find_the_same(benchmark: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.figures_desk.REPEAT", 1)
    found: list[Figure] = list(benchmark.run(1_000))  # type: ignore[attr-defined]  # raises where they differ
    assert found

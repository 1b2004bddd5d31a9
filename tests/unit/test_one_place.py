"""Rules that stand in one place: what is told once is not written down again elsewhere in `src`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import policyserve

SOURCE = Path(policyserve.__file__).parent

ONE_PLACE = {
    r"\bGRACE_DAYS = 60$": "contracts/grace.py",
    r"\"semi-annual\": 6\b": "book/columns.py",
    r"\(number - 1\) \* step": "contracts/instalments.py",
}
"""A rule as it is written down, and the one module that does: grace, months by mode, due days."""

NOWHERE = {
    r"\bre\.\w+\([^)]*\bwhy\b|\bwhy\b[^\n]*\.str\.(extract|contains)": "",
    r"^(from|import) (policyserve\.db|sqlalchemy)|^from policyserve import db\b": "cli",
}
"""What no module of a folder does: read a sentence by a pattern; reach the database past `operations`."""


def holding(pattern: str, folder: str = "") -> set[str]:
    """Name the modules below a folder with a line that a pattern finds, migrations aside."""
    wanted = re.compile(pattern, re.MULTILINE)
    paths = [path for path in (SOURCE / folder).rglob("*.py") if "migrations" not in path.parts]
    return {str(path.relative_to(SOURCE)) for path in paths if wanted.search(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("pattern", "module"), ONE_PLACE.items())
def test_a_rule_is_written_down_in_one_module(pattern: str, module: str) -> None:
    assert holding(pattern) == {module}


@pytest.mark.parametrize(("pattern", "folder"), NOWHERE.items())
def test_no_module_does_it(pattern: str, folder: str) -> None:
    assert holding(pattern, folder) == set()

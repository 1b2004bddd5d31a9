"""The table of docs/access.md: which role is let in where."""

from __future__ import annotations

import re
from pathlib import Path

from policyserve.access.viewer import ROLES

DOCS = Path(__file__).parents[2] / "docs" / "access.md"
LINE = re.compile(r"\| (GET|POST) (\S+) \| (.+) \|")
WHO = [*ROLES, "nobody"]


def allowed() -> dict[tuple[str, str], dict[str, bool]]:
    """Read the table: by method and path, and by role."""
    found = [LINE.fullmatch(line) for line in DOCS.read_text("utf-8").splitlines()]
    return {
        (one[1], one[2]): dict(zip(WHO, [cell == "yes" for cell in one[3].split(" | ")], strict=True))
        for one in found
        if one
    }

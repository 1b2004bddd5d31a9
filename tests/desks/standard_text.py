"""Standards as text, and what their authors are told."""

from __future__ import annotations

from policyserve.standard.model import Standard
from policyserve.standard.parser import parse_standard

HEAD = """\
name: Small
version: "1"
services:
"""

VISIT = """\
  - code: visit
    name: Visit
    name_zh: 亲访
    level: assessed
    stage: meet
    subject: policy
    trigger: {kind: after, anchor: issue, months: 1}
    channels: [visit]
"""


def errors(text: str) -> list[str]:
    """Tell the errors of a standard as its author reads them."""
    standard, problems = parse_standard(text, source="my.yaml")
    found = [str(problem) for problem in problems if problem.severity == "error"]
    assert (standard is None) == bool(found)
    return found


def read(text: str) -> Standard:
    """Read a standard that is right."""
    standard, problems = parse_standard(text, source="my.yaml")
    assert standard is not None, [*map(str, problems)]
    return standard


def visit(**fields: str) -> str:
    """Write a standard of one visit with some of its lines replaced or added."""
    lines = VISIT.splitlines()
    for name, value in fields.items():
        kept = [line for line in lines if not line.strip().removeprefix("- ").startswith(f"{name}:")]
        lines = [*kept, f"    {name}: {value}"] if name != "code" else [f"  - code: {value}", *kept]
    return HEAD + "\n".join(lines) + "\n"

"""Several service texts of one customer on one day go as one, where there is a combined template.

A combined template is named by the templates that it stands for: `renewal-reminder+renewal-reminder` takes two or more
reminders of several policies, `payment-feedback-success+renewal-reminder` one of each. It finds the words of each in
`parts`. Duties are never combined: a legal notice stands alone and can be proved. Where the combined text cannot be
written the texts go one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

Row = dict[str, Any]
MOST = 4
"""Texts in one: more would pass the length that carriers take."""


def groups(rows: Sequence[Row], has_template: Callable[[str], bool]) -> list[list[Row]]:
    """Put the texts of one customer and day into groups that go as one; the order of first members is kept.

    `rows` have `template` and `message_class`; a group of one goes by itself.
    """
    apart = [[row] for row in rows if row["message_class"] != "service"]
    alone: list[Row] = []
    together: list[list[Row]] = []
    ordered = sorted((row for row in rows if row["message_class"] == "service"), key=lambda row: str(row["template"]))
    for template, same in groupby(ordered, key=lambda row: row["template"]):
        alike = list(same)
        if len(alike) > 1 and has_template(f"{template}+{template}"):
            together += [alike[start : start + MOST] for start in range(0, len(alike), MOST)]
        else:
            alone += alike
    together += _pairs(alone, has_template)
    places = {id(row): place for place, row in enumerate(rows)}
    return sorted(apart + together, key=lambda group: min(places[id(row)] for row in group))


def _pairs(rows: list[Row], has_template: Callable[[str], bool]) -> list[list[Row]]:
    """Pair texts of different templates where there is one for both."""
    found: list[list[Row]] = []
    left = list(rows)
    while left:
        first = left.pop(0)
        mate = next((row for row in left if has_template(combined([first, row]))), None)
        if mate is not None:
            left.remove(mate)
        found.append([first] if mate is None else [first, mate])
    return found


def combined(group: Sequence[Row]) -> str:
    """Name the template of a group: its own for one, the combined one for several."""
    names = sorted(str(row["template"]) for row in group)
    return names[0] if len(names) == 1 else f"{names[0]}+{names[-1]}"

"""Series: several services written as one entry of the file, each a line that overrides the entry.

A line's `suffix` is added to the code; without one the line keeps it. Groups of fields (trigger, window, audience,
bearing) are merged field by field; a trigger with a `kind` of its own, and everything else, takes the entry's place.
"""

from __future__ import annotations

from dataclasses import replace

from policyserve.locale import Sentence
from policyserve.standard.document import Node
from policyserve.standard.problem import Problem


def expanded(root: Node) -> tuple[Node, list[Problem]]:
    """Return the tree with every series written out as services of their own, and what is wrong with the series."""
    services = root.fields.get("services")
    if services is None or not isinstance(services.value, tuple):
        return root, []
    pairs = [_services(entry) for entry in services.items]
    flat = replace(services, value=tuple(service for written, _ in pairs for service in written))
    return replace(root, value={**root.fields, "services": flat}), [one for _, problems in pairs for one in problems]


def _services(entry: Node) -> tuple[list[Node], list[Problem]]:
    series = entry.fields.get("series")
    if series is None:
        return [entry], []
    base = replace(entry, value={key: node for key, node in entry.fields.items() if key != "series"})
    if not series.items:
        return [base], [
            _problem(series, Sentence("a series is a list with at least one line, each with the fields that differ."))
        ]
    lines = [line for line in series.items if isinstance(line.value, dict)]
    problems = [
        _problem(line, Sentence("a line of a series is a group of fields, such as {suffix: d30, trigger: {days: 30}}."))
        for line in series.items
        if line not in lines
    ]
    problems += [
        _problem(line.fields["code"], Sentence("a line of a series has no code of its own; give it a suffix."))
        for line in lines
        if "code" in line.fields
    ]
    return [_merged(base, line) for line in lines], problems


def _merged(entry: Node, line: Node) -> Node:
    own = {key: node for key, node in line.fields.items() if key not in {"suffix", "code"}}
    fields = {**entry.fields, **{key: _combined(entry.fields.get(key), node) for key, node in own.items()}}
    suffix, code = line.fields.get("suffix"), entry.fields.get("code")
    if suffix is not None and code is not None:
        fields["code"] = replace(suffix, value=f"{code.value}-{suffix.value}")
    return replace(entry, value=fields)


def _combined(old: Node | None, new: Node) -> Node:
    if old is None or not isinstance(old.value, dict) or not isinstance(new.value, dict) or "kind" in new.value:
        return new
    return replace(new, value={**old.value, **new.value})


def _problem(node: Node, message: Sentence) -> Problem:
    return Problem(line=node.line, where=node.where, message=message)

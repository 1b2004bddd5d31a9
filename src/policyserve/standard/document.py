"""A YAML document as a tree in which every value knows its line.

Only plain YAML is read: no anchors, aliases or tags, each key once, one document. Values without quotes are numbers,
true, false, null or dates (2026-11-21) where they look exactly so, and text otherwise; `no` and `0123` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import yaml

from policyserve.locale import Sentence
from policyserve.standard.problem import Problem, Where

Scalar = str | int | float | bool | date | None
DEEPEST = 12
"""Levels of nesting beyond which a document is no standard."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: list[tuple[re.Pattern[str], Callable[[str], Scalar]]] = [
    (re.compile(r"~?|null"), lambda _: None),
    (re.compile(r"true|false"), lambda text: text == "true"),
    (re.compile(r"[-+]?(0|[1-9]\d{0,17})", re.ASCII), int),
    (re.compile(r"[-+]?(0|[1-9]\d{0,17})\.\d{1,18}", re.ASCII), float),
    (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), date.fromisoformat),
]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value of the document: a mapping, a list or a scalar."""

    value: dict[str, Node] | tuple[Node, ...] | Scalar
    line: int
    """Where it stands in the file, from 1; for the value of a key, the line of the key."""
    where: Where = ()
    """The way to it in the file."""

    @property
    def fields(self) -> dict[str, Node]:
        """The fields of a mapping; none where it is something else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a list; none where it is something else."""
        return self.value if isinstance(self.value, tuple) else ()

    def plain(self) -> object:
        """Return the value as dicts, tuples and scalars, without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return tuple(node.plain() for node in self.value) if isinstance(self.value, tuple) else self.value

    def at(self, where: Where) -> tuple[Node, Where]:
        """Follow `where` as far as it goes; return the node there and the steps that are left."""
        node = self
        for number, step in enumerate(where):
            below = node.fields.get(step) if isinstance(step, str) else node.item(step)
            if below is None:
                return node, where[number:]
            node = below
        return node, ()

    def item(self, number: int) -> Node | None:
        """Return one item of a list, counted from 0; None where there is none."""
        return self.items[number] if number < len(self.items) else None


class _UnreadableError(Exception):
    """The rest of the document cannot be read."""

    def __init__(self, line: int, message: Sentence, where: Where = ()) -> None:
        super().__init__(str(message))
        self.problem = Problem(line=line, message=message, where=where)


def read_document(text: str) -> tuple[Node | None, list[Problem]]:
    """Read YAML; no tree where it cannot be read, and problems for what stands in it but must not."""
    problems: list[Problem] = []
    try:
        return _Reader(text, problems).document(), problems
    except _UnreadableError as error:
        return None, [*problems, error.problem]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = Sentence("the YAML cannot be read here. Mend indentation, quotes or brackets.")
        return None, [*problems, Problem(line=mark.line + 1 if mark else None, message=said)]
    except yaml.YAMLError:
        return None, [
            *problems,
            Problem(message=Sentence("this is not a text file in YAML; it holds control characters.")),
        ]


class _Reader:
    """Builds the tree from the events of the parser."""

    def __init__(self, text: str, problems: list[Problem]) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)
        self.problems = problems

    def document(self) -> Node | None:
        """Read the only document; None where there is nothing."""
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        root = self.node(next(self.events), ())
        next(self.events)
        more = next(self.events)
        if not isinstance(more, yaml.StreamEndEvent):
            raise _UnreadableError(
                _line(more), Sentence("a second document begins here; a standard is one document, without '---'.")
            )
        return root

    def node(self, event: yaml.Event, where: Where, line: int | None = None) -> Node:
        """Read the value that begins with `event`."""
        line = line or _line(event)
        self.refuse(event, where, line)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(value=self.mapping(where), line=line, where=where)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(value=self.sequence(where), line=line, where=where)
        return Node(value=self.scalar(event, where, line), line=line, where=where)

    def refuse(self, event: yaml.Event, where: Where, line: int) -> None:
        """Note what plain YAML does not have."""
        if len(where) > DEEPEST:
            raise _UnreadableError(line, Sentence("the values are nested too deeply for a standard."))
        if isinstance(event, yaml.AliasEvent):
            raise _UnreadableError(
                line,
                Sentence(
                    "'*{anchor}' refers to another place; write the value out.", anchor=getattr(event, "anchor", "")
                ),
                where,
            )
        if anchor := getattr(event, "anchor", None):
            self.note(
                where,
                line,
                Sentence("'&{anchor}' names a place, which a standard does not use; remove it.", anchor=anchor),
            )
        if getattr(event, "tag", None):
            self.note(where, line, Sentence("a type is given with '!', which a standard does not use; remove it."))

    def mapping(self, where: Where) -> dict[str, Node]:
        """Read the fields up to the end of the mapping; of a key that stands twice the first one holds."""
        fields: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _UnreadableError(
                    line, Sentence("a field's name must be a word, not a list, a mapping or a reference."), where
                )
            key = event.value
            node = self.node(next(self.events), (*where, key), line)
            if key in fields:
                self.note(
                    (*where, key),
                    line,
                    Sentence("'{key}' stands twice, first in line {line}; keep one.", key=key, line=fields[key].line),
                )
            fields.setdefault(key, node)
        return fields

    def sequence(self, where: Where) -> tuple[Node, ...]:
        """Read the items up to the end of the list."""
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, (*where, len(items))))
        return tuple(items)

    def scalar(self, event: yaml.Event, where: Where, line: int) -> Scalar:
        """Read one value: text in quotes stays text."""
        text = str(getattr(event, "value", ""))
        if getattr(event, "style", None):
            return text
        for pattern, read in _PLAIN:
            if pattern.fullmatch(text):
                try:
                    return read(text)
                except ValueError:
                    self.note(where, line, Sentence("'{text}' is no day of the calendar.", text=text))
        return text

    def note(self, where: Where, line: int, message: Sentence) -> None:
        """Keep a problem and read on."""
        self.problems.append(Problem(line=line, where=where, message=message))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1

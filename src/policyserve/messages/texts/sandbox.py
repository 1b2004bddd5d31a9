"""The sandbox of templates: they choose and join words, and do so within a bound of time and length.

A template is a company's own file and runs for every customer, also in `serve`. So it may not do what has no end that
can be told beforehand: loops inside loops, macros, other templates, calls but a few, and filters that pad or multiply.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from policyserve.errors import ClauseError
from policyserve.locale import N_

LONGEST: Final = 10_000
"""Characters of a template, and of anything that it makes; the longest text that can be sent has some 500."""

STEPS: Final = 1_000
"""Turns of all loops of one text together."""

SECONDS: Final = 1.0
"""The time of one text's loops."""

GREATEST: Final = 10**15
"""The greatest number that is reckoned with."""

FILTERS: Final = frozenset((
    "abs", "capitalize", "count", "d", "default", "first", "float", "int", "join", "last", "length", "list", "lower",
    "replace", "reverse", "sort", "string", "title", "trim", "truncate", "unique", "upper",
))  # fmt: skip
"""What makes no text longer than its words; `join` and `replace` are bounded."""

METHODS: Final[Mapping[type, frozenset[str]]] = {
    dict: frozenset({"get", "items", "keys", "values"}),
    str: frozenset((
        "count", "endswith", "find", "lower", "removeprefix", "removesuffix", "split", "startswith", "strip", "title",
        "upper",
    )),
    LoopContext: frozenset({"cycle", "changed"}),
}  # fmt: skip
"""What may be called, besides `range`."""

_REFUSED: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Macro: "a macro",
    nodes.CallBlock: "a call block",
    nodes.Include: "another template",
    nodes.Import: "another template",
    nodes.FromImport: "another template",
    nodes.Extends: "another template",
    nodes.Block: "a block",
    nodes.Pow: "a power",
}
_COLLECTIONS = (nodes.List, nodes.Tuple, nodes.Dict)

TOO_LONG = N_("it writes more than {most:,} characters")


class BoundError(ClauseError):
    """A text that has no end, or none near enough; a clause without a full stop."""


def sandbox(places: Iterable[Path]) -> Environment:
    """Return the environment of the templates that lie in `places`, the first of a name going before the others."""
    environment = _Sandbox(loader=_Loader(list(places)), undefined=StrictUndefined, autoescape=False, cache_size=-1)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.filters |= {"_paced": _paced, "_short": _short}
    for name in ("replace", "join"):
        environment.filters[name] = _shortened(environment.filters[name])
    return environment


class _Context(Context):
    """The words of one text, and how long its loops have run."""

    steps = 0
    began = 0.0


class _Loader(FileSystemLoader):
    """Reads no file that is too long for a text."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        """Return the text of a file; raise TemplateSyntaxError where it is none."""
        for place in map(Path, self.searchpath):
            if (place / template).is_file() and (place / template).stat().st_size > LONGEST * 4:
                raise TemplateSyntaxError(f"it has more than {LONGEST:,} characters", 1, template)
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            raise TemplateSyntaxError("it is not written in UTF-8", 1, template) from error


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "*", "%"})
    context_class = _Context

    @staticmethod
    def concat(chunks: Iterable[str]) -> str:
        """Join the pieces of a text."""
        pieces, length = [], 0
        for chunk in chunks:
            length += len(chunk)
            if length > LONGEST:
                raise BoundError(TOO_LONG, most=LONGEST)
            pieces.append(chunk)
        return "".join(pieces)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Let numbers be reckoned with, and texts be joined."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers and (operator != "+" or isinstance(left, list | tuple)):
            raise SecurityError("only numbers are reckoned with")
        found = super().call_binop(context, operator, left, right)
        if numbers and abs(found) > GREATEST:
            raise SecurityError("a number too large")
        return found if numbers else _short(found)

    def call(self, context: Context, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what may be called, and nothing else."""
        owner = getattr(called, "__self__", None)
        names = METHODS.get(type(owner), ())
        if not isinstance(called, Undefined) and called is not self.globals["range"] and called.__name__ not in names:
            raise SecurityError("no call of a template")
        return super().call(context, called, *args, **kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > LONGEST:
            raise TemplateSyntaxError(f"it has more than {LONGEST:,} characters", 1, name, filename)
        tree = super()._parse(source, name, filename)
        if (wrong := next(_wrong(tree), None)) is not None:
            line, what = wrong
            raise TemplateSyntaxError(f"templates may not hold {what}", line, name, filename)
        bounded: nodes.Template = _Bounds().visit(tree)
        bounded.set_environment(self)
        return bounded


def _wrong(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Find what has no end that can be told beforehand: its line, and what it is."""
    for kind, what in _REFUSED.items():
        yield from ((node.lineno, what) for node in tree.find_all(kind))
    for loop in tree.find_all(nodes.For):
        if loop.recursive or any(loop.find_all(nodes.For)):
            yield loop.lineno, "a loop inside a loop"
    for kept in tree.find_all((nodes.Assign, nodes.With)):
        if any(any(held.find_all(nodes.Name)) for held in kept.find_all(_COLLECTIONS)):
            yield kept.lineno, "a list of what may be a list itself"


class _Bounds(NodeTransformer):
    """Puts a bound around loops and joined texts."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_paced")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(node, "_short")


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _paced(context: _Context, items: Iterable[Any]) -> Iterator[Any]:
    """Give one after the other, as long as there is time."""
    context.began = context.began or time.monotonic()
    for item in items:
        context.steps += 1
        if context.steps > STEPS:
            raise BoundError(N_("its loops run more than {most:,} times"), most=STEPS)
        if time.monotonic() - context.began > SECONDS:
            raise BoundError(N_("its loops take longer than {most:g} seconds"), most=SECONDS)
        yield item


def _short(text: Any) -> Any:
    if len(text) > LONGEST:
        raise BoundError(TOO_LONG, most=LONGEST)
    return text


def _shortened(make: Any) -> Any:
    def filtered(*args: Any, **named: Any) -> Any:
        return _short(make(*args, **named))

    filtered.__dict__ |= make.__dict__  # whether it is handed the context
    return filtered

"""What the program says in English: sentences in its source, the help of its commands, and click's own messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from policyserve.cli.commands import all_commands
from policyserve.cli.main import policyserve
from policyserve.cli.screen.help import words_of
from words.catalogues import DOMAIN, ROOT

SOURCE = ROOT / "src" / "policyserve"

Message = str | tuple[str, ...]

PLACES = {
    "N_": (0,),
    "say": (1,),
    "_say": (0,),
    "say_many": (1, 2),
    "translated": (1,),
    "Sentence": (0,),
    "Counted": (0, 1),
    "__init__": (0,),
    "_": (0,),
    "ngettext": (0, 1),
}
"""The places of sentences among the arguments of what is called; a second one is the form for many."""

OF_SCREENS = {".words": (0,), ".tell": (0,)}
"""The same for what commands say with their session."""

IN_CONTEXT = {"N_in": 0, "N_all": 0, "say_in": 1}
"""The place of the context; what is said follows."""

OF_CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "types")
"""The modules of click whose messages users see."""


def said() -> Catalog:
    """Collect everything that the program says."""
    catalog = Catalog(project="policyserve", domain=DOMAIN, charset="utf-8", fuzzy=False)
    places = PLACES | dict.fromkeys(_errors(), (0,))
    for path in sorted(SOURCE.rglob("*.py")):
        more = OF_SCREENS if path.is_relative_to(SOURCE / "cli") else {}
        _collect(catalog, path, f"src/policyserve/{path.relative_to(SOURCE)}", {**places, **more})
    for path in sorted((ROOT / "templates").glob("pa*/*.html")):
        _collect_template(catalog, path)
    for name, words in _help():
        _add(catalog, words, name)
    for module in OF_CLICK:
        _collect(catalog, Path(click.__file__).parent / f"{module}.py", f"click/{module}.py", PLACES)
    return catalog


def _collect(catalog: Catalog, path: Path, name: str, places: Mapping[str, tuple[int, ...]]) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            for message, context in _of_call(node, places):
                _add(catalog, message, name, context)


def _collect_template(catalog: Catalog, path: Path) -> None:
    """Collect what a page says; the words of its calls stand as they do in a module."""
    tree = Environment().parse(path.read_text("utf-8"))
    for _, name, found in extract_from_ast(tree, ("say", "say_many", "say_in")):
        words = [one for one in (found if isinstance(found, tuple) else (found,)) if one]
        context = words.pop(0) if name == "say_in" else None
        if words:  # what stands in a variable is marked where it is written
            message = (words[0], words[1]) if name == "say_many" else words[0]
            _add(catalog, message, str(path.relative_to(ROOT)), context)


def _add(catalog: Catalog, message: Message, name: str, context: str | None = None) -> None:
    catalog.add(message, locations=[(name, None)], context=context)  # type: ignore[list-item]


def _of_call(call: ast.Call, places: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[Message, str | None]]:
    """Yield the sentences, or pairs of one and many, that a call is made with; with their context."""
    name = f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    name = name if name in places else name.removeprefix(".")
    if name in IN_CONTEXT and len(call.args) > IN_CONTEXT[name] + 1:
        contexts, *words = (list(_texts(one)) for one in call.args[IN_CONTEXT[name] :])
        yield from ((one, context) for context in contexts for texts in words for one in texts)
    elif name in places and len(call.args) > places[name][-1]:
        forms = [list(_texts(call.args[place])) for place in places[name]]
        for together in zip(*forms, strict=False):
            yield (together if len(together) > 1 else together[0]), None


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the text that stands as an argument, or either of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _errors() -> Iterator[str]:
    """Name the errors of the program: what they are made with is said."""
    names = re.compile(r"^class (?!NotFound)(\w+)\((?:\w+Error|Exception)\)", re.MULTILINE)
    for path in SOURCE.rglob("*.py"):
        yield from names.findall(path.read_text("utf-8"))


def _help() -> Iterator[tuple[str, str]]:
    """Yield what `--help` says, with the command that it belongs to."""
    yield from (("policyserve --help", words) for words in words_of(policyserve))
    for command in all_commands():
        yield from _help_of(command, f"policyserve {command.name}")


def _help_of(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{name} --help", words) for words in words_of(command))
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _help_of(part, f"{name} {part.name}")

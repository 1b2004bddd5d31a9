"""What the program says in English: sentences in its source, the help of its commands, and click's own messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file

from policyserve.cli.commands import COMMANDS
from policyserve.cli.main import policyserve
from policyserve.cli.screen.help import words_of
from words.catalogues import DOMAIN, ROOT

SOURCE = ROOT / "src" / "policyserve"

IN_CONTEXT = ((1, "c"), 2)
KEYWORDS = {
    "N_": None,
    "N_in": IN_CONTEXT,
    "say": (2,),
    "say_many": (2, 3),
    "say_in": ((2, "c"), 3),
    "translated": (2,),
    "Sentence": None,
    "Counted": (1, 2),
    "__init__": None,
}
"""The places of sentences among the arguments of what is called; None: the first."""

OF_CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "types")
"""The modules of click whose messages users see."""


def said() -> Catalog:
    """Collect everything that the program says."""
    catalog = Catalog(project="policyserve", domain=DOMAIN, charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        _collect(catalog, path, f"src/policyserve/{path.relative_to(SOURCE)}", KEYWORDS | _errors())
    for name, words in _help():
        catalog.add(words, locations=[(name, None)])  # type: ignore[list-item]
    for module in OF_CLICK:
        _collect(catalog, Path(click.__file__).parent / f"{module}.py", f"click/{module}.py", DEFAULT_KEYWORDS)
    return catalog


def _collect(catalog: Catalog, path: Path, name: str, keywords: dict) -> None:  # type: ignore[type-arg]
    for _, message, _, context in extract_from_file("python", path, keywords=keywords):
        catalog.add(message, locations=[(name, None)], context=context)  # type: ignore[list-item]


def _errors() -> dict[str, None]:
    """Name the errors of the program: what they are made with is said."""
    names = re.compile(r"^class (\w+)\((?:\w+Error|Exception)\)", re.MULTILINE)
    return {name: None for path in SOURCE.rglob("*.py") for name in names.findall(path.read_text("utf-8"))}


def _help() -> Iterator[tuple[str, str]]:
    """Yield what `--help` says, with the command that it belongs to."""
    yield from (("policyserve --help", words) for words in words_of(policyserve))
    for command in COMMANDS:
        yield from _help_of(command, f"policyserve {command.name}")


def _help_of(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{name} --help", words) for words in words_of(command))
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _help_of(part, f"{name} {part.name}")

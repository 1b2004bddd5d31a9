"""Every help, and every screen that people read, in Chinese: not one English sentence is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from commands import run
from policyserve.cli.commands import all_commands
from policyserve.config import user_of_system

DAY = "2026-03-10"

OURS = re.compile(
    r"`[^`]*`|policyserve( [a-z][a-z-]*)*|pip install \S+|--[a-z-]+|\S+://\S+|[\w.-]+\.(csv|xlsx|parquet|html|pdf|md)|"
    r"[A-Z]{2,}[\w.=-]*|\[[^\]]*\]|\([^)]*@[^)]*\)"
)
"""What stays as it is: commands to be typed, options, addresses, names of files, choices."""

ENGLISH = re.compile(r"\b[A-Za-z]+,? [a-z]{2,}\b(?! ?[=:])")
"""Two words of English after each other."""

NAMES = ("Brier", "Kaplan-Meier", "Agent 1", "Customer", user_of_system())


def every_command() -> Iterator[tuple[str, ...]]:
    """Yield each command and sub-command, as it is typed."""
    yield ()
    for command in all_commands():
        yield from _below(command, (str(command.name),))


def _below(command: click.Command, name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield name
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _below(part, (*name, str(part.name)))


def english_in(text: str) -> list[str]:
    """Return the lines that hold English, without what stays as it is."""
    plain = " ".join(text.split()) if "│" not in text else text
    return [line for line in OURS.sub("", plain).splitlines() if ENGLISH.search(line)]


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_no_help_has_an_english_sentence(command: tuple[str, ...]) -> None:
    result = run("--lang", "zh", *command, "--help")
    assert result.status == 0
    assert english_in(result.out.replace("policyserve " + " ".join(command), "")) == []


def test_each_call_is_answered_in_its_own_language() -> None:
    for language, said in (
        ("en", "Show this message and exit."),
        ("zh", "显示"),
        ("en", "Show this message and exit."),
    ):
        for command in ((), ("db",), ("agenda",)):
            assert said in run("--lang", language, *command, "--help").out

"""The help of commands, and click's own messages, in the language that a command line asks for."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Sequence
from copy import copy
from inspect import cleandoc
from typing import Any, TypeVar

import rich_click as click
from rich_click.rich_context import RichContext
from rich_click.rich_help_formatter import RichHelpFormatter

from policyserve.config import language_of
from policyserve.errors import PolicyserveError
from policyserve.locale import ENGLISH, N_, N_all, say_in, translated
from policyserve.locale.languages import DOMAIN, FOLDER, language_named, languages

USAGE = N_("Usage:")
PHRASES = {
    "options_panel_title": N_("Options"),
    "commands_panel_title": N_("Commands"),
    "default_string": N_("\\[default: {}]"),
    "required_long_string": N_("\\[required]"),
}
"""What stands around the help of every command."""

PLACES = N_all(
    "value in a command",
    "[OPTIONS]", "COMMAND [ARGS]...", "TEXT", "INTEGER", "INTEGER RANGE", "FLOAT", "FLOAT RANGE", "DATE", "PATH",
    "FILE", "ID", "ID...", "[ID]...", "MOMENT", "NAME", "NAME=0.9", "NO", "POINTS", "S", "SAMPLE", "[SAMPLE]", "TASK",
    "WHAT", "WHO", "YYYY-MM", "AGENT_NO", "CUSTOMER_NO", "[CUSTOMER_NO]", "COUNT", "JOB", "PHONE", "NUMBER",
    "DIRECTORY",
)  # fmt: skip
"""What stands for a value in the usage and the help of a command."""

Spoken = TypeVar("Spoken", bound=click.Command)


def language_asked(arguments: Sequence[str]) -> str | None:
    """Return the language of the last `--lang` before the command line is read; None: it asks for none."""
    asked = None
    for one, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if one == "--":
            break
        if one == "--lang":
            asked = following
        elif one.startswith("--lang="):
            asked = one.partition("=")[2]
    return asked and language_named(asked)


def language_of_call(arguments: Sequence[str]) -> str:
    """Return the language of a call: the one asked for, else that of the environment."""
    try:
        return language_asked(arguments) or language_of(os.environ)
    except PolicyserveError:
        return ENGLISH  # the command says what is wrong with the environment


def teach_click(language: str) -> None:
    """Let click speak a language: it looks for its messages in the domain and the language of the process."""
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = languages()[language]


class _Formatter(RichHelpFormatter):
    """Help whose first word is in the language of the call."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(prog, args, prefix or gettext.gettext(USAGE))


class _Context(RichContext):
    formatter_class = _Formatter


class Entrance(click.RichGroup):
    """The command that all others belong to; it and they speak the language of the call."""

    context_class = _Context

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command line, knowing its language from the first word on."""
        language = language_of_call(args)
        teach_click(language)
        self._help_option = None  # click keeps the option `--help` in the language of the call that asked first
        phrases = {name: translated(language, phrase) for name, phrase in PHRASES.items()}
        return super().make_context(info_name, args, parent, rich_help_config=phrases, **extra)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, with its help in the language of the call."""
        command = super().get_command(ctx, cmd_name)
        return command and spoken(command, language_now())

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of the whole."""
        super(Entrance, spoken(self, language_now())).format_help(ctx, formatter)  # type: ignore[arg-type]


def language_now() -> str:
    """Return the language of the call under way, where no session is at hand."""
    folder = os.environ.get("LANGUAGE", ENGLISH)
    return next((name for name, known in languages().items() if known == folder), ENGLISH)


def spoken(command: Spoken, language: str) -> Spoken:
    """Return a command, and those below it, whose help is in a language."""
    if language == ENGLISH:
        return command
    told = copy(command)
    told._help_option = None
    told.context_class = _Context
    told.help = in_language(command.help, language)
    told.options_metavar = _place("[OPTIONS]", language)
    told.params = [_parameter(one, language) for one in command.params]
    if isinstance(told, click.Group):
        told.subcommand_metavar = _place("COMMAND [ARGS]...", language)
        told.commands = {name: spoken(one, language) for name, one in told.commands.items()}
    return told


def _parameter(parameter: click.Parameter, language: str) -> click.Parameter:
    told = copy(parameter)
    if isinstance(told, click.Option):
        told.help = in_language(told.help, language)
    told.type = copy(told.type)
    told.type.name = _place(told.type.name.upper(), language)
    if told.metavar:
        told.metavar = _place(told.metavar, language)
    elif isinstance(told, click.Argument) and not isinstance(told.type, click.Choice):
        told.metavar = _place(str(told.name).upper(), language)
    return told


def _place(name: str, language: str) -> str:
    return say_in(language, "value in a command", name)


def in_language(help_: str | None, language: str) -> str | None:
    """Put the help of a command or of an option into a language, paragraph by paragraph."""
    return help_ and "\n\n".join(translated(language, one) for one in paragraphs(help_))


def paragraphs(help_: str) -> list[str]:
    """Return the paragraphs of a help, each on one line."""
    return [" ".join(one.split()) for one in cleandoc(help_).split("\n\n")]


def words_of(command: click.Command) -> Iterator[str]:
    """Yield what the help of a command says in English."""
    yield from paragraphs(command.help or "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from paragraphs(parameter.help or "")

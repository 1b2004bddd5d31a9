"""The entrance: all commands under one name, and errors as sentences with the right exit status."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import rich_click as click
from click.exceptions import Exit

from policyserve import __version__
from policyserve.cli.commands import MODULES, command_named
from policyserve.cli.options import Session, as_of_option, database_option, form_option, language_option
from policyserve.cli.screen.help import Entrance, language_of_call
from policyserve.errors import PolicyserveError, QuestionError, of_system
from policyserve.locale import say
from policyserve.signs import printed

FAILED, WRONG_USAGE = 1, 2
"""Exit status; 0 is done, and 3 (see `book`) an import that rejected rows."""


class _Commands(Entrance):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (as click calls it)
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES and cmd_name not in self.commands:
            self.add_command(command_named(cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="policyserve %(version)s")
@database_option
@as_of_option
@form_option
@language_option
@click.pass_context
def policyserve(context: click.Context) -> None:
    """From a life insurer's book of policies to every agent's day, and to the figures that tell whether it works.

    Start with `policyserve demo`. Then import your lists: agents, customers, policies, premiums, events, referrals.
    """
    context.ensure_object(Session)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its status."""
    language = language_of_call(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show Chinese shows question marks
            _calm(stream)
    try:
        status = policyserve.main(args=arguments, prog_name="policyserve", standalone_mode=False)
    except Exit as leave:
        status = leave.exit_code
    except click.UsageError as error:
        error.show()
        status = WRONG_USAGE
    except click.ClickException as error:
        error.show()
        status = FAILED
    except PolicyserveError as error:
        click.echo(error.told(language), err=True)
        status = WRONG_USAGE if isinstance(error, QuestionError) else FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo(say(language, "Stopped; nothing half-done was kept."), err=True)
        status = FAILED
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        else:
            click.echo(_not_possible(error, language), err=True)
        status = FAILED
    except Exception as error:
        if os.environ.get("POLICYSERVE_TRACEBACK"):
            raise
        click.echo(_unexpected(error, language), err=True)
        status = FAILED
    sys.exit(status if isinstance(status, int) else 0)


def _calm(stream: io.TextIOWrapper) -> None:
    """Keep signs that deceive from a stream, whoever writes to it."""
    write = stream.write
    stream.write = lambda text: write(printed(text))  # type: ignore[method-assign]


def _not_possible(error: OSError, language: str) -> str:
    """Say what the system refused, and for which file."""
    what = f"'{error.filename}': " if error.filename else ""
    return say(
        language,
        "The system refused: {what}{reason}. Mend that and run the command again.",
        what=what,
        reason=of_system(error),
    )


def _unexpected(error: Exception, language: str) -> str:
    """Name the fault without its text, which may hold personal data."""
    if type(error).__module__.startswith("sqlalchemy."):
        return say(
            language,
            "The database did what policyserve did not expect ({fault}). Nothing half-done was kept. Run "
            "`policyserve db check`: it says whether something is missing. If nothing is, report it.",
            fault=type(error).__name__,
        )
    return say(
        language,
        "Something went wrong that policyserve did not expect ({fault}). Nothing half-done was kept. "
        "Run the command again with POLICYSERVE_TRACEBACK=1 to see where, and report it.",
        fault=type(error).__name__,
    )

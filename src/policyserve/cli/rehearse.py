"""The command that rehearses a changed standard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, figure_options
from policyserve.cli.screen.output import note
from policyserve.errors import QuestionError
from policyserve.operations.rehearsals import check_days, rehearsed
from policyserve.operations.standards import read_standard
from policyserve.standard.parser import StandardError


@click.command()
@click.argument("file", metavar="STANDARD", type=click.Path(path_type=Path))
@click.option("--from", "first", type=DATE, required=True, help="The first day, from which it would hold.")
@click.option("--to", "last", type=DATE, required=True, help="The last day.")
@click.option("--messages", is_flag=True, help="The messages and what they cost, alone.")
@click.option("--load", is_flag=True, help="What every agent has to do in every week, before and after.")
@click.option("--samples", is_flag=True, help="Samples with reasons, alone.")
@figure_options
def rehearse(
    session: Session, file: Path, *, first: date, last: date, messages: bool, load: bool, samples: bool
) -> None:
    """What the changed standard in the file STANDARD would do, before it is put to use.

    Touches added, removed and moved by service, messages and their cost, the load of agents, and samples with reasons,
    against the standard that holds on the first day. Nothing is written.
    """
    if sum((messages, load, samples)) > 1:
        raise QuestionError("--messages, --load and --samples are different lists; ask for one of them.")
    days = session.days(first, last)
    check_days(days)
    found, problems, _ = read_standard(file, session.calendar)
    if found is None:
        raise StandardError(str(file), problems)
    for problem in problems:
        note(session.words("Doubtful: {problem}", problem=problem))
    settings = session.settings.file.messages
    session.print(
        lambda facts: rehearsed(facts, found, days, settings, session.language),
        behind="messages" if messages else "load" if load else "samples" if samples else "",
        calendar=session.calendar,
    )


COMMANDS = [rehearse]

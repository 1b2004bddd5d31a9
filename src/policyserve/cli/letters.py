"""Commands around letters: make what is due, take the register back when it is posted, list what there is."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from policyserve.access.viewer import SYSTEM
from policyserve.cli.options import BY, Session, figure_options, shared
from policyserve.cli.screen.figures import print_figure
from policyserve.cli.screen.output import note, show
from policyserve.locale import N_
from policyserve.operations import letters as office

REJECTED = 3
"""The exit status where a row was not taken."""


@click.group()
def letters() -> None:
    """Letters (信函): made from the work that is due, posted with a number, kept as the proof."""


@letters.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default=True,
    help="The folder for the PDF and its register.",
)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="CODE",
    help="Make letters of this service, whatever its channels; may be repeated. Default: all whose channel is letter.",
)
@BY
@shared
def make(session: Session, folder: Path, services: tuple[str, ...], actor: str) -> None:
    """Make the letters that are due: one PDF, and a register for Excel. None is made twice."""
    done = office.make_letters(
        session.engine, session.settings, folder, session.stamp(actor), services=services, language=session.language
    )
    if not done.count:
        session.tell("No letter is due that has not been made.")
    for file in done.files:
        session.tell("{count} letters: {file}", count=done.count, file=file)
    if done.unmade:
        rows = [
            {"task_id": one.task_id, "service": one.service.said("name", session.language),
             "customer_no": one.customer_no, "reason": one.why.told(session.language)}
            for one in done.unmade
        ]  # fmt: skip
        note(session.words(N_("{count} letters cannot be made:"), count=len(rows)))
        session.show(rows, columns=["task_id", "service", "customer_no", "reason"])


@letters.command()
@click.argument("register", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@shared
def sent(session: Session, register: Path, actor: str) -> None:
    """Take a register back, with posting numbers, days, and what the post returned."""
    done = office.post_letters(session.engine, register, session.stamp(actor))
    session.tell(
        "{posted} posted, {returned} came back, {unchanged} unchanged.",
        posted=done.posted, returned=done.returned, unchanged=done.unchanged,
    )  # fmt: skip
    if not done.refused:
        return
    rows = [
        {"line": one.line, "letter_no": one.letter_no, "reason": one.why.told(session.language)} for one in done.refused
    ]
    show(rows, session.form, columns=["line", "letter_no", "reason"], language=session.language)
    raise Exit(REJECTED)


@letters.command(name="list")
@click.option("--state", type=click.Choice(["made", "posted", "returned"]), help="Only those that have come so far.")
@click.option("--policy", "policy_no", metavar="NO", help="Those about this policy.")
@click.option("--customer", "customer_no", metavar="NO", help="Those to this customer.")
@figure_options
def list_(session: Session, state: str | None, policy_no: str | None, customer_no: str | None) -> None:
    """List letters, the newest first, with their posting numbers."""
    found = office.letters_figure(
        session.engine, SYSTEM, as_of=session.as_of, state=state, policy_no=policy_no, customer_no=customer_no
    )
    print_figure(
        found, session.form, session.language, out=session.out, zone=session.settings.time_zone, kept=session.kept_files
    )


COMMANDS = [letters]

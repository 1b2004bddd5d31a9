"""Commands around the personal data of one customer, as the customer asks (PIPL 44 to 47)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve import files
from policyserve.access.viewer import SYSTEM
from policyserve.cli.options import Session, shared
from policyserve.errors import PolicyserveError, QuestionError
from policyserve.operations import personal_data as operations

CUSTOMER = click.argument("customer_no", metavar="NO")


@click.group("personal-data")
def personal_data() -> None:
    """Personal data of one customer: export, restrict, lift, erase."""


@personal_data.command()
@CUSTOMER
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="The folder for NO.json and NO.xlsx, which their owner alone can read.",
)  # fmt: skip
@shared
def export(session: Session, customer_no: str, folder: Path) -> None:
    """Write everything held on a customer into two files, for machines and to read."""
    if not folder.is_dir():
        raise PolicyserveError("There is no folder '{folder}'; make it.", folder=folder)
    document, sheet = operations.copy_of(
        session.engine,
        SYSTEM,
        customer_no,
        as_of=session.as_of,
        at=session.now,
        language=session.language,
        zone=ZoneInfo(session.settings.time_zone),
    )
    name = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in customer_no)
    for path, content in ((folder / f"{name}.json", document), (folder / f"{name}.xlsx", sheet)):
        files.write(path, content)
        session.tell("Written: {path}", path=path)


@personal_data.command()
@CUSTOMER
@shared
def restrict(session: Session, customer_no: str) -> None:
    """Use a customer's data for no marketing any more: no text, no call; what law and contract ask for goes on."""
    operations.restrict(session.engine, SYSTEM, customer_no, as_of=session.as_of, at=session.now)
    session.tell("Customer {customer_no}: no more marketing.", customer_no=customer_no)


@personal_data.command()
@CUSTOMER
@shared
def lift(session: Session, customer_no: str) -> None:
    """Take a restriction back, at the customer's own wish."""
    operations.restrict(session.engine, SYSTEM, customer_no, as_of=session.as_of, at=session.now, lift=True)
    session.tell("Customer {customer_no}: the restriction is lifted.", customer_no=customer_no)


@personal_data.command()
@CUSTOMER
@click.option("--yes", metavar="NO", help="The customer's number once more, for scripts; otherwise it is asked for.")
@shared
def erase(session: Session, customer_no: str, yes: str | None) -> None:
    """Erase what may be erased of a customer, for good; what law asks to be kept stays, and is said."""
    operations.standing_of(session.engine, SYSTEM, customer_no, as_of=session.as_of)
    words = session.words("This cannot be undone. Type the customer's number once more")
    again = click.prompt(words, err=True) if yes is None else yes
    if again.strip() != customer_no:
        raise QuestionError("This is not the customer's number; nothing was erased.")
    left = operations.erase(session.engine, SYSTEM, customer_no, as_of=session.as_of, at=session.now)
    session.tell(operations.told(left).told(session.language))


COMMANDS = [personal_data]

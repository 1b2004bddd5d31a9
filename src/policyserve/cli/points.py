"""Commands around the points of referrers: earn, pay, and see what there is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import rich_click as click

from policyserve.cli.options import BY, Session, shared
from policyserve.cli.screen.output import note
from policyserve.locale import N_in
from policyserve.operations.points import earn_points, list_balances, list_entries, pay_points, read_rates

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
BALANCE = ["customer_no", "earned", "taken_back", "paid", "balance", "owed"]
ENTRY = [
    "entry", "happened_on", "kind", "points", "policy_no", "referred_no", "corrects", "receipt", "note", "as_of",
    "actor",
]  # fmt: skip


@click.group()
def points() -> None:
    """Points of referrers (转介绍积分): for own business and for people referred, recorded and paid out."""


@points.command()
@click.option("--rates", type=FILE, help="What facts earn, as YAML; default the rates that ship.")
@BY
@shared
def earn(session: Session, rates: Path | None, actor: str) -> None:
    """Write down what has been earned since the last time, and take back what was not earned after all.

    Running it twice changes nothing.
    """
    found = read_rates(rates)
    if found.pays_own_business:
        note(
            session.words(
                "These rates give points for a customer's own premium, which may be a benefit outside the contract "
                "(Insurance Law, articles 116 and 131). Have it looked at."
            )
        )
    row = asdict(earn_points(session.engine, found, session.stamp(actor)))
    session.show([row], columns=list(row))


@points.command()
@click.argument("customer_no", metavar="CUSTOMER_NO")
@click.argument("count", metavar="POINTS", type=click.IntRange(1, 10**12))
@click.option("--receipt", metavar="NO", help="The payment's own number: under it the payment is made once.")
@click.option("--note", "remark", help="What was given for them.")
@BY
@shared
def pay(session: Session, customer_no: str, count: int, *, receipt: str | None, remark: str | None, actor: str) -> None:
    """Pay points out; never more than there are."""
    left = pay_points(session.engine, customer_no, count, session.stamp(actor), receipt=receipt, note=remark)
    row = {"customer_no": customer_no, "paid": count, "balance": left}
    session.show([row], columns=list(row))


@points.command(name="list")
@click.argument("customer_no", metavar="[CUSTOMER_NO]", required=False)
@shared
def list_(session: Session, customer_no: str | None) -> None:
    """List what each referrer has, or every row of one."""
    if customer_no is None:
        rows, columns = list_balances(session.engine, as_of=session.as_of), BALANCE
    else:
        rows, columns = list_entries(session.engine, customer_no, as_of=session.as_of), ENTRY
    if session.form == "table":
        columns = [name for name in columns if any(row[name] is not None for row in rows)]
    headings = {"kind": session.words(N_in("points", "For"))}
    session.show(rows, columns=columns, headings=headings)


COMMANDS = [points]

"""The command that proves what was owed: shares, what is broken, what is about to break."""

from __future__ import annotations

from datetime import date

import rich_click as click

from policyserve.cli.metrics.services import in_days
from policyserve.cli.options import Session, figure_options, grouped_by
from policyserve.errors import QuestionError
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import OF_AGENTS
from policyserve.obligations.figures import obligations_figure
from policyserve.operations.figures import Reading
from policyserve.operations.obligations import owed, proof


@click.command(name="obligations")
@in_days
@grouped_by(OF_AGENTS)
@click.option("--open", "soon", is_flag=True, help="List what is about to break: days left, and whose it is.")
@click.option("--broken", is_flag=True, help="List what is broken, and what was done too late.")
@click.option("--policy", "policy_no", metavar="NO", help="Prove what was owed in the life of this policy.")
@click.option("--customer", "customer_no", metavar="NO", help="Prove what was owed to this customer.")
@figure_options
def obligations_(
    session: Session,
    *,
    first: date | None,
    last: date | None,
    by: tuple[str, ...],
    soon: bool,
    broken: bool,
    policy_no: str | None,
    customer_no: str | None,
) -> None:
    """Obligations kept over obligations decided, with the proof (履约情况)."""
    if sum(map(bool, (soon, broken, policy_no, customer_no))) > 1:
        raise QuestionError("--open, --broken, --policy and --customer are different lists; ask for one of them.")
    if policy_no or customer_no:
        session.print(
            lambda facts: proof(facts, policy_no=policy_no, customer_no=customer_no), calendar=session.calendar
        )
        return
    days = session.days(first, last)

    def made(facts: Reading) -> Figure:
        return obligations_figure(*owed(facts, days), by=by)

    session.print(made, behind="open" if soon else "broken" if broken else "", calendar=session.calendar)


COMMANDS = [obligations_]

"""Commands around visits: fix the day of one, set it free, bring it forward, and say why it is on its day."""

from __future__ import annotations

from datetime import date

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.calls.records import clock
from policyserve.cli.option_types import DATE, MINUTE
from policyserve.cli.options import BY, Session, shared
from policyserve.operations import visits
from policyserve.operations.visits import Whose
from policyserve.tasks.visit_days import VisitDay

CUSTOMER = click.argument("customer_no", metavar="CUSTOMER")
AGENT = click.option("--agent", "agent_no", metavar="NO", help="Whose visit; needed where several agents visit.")
COLUMNS = ["planned_on", "planned_at", "agent_no", "planned_why", "service", "earliest", "latest"]


@click.group()
def visit() -> None:
    """Visits: what is done with a customer on one day, and who decided on the day."""


@visit.command(name="list")
@CUSTOMER
@shared
def list_(session: Session, customer_no: str) -> None:
    """List the visits to a customer whose day can be chosen: when, what is done, and why on that day."""
    found = visits.visits_of_customer(session.engine, SYSTEM, customer_no, as_of=session.as_of)
    rows = [
        {
            "planned_on": one.day, "planned_at": one.at, "agent_no": one.agent_no, "service": " ".join(one.services),
            "planned_why": one.why.told(session.language), "earliest": one.first, "latest": one.last,
        }
        for one in found
    ]  # fmt: skip
    session.show(rows, columns=COLUMNS, empty=session.words("No visit whose day could be chosen."))


@visit.command()
@CUSTOMER
@click.option("--on", type=DATE, required=True, help="The day.")
@click.option("--at", type=MINUTE, help="The time that was agreed.")
@AGENT
@BY
@shared
def pin(session: Session, customer_no: str, on: date, at: int | None, *, agent_no: str | None, actor: str) -> None:
    """Fix the visit to a customer for a day: no release moves it."""
    whose, agreed = Whose(customer_no=customer_no, agent_no=agent_no), None if at is None else clock(at)
    fixed = visits.pin_visit(session.engine, SYSTEM, session.calendar, whose, session.stamp(actor), on=on, at=agreed)
    _tell(session, fixed)


@visit.command()
@CUSTOMER
@AGENT
@BY
@shared
def unpin(session: Session, customer_no: str, *, agent_no: str | None, actor: str) -> None:
    """Set the fixed visits to a customer free; the next release plans them."""
    whose = Whose(customer_no=customer_no, agent_no=agent_no)
    visits.unpin_visit(session.engine, SYSTEM, whose, session.stamp(actor))
    session.tell("No visit to {customer} is fixed any more.", customer=customer_no)


@visit.command(name="bring-forward")
@CUSTOMER
@AGENT
@BY
@shared
def bring_forward(session: Session, customer_no: str, *, agent_no: str | None, actor: str) -> None:
    """Fix the next visit to a customer for the first working day on which it is on time."""
    whose = Whose(customer_no=customer_no, agent_no=agent_no)
    _tell(session, visits.bring_forward(session.engine, SYSTEM, session.calendar, whose, session.stamp(actor)))


def _tell(session: Session, fixed: VisitDay) -> None:
    session.tell(
        "The visit to {customer} is fixed for {day}: {services}.", customer=fixed.customer_no,
        day=f"{fixed.day} {fixed.at or ''}".rstrip(), services=", ".join(fixed.services),
    )  # fmt: skip
    for notice in fixed.notices:
        session.tell("{notice}", notice=notice)


COMMANDS = [visit]

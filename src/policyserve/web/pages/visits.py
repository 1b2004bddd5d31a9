"""A visit to a customer, from the card: fixed for a day, set free, brought forward."""

from __future__ import annotations

from policyserve.access.sent_forms import SentBeforeError
from policyserve.calendars.asked_days import minute_of
from policyserve.calls.records import clock
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations import visits
from policyserve.operations.visits import Whose
from policyserve.tasks.visit_days import VisitDay
from policyserve.web.addresses import part
from policyserve.web.pages import customers
from policyserve.web.visit import Answer, Move, Visit


def send(visit: Visit) -> Answer:
    """Do what the button says, and go back to the card; sent twice it is done once."""
    number = str(visit.path["customer_no"])
    try:
        said = _done(visit, Whose(customer_no=number, agent_no=visit.typed("agent_no"))).notices
    except SentBeforeError:
        said = ()
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return customers.show(visit, refusal=refusal)
    return Move(to=f"/customers/{part(number)}?kept=visit#told", said=said)


def _done(visit: Visit, whose: Whose) -> VisitDay:
    house, viewer, stamp, key = visit.house, visit.viewer, visit.stamp, visit.form_key
    deed = visit.form.get("deed")
    if deed == "unpin":
        return visits.unpin_visit(house.engine, viewer, whose, stamp, form=key)
    if deed == "bring-forward":
        return visits.bring_forward(house.engine, viewer, house.calendar, whose, stamp, form=key)
    if (day := visit.day("on")) is None:
        raise PolicyserveError("Choose the day of the visit.")
    at = visit.typed("at")
    hour = None if at is None else clock(minute_of(at))
    return visits.pin_visit(house.engine, viewer, house.calendar, whose, stamp, on=day, at=hour, form=key)

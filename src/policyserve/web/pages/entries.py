"""Forms about a customer: a contact without a task, somebody who was named, something that happened."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations import entries
from policyserve.operations.cards import customer_card
from policyserve.operations.events import event_of_viewer, retract_of_viewer
from policyserve.tasks.deeds import CHANNELS
from policyserve.web.addresses import part
from policyserve.web.pages.tasks import contact_typed
from policyserve.web.visit import Answer, Move, Screen, Visit

EVENT_FIELDS = ("kind", "occurred_on", "policy_no", "detail")
REFERRAL_FIELDS = ("referred_name", "referred_phone")


def _form(visit: Visit, kind: str, refusal: PolicyserveError | None = None) -> Answer:
    house, number = visit.house, str(visit.path["customer_no"])
    asked = (house.engine, visit.viewer, house.calendar, number)
    card = customer_card(*asked, as_of=visit.as_of, language=visit.language)
    values = {
        "kind": kind, "number": number, "name": card.profile["name"] or number, "policies": card.policies,
        "services": entries.contact_services(house.engine, visit.as_of), "channels": CHANNELS,
        "kinds": entries.TOLD_BY_CUSTOMERS, "typed": lambda name: visit.form.get(name, ""), "today": visit.as_of,
    }  # fmt: skip
    return Screen(template="entry", values=values, refusal=refusal)


def contact(visit: Visit) -> Answer:
    """Ask what was done."""
    return _form(visit, "contact")


def referral(visit: Visit) -> Answer:
    """Ask who was named."""
    return _form(visit, "referral")


def event(visit: Visit) -> Answer:
    """Ask what happened."""
    return _form(visit, "event")


def keep_contact(visit: Visit) -> Answer:
    """Keep a contact."""
    service = visit.form.get("service", "")
    return _kept(visit, "contact", entries.note_contact, lambda: {"service": service, **contact_typed(visit)})


def keep_referral(visit: Visit) -> Answer:
    """Keep who was named."""
    return _kept(visit, "referral", entries.note_referral, lambda: {"fields": _typed(visit, REFERRAL_FIELDS)})


def keep_event(visit: Visit) -> Answer:
    """Keep what happened."""
    return _kept(visit, "event", entries.note_event, lambda: {"fields": _typed(visit, EVENT_FIELDS) | _day_of(visit)})


def mistake(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Ask why an event is taken back."""
    house, key = visit.house, visit.path["event"]
    values = {
        "event": event_of_viewer(house.engine, visit.viewer, key, as_of=visit.as_of),
        "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    return Screen(template="event", values=values, refusal=refusal)


def retract(visit: Visit) -> Answer:
    """Take an event back that was entered by mistake."""
    house, key = visit.house, visit.path["event"]
    number = event_of_viewer(house.engine, visit.viewer, key, as_of=visit.as_of)["customer_no"]
    try:
        retract_of_viewer(
            house.engine, visit.viewer, key, visit.stamp, why=visit.form.get("why", "")[:400], form=visit.form_key
        )
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return mistake(visit, refusal)
    return Move(to=f"/customers/{part(number)}?kept=retract")


def _typed(visit: Visit, names: tuple[str, ...]) -> dict[str, str]:
    return {name: told for name in names if (told := visit.typed(name))}


def _day_of(visit: Visit) -> dict[str, str]:
    """Read the day on which something happened, where one was typed; raises QuestionError for one that cannot be."""
    return {"occurred_on": str(day)} if (day := visit.day("occurred_on")) else {}


def _kept(visit: Visit, kind: str, deed: Callable[..., object], what: Callable[[], dict[str, object]]) -> Answer:
    number = str(visit.path["customer_no"])
    try:
        deed(visit.house.engine, visit.viewer, number, visit.stamp, form=visit.form_key, **what())
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return _form(visit, kind, refusal)
    return Move(to=f"/customers/{part(number)}?kept={kind}")

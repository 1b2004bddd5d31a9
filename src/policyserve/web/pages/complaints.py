"""Complaints on their pages: received from the customer's card, listed with the days left, led on step by step."""

from __future__ import annotations

from datetime import date
from typing import Final

from policyserve.access.sent_forms import SentBeforeError
from policyserve.complaints.records import Told
from policyserve.complaints.steps import CAUSES, CHANNELS, KINDS, STEPS, step_said
from policyserve.complaints.texts import facts_said, steps_said, told
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.metrics.complaints.figures import GROUPS
from policyserve.operations import complaints
from policyserve.operations.cards import customer_card
from policyserve.web.addresses import part
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit

LONGEST: Final = 4000
"""Characters of what is written about a complaint."""


def ask(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Ask what the customer complains of."""
    house, number = visit.house, str(visit.path["customer_no"])
    card = customer_card(house.engine, visit.viewer, house.calendar, number, as_of=visit.as_of, language=visit.language)
    values = {
        "number": number, "name": card.profile["name"] or number, "policies": card.policies, "today": visit.as_of,
        "kinds": _choices(visit, "kind", KINDS), "channels": _choices(visit, "channel", CHANNELS),
        "typed": lambda name: visit.form.get(name, ""), "longest": LONGEST,
    }  # fmt: skip
    return Screen(template="complaint_form", values=values, refusal=refusal)


def _choices(visit: Visit, field: str, codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, told(field, one, visit.language)) for one in codes]


def receive(visit: Visit) -> Answer:
    """Keep a complaint, and show it."""
    number = str(visit.path["customer_no"])
    try:
        key = complaints.open_complaint(
            visit.house.engine, visit.viewer, visit.stamp, _told(visit), customer_no=number,
            policy_no=visit.typed("policy_no"), form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to=f"/customers/{part(number)}")
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return ask(visit, refusal)
    return Move(to=f"/complaints/{key}")


def _told(visit: Visit) -> Told:
    kind, channel = visit.form.get("kind", ""), visit.form.get("channel", "")
    if kind not in KINDS or channel not in CHANNELS:
        raise PolicyserveError("Choose the class of the complaint, and how it came.")
    on: date = visit.day("on") or visit.as_of
    return Told(words=visit.form.get("words", "")[:LONGEST], kind=kind, channel=channel, on=on)


def show(visit: Visit) -> Answer:
    """List the complaints of those in sight, what is to be done next first."""
    house = visit.house
    found = complaints.complaints_of_viewer(
        house.engine, visit.viewer, house.calendar, as_of=visit.as_of, open_only="all" not in visit.query
    )
    links = LINKS if visit.viewer.role == "manager" else {name: LINKS[name] for name in ("complaint", "customer")}
    values = {"table": table_of(found, visit.language, links), "everything": "all" in visit.query}
    return Screen(template="complaints", values=values, figures=lambda: [found])


def counts(visit: Visit) -> Answer:
    """Count the complaints of this year by class, cause, team or agent."""
    days = Days.between(visit.as_of.replace(month=1, day=1), visit.as_of)
    by = visit.query.get("by", "")
    found = complaints.complaint_counts_of_viewer(
        visit.house.engine, visit.viewer, days, by=(by if by in GROUPS[1:] else "class",), as_of=visit.as_of
    )
    values = {"table": table_of(found, visit.language, LINKS)}
    return Screen(template="complaint_counts", values=values, figures=lambda: [found])


def one(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show a complaint with its steps, and a form for each step that may follow."""
    house, key = visit.house, visit.path["complaint"]
    found = complaints.seen_complaint(house.engine, visit.viewer, house.calendar, key, as_of=visit.as_of)
    may_lead = visit.viewer.role in {"manager", "clerk"}
    steps = [(code, step_said(code).told(visit.language), STEPS[code].cause) for code in found.next if may_lead]
    values = {
        "complaint": found.complaint, "facts": facts_said(found.complaint, visit.language), "steps": steps,
        "lines": steps_said(found.steps, visit.language), "causes": _choices(visit, "cause", CAUSES),
        "status": step_said(found.complaint["status"]).told(visit.language),
        "typed": lambda name: visit.form.get(name, ""), "longest": LONGEST,
    }  # fmt: skip
    return Screen(template="complaint", values=values, refusal=refusal)


def lead(visit: Visit) -> Answer:
    """Lead a complaint one step on."""
    key, code = visit.path["complaint"], visit.form.get("step", "")
    try:
        if code not in STEPS or (cause := visit.typed("cause")) not in {None, *CAUSES}:
            raise PolicyserveError("Choose the step that comes next.")
        complaints.step_complaint(
            visit.house.engine, visit.viewer, visit.stamp, key, code, said=visit.form.get("said", "")[:LONGEST],
            cause=cause, responsible_no=visit.typed("responsible_no"), form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        pass
    except NotFoundError as missing:
        if visit.typed("responsible_no") is None:
            raise
        return one(visit, PolicyserveError("There is no agent with this number.").on_pages(missing.fact))
    except PolicyserveError as refusal:
        return one(visit, refusal)
    return Move(to=f"/complaints/{key}")

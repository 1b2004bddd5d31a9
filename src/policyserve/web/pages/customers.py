"""Customers: found by number, name or phone, and the card of each."""

from __future__ import annotations

from functools import partial
from typing import Any

from policyserve.access.masks import MAY_REVEAL, shown_address, shown_name, shown_phone
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.operations.cards import card_with_records
from policyserve.operations.customers import MOST, Found, find_customers, reveal_phone
from policyserve.operations.standards import standard_on
from policyserve.operations.visits import visits_of_customer
from policyserve.tasks.card_text import PROFILE, premium, state
from policyserve.tasks.codes import coded
from policyserve.web.absent_touch import why_not
from policyserve.web.visit import Answer, Screen, Visit
from policyserve.web.workbooks import list_figure

IN_A_FILE = 10_000
"""Customers that a file holds at most."""

LISTED = (
    Column(name="customer_no", title=N_("Customer")), Column(name="name", title=N_("Name")),
    Column(name="phone", title=N_("Phone")), Column(name="vip", title="VIP", kind="code"),
    Column(name="grade", title=N_("Grade")),
)  # fmt: skip
"""The columns of a list of customers."""

HELD = (
    Column(name="policy_no", title=N_("Policy")), Column(name="product", title=N_("Product")),
    Column(name="state", title=N_("State"), kind="long"), Column(name="premium", title=N_("Premium")),
    Column(name="mode", title=N_("Mode"), kind="code", words=coded),
    Column(name="issue_date", title=N_("Issued on"), kind="day"),
)  # fmt: skip
"""The columns of the policies of a customer."""


def search(visit: Visit) -> Answer:
    """Show the customers that were looked for."""
    typed = visit.query.get("q", "").strip()[:100]
    asked = visit.house.engine, visit.viewer, typed
    grades = standard_on(visit.house.engine, visit.as_of).grades
    grade = next((one.code for one in grades if one.code == visit.query.get("grade")), "")
    find = partial(find_customers, *asked, as_of=visit.as_of, language=visit.language, grade=grade)
    found = find()
    values = {"found": found, "typed": typed, "many": len(found) == MOST, "grade": grade}
    values["grades"] = [(one.code, one.said(visit.language)) for one in grades]
    return Screen(template="customers", values=values, figures=lambda: [_list(visit, find(most=IN_A_FILE))])


def _list(visit: Visit, found: list[Found]) -> Figure:
    heading = Sentence(N_in("page", "Customers"))
    return list_figure(heading, LISTED, [vars(one) for one in found], as_of=visit.as_of)


def show(visit: Visit, phone: str | None = None, refusal: PolicyserveError | None = None) -> Answer:
    """Show the card of a customer; somebody else's is not found."""
    house, language, viewer = visit.house, visit.language, visit.viewer
    number = str(visit.path["customer_no"])
    asked = (house.engine, viewer, house.calendar, number)
    card, records = card_with_records(*asked, as_of=visit.as_of, language=language)
    told, revealed = card.profile, phone is not None
    masked = {name: shown_address(viewer, told[name], revealed=revealed) for name in ("address", "postcode")}
    masked["phone"] = phone or shown_phone(viewer, told["phone"])
    profile = {**told, "name": shown_name(viewer, told["name"]), **masked}
    family = [{**one, "name": shown_name(viewer, one["name"])} for one in card.family]
    policies = [{**row, "premium": premium(row, language), "state": state(row, language)} for row in card.policies]
    values = {
        "kept": visit.query.get("kept"),
        "asked": why_not(visit, "customer", customer_no=number),
        "records": records,
        "visits": visits_of_customer(house.engine, viewer, number, as_of=visit.as_of) if viewer.role == "agent" else [],
        "services": {one.code: one.said("name", language) for one in standard_on(house.engine, visit.as_of).services},
        "today": visit.as_of, "typed": lambda name: visit.form.get(name, ""),
        "card": card, "profile": profile, "family": family, "policies": policies, "headings": PROFILE,
        "products": {row["policy_no"]: row["product"] for row in policies},
        "reveals": phone is None and viewer.role in MAY_REVEAL,
    }  # fmt: skip
    return Screen(
        template="customer",
        values=values,
        figures=lambda: [_policies(visit, policies)],
        refusal=refusal,
        refused_form="visit",
    )


def _policies(visit: Visit, policies: list[dict[str, Any]]) -> Figure:
    return list_figure(Sentence(N_in("part of a card", "Policies")), HELD, policies, as_of=visit.as_of)


def reveal(visit: Visit) -> Answer:
    """Show the card with the phone, and note who has seen it."""
    number = str(visit.path["customer_no"])
    phone = reveal_phone(visit.house.engine, visit.viewer, number, as_of=visit.as_of, at=visit.now)
    return show(visit, phone)

"""Holdings: everything that is held on one customer, table by table, as data.

A table that leads to a customer stands here; a test looks for one that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, String, Table, cast, or_, select

from policyserve.locale import N_, N_in
from policyserve.tables import (
    AuditEntry,
    CallAnswer,
    Change,
    Complaint,
    ComplaintStep,
    Contact,
    Customer,
    Debit,
    Event,
    HandoverLine,
    Letter,
    Message,
    MessagePart,
    PhoneCall,
    PointEntry,
    Policy,
    Premium,
    Referral,
    ReferralStage,
    Refusal,
    Reply,
    SpotCheckResult,
    Task,
    Transition,
    table,
)

CUSTOMERS, POLICIES, TASKS, MESSAGES = table(Customer), table(Policy), table(Task), table(Message)
EVENTS, COMPLAINTS = table(Event), table(Complaint)
REFERRALS, TRANSITIONS, AUDIT = table(Referral), table(Transition), table(AuditEntry)


@dataclass(frozen=True, kw_only=True)
class Person:
    """The customer whose data are asked for."""

    key: int
    customer_no: str
    phone: str | None


Condition: TypeAlias = Callable[[Table, Person], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One table, and which of its rows are of a customer."""

    name: str
    title: str
    table: Table
    own: Condition


def _policies(of: Table, person: Person) -> ColumnElement[bool]:
    return or_(of.c.customer_id == person.key, of.c.insured_id == person.key)


def _of_policies(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.policy_id.in_(select(POLICIES.c.id).where(POLICIES.c.customer_id == person.key))


def _own(of: Table, person: Person) -> ColumnElement[bool]:
    own: ColumnElement[bool] = of.c.customer_id == person.key
    return own


def _tasks(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.task_id.in_(select(TASKS.c.id).where(TASKS.c.customer_id == person.key))


def _changes(of: Table, person: Person) -> ColumnElement[bool]:
    tasks = select(TASKS.c.id).where(TASKS.c.customer_id == person.key)
    return of.c.transition_id.in_(select(TRANSITIONS.c.id).where(TRANSITIONS.c.task_id.in_(tasks)))


def _complaints(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.event_id.in_(select(EVENTS.c.id).where(EVENTS.c.customer_id == person.key))


def _complaint_steps(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.complaint_id.in_(select(COMPLAINTS.c.id).where(_complaints(COMPLAINTS, person)))


def _call_answers(of: Table, person: Person) -> ColumnElement[bool]:
    calls = table(PhoneCall)
    return of.c.call_id.in_(select(calls.c.id).where(calls.c.customer_id == person.key))


def _parts(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.message_id.in_(select(MESSAGES.c.id).where(MESSAGES.c.customer_id == person.key))


def _referrals(of: Table, person: Person) -> ColumnElement[bool]:
    return or_(of.c.referrer_id == person.key, of.c.referred_id == person.key)


def _stages(of: Table, person: Person) -> ColumnElement[bool]:
    return of.c.referral_id.in_(select(REFERRALS.c.id).where(_referrals(REFERRALS, person)))


def _phone(of: Table, person: Person) -> ColumnElement[bool]:
    own: ColumnElement[bool] = of.c.phone == person.phone
    return own


def _audit(of: Table, person: Person) -> ColumnElement[bool]:
    tasks = select(cast(TASKS.c.id, String)).where(TASKS.c.customer_id == person.key)
    policies = select(POLICIES.c.policy_no).where(_policies(POLICIES, person))
    complaints = select(cast(COMPLAINTS.c.id, String)).where(_complaints(COMPLAINTS, person))
    return or_(
        (of.c.kind == "customer") & (of.c.number == person.customer_no),
        (of.c.kind == "task") & of.c.number.in_(tasks),
        (of.c.kind == "policy") & of.c.number.in_(policies),
        (of.c.kind == "complaint") & of.c.number.in_(complaints),
    )


HOLDINGS: tuple[Holding, ...] = tuple(
    Holding(name=name, title=title, table=held, own=own)
    for name, title, held, own in (
        ("customer", N_("Customer"), CUSTOMERS, lambda of, person: of.c.id == person.key),
        ("policies", N_("Policies"), POLICIES, _policies),
        ("premiums", N_("Premiums"), table(Premium), _of_policies),
        ("debits", N_("Debits"), table(Debit), _of_policies),
        ("events", N_("Events"), table(Event), _own),
        ("complaints", N_("Complaints"), COMPLAINTS, _complaints),
        ("complaint_steps", N_("What was done about complaints"), table(ComplaintStep), _complaint_steps),
        ("calls", N_("Follow-up calls"), table(PhoneCall), _own),
        ("call_answers", N_("What was answered in calls"), table(CallAnswer), _call_answers),
        ("referrals", N_("Referrals"), REFERRALS, _referrals),
        ("referral_stages", N_("Stages of referrals"), table(ReferralStage), _stages),
        ("points", N_("Points"), table(PointEntry), _own),
        ("tasks", N_("Tasks"), TASKS, _own),
        ("transitions", N_("What was done to tasks"), TRANSITIONS, _tasks),
        ("changes", N_("What it changed"), table(Change), _changes),
        ("contacts", N_("Contacts"), table(Contact), _tasks),
        ("spot_checks", N_("Spot checks"), table(SpotCheckResult), _tasks),
        ("messages", N_in("part of a copy", "Messages"), MESSAGES, _own),
        ("message_parts", N_("Parts of messages"), table(MessagePart), _parts),
        ("replies", N_("Replies"), table(Reply), _phone),
        ("letters", N_("Letters"), table(Letter), _own),
        ("refusals", N_("Refusals"), table(Refusal), _phone),
        ("handovers", N_("Hand-overs"), table(HandoverLine), _own),
        ("audit_log", N_("Audit log"), AUDIT, _audit),
    )
)
"""Everything that is held on a customer."""

_PEOPLE = ("customer_id", "insured_id", "referrer_id", "referred_id", "referred_by_id")

OTHERS = tuple(one.removesuffix("_id") + "_no" for one in _PEOPLE)
"""The fields of rows that name a customer, the person or somebody else."""

NUMBERS = {"policy_id": POLICIES.c.policy_no, "main_policy_id": POLICIES.c.policy_no} | dict.fromkeys(
    _PEOPLE, CUSTOMERS.c.customer_no
)
"""Keys that are told by the numbers that people use."""

Row = dict[str, Any]


def held_on(connection: Connection, person: Person) -> dict[str, list[Row]]:
    """Return everything that is held on a customer, by the names of HOLDINGS; amounts are in minor units."""
    found = {one.name: _rows(connection, one.table, one.own(one.table, person)) for one in HOLDINGS}
    return {**found, "family": _family(connection, person)}


def _rows(connection: Connection, of: Table, own: ColumnElement[bool]) -> list[Row]:
    told = [_told(column) for column in of.columns]
    query = select(*told).where(own).order_by(*of.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def _told(column: ColumnElement[Any]) -> ColumnElement[Any]:
    number = NUMBERS.get(str(column.key))
    if number is None:
        return column
    other = number.table.alias()
    found = select(other.c[number.key]).where(other.c.id == column).scalar_subquery()
    return found.label(str(column.key).removesuffix("_id") + "_no")


def _family(connection: Connection, person: Person) -> list[Row]:
    """Return the numbers of the customer's family; who they are is their own."""
    family = select(CUSTOMERS.c.family_no).where(CUSTOMERS.c.id == person.key)
    others = select(CUSTOMERS.c.customer_no).where(CUSTOMERS.c.family_no.in_(family), CUSTOMERS.c.id != person.key)
    return [dict(row) for row in connection.execute(others.order_by(CUSTOMERS.c.customer_no)).mappings()]

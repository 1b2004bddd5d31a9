"""Personal data of one customer: a copy, a restriction, an erasure; each request is noted in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from sqlalchemy import Connection, and_, select, update

from policyserve import db
from policyserve.access import audit, scope, sent_forms
from policyserve.access.viewer import Viewer
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.outbox import outbox
from policyserve.messages.outbox.stored_messages import MESSAGES, WAITING
from policyserve.operations import import_expiry
from policyserve.operations.database import Database
from policyserve.privacy import copies, erasure, retention
from policyserve.privacy.holdings import CUSTOMERS, OTHERS, POLICIES, Person, Row, held_on
from policyserve.privacy.retention import Kept


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the data of a customer stand."""

    customer_no: str
    name: str | None
    """None of one that was erased."""
    restricted_on: date | None
    erased_on: date | None
    kept: Sequence[Kept]
    """The policies for which law asks to keep who the customer is."""

    @property
    def until(self) -> date | None:
        """From when nothing need be kept; None while a contract has not ended, or where nothing is kept."""
        return retention.last_day(self.kept)


def told(left: Standing) -> Sentence:
    """Say what an erasure has left."""
    if not left.kept:
        return Sentence("Who customer {customer_no} is was erased; figures stay.", customer_no=left.customer_no)
    policies = ", ".join(one.policy_no for one in left.kept)
    if left.until is None:
        return Sentence(
            "Notes, wishes and marketing were erased. Who the customer is stays for policies that have not ended "
            "({policies}), and for nothing else.",
            policies=policies,
        )
    return Sentence(
        "Notes, wishes and marketing were erased. Who the customer is must be kept until {until} for {policies} "
        "(Insurance Law, Art. 87), and serves nothing else; erase again then.",
        until=left.until,
        policies=policies,
    )


def standing_of(engine: Database, viewer: Viewer, customer_no: str, *, as_of: date) -> Standing:
    """Return how the data of a customer in scope stand; raises NotFoundError."""
    with db.reading(engine) as connection:
        person = _person(connection, viewer, customer_no, as_of)
        return _standing(connection, person, retention.kept(connection, person, as_of))


def copy_of(
    engine: Database, viewer: Viewer, customer_no: str, *, as_of: date, at: datetime, language: str, zone: tzinfo = UTC
) -> tuple[bytes, bytes]:
    """Return everything held on a customer in scope, as JSON and as a workbook; raises NotFoundError.

    The workbook tells instants in `zone`. Numbers of other customers stand in it as far as the viewer sees them.
    """
    with db.writing(engine) as connection:
        person = _person(connection, viewer, customer_no, as_of)
        _note(connection, viewer, "personal data exported", customer_no, at)
        held = _seen(connection, viewer, held_on(connection, person), as_of)
    return copies.as_json(customer_no, held, at), copies.as_workbook(held, language, zone)


def restrict(
    engine: Database, viewer: Viewer, customer_no: str, *, as_of: date, at: datetime, lift: bool = False,
    form: str | None = None,
) -> None:  # fmt: skip
    """Use a customer's data for no marketing any more (or again); raises NotFoundError.

    What waits to be sent is taken back. Raises PolicyserveError where there is nothing to do.
    """
    with db.writing(engine) as connection:
        person = _person(connection, viewer, customer_no, as_of)
        sent_forms.take(connection, viewer, form, at)
        row = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == person.key)).one()
        if row.erased_on is not None:
            raise PolicyserveError("The data of this customer were erased; that is not taken back.")
        if (row.restricted_on is None) is lift:
            raise PolicyserveError("It is so already; nothing was changed.")
        values = {"restricted_on": None if lift else as_of}
        connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == person.key).values(values))
        if not lift:
            _forget_lists(connection, person, at)
            _take_back(connection, person, viewer, at, marketing_alone=True)
        _note(connection, viewer, "restriction lifted" if lift else "personal data restricted", customer_no, at)


def erase(
    engine: Database, viewer: Viewer, customer_no: str, *, as_of: date, at: datetime, form: str | None = None
) -> Standing:
    """Erase what may be erased of a customer in scope, for good; return how the rest stands. Raises NotFoundError.

    Who they are goes where no policy asks for it; until then it is restricted. Raises PolicyserveError where a message
    to them is on its way.
    """
    with db.writing(engine, durable=True) as connection:
        person = _person(connection, viewer, customer_no, as_of)
        sent_forms.take(connection, viewer, form, at)
        kept = retention.kept(connection, person, as_of)
        whole = not kept
        _take_back(connection, person, viewer, at, marketing_alone=not whole)
        if whole:
            _refuse_while_on_its_way(connection, person)
        _forget_lists(connection, person, at)
        erasure.erase(connection, person, whole=whole, day=as_of)
        _note(connection, viewer, "personal data erased", customer_no, at)
        return _standing(connection, person, kept)


def _person(connection: Connection, viewer: Viewer, customer_no: str, as_of: date) -> Person:
    scope.check_customer(connection, viewer, customer_no, as_of)
    row = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.customer_no == customer_no)).first()
    if row is None:
        raise NotFoundError("customer", customer_no)
    return Person(key=row.id, customer_no=customer_no, phone=row.phone)


def _seen(connection: Connection, viewer: Viewer, held: Mapping[str, list[Row]], as_of: date) -> dict[str, list[Row]]:
    """Leave out the numbers of customers whom a viewer does not see."""
    named = {row[name] for rows in held.values() for row in rows for name in OTHERS if row.get(name)}
    seen = scope.seen_numbers(connection, viewer, named, as_of)

    def shown(row: Row) -> Row:
        return {name: None if name in OTHERS and value not in seen else value for name, value in row.items()}

    family = [row for row in held["family"] if row["customer_no"] in seen]
    return {**{name: [shown(row) for row in rows] for name, rows in held.items()}, "family": family}


def _standing(connection: Connection, person: Person, kept: Sequence[Kept]) -> Standing:
    row = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id == person.key)).one()
    return Standing(
        customer_no=person.customer_no, name=row.name, restricted_on=row.restricted_on, erased_on=row.erased_on,
        kept=kept,
    )  # fmt: skip


def _take_back(connection: Connection, person: Person, viewer: Viewer, at: datetime, *, marketing_alone: bool) -> None:
    """Cancel what waits to be sent."""
    waits = and_(MESSAGES.c.customer_id == person.key, MESSAGES.c.final_at.is_(None), MESSAGES.c.status.in_(WAITING))
    if marketing_alone:
        waits = and_(waits, MESSAGES.c.message_class == "marketing")
    keys = connection.scalars(select(MESSAGES.c.id).where(waits)).all()
    if keys:
        outbox.cancel(connection, keys, by=viewer.who, why="", now=at)


def _forget_lists(connection: Connection, person: Person, at: datetime) -> None:
    """Forget the lists that were sent and may tell of a person, with their rejected rows."""
    name = connection.scalar(select(CUSTOMERS.c.name).where(CUSTOMERS.c.id == person.key))
    policies = connection.scalars(select(POLICIES.c.policy_no).where(POLICIES.c.customer_id == person.key))
    marks = (person.customer_no, person.phone, name, *policies)
    import_expiry.forget_person(connection, [mark for mark in marks if mark], at)


def _refuse_while_on_its_way(connection: Connection, person: Person) -> None:
    on_its_way = and_(MESSAGES.c.customer_id == person.key, MESSAGES.c.final_at.is_(None))
    if connection.execute(select(MESSAGES.c.id).where(on_its_way)).first() is not None:
        raise PolicyserveError("A message to this customer is on its way; erase when it is known what became of it.")


def _note(connection: Connection, viewer: Viewer, action: str, customer_no: str, at: datetime) -> None:
    audit.note(connection, viewer, action, at=at, kind="customer", number=customer_no)

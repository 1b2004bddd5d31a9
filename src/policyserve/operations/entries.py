"""What an agent enters about a customer by hand: a contact without a task, a referral, something that happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, day_visits, scope, sent_forms
from policyserve.access.viewer import Viewer
from policyserve.book import referrals
from policyserve.book.lists import REFERRALS
from policyserve.book.problems import problem
from policyserve.book.snapshot import customer_of
from policyserve.complaints.records import open_told
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, Listed
from policyserve.operations.database import Database
from policyserve.operations.events import one_row, take_event
from policyserve.standard.contact import CONTACT
from policyserve.standard.model import Service
from policyserve.tasks import added_tasks, deeds
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

TOLD_BY_CUSTOMERS: Final = ("service_request", "sick", "claim", "complaint")
"""Kinds of events that an agent hears of before the core system does."""


@contextmanager
def _entry(
    engine: Database, viewer: Viewer, customer_no: str, stamp: Stamp, *, action: str, form: str | None
) -> Iterator[Connection]:
    """Open the transaction of an entry; raises NotFoundError for a customer out of sight, SentBeforeError."""
    with db.writing(engine) as connection:
        scope.check_customer(connection, viewer, customer_no, stamp.as_of)
        sent_forms.take(connection, viewer, form, stamp.at)
        yield connection
        day_visits.note(connection, viewer, stamp.as_of, stamp.at, "uploaded_at")
        audit.note(connection, viewer, action, at=stamp.at, kind="customer", number=customer_no)


def contact_services(engine: Database, as_of: date) -> tuple[Service, ...]:
    """Return the services of the standard that a contact without a task can be of."""
    with db.reading(engine) as connection:
        standard = current_standard(connection, as_of)
    return (CONTACT, *(one for one in standard.services if one.enabled and one.trigger.kind == "by-hand"))


def note_contact(
    engine: Database, viewer: Viewer, customer_no: str, stamp: Stamp, *, service: str, form: str | None, **contact: Any
) -> None:
    """Keep a contact that no task had asked for, as a task that is added and done; see `deeds.done`."""
    with _entry(engine, viewer, customer_no, stamp, action="contact noted", form=form) as connection:
        standard = current_standard(connection, stamp.as_of)
        task_id = added_tasks.add(
            connection, standard, stamp, service=service, due=stamp.as_of, customer_no=customer_no,
            agent_no=viewer.agent_no,
        )  # fmt: skip
        deeds.done(connection, task_id, stamp, **contact)


def note_referral(
    engine: Database, viewer: Viewer, customer_no: str, stamp: Stamp, fields: Mapping[str, str], *, form: str | None
) -> None:
    """Keep whom a customer has named, checked like a row of a list of referrals."""
    row = {"referrer_no": customer_no, "referred_on": str(stamp.as_of), **fields}
    if viewer.agent_no is not None:
        row["agent_no"] = viewer.agent_no
    with _entry(engine, viewer, customer_no, stamp, action="referral noted", form=form) as connection:
        taken = referrals.take(connection, one_row(REFERRALS, row), stamp.as_of)
        if reasons := [problem(REFERRALS.name, row) for row in taken.rows.all_problems.to_dicts()]:
            raise PolicyserveError("The referral was not entered: {reasons}.", reasons=Listed(reasons, N_("; ")))
        if not taken.added:
            raise PolicyserveError("This person was named by this customer before. Nothing was changed.")


def note_event(
    engine: Database, viewer: Viewer, customer_no: str, stamp: Stamp, fields: Mapping[str, str], *, form: str | None
) -> None:
    """Keep what happened to a customer or to a policy that the customer holds; see `events.take_event`."""
    with _entry(engine, viewer, customer_no, stamp, action="event noted", form=form) as connection:
        if fields.get("kind") not in TOLD_BY_CUSTOMERS:
            raise PolicyserveError("Choose what happened.")
        policy_no = fields.get("policy_no")
        holder = customer_of(connection, customer_no=customer_no)
        if policy_no is not None and customer_of(connection, policy_no=policy_no) != holder:
            raise NotFoundError("policy", policy_no)
        subject = {} if policy_no is not None else {"customer_no": customer_no}
        take_event(connection, {**fields, **subject}, as_of=stamp.as_of)
        open_told(connection, stamp)

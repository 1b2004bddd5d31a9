"""Stored letters: made once for each touch, printed in batches, posted, come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from policyserve.locale import N_, Sentence
from policyserve.papers import letter_facts as facts
from policyserve.papers.letter_text import LetterError, template_of, title_of, written
from policyserve.papers.print_fonts import unprintable
from policyserve.standard.model import Service
from policyserve.tables import Customer, Letter, LetterBatch, Policy, table
from policyserve.tasks.transitions import Stamp

LETTERS, BATCHES = table(Letter), table(LetterBatch)
CUSTOMERS, POLICIES = table(Customer), table(Policy)

NO_ADDRESS = N_("the customers list has no address")
NO_PAYOUT = N_("nothing is paid out at its end; a yearly contract gets a renewal letter")
UNPRINTABLE = N_("no font has the sign {signs}")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Unmade:
    """A letter that is due and cannot be made."""

    task_id: int
    customer_no: str
    service: Service
    why: Sentence


def make(connection: Connection, ground: facts.Ground, services: Sequence[str], stamp: Stamp) -> list[Unmade]:
    """Write the letters that are due and store them as a batch that waits to be printed; return those that cannot be.

    For a touch there is one letter for ever: a second run finds it and makes none.
    """
    asked = facts.by_letter(ground.standard, services)
    services_by_code = {one.code: one for one in asked}
    templates = {one.code: template_of(one.code, one.template, ground.settings.templates) for one in asked}
    touches = facts.calling(connection, [one.code for one in asked], stamp.as_of)
    if touches.is_empty():
        return []
    words = facts.words_of_letters(connection, touches, ground)
    kinds = dict(ground.book.policies.select("policy_id", "product_kind").iter_rows())
    rows: list[Row] = []
    unmade: list[Unmade] = []
    for touch, own in zip(touches.iter_rows(named=True), words, strict=True):
        template = templates[touch["service"]] or touch["service"]
        try:
            rows.append(_letter(touch, own, template, kinds.get(touch["policy_id"]), ground))
        except LetterError as error:
            unmade.append(_unmade(touch, services_by_code[touch["service"]], error.reason))
    if rows:
        _store(connection, rows, stamp)
    return unmade


def _unmade(touch: Row, service: Service, why: Sentence) -> Unmade:
    return Unmade(task_id=touch["task_id"], customer_no=touch["addressee_no"], service=service, why=why)


def _letter(touch: Row, words: Row, template: str, kind: str | None, ground: facts.Ground) -> Row:
    """Write one letter; raises LetterError where it cannot be."""
    if not touch["address"]:
        raise LetterError(template, Sentence(NO_ADDRESS))
    if template == "maturity-notice" and kind not in ("savings", "annuity"):
        raise LetterError(template, Sentence(NO_PAYOUT))
    language = facts.language_of(touch["speaks"])
    text = written(template, language, words, ground.settings.templates)
    name, title = words.get("name"), title_of(text)
    if signs := unprintable(f"{name}{touch['address']}{text}"):
        raise LetterError(template, Sentence(UNPRINTABLE, signs=signs))
    names = ("task_id", "service", "subject_kind", "subject_id", "ordinal", "customer_id", "policy_id", "address")
    own = {name: touch[name] for name in (*names, "postcode")}
    return {**own, "language": language, "name": name, "title": title, "text": text, "made_on": ground.as_of}


def _store(connection: Connection, rows: Sequence[Row], stamp: Stamp) -> None:
    values = {"as_of": stamp.as_of, "at": stamp.at, "actor": stamp.actor}
    batch = int(connection.execute(insert(BATCHES).values(values).returning(BATCHES.c.id)).scalar_one())
    last = int(connection.scalar(select(func.max(LETTERS.c.id))) or 0)
    numbered = [
        {**row, "batch_id": batch, "letter_no": f"L{stamp.as_of:%Y}{place:07}"}
        for place, row in enumerate(rows, last + 1)
    ]
    connection.execute(insert(LETTERS), numbered)


def waiting(connection: Connection) -> dict[int, list[Row]]:
    """Return the batches whose files are not whole yet, with their letters in order."""
    query = select(LETTERS).join(BATCHES, BATCHES.c.id == LETTERS.c.batch_id).where(BATCHES.c.printed_at.is_(None))
    found: dict[int, list[Row]] = {}
    for row in connection.execute(query.order_by(LETTERS.c.id)).mappings():
        found.setdefault(row["batch_id"], []).append(dict(row))
    return found


def of_batch(connection: Connection, batch: int) -> list[Row]:
    """Return the letters of a batch, in order."""
    query = select(LETTERS).where(LETTERS.c.batch_id == batch).order_by(LETTERS.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def printed(connection: Connection, batch: int, at: datetime) -> None:
    """Note that the files of a batch are whole."""
    connection.execute(
        update(BATCHES).where(BATCHES.c.id == batch, BATCHES.c.printed_at.is_(None)).values(printed_at=at)
    )


def listed(connection: Connection, *conditions: Any, most: int | None = None) -> list[Row]:
    """Return letters that meet conditions, the newest first, with the numbers of customer and policy, and a `state`."""
    query = (
        select(LETTERS, CUSTOMERS.c.customer_no, POLICIES.c.policy_no)
        .join(CUSTOMERS, CUSTOMERS.c.id == LETTERS.c.customer_id)
        .outerjoin(POLICIES, POLICIES.c.id == LETTERS.c.policy_id)
        .where(*conditions)
        .order_by(LETTERS.c.id.desc())
        .limit(most)
    )
    return [{**row, "state": state_of(row)} for row in connection.execute(query).mappings()]


def state_of(letter: Any) -> str:
    """Say how far a letter has come: made, posted, returned."""
    if letter["returned_on"] is not None:
        return "returned"
    return "made" if letter["posted_on"] is None else "posted"

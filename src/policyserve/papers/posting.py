"""Posting: a register that came back says what was posted when, and what the post returned.

What cannot be true is refused, row by row. A letter that was posted closes the office's task, and is the proof; one
that came back makes a task for the agent: somebody asks for the address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from policyserve.locale import N_, N_in, Sentence
from policyserve.papers.records import LETTERS
from policyserve.papers.register import COLUMNS, Filled
from policyserve.standard.contact import CONTACT
from policyserve.standard.model import Standard
from policyserve.tables import Customer, table
from policyserve.tasks import added_tasks, deeds
from policyserve.tasks.transitions import TASKS, Stamp

CUSTOMERS = table(Customer)
DAYS_TO_ASK = 14
"""Within which the agent asks for the address of a letter that came back."""

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that was not taken, and why."""

    line: int
    letter_no: str | None
    why: Sentence


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What a register brought."""

    posted: int
    returned: int
    unchanged: int
    refused: tuple[Refused, ...]


def take(connection: Connection, rows: Sequence[Filled], standard: Standard, stamp: Stamp) -> Posted:
    """Take in a register; what it says again changes nothing."""
    letters = _letters(connection, rows)
    others = _posting_numbers(connection, rows)
    numbers: Counter[str | None] = Counter(row.posting_no for row in rows if row.posting_no)
    counts: Counter[str] = Counter()
    refused: list[Refused] = []
    seen: set[str] = set()
    for row in rows:
        why = _wrong(row, letters.get(row.letter_no or ""), others, numbers, stamp.as_of)
        if why is None and row.letter_no in seen:
            why = Sentence("this letter stands twice in the register")
        if why is not None:
            refused.append(Refused(line=row.line, letter_no=row.letter_no, why=why))
            continue
        seen.add(row.letter_no or "")
        counts.update(_taken(connection, row, letters[row.letter_no or ""], standard, stamp))
    return Posted(
        posted=counts["posted"], returned=counts["returned"], unchanged=counts["unchanged"], refused=tuple(refused)
    )


def _letters(connection: Connection, rows: Sequence[Filled]) -> dict[str, Row]:
    asked = [row.letter_no for row in rows if row.letter_no]
    found: dict[str, Row] = {}
    for start in range(0, len(asked), 500):
        query = select(LETTERS).where(LETTERS.c.letter_no.in_(asked[start : start + 500]))
        found |= {row["letter_no"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def _posting_numbers(connection: Connection, rows: Sequence[Filled]) -> dict[str, str]:
    """Return whose each posting number is already."""
    asked = [row.posting_no for row in rows if row.posting_no]
    found: dict[str, str] = {}
    for start in range(0, len(asked), 500):
        c = LETTERS.c
        query = select(c.posting_no, c.letter_no).where(c.posting_no.in_(asked[start : start + 500]))
        found |= {str(row.posting_no): str(row.letter_no) for row in connection.execute(query)}
    return found


def _wrong(
    row: Filled, letter: Row | None, others: dict[str, str], numbers: Counter[str | None], as_of: date
) -> Sentence | None:
    """Say what is wrong with a row; None where it can be true."""
    if row.unread:
        return Sentence("'{column}' cannot be read", column=Sentence(COLUMNS[row.unread[0]]))
    if letter is None:
        return Sentence("there is no letter of this number")
    posted_on, posting_no = row.posted_on or letter["posted_on"], row.posting_no or letter["posting_no"]
    checks = (
        (row.posted_on is not None and posting_no is None, N_("it has a day of posting and no posting number")),
        (row.posting_no is not None and posted_on is None, N_("it has a posting number and no day of posting")),
        (letter["posting_no"] not in (None, posting_no), N_("it was posted under another number before")),
        (letter["posted_on"] not in (None, posted_on), N_("it was posted on another day before")),
        (row.posting_no is not None and numbers[row.posting_no] > 1,
         N_("its posting number stands twice in the register")),
        (others.get(posting_no, letter["letter_no"]) != letter["letter_no"],
         N_("another letter has this posting number")),
        (posted_on is not None and not letter["made_on"] <= posted_on <= as_of,
         N_("the day of posting lies before the letter was made, or in the future")),
        (row.returned_on is not None and posted_on is None, N_("it came back and was never posted")),
        (row.returned_on is not None and posted_on is not None and not posted_on <= row.returned_on <= as_of,
         N_("the day of return lies before the posting, or in the future")),
        (row.returned_why is not None and row.returned_on is None and letter["returned_on"] is None,
         N_("it says why it came back and not when")),
    )  # fmt: skip
    return next((Sentence(words) for fault, words in checks if fault), None)


def _taken(connection: Connection, row: Filled, letter: Row, standard: Standard, stamp: Stamp) -> Iterator[str]:
    """Store what a row says anew; yield what it was."""
    if row.posted_on is not None and letter["posted_on"] is None:
        _set(connection, letter, posting_no=row.posting_no, posted_on=row.posted_on)
        _done(connection, letter["task_id"], row.posted_on, stamp)
        yield "posted"
    if row.returned_on is not None and letter["returned_on"] is None:
        _set(connection, letter, returned_on=row.returned_on, returned_why=row.returned_why)
        _ask_for_address(connection, letter, standard, stamp)
        yield "returned"
    elif row.posted_on is None or letter["posted_on"] is not None:
        yield "unchanged"


def _set(connection: Connection, letter: Row, **values: Any) -> None:
    connection.execute(update(LETTERS).where(LETTERS.c.id == letter["id"]).values(**values))


def _done(connection: Connection, task_id: int, on: date, stamp: Stamp) -> None:
    """Close the office's task; that of an agent, who also visits, and one that somebody has closed stay as they are."""
    task = connection.execute(select(TASKS.c.performer, TASKS.c.status).where(TASKS.c.id == task_id)).one()
    if task.performer == "office" and task.status in ("open", "missed"):
        deeds.done(connection, task_id, stamp, on=on, channel="letter")


def _ask_for_address(connection: Connection, letter: Row, standard: Standard, stamp: Stamp) -> None:
    customer = select(CUSTOMERS.c.customer_no).where(CUSTOMERS.c.id == letter["customer_id"])
    note = Sentence(
        N_in("note of a task", "Letter {letter_no} came back: ask for the address."), letter_no=letter["letter_no"]
    )
    added_tasks.add(
        connection, standard, stamp, service=CONTACT.code, customer_no=connection.execute(customer).scalar_one(),
        due=stamp.as_of, latest=stamp.as_of + timedelta(days=DAYS_TO_ASK), note=note.told(letter["language"]),
    )  # fmt: skip

"""The facts of letters: open work that calls for one, and the words that a letter may say, made of the book.

A letter says what a message may (`messages.texts.values`), and besides:

- `name`, `company`: whom it is for and from; `policy_no`: the whole number, for a counterfoil
- `instalment`: its number; `main_amount`, `riders_amount`, `total`: what is owed of the policy itself, of its riders
  and together; `riders`: the names of the riders
- `policies`: those in force, each with its `policy` (to tell whose service goes on)
- `policy_year`, `dividend`: of a dividend
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, or_, select

from policyserve.book.columns import ENDING_KINDS, Book
from policyserve.messages.generation.occasions import occasion_of, occasions_of
from policyserve.messages.people import read_people
from policyserve.messages.texts.values import Language, Word, amount_in_words, policy_in_words, values_of
from policyserve.settings_file import MessageSettings
from policyserve.standard.model import Service, Standard
from policyserve.tables import Customer, Letter, Task, table

TASKS, LETTERS, CUSTOMERS = table(Task), table(Letter), table(Customer)

TOUCH: dict[str, Any] = {
    "task_id": pl.Int32, "service": pl.String, "subject_kind": pl.String, "subject_id": pl.Int32, "ordinal": pl.Int32,
    "customer_id": pl.Int32, "policy_id": pl.Int32, "agent_id": pl.Int32, "anchor": pl.Date, "address": pl.String,
    "postcode": pl.String, "speaks": pl.String, "addressee_no": pl.String,
}  # fmt: skip
"""Open work that calls for a letter, with where the customer lives and which languages they speak."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What letters are made of."""

    book: Book
    standard: Standard
    settings: MessageSettings
    as_of: date


def calling(connection: Connection, services: Sequence[str], as_of: date) -> pl.DataFrame:
    """Return open work of `services` that may be done by `as_of` and has no letter yet (TOUCH), oldest first."""
    c = TASKS.c
    same = [LETTERS.c[name] == c[name] for name in ("service", "subject_kind", "subject_id", "ordinal")]
    query = (
        select(
            c.id, c.service, c.subject_kind, c.subject_id, c.ordinal, c.customer_id, c.policy_id, c.agent_id, c.anchor,
            CUSTOMERS.c.address, CUSTOMERS.c.postcode, CUSTOMERS.c.language, CUSTOMERS.c.customer_no,
        )
        .join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .where(c.status == "open", c.service.in_(services), or_(c.earliest <= as_of, c.due <= as_of))
        .where(~select(LETTERS.c.id).where(*same).exists())
        .order_by(c.due, c.id)
    )  # fmt: skip
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=TOUCH, orient="row")


def by_letter(standard: Standard, asked: Sequence[str]) -> list[Service]:
    """Return the services that send a letter, or those of the codes that are `asked` for."""
    return [
        one for one in standard.services if (one.code in asked if asked else one.enabled and "letter" in one.channels)
    ]


def language_of(speaks: str | None) -> Language:
    """Return the language of a letter: English for whoever speaks it and no Chinese, else Chinese."""
    spoken = (speaks or "zh").split(",")
    return "en" if "en" in spoken and not {"zh", "yue", "wuu", "nan", "hak"} & set(spoken) else "zh"


def words_of_letters(connection: Connection, touches: pl.DataFrame, ground: Ground) -> list[dict[str, Word]]:
    """Return the words of each letter, in the order of `touches` (TOUCH)."""
    as_of, book = ground.as_of, ground.book
    people = read_people(connection, touches, as_of, "zh")
    hotline = ground.settings.hotline
    rows = occasions_of(touches, book, ground.standard, people, hotline, as_of=as_of).to_dicts()
    more = _More.of(book)
    return [_words(row, ground, more) for row in rows]


def _words(row: Mapping[str, Any], ground: Ground, more: _More) -> dict[str, Word]:
    language = language_of(row["speaks"])
    words = dict(values_of(occasion_of(row), language=language, as_of=ground.as_of, with_year=True).words)
    words["company"] = ground.settings.signature
    if row["name"]:
        words["name"] = row["name"]
    if row["policy_no"]:
        words["policy_no"] = row["policy_no"]
    if row["owed_on"] is not None:
        words["instalment"] = row["ordinal"]
    words |= _sums(row, language, more)
    words["policies"] = [
        {"policy": policy_in_words(policy_no, product, language)}
        for policy_no, product in more.in_force.get(row["customer_id"], ())
    ]
    if row["kind"] == "anniversary" and row["policy_id"] is not None:
        words["policy_year"] = row["ordinal"]
        declared = more.dividends.get((row["policy_id"], row["anchor"]))
        if declared:
            words["dividend"] = amount_in_words(declared, row["currency"] or "CNY", language)
    return words


def _sums(row: Mapping[str, Any], language: Language, more: _More) -> dict[str, Word]:
    if row["amount"] is None:
        return {}
    currency, riders = row["currency"] or "CNY", row["rider_amount"] or 0
    found: dict[str, Word] = {
        "main_amount": amount_in_words(row["amount"] - riders, currency, language),
        "total": amount_in_words(row["amount"], currency, language),
    }
    if riders:
        found["riders_amount"] = amount_in_words(riders, currency, language)
        if names := more.riders.get(row["policy_id"]):
            found["riders"] = "、".join(names) if language == "zh" else ", ".join(names)
    return found


@dataclass(frozen=True, kw_only=True)
class _More:
    """What letters say beyond messages, by key."""

    riders: Mapping[int, list[str]]
    in_force: Mapping[int, list[tuple[str, str | None]]]
    dividends: Mapping[tuple[int, date], int]

    @classmethod
    def of(cls, book: Book) -> _More:
        """Gather it from the book as it is known."""
        ended = book.events.filter(pl.col("kind").cast(pl.String).is_in(ENDING_KINDS))["policy_id"].drop_nulls()
        held = book.policies.filter(~pl.col("policy_id").is_in(ended.unique().implode())).sort("issue_date")
        riders: dict[int, list[str]] = {}
        in_force: dict[int, list[tuple[str, str | None]]] = {}
        for row in held.iter_rows(named=True):
            if row["main_policy_id"] is None:
                in_force.setdefault(row["customer_id"], []).append((row["policy_no"], row["product"]))
            elif row["product"]:
                riders.setdefault(row["main_policy_id"], []).append(row["product"])
        told = book.events.filter(pl.col("kind") == "dividend_declared", pl.col("amount").is_not_null())
        dividends = {(row["policy_id"], row["occurred_on"]): row["amount"] for row in told.iter_rows(named=True)}
        return cls(riders=riders, in_force=in_force, dividends=dividends)

"""Books for benchmarks: the generator's lists as columns in memory, without a database between."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from policyserve.book import columns
from policyserve.book.columns import Book
from policyserve.generated_book.generator import generate

CUSTOMERS_PER_POLICY = 0.6
FRAMES = ("agents", "customers", "policies", "premiums", "debits", "events")


def generated_book(policies: int, as_of: date, *, seed: int = 7) -> Book:
    """Return a generated book of about that many policies, and 3.4 instalments for each."""
    lists = generate(customers=round(policies * CUSTOMERS_PER_POLICY), as_of=as_of, seed=seed)
    return book_of(lists, known_on=as_of)


def save_book(book: Book, folder: Path) -> None:
    """Write the frames of a book to files, for processes that measure."""
    for name in FRAMES:
        getattr(book, name).write_ipc(folder / f"{name}.arrow")


def saved_book(folder: str) -> Book:
    """Read a book that `save_book` has written."""
    return Book(**{name: pl.read_ipc(Path(folder) / f"{name}.arrow") for name in FRAMES})


def book_of(lists: dict[str, pl.DataFrame], *, known_on: date) -> Book:
    """Give the rows of generated lists keys, and put them into the columns of a book; amounts become minor units."""
    agents = lists["agents"].with_row_index("agent_id", 1)
    people = lists["customers"].with_row_index("customer_id", 1)
    policies = lists["policies"].with_row_index("policy_id", 1)
    keys = {
        "agent": agents.select("agent_no", "agent_id"),
        "customer": people.select("customer_no", "customer_id"),
        "policy": policies.select("policy_no", "policy_id"),
    }
    agents = _keyed(agents, keys["agent"], manager_id="manager_no")
    people = _keyed(people, keys["agent"], agent_id="agent_no")
    people = _keyed(people, keys["customer"], referred_by_id="referred_by").with_columns(known_on=known_on)
    policies = _keyed(policies, keys["agent"], agent_id="agent_no", writing_agent_id="writing_agent_no")
    policies = _keyed(policies, keys["customer"], customer_id="customer_no", insured_id="insured_customer_no")
    policies = _keyed(policies, keys["policy"], main_policy_id="main_policy_no").with_columns(
        pl.coalesce("effective_date", "issue_date"),
        pl.col("premium") * 100,
        known_on=known_on,
        is_group=pl.col("group"),
    )
    premiums = _keyed(lists["premiums"], keys["policy"], policy_id="policy_no")
    facts = premiums.group_by("policy_id", "instalment").agg(
        pl.col("amount", "paid_on", "paid_amount").drop_nulls().last()
    )
    debits = premiums.filter(pl.col("debit_on").is_not_null()).sort("debit_on")
    debits = debits.with_columns(number=pl.col("policy_id").cum_count().over("policy_id"), result="debit_result")
    return Book(
        agents=_shaped(agents, columns.AGENTS),
        customers=_shaped(people, columns.CUSTOMERS),
        policies=_shaped(policies, columns.POLICIES),
        premiums=_shaped(facts.with_columns(pl.col("amount", "paid_amount") * 100), columns.PREMIUMS),
        debits=_shaped(debits, columns.DEBITS),
        events=_events(lists["events"], keys, policies.select("policy_id", "customer_id")),
        **_referrals(lists["referrals"], keys, known_on),
    )


def _referrals(rows: pl.DataFrame, keys: dict[str, pl.DataFrame], known_on: date) -> dict[str, pl.DataFrame]:
    """Return the referrals, and how far they have come, known on the day of the lists."""
    known = _keyed(rows.with_row_index("referral_id", 1), keys["agent"], agent_id="agent_no")
    known = _keyed(known, keys["customer"], referrer_id="referrer_no", referred_id="referred_no")
    stages = known.with_columns(known_on=known_on)
    return {"referrals": _shaped(known, columns.REFERRALS), "stages": _shaped(stages, columns.STAGES)}


def _events(events: pl.DataFrame, keys: dict[str, pl.DataFrame], holders: pl.DataFrame) -> pl.DataFrame:
    known = _keyed(events, keys["policy"], policy_id="policy_no")
    known = _keyed(known, keys["customer"], own_id="customer_no").join(holders, on="policy_id", how="left")
    known = known.with_columns(customer_id=pl.coalesce("own_id", "customer_id")).sort("occurred_on")
    numbered = known.with_columns(number=pl.col("customer_id").cum_count().over("customer_id"))
    return _shaped(numbered, columns.EVENTS)


def _keyed(frame: pl.DataFrame, keys: pl.DataFrame, **wanted: str) -> pl.DataFrame:
    """Add the key column for each number column: `agent_id="agent_no"`."""
    number, key = keys.columns
    for name, column in wanted.items():
        found = keys.select(pl.col(number).alias(column), pl.col(key).alias(name))
        frame = frame.drop(name, strict=False).join(found, on=column, how="left", maintain_order="left")
    return frame


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return the columns of a schema; what the lists do not have is null."""
    return frame.select(
        (pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name))
        for name, dtype in schema.items()
    )

"""What is known of each message: the facts that its template may put into words, by the kind of its trigger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.grace import suspension_day
from policyserve.contracts.keys import lookup
from policyserve.contracts.owed import amounts_owed
from policyserve.messages.people import People
from policyserve.messages.texts.values import Occasion
from policyserve.plan.handovers import handovers
from policyserve.standard.model import Service, Standard
from policyserve.standard.trigger import OF_INSTALMENTS, AfterDebit, OnFestival

FIELDS = tuple(name for name in Occasion.__annotations__ if name != "due")
"""The columns of `occasions_of` that are fields of `Occasion`; the instalment's due day is in `owed_on`."""

_PERSONAL = ("customer_no", "phone", "consent", "opted_out", "deceased_on")


_DEBT = pl.when(pl.col("kind").is_in(OF_INSTALMENTS) | (pl.col("result") == "failed")).then("instalment")
"""A debit with success asks for nothing any more."""


def occasions_of(
    touches: pl.DataFrame, book: Book, standard: Standard, people: People, hotline: str | None, *, as_of: date
) -> pl.DataFrame:
    """Return the touches (as from `due_touches.called`) with what is known of each, in their order.

    Amounts are those known on `as_of`. Columns: those of the touches, `template`, the `kind` of the trigger, `debt`
    (the instalment that the text asks for), `FIELDS`, `owed_on`, and those of `people.PEOPLE`.
    """
    kinds = _kinds(standard)
    rows = touches.join(kinds, on="service", how="left", maintain_order="left")
    rows = rows.join(people.customers, on="customer_id", how="left", maintain_order="left")
    rows = rows.join(people.agents, on="agent_id", how="left", maintain_order="left")
    rows = _of_policies(rows, book)
    rows = _of_debits(rows, people)
    contracts = Contracts.of(book, as_of, *standard.lapse_rules)
    rows = _of_handovers(_of_instalments(rows, contracts), contracts.book, standard)
    contents = dict(people.contents.rows())
    rows = rows.with_columns(
        hotline=pl.lit(hotline),
        news=pl.lit(contents.get("news"), dtype=pl.String),
        event=pl.lit(contents.get("event"), dtype=pl.String),
        template=_templates(standard),
    )
    return rows.with_columns(debt=_DEBT).select(
        *touches.columns, "template", "kind", "debt", "owed_on", *_PERSONAL, *FIELDS
    )


def _kinds(standard: Standard) -> pl.DataFrame:
    """Say of each service by which kind of trigger it comes, and its festival."""
    found: dict[str, tuple[str, str | None]] = {}
    for service in standard.services:
        festival = service.trigger.name if isinstance(service.trigger, OnFestival) else None
        found.setdefault(service.code, (service.trigger.kind, festival))
    return pl.DataFrame(
        [(code, *row) for code, row in found.items()],
        schema={"service": pl.String, "kind": pl.String, "festival": pl.String},
        orient="row",
    )


def _templates(standard: Standard) -> pl.Expr:
    """Name the template of each row: by the service, and for debits by the result too."""
    by_code: dict[str, str] = {}
    by_result: dict[str, str] = {}
    for service in standard.services:
        if service.template is None or "sms" not in service.channels:
            continue
        by_code.setdefault(service.code, service.template)
        for result in _results(service):
            by_result.setdefault(f"{service.code} {result}", service.template)
    own = _looked_up(pl.col("service"), by_code)
    return pl.coalesce(_looked_up(pl.format("{} {}", "service", "result"), by_result), own)


def _results(service: Service) -> tuple[str, ...]:
    return service.trigger.results if isinstance(service.trigger, AfterDebit) else ()


def _looked_up(key: pl.Expr, table: Mapping[str, str]) -> pl.Expr:
    return key.replace_strict(table, default=None, return_dtype=pl.String)


def _of_policies(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Add the policy's number, product, currency, days and mode."""
    names = ("policy_no", "product", "currency", "effective_date", "mode", "ends_on")
    found = [lookup(book.policies, "policy_id", name, rows["policy_id"]) for name in names]
    issued = lookup(book.policies, "policy_id", "issue_date", rows["policy_id"]).alias("issued_on")
    return rows.with_columns(*found, issued)


def _of_debits(rows: pl.DataFrame, people: People) -> pl.DataFrame:
    """Add the debit of those that follow from one, and the number of its instalment."""
    debits = people.debits.with_columns(kind=pl.lit("after-debit"))
    found = rows.join(debits, on=["policy_id", "ordinal", "kind"], how="left", maintain_order="left")
    numbered = pl.when(pl.col("kind").is_in(OF_INSTALMENTS)).then("ordinal")
    return found.with_columns(instalment=pl.coalesce("instalment", numbered))


def _of_instalments(rows: pl.DataFrame, contracts: Contracts) -> pl.DataFrame:
    """Add the due day of the instalment, what is to be paid, and the first day without cover where it stays unpaid.

    `amount` and `rider_amount`: what is still owed; the whole where nothing is, and for debits, which take the whole.
    """
    lapsed_on = pl.when(pl.col("kind") == "after-suspension").then("anchor")
    whole = (pl.col("kind") == "after-debit") | (pl.col("owed") == 0)
    found = amounts_owed(contracts, rows.filter(pl.col("instalment").is_not_null()).select("policy_id", "instalment"))
    found = found.unique(["policy_id", "instalment"]).rename({"due_on": "owed_on"})
    dated = rows.join(found, on=["policy_id", "instalment"], how="left", maintain_order="left")
    return dated.with_columns(
        suspended_on=pl.coalesce(lapsed_on, suspension_day(pl.col("owed_on"), contracts.grace_days)),
        amount=pl.when(pl.col("owed_on").is_null()).then(None).when(whole).then("amount").otherwise("owed"),
        rider_amount=pl.when(whole).then("rider_amount").otherwise("rider_owed"),
    )


def _of_handovers(rows: pl.DataFrame, known: Book, standard: Standard) -> pl.DataFrame:
    """Add the name of the agent who served before, where the customer's agent changed."""
    names = known.agents.select(previous="agent_no", previous_agent="name").drop_nulls()
    changes = (
        handovers(known, standard)
        .join(names, on="previous")
        .select("customer_id", "previous_agent", ordinal="number", kind=pl.lit("after-event"))
    )
    return rows.join(changes, on=["customer_id", "ordinal", "kind"], how="left", maintain_order="left")


def occasion_of(row: Mapping[str, Any]) -> Occasion:
    """Return a row of `occasions_of` as the facts of one message."""
    return cast(Occasion, {**{name: row[name] for name in FIELDS}, "due": row["owed_on"]})

"""The fact that removed a task, with its day: why it is no longer called for, as a code of `standard.reasons`.

Only tasks without a touch are asked about, so a fact that fits the task is taken for the cause; of several the
earliest, and the standard before all of them.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.contracts.contracts import Contracts
from policyserve.contracts.endings import policy_ends
from policyserve.plan.complaints import complained, unasked
from policyserve.plan.handovers import KIND
from policyserve.standard import reasons
from policyserve.standard.model import Standard

UNKNOWN = "gone"

STOPPED = ("waiver", "reduced_paid_up")
"""Events after which no instalment falls due."""

OF_INSTALMENTS = ("before-instalment", "after-unpaid", "after-debit")

_DONE_RECENTLY = timedelta(days=180)


def why_not(
    book: Book, standard: Standard, tasks: pl.DataFrame, as_of: date, *, channel: str | None = None
) -> pl.DataFrame:
    """Return for each of `tasks` (like `STORED`) its `id`, `reason`, `arguments` and `ended_on` (null: no one day).

    `channel`: they are no tasks but messages on this channel. `book` must
    hold the customers of the tasks; facts after `as_of` do not count.
    """
    contracts = Contracts.of(book, as_of, *standard.lapse_rules)
    known = contracts.book
    asked = tasks.with_columns(pl.col("service").cast(pl.String)).join(
        _rules(standard, channel), on="service", how="left", maintain_order="left"
    )
    asked = asked.with_columns(policy_id=pl.when(pl.col("subject_kind") == "policy").then("subject_id"))
    policies = asked.filter(pl.col("policy_id").is_not_null())
    customers = asked.filter(pl.col("policy_id").is_null())
    found = [_no_rule(asked)]
    found += [
        _policy_ended(known, policies, as_of),
        _suspended(contracts, policies),
        _receipt_signed(known, policies),
        *_of_instalments(contracts, policies),
        _event_since(known, policies, "reinstated"),
        _event_since(known, policies, "suspension_confirmed"),
    ]
    found += [_died(known, customers), _no_policy_left(known, customers, as_of), _birthday_gone(known, customers)]
    found += [_closed(known, asked), _retracted(known, asked), _done_recently(known, asked)]
    found += [_changed_again(known, customers), _complained(known, standard, asked)]
    first = (
        pl.concat(found)
        .sort("rank", "ended_on", nulls_last=True, maintain_order=True)
        .unique("id", keep="first", maintain_order=True)
    )
    whole = tasks.select("id").join(first.drop("rank"), on="id", how="left", maintain_order="left")
    return whole.with_columns(pl.col("reason").fill_null(UNKNOWN))


def _rules(standard: Standard, channel: str | None) -> pl.DataFrame:
    """One row per service of the standard: what its touches hang on."""
    live = {service.code: service for service in reversed(standard.services) if service.enabled}
    work = {
        service.code
        for service in live.values()
        if (service.performer != "nobody" if channel is None else channel in service.channels)
    }
    codes = sorted({service.code for service in standard.services})
    return pl.DataFrame(
        {
            "service": codes,
            "enabled": [code in live for code in codes],
            "is_work": [code in work for code in codes],
            "trigger": [live[code].trigger.kind if code in live else None for code in codes],
            "ends_when": [list(live[code].ends_when) if code in live else [] for code in codes],
        },
        schema={
            "service": pl.String,
            "enabled": pl.Boolean,
            "is_work": pl.Boolean,
            "trigger": pl.String,
            "ends_when": pl.List(pl.String),
        },
    )


def _ends_when(*endings: str) -> pl.Expr:
    return pl.any_horizontal(pl.col("ends_when").list.contains(ending) for ending in endings).fill_null(value=False)


def _told(rows: pl.DataFrame, reason: pl.Expr | str, day: str | None, arguments: pl.Expr | None = None) -> pl.DataFrame:
    """Shape a finding: its code, and the column `day` of its fact, which is its argument unless others are given."""
    code = pl.lit(reason) if isinstance(reason, str) else reason
    if day is None:
        none = {"arguments": pl.lit(None, dtype=pl.String), "ended_on": pl.lit(None, dtype=pl.Date)}
        return rows.select("id", reason=code, **none, rank=pl.lit(2))
    dated = rows.filter(pl.col(day).is_not_null())
    on = reasons.arguments(on=day) if arguments is None else arguments
    return dated.select("id", reason=code, arguments=on, ended_on=day, rank=pl.lit(1))


def _no_rule(tasks: pl.DataFrame) -> pl.DataFrame:
    code = (
        pl.when(pl.col("enabled").is_null())
        .then(pl.lit("no-service"))
        .when(~pl.col("enabled"))
        .then(pl.lit("switched-off"))
        .otherwise(pl.lit("other-way"))
    )
    gone = tasks.filter(pl.col("is_work").is_null() | ~pl.col("is_work"))
    return _told(gone, code, None).with_columns(rank=pl.lit(0))


def _policy_ended(book: Book, tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    ends = policy_ends(book).filter(pl.col("ended_on") <= as_of)
    return _told(tasks.join(ends, on="policy_id"), pl.col("ended_by").cast(pl.String), "ended_on")


def _suspended(contracts: Contracts, tasks: pl.DataFrame) -> pl.DataFrame:
    needs_cover = _ends_when("not-in-force") | pl.col("trigger").is_in(OF_INSTALMENTS)
    rows = tasks.filter(needs_cover).join(contracts.suspended_now.select("policy_id", "suspended_from"), on="policy_id")
    return _told(rows, "suspended", "suspended_from")


def _receipt_signed(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    rows = tasks.filter(_ends_when("receipt-signed")).join(
        book.policies.select("policy_id", "receipt_on"), on="policy_id"
    )
    return _told(rows, "receipt-signed", "receipt_on")


def _of_instalments(contracts: Contracts, tasks: pl.DataFrame) -> list[pl.DataFrame]:
    """Findings about the instalment of a task: paid, or owed no longer."""
    book = contracts.book
    debits = book.debits.select("policy_id", ordinal="number", debited="instalment")
    numbered = tasks.join(debits, on=["policy_id", "ordinal"], how="left", maintain_order="left").with_columns(
        instalment=pl.when(pl.col("trigger") == "after-debit").then("debited").otherwise("ordinal")
    )
    paid = numbered.join(
        contracts.payments.select("policy_id", "instalment", "paid_on").drop_nulls(), on=["policy_id", "instalment"]
    ).filter(
        pl.col("trigger").is_in(OF_INSTALMENTS)
        | ((pl.col("trigger") == "after-suspension") & (pl.col("paid_on") < pl.col("anchor")))
    )
    stops = book.events.filter(pl.col("kind").is_in(STOPPED)).select(
        "policy_id", stopped_on="occurred_on", stopped_by=pl.col("kind").cast(pl.String)
    )
    stopped = tasks.filter(pl.col("trigger").is_in(OF_INSTALMENTS)).join(stops, on="policy_id")
    return [
        _told(paid, "instalment-paid", "paid_on", reasons.arguments(instalment="instalment", on="paid_on")),
        _told(stopped, pl.col("stopped_by"), "stopped_on"),
    ]


def _event_since(book: Book, tasks: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Find an event of `kind` of the policy on or after the task's anchor, for what follows from unpaid instalments."""
    happened = book.events.filter(pl.col("kind") == kind).select("policy_id", happened_on="occurred_on")
    follows = pl.col("trigger").is_in(["after-unpaid", "after-suspension"]) | _ends_when("reinstated")
    if kind == "suspension_confirmed":
        follows = _ends_when("suspension-confirmed")
    rows = tasks.filter(follows).join(happened, on="policy_id").filter(pl.col("happened_on") >= pl.col("anchor"))
    return _told(rows, kind, "happened_on")


def _died(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    deaths = book.customers.select("customer_id", "deceased_on")
    return _told(tasks.join(deaths, on="customer_id"), "died", "deceased_on")


def _no_policy_left(book: Book, tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Find customers whose policies (riders aside) have all ended."""
    held = book.policies.filter(pl.col("main_policy_id").is_null()).select("customer_id", "policy_id")
    ends = policy_ends(book).filter(pl.col("ended_on") <= as_of)
    ended = held.join(ends.select("policy_id", "ended_on"), on="policy_id", how="left")
    last = ended.group_by("customer_id").agg(pl.col("ended_on").max(), left=pl.col("ended_on").null_count())
    rows = tasks.join(last.filter(pl.col("left") == 0), on="customer_id")
    return _told(rows, "last-policy-ended", "ended_on")


def _birthday_gone(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    nobody = book.customers.filter(pl.col("birthday").is_null() & pl.col("lunar_birthday").is_null())
    rows = tasks.filter(pl.col("trigger") == "birthday").join(nobody, on="customer_id", how="semi")
    return _told(rows, "birthday-unknown", None)


def _closed(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    """Find the closing of a request or claim of the same policy, or of the customer without a policy."""
    closings = book.events.filter(pl.col("kind").is_in(["request_closed", "claim_closed"])).select(
        "customer_id", "policy_id", closed_on="occurred_on"
    )
    rows = tasks.filter(_ends_when("closed")).join(closings, on=["customer_id", "policy_id"], nulls_equal=True)
    return _told(rows.filter(pl.col("closed_on") >= pl.col("anchor")), "closed", "closed_on")


def _retracted(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    """Find tasks whose event is no longer among the customer's."""
    numbers = book.events.select("customer_id", ordinal="number")
    rows = tasks.filter(pl.col("trigger") == "after-event").join(numbers, on=["customer_id", "ordinal"], how="anti")
    return _told(rows, "retracted", None)


def _changed_again(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    """Find tasks that follow from a change of the customer's agent after which another came."""
    changes = book.events.filter(pl.col("kind") == KIND, pl.col("policy_id").is_null())
    own = changes.select("customer_id", ordinal="number", changed_on="occurred_on")
    last = changes.group_by("customer_id").agg(again_on=pl.col("occurred_on").max(), again=pl.col("number").max())
    rows = tasks.filter(pl.col("trigger") == "after-event").join(own, on=["customer_id", "ordinal"])
    again = rows.join(last, on="customer_id").filter(pl.col("again") > pl.col("ordinal"))
    return _told(again, "agent-changed-again", "again_on")


def _done_recently(book: Book, tasks: pl.DataFrame) -> pl.DataFrame:
    """Find the same service done for the subject, for another occurrence, less than 180 days before."""
    contacts = book.contacts.select(
        "service", pl.col("subject_kind").cast(pl.String), "subject_id", "done_on", other="ordinal"
    )
    asked = tasks.filter(_ends_when("done-recently")).with_columns(pl.col("subject_kind").cast(pl.String))
    rows = asked.join(contacts, on=["service", "subject_kind", "subject_id"]).filter(
        pl.col("other") != pl.col("ordinal"),
        pl.col("done_on").is_between(pl.col("nominal") - _DONE_RECENTLY, pl.col("nominal"), closed="right"),
    )
    return _told(rows, "done-recently", "done_on")


def _complained(book: Book, standard: Standard, tasks: pl.DataFrame) -> pl.DataFrame:
    """Find an open complaint of the household, for what it was to get unasked."""
    rows = tasks.filter(pl.col("service").is_in(unasked(standard))).join(complained(book), on="customer_id")
    return _told(rows, "complained", "opened_on")

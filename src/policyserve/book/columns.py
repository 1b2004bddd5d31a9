"""The book in columns: the facts that planning and metrics read, without SQL.

Keys are integers that hold within one book (`customer_id`, `policy_id`, `agent_id`); numbers that people use are
strings (`policy_no`). Money is an integer of minor units (fen). Facts carry the day on which they became true, so that
every question can be asked as of a day: `Book.as_of` drops what lies after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import polars as pl
from polars._typing import PolarsDataType as DataType

MODES = ("single", "annual", "semi-annual", "quarterly", "monthly")
"""How a premium is paid."""

MONTHS_OF_MODE = {"annual": 12, "semi-annual": 6, "quarterly": 3, "monthly": 1}
"""Months from one instalment to the next."""

EVENT_KINDS = (
    "freelook_cancel", "surrender", "claim_termination", "waiver", "void", "transfer_out", "conversion",
    "reduced_paid_up", "premium_change", "rider_added", "suspension_confirmed", "reinstated", "terminated",
    "premium_loan", "maturity", "claim", "claim_closed", "sick", "service_request", "request_closed",
    "dividend_declared", "agent_changed", "mode_changed", "complaint",
)  # fmt: skip
"""What can happen to a policy or a customer."""

ENDING_KINDS = (
    "freelook_cancel", "surrender", "claim_termination", "void", "transfer_out", "conversion", "terminated", "maturity",
)  # fmt: skip
"""Events that end a policy on their day."""

Mode = pl.Enum(list(MODES))
EventKind = pl.Enum(list(EVENT_KINDS))
DebitResult = pl.Enum(["success", "failed"])
Gender = pl.Enum(["male", "female"])


def told_terms(detail: str, mode: str, pay_years: int | None) -> tuple[str, int | None]:
    """Read the terms that a `mode_changed` event tells: `monthly`, `monthly/10` (years), `annual/-` (without an end).

    What it does not tell stays `mode`, or `pay_years`.
    """
    named, bar, years = detail.partition("/")
    return named or mode, (None if years == "-" else int(years)) if bar else pay_years


def _columns(types: dict[str, DataType]) -> pl.Schema:
    return pl.Schema(types)


AGENTS = _columns(
    {
    "agent_id": pl.Int32,
    "agent_no": pl.String,
    "name": pl.String,
    "team": pl.String,
    "branch": pl.String,
    "manager_id": pl.Int32,
    "joined_on": pl.Date,
    "left_on": pl.Date,
})  # fmt: skip

PLACES = _columns(
    {
    "agent_id": pl.Int32,
    "until": pl.Date,  # the first day on which the agent was there no more; see `agents_on`
    "team": pl.String,
    "branch": pl.String,
})  # fmt: skip

CUSTOMERS = _columns(
    {
    "customer_id": pl.Int32,
    "customer_no": pl.String,
    "gender": Gender,
    "birthday": pl.Date,
    "lunar_birthday": pl.String,  # 1968-08-15, a leap month 1968-闰07-15; where given, this one is celebrated
    "deceased_on": pl.Date,
    "vip": pl.String,
    "occupation": pl.String,
    "family_no": pl.String,
    "agent_id": pl.Int32,
    "referred_by_id": pl.Int32,
    "referred_on": pl.Date,
    "known_on": pl.Date,  # the as-of date of the import that brought the customer
})  # fmt: skip

POLICIES = _columns(
    {
    "policy_id": pl.Int32,
    "policy_no": pl.String,
    "customer_id": pl.Int32,
    "insured_id": pl.Int32,
    "writing_agent_id": pl.Int32,
    "agent_id": pl.Int32,
    "product": pl.String,
    "product_kind": pl.String,
    "participating": pl.Boolean,
    "is_group": pl.Boolean,
    "main_policy_id": pl.Int32,  # null: not a rider
    "issue_date": pl.Date,
    "effective_date": pl.Date,  # the issue date where the list gives none
    "receipt_on": pl.Date,
    "mode": Mode,
    "premium": pl.Int64,  # per instalment, minor units
    "currency": pl.String,
    "pay_years": pl.Int32,  # null: as long as the policy lasts
    "ends_on": pl.Date,  # the last day of cover; null: whole life
    "channel": pl.String,
    "freelook_days": pl.Int32,
    "known_on": pl.Date,
})  # fmt: skip

PREMIUMS = _columns(
    {
    "policy_id": pl.Int32,
    "instalment": pl.Int32,  # 1 = first
    "amount": pl.Int64,  # null: the policy's premium
    "paid_on": pl.Date,
    "paid_amount": pl.Int64,  # null with paid_on: paid in full
})  # fmt: skip

DEBITS = _columns(
    {
    "policy_id": pl.Int32,
    "number": pl.Int32,  # of the policy's debits, in order of arrival
    "instalment": pl.Int32,
    "debit_on": pl.Date,
    "result": DebitResult,
})  # fmt: skip

EVENTS = _columns(
    {
    "customer_id": pl.Int32,  # whom it happened to, or the holder of the policy
    "policy_id": pl.Int32,  # null: it happened to the customer
    "number": pl.Int32,  # of the customer's events, in order of arrival
    "kind": EventKind,
    "occurred_on": pl.Date,
    "amount": pl.Int64,
    "detail": pl.String,
    "previous": pl.String,  # of a change of agent: the number of who served before, where it is known
})  # fmt: skip

REFERRALS = _columns(
    {
    "referral_id": pl.Int32,
    "referrer_id": pl.Int32,
    "referred_id": pl.Int32,  # null: not a customer yet
    "referred_name": pl.String,
    "referred_phone": pl.String,
    "referred_on": pl.Date,
    "agent_id": pl.Int32,
})  # fmt: skip

STAGES = _columns(
    {
    "referral_id": pl.Int32,
    "known_on": pl.Date,  # the as-of date of the import that brought it; it holds until the next one
    "stage": pl.String,  # how far the referral has come; null: a list cleared it
})  # fmt: skip

CONTACTS = _columns(
    {
    "service": pl.String,
    "subject_kind": pl.String,  # policy or customer
    "subject_id": pl.Int32,
    "ordinal": pl.Int32,
    "done_on": pl.Date,
})  # fmt: skip

RIGHTS = pl.Schema({
    "customer_id": pl.Int32,
    "erased": pl.Boolean,  # of whom nothing is left; no: whose data serve no marketing
})  # fmt: skip

COMPLAINTS = pl.Schema({
    "customer_id": pl.Int32,
    "opened_on": pl.Date,
    "closed_on": pl.Date,  # the first day on which it is settled; null: open
})  # fmt: skip


def empty(schema: pl.Schema) -> pl.DataFrame:
    """Return a frame of these columns without rows."""
    return pl.DataFrame(schema=schema)


def agents_on(agents: pl.DataFrame, places: pl.DataFrame, day: object) -> pl.DataFrame:
    """Return the agents in the teams and branches of `day` (a date): of the places, the next `until` after it holds."""
    if places.is_empty():
        return agents
    then = places.filter(pl.col("until") > pl.lit(day)).sort("until").unique("agent_id", keep="first")
    moved = pl.col("until").is_not_null()
    found = agents.join(then, on="agent_id", how="left", maintain_order="left", suffix=":then")
    before = [pl.when(moved).then(f"{name}:then").otherwise(name).alias(name) for name in ("team", "branch")]
    return found.with_columns(before).select(agents.columns)


def _paid_by(premiums: pl.DataFrame, debits: pl.DataFrame, day: object) -> pl.DataFrame:
    """Return the premiums as paid by `day` (a date): by their own columns, else by the last one of `debits`.

    A debit with success pays its instalment on its day, in full or what `paid_amount` says; one that failed after it
    takes that back. An instalment of which nothing was paid (0) is not paid by a debit either.
    """
    known = pl.col("paid_on") <= pl.lit(day)
    rows = premiums.with_columns(paid_on=pl.when(known).then("paid_on"))
    unpaid = rows["paid_on"].is_null()
    key = ["policy_id", "instalment"]
    last = debits.join(rows.filter(unpaid), on=key, how="semi").sort("debit_on", "number").unique(key, keep="last")
    paying = last.filter(pl.col("result") == "success").select(*key, by_debit="debit_on")
    found = (
        premiums.filter(unpaid)
        .select(*key, "paid_on", "paid_amount")
        .join(paying, on=key, how="left", maintain_order="left")
    )
    own = pl.when(pl.col("paid_on").is_null()).then("paid_amount")
    pays = pl.col("by_debit").is_not_null() & (own.fill_null(1) > 0)
    taken = found.select(paid_on=pl.when(pays).then("by_debit"), paid_amount=pl.when(pays | (own == 0)).then(own))
    places = unpaid.arg_true()
    return rows.with_columns(rows[name].scatter(places, taken[name]) for name in taken.columns)


@dataclass(frozen=True, kw_only=True)
class Book:
    """The facts of a branch, one frame per list; see the schemas of this module for the columns.

    `policies` and `customers` are sorted by their key; nothing else is assumed of the order of rows.
    """

    agents: pl.DataFrame = field(default_factory=lambda: empty(AGENTS))
    places: pl.DataFrame = field(default_factory=lambda: empty(PLACES))
    customers: pl.DataFrame = field(default_factory=lambda: empty(CUSTOMERS))
    policies: pl.DataFrame = field(default_factory=lambda: empty(POLICIES))
    premiums: pl.DataFrame = field(default_factory=lambda: empty(PREMIUMS))
    debits: pl.DataFrame = field(default_factory=lambda: empty(DEBITS))
    events: pl.DataFrame = field(default_factory=lambda: empty(EVENTS))
    referrals: pl.DataFrame = field(default_factory=lambda: empty(REFERRALS))
    stages: pl.DataFrame = field(default_factory=lambda: empty(STAGES))
    contacts: pl.DataFrame = field(default_factory=lambda: empty(CONTACTS))
    rights: pl.DataFrame = field(default_factory=lambda: empty(RIGHTS))
    complaints: pl.DataFrame = field(default_factory=lambda: empty(COMPLAINTS))

    def agents_on(self, day: object) -> pl.DataFrame:
        """Return the agents in the teams and branches in which they were on `day` (a date)."""
        return agents_on(self.agents, self.places, day)

    def as_of(self, day: object) -> Self:
        """Return what was known at the end of `day` (a date): later facts are gone, later payments are unpaid again."""
        debits = self.debits.filter(pl.col("debit_on") <= pl.lit(day))
        policies = self.policies.filter(pl.col("issue_date") <= pl.lit(day))
        return replace(
            self,
            agents=self.agents_on(day),
            places=self.places.filter(pl.col("until") <= pl.lit(day)),
            customers=self.customers.with_columns(
                deceased_on=pl.when(pl.col("deceased_on") <= pl.lit(day)).then("deceased_on"),
                referred_on=pl.when(pl.col("referred_on") <= pl.lit(day)).then("referred_on"),
            ),
            policies=policies.with_columns(receipt_on=pl.when(pl.col("receipt_on") <= pl.lit(day)).then("receipt_on")),
            premiums=_paid_by(self.premiums, debits, day),
            debits=debits,
            events=self.events.filter(pl.col("occurred_on") <= pl.lit(day)),
            referrals=self.referrals.filter(pl.col("referred_on") <= pl.lit(day)),
            stages=self.stages.filter(pl.col("known_on") <= pl.lit(day)),
            contacts=self.contacts.filter(pl.col("done_on") <= pl.lit(day)),
            complaints=self.complaints.filter(pl.col("opened_on") <= pl.lit(day)).with_columns(
                closed_on=pl.when(pl.col("closed_on") <= pl.lit(day)).then("closed_on")
            ),
        )

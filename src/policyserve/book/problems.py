"""Problems of the rows of a list in words: lists, columns and reasons in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from policyserve.book.rows import SEVERITIES
from policyserve.locale import N_all, N_in, Sentence, columns, say_in

N_all("kind of list", "agents", "customers", "policies", "premiums", "events", "referrals")
N_all("severity of a problem", "rejected", "warning")
N_all(
    "column of agents",
    "row", "agent_no", "name", "team", "branch", "manager_no", "phone", "joined_on", "left_on", "daily_capacity",
    "region", "languages",
)  # fmt: skip
N_all(
    "column of customers",
    "row", "customer_no", "name", "gender", "birthday", "lunar_birthday", "deceased_on", "phone", "vip",
    "occupation", "hobbies", "family_no", "agent_no", "referred_by", "referred_on", "marketing_consent",
    "sms_optout", "address", "postcode", "preferred_days", "quiet_days", "language", "region",
)  # fmt: skip
N_all(
    "column of policies",
    "row", "policy_no", "customer_no", "insured_customer_no", "writing_agent_no", "agent_no", "product",
    "product_kind", "sum_assured", "participating", "group", "main_policy_no", "issue_date", "effective_date",
    "delivered_on", "receipt_on", "mode", "premium", "currency", "pay_years", "ends_on", "channel", "freelook_days",
)  # fmt: skip
N_all(
    "column of premiums",
    "row", "policy_no", "instalment", "due_on", "amount", "paid_on", "paid_amount", "debit_on", "debit_result",
    "failure", "next_debit_on",
)  # fmt: skip
N_all(
    "column of events",
    "row", "event_no", "policy_no", "customer_no", "kind", "occurred_on", "amount", "detail",
)  # fmt: skip
N_all(
    "column of referrals",
    "row", "referrer_no", "referred_no", "referred_name", "referred_phone", "referred_on", "agent_no", "stage",
    "relation",
)  # fmt: skip


def list_name(kind: str) -> Sentence:
    """Name a kind of list."""
    return Sentence(N_in("kind of list", kind))


def field_name(kind: str, field: str) -> Sentence:
    """Name a column of a list."""
    return Sentence(N_in(f"column of {kind}", "group" if field == "is_group" else field))


def problem(kind: str, row: Mapping[str, Any]) -> Sentence:
    """Say a problem, a row of `PROBLEMS`, in one sentence: the column's name and the reason."""
    reason = columns.sentence(row["reason"], row["arguments"])
    return Sentence("{field} {reason}", field=field_name(kind, row["field"]), reason=reason)


def told(kind: str, problems: pl.DataFrame, language: str) -> pl.DataFrame:
    """Put problems (`PROBLEMS`, and what stands beside) into a language; `arguments` goes into the reasons."""
    worded = columns.told(problems.cast({"severity": pl.String}), language)
    fields = {name: field_name(kind, name).told(language) for name in worded["field"].unique()}
    severities = {name: say_in(language, "severity of a problem", name) for name in SEVERITIES.categories}
    return worded.with_columns(pl.col("field").replace(fields), pl.col("severity").replace(severities))

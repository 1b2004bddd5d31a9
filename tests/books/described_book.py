"""A book written out in a test: policies with their payments and events, agents and customers made to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from policyserve.book import columns
from policyserve.book.columns import Book

Row = dict[str, Any]
Payment = date | None | tuple[int | None, date | None] | tuple[int | None, date | None, int | None]
Happening = tuple[str, date] | tuple[str, date, int] | tuple[str, date, str]


def yuan(amount: float) -> int:
    """Return fen."""
    return round(amount * 100)


def policy(
    number: str,
    effective: date,
    premium: int,
    *,
    mode: str = "annual",
    payments: Mapping[int, Payment] | None = None,
    events: Sequence[Happening] = (),
    agent: str = "A",
    writing: str | None = None,
    customer: str | None = None,
    main: str | None = None,
    **more: Any,
) -> Row:
    """Describe a policy; `premium` in fen per instalment.

    `payments`: by instalment, the day it was paid (None: listed and unpaid), or amount and day, or amount, day and
    amount paid. `events`: kind and day, and an amount or a detail.
    """
    return {
        "policy_no": number,
        "effective_date": effective,
        "issue_date": effective,
        "premium": premium,
        "mode": mode,
        "payments": payments or {},
        "events": events,
        "agent": agent,
        "writing": writing or agent,
        "customer": customer or f"C-{number}",
        "main": main,
        "currency": "CNY",
        "is_group": False,
        **more,
    }


def book(
    *policies: Row, agents: Sequence[Row] = (), customers: Sequence[Row] = (), referrals: Sequence[Row] = ()
) -> Book:
    """Build a book. Agents and customers that only policies name are added; keys follow the order of mention.

    Agents have a name unless `agents` say None.
    """
    mentioned = [p[who] for p in policies for who in ("agent", "writing")]
    mentioned += [row["agent"] for row in (*customers, *referrals) if row.get("agent")]
    known_agents = _named(agents, "agent_no", mentioned)
    known_customers = _named(customers, "customer_no", [p["customer"] for p in policies])
    agent_ids = {number: place for place, number in enumerate(known_agents, start=1)}
    customer_ids = {number: place for place, number in enumerate(known_customers, start=1)}
    policy_ids = {p["policy_no"]: place for place, p in enumerate(policies, start=1)}
    return Book(
        agents=_frame(
            [{"agent_id": agent_ids[no], "name": f"Agent {no}", **row} for no, row in known_agents.items()],
            columns.AGENTS,
        ),
        customers=_frame(
            [
                {
                    "customer_id": customer_ids[no],
                    "agent_id": agent_ids.get(row.get("agent", "")),
                    "referred_by_id": customer_ids.get(row.get("referred_by", "")),
                    **row,
                }
                for no, row in known_customers.items()
            ],
            columns.CUSTOMERS,
        ),
        policies=_frame(
            [
                {
                    "policy_id": policy_ids[p["policy_no"]],
                    "customer_id": customer_ids[p["customer"]],
                    "agent_id": agent_ids[p["agent"]],
                    "writing_agent_id": agent_ids[p["writing"]],
                    "main_policy_id": policy_ids.get(p["main"]),
                    **p,
                }
                for p in policies
            ],
            columns.POLICIES,
        ),
        premiums=_frame([row for p in policies for row in _premiums(policy_ids[p["policy_no"]], p)], columns.PREMIUMS),
        events=_frame(
            [
                _event(policy_ids[p["policy_no"]], customer_ids[p["customer"]], number, happening)
                for p in policies
                for number, happening in enumerate(p["events"], start=1)
            ],
            columns.EVENTS,
        ),
        referrals=_frame(
            [
                {
                    "referral_id": place,
                    "referrer_id": customer_ids[row["referrer"]],
                    "referred_id": customer_ids.get(row.get("referred", "")),
                    "agent_id": agent_ids.get(row.get("agent", "")),
                    **row,
                }
                for place, row in enumerate(referrals, start=1)
            ],
            columns.REFERRALS,
        ),
        stages=_frame(
            [row for place, one in enumerate(referrals, start=1) for row in _stages(place, one)], columns.STAGES
        ),
    )


def _stages(place: int, referral: Row) -> list[Row]:
    """Return how far a referral came: `stage` since it was named, or `stages` as pairs of a day and a stage."""
    told = referral.get("stages") or [(referral["referred_on"], referral.get("stage"))]
    return [{"referral_id": place, "known_on": day, "stage": stage} for day, stage in told]


def _named(rows: Sequence[Row], key: str, mentioned: Sequence[str]) -> dict[str, Row]:
    return {row[key]: row for row in rows} | {
        number: {key: number} for number in mentioned if number not in {row[key] for row in rows}
    }


def _frame(rows: list[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _premiums(policy_id: int, described: Row) -> list[Row]:
    return [
        {"policy_id": policy_id, "instalment": number, **_payment(payment)}
        for number, payment in described["payments"].items()
    ]


def _payment(payment: Payment) -> Row:
    if not isinstance(payment, tuple):
        return {"paid_on": payment}
    return dict(zip(("amount", "paid_on", "paid_amount"), payment, strict=False))


def _event(policy_id: int, customer_id: int, number: int, happening: Happening) -> Row:
    kind, day, *rest = happening
    what = {"detail" if isinstance(value, str) else "amount": value for value in rest}
    return {
        "customer_id": customer_id, "policy_id": policy_id, "number": number, "kind": kind, "occurred_on": day, **what,
    }  # fmt: skip

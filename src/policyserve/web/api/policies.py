"""Policies: each with its whole life, past and ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from policyserve.book.money import decimal
from policyserve.operations.cards import policy_card
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Day, PolicyNo


class HeldPolicy(Answer):
    """A policy and its state."""

    policy_no: str = Field(examples=["P00012"])
    main_policy_no: str | None = Field(description="Of a rider: the policy that it belongs to.")
    product: str | None
    product_kind: str | None
    issue_date: Day
    mode: str
    premium: str | None = Field(description="Of an instalment of now.", examples=["5000.00"])
    currency: str
    state: str | None = Field(description="null: not issued yet.", examples=["in_force"])
    since: Day | None
    ended_by: str | None
    unpaid: int | None = Field(description="The first instalment that is unpaid.")
    unpaid_on: Day | None
    owed: str | None
    rider_amount: str | None = Field(description="The part of `owed` that riders bring.")
    agent_no: str | None
    ends_on: Day | None
    receipt_on: Day | None


class Touch(Answer):
    """A service at its time, past or ahead."""

    service: str = Field(examples=["renewal-call"])
    name: str
    subject: str | None = Field(description="The number of the policy or the customer that it is about.")
    ordinal: int
    due: Day
    latest: Day
    channels: list[str]
    status: str = Field(description="Of its task; `planned` and `not tracked` where there is none.")
    done_on: Day | None
    reason: str
    task_id: int | None


class Policy(Answer):
    """A policy with its whole life."""

    policy: HeldPolicy
    touches: list[Touch]


def held(rows: Sequence[Mapping[str, Any]]) -> list[HeldPolicy]:
    """Write policies of a card, their amounts as decimals."""
    return [HeldPolicy(**{**row, **_amounts(row)}) for row in rows]


def _amounts(row: Mapping[str, Any]) -> dict[str, str]:
    names = ("premium", "owed", "rider_amount")
    return {name: str(decimal(row[name], row["currency"])) for name in names if row[name] is not None}


def touches(rows: Sequence[Mapping[str, Any]]) -> list[Touch]:
    """Write touches of a card."""
    return [Touch(**{**row, "channels": row["channels"].split("+")}) for row in rows]


def get_policy(asked: Asked, policy_no: PolicyNo) -> Policy:
    """Return the whole life of a policy, as `policyserve policy` does."""
    house = asked.house
    found = policy_card(
        house.engine, asked.viewer, house.calendar, policy_no, as_of=asked.as_of, language=asked.language
    )  # fmt: skip
    return Policy(policy=held([found.policy])[0], touches=touches(found.touches))

"""A gateway that does what a test writes down, without any network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outcome,
    Outgoing,
    Push,
    PushRefusedError,
    Receipt,
    Sent,
    State,
)

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


async def nothing(_messages: Sequence[Outgoing]) -> None:
    """Do nothing meanwhile."""


@dataclass(kw_only=True)
class ScriptedGateway:
    """Answers each text by `says`, else by `then`."""

    name: str = "vendor"
    rate: float | None = None
    listen_seconds: float = 0.0
    says: Mapping[str, Outcome | None] = field(default_factory=dict)
    """What it does with each reference; None: it gives no answer."""
    then: Outcome | None = "accepted"
    meanwhile: Callable[[Sequence[Outgoing]], Awaitable[None]] = nothing
    """What happens while texts are on their way."""
    knows: Mapping[str, State] = field(default_factory=dict)
    """What it tells of each reference when it is asked."""
    told: list[News] = field(default_factory=list)
    """What it hands over, one at each call."""
    left: Counter[str] = field(default_factory=Counter)
    """How often each reference was handed to it."""
    calls: list[Sequence[Outgoing]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:  # noqa: ARG002
        self.calls.append(messages)
        self.left.update(message.reference for message in messages)
        await self.meanwhile(messages)
        outcomes = {one.reference: self.says.get(one.reference, self.then) for one in messages}
        return [
            Answer(reference=key, outcome=outcome, provider_id=_number(key, outcome), reason=_reason(outcome))
            for key, outcome in outcomes.items()
            if outcome is not None
        ]

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        self.asked += [one.reference for one in sent]
        known = [one.reference for one in sent if one.reference in self.knows]
        return [Receipt(state=self.knows[key], at=AT, reference=key) for key in known]

    async def news(self) -> News:
        return self.told.pop(0) if self.told else News()

    def read_push(self, push: Push) -> NoReturn:  # noqa: ARG002
        raise PushRefusedError("a scripted gateway is not called back")

    async def aclose(self) -> None:
        self.closed = True


def _number(reference: str, outcome: Outcome) -> str | None:
    return f"v{reference}" if outcome == "accepted" else None


def _reason(outcome: Outcome) -> str | None:
    return None if outcome in {"accepted", "delivered"} else f"HTTP says {outcome}"

"""What every gateway does: take texts, tell what it did with them, look up what is in doubt, hand over what came back.

A gateway knows nothing of the outbox and keeps no state that matters: the outbox writes down that a text is about to
leave before it calls `submit`, and stores what comes of it after. So a gateway may die at any point. It never tries a
text again by itself: a second try is the outbox's decision. Nothing here may reach a log: texts and phones are personal
data; reasons name what the vendor said, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from policyserve.locale import Sentence

Outcome = Literal[
    "accepted",  # the gateway has taken it; a receipt may follow
    "delivered",  # the gateway has taken it and nothing more can be known: a channel without receipts
    "refused",  # not taken, and never will be: a number that is none, a forbidden text, a blacklist
    "later",  # not taken, but may be on another try: too many at once, the vendor's own fault, no connection
    "in-doubt",  # it may have been taken: the connection was cut or timed out after the text went out
]
State = Literal["accepted", "delivered", "failed", "unknown", "never"]
"""What became of a text: `unknown` is final at the vendor; `never`: the vendor is sure that it never took it."""
Reason = Sentence | str
"""Why, for a person: a sentence of ours, or a few words of the vendor's with its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A text about to leave."""

    reference: str
    """Ours, the same on every try; vendors that know idempotence or a client reference get it."""
    phone: str
    text: str
    """The whole text: signature, body, and how to refuse."""
    service: str
    """The service's code, for vendors that want a template or a kind."""
    message_class: str
    """duty, service or marketing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a gateway did with one text."""

    reference: str
    outcome: Outcome
    provider_id: str | None = None
    """The vendor's number, where it gives one."""
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A text that left, or may have left."""

    reference: str
    phone: str
    submitted_at: datetime
    provider_id: str | None = None
    claim: str | None = None
    """The claim under which it left: the same for all texts of one call of `submit`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What became of a text, by the vendor's number or by our reference (one of the two is given)."""

    state: State
    at: datetime
    provider_id: str | None = None
    reference: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A text from a phone."""

    phone: str
    text: str
    at: datetime
    provider_id: str | None = None
    """The vendor's number of it: a second push of the same one is recognised by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What came back since it was last asked for."""

    receipts: Sequence[Receipt] = ()
    replies: Sequence[Incoming] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.receipts or self.replies)


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """A webhook of a vendor, as it came over HTTP."""

    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class PushContent:
    """A webhook read: what it brought, and what the vendor wants to hear once that is stored."""

    news: News
    answer: str = '{"code":0}'
    content_type: str = "application/json"


class Gateway(Protocol):
    """One way out. Opened by `registry.open_gateway`, used by one sender, closed at its end."""

    name: str
    """As the settings call it."""
    rate: float | None
    """Texts a second over all senders together; None: as fast as it goes."""
    listen_seconds: float
    """How long a sender stays for what comes back over the gateway's own connection; 0 where nothing does."""

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        """Send texts and return one answer for each, in any order; `claim` names this call.

        Raises nothing for a text or a vendor that fails: that is an answer. A text without an answer is in doubt.
        """
        ...

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        """Ask what became of texts, told by `reference`; those that the gateway can say nothing of are left out."""
        ...

    async def news(self) -> News:
        """Return what came back since the last call, for gateways that hold a connection; others return nothing."""
        ...

    def read_push(self, push: Push) -> PushContent:
        """Read a vendor's webhook. Raises PushRefusedError where it is not the vendor's, or cannot be read."""
        ...

    async def aclose(self) -> None:
        """Close connections; afterwards only `news` is of use, for what came in meanwhile."""
        ...


class PushRefusedError(Exception):
    """A webhook that is not the vendor's or cannot be read; the text says why, without its content."""

"""Delivery receipts, the numbers that they name, and how the receipts of a text's parts become one.

A text of several parts has as its `provider_id` the numbers of its parts, in order, joined by commas; a part of which
none is known leaves its place empty. Each receipt names one part. The process that gets it need not be the one that
sent the text, so nothing is kept here: whoever stores receipts finds the text by its part and asks `merged`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from policyserve.locale import N_, Sentence
from policyserve.messages.gateways.gateway import Reason, Receipt, State
from policyserve.messages.gateways.smpp.options import Numbering

RECEIPTED_ID, MESSAGE_STATE = 0x001E, 0x0427
"""Optional parameters of a receipt (SMPP 3.4, 5.3.2)."""

_NUMBERED: Final[Mapping[int, State]] = {
    1: "accepted",  # ENROUTE
    2: "delivered",
    3: "failed",  # EXPIRED
    4: "failed",  # DELETED
    5: "failed",  # UNDELIVERABLE
    6: "accepted",  # ACCEPTED: read by somebody on the customer's behalf, not by the phone
    7: "unknown",
    8: "failed",  # REJECTED
}

_NAMED: Final[Mapping[str, State]] = {
    "ENROUTE": "accepted",
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "ACCEPTD": "accepted",
    "UNKNOWN": "unknown",
    "REJECTD": "failed",
}

_SAID: Final[Mapping[str, str]] = {
    "ENROUTE": N_("on its way"),
    "EXPIRED": N_("the phone was out of reach until the end"),
    "DELETED": N_("the carrier has deleted it"),
    "UNDELIV": N_("it cannot be delivered"),
    "UNKNOWN": N_("the carrier does not know"),
    "REJECTD": N_("the carrier has refused it"),
}
"""What the states say to a person."""

_ID = re.compile(rb"\bid:\s*([^\s\0]+)", re.IGNORECASE)
_STAT = re.compile(rb"\bstat:\s*([\w:.-]+)", re.IGNORECASE)
_ERR = re.compile(rb"\berr:\s*(\w+)", re.IGNORECASE)
_CARRIER = re.compile(r"[A-Z]{2}:\d+")
"""What mainland carriers write instead of a state: their own code of a failure."""


def number_of(octets: bytes | str | None, numbering: Numbering) -> str:
    """Write a peer's number in one form, whatever the form it came in; empty where there is none."""
    text = octets.decode("latin-1") if isinstance(octets, bytes) else octets or ""
    text = text.strip("\0 ")
    try:
        return str(int(text, {"decimal": 10, "hex": 16}[numbering])) if numbering != "text" else _safe(text)
    except ValueError:
        return _safe(text)


def joined(numbers: Sequence[str]) -> str | None:
    """Return the `provider_id` of a text whose parts have these numbers; None where none of them has one."""
    return ",".join(numbers) if any(numbers) else None


def part_numbers(provider_id: str) -> tuple[str, ...]:
    """Return the numbers of a text's parts, in order; an empty one is not known."""
    return tuple(provider_id.split(","))


def merged(states: Iterable[State | None]) -> State | None:
    """Say what became of a text by what became of each of its parts, None for one without news.

    One part that failed fails the text; it is delivered when every part is. None: not to be said yet.
    """
    every = set(states)
    if "failed" in every or "never" in every:
        return "failed"
    if None in every or "accepted" in every or not every:
        return None
    return "unknown" if "unknown" in every else "delivered"


def read_receipt(
    text: bytes, options: Mapping[int, bytes], at: datetime, *, answer_ids: Numbering, receipt_ids: Numbering
) -> Receipt | None:
    """Read a receipt: the optional parameters hold where they are given, else the words; None without a number.

    The parameter repeats the number as the peer gave it when it took the text, the words may write it otherwise.
    """
    number = number_of(options.get(RECEIPTED_ID), answer_ids) or number_of(_found(_ID, text), receipt_ids)
    if not number:
        return None
    word = (_found(_STAT, text) or "").upper()
    code = options.get(MESSAGE_STATE, b"")
    state = _NUMBERED.get(code[0], "unknown") if code else _state_of(word)
    return Receipt(state=state, at=at, provider_id=number, reason=_reason(state, word, _found(_ERR, text)))


def _state_of(word: str) -> State:
    return _NAMED.get(word) or ("failed" if _CARRIER.fullmatch(word) else "unknown")


def _reason(state: State, word: str, error: str | None) -> Reason | None:
    code = " ".join(filter(None, (word, error and f"err {error}")))
    if state == "delivered" or not code:
        return None
    return Sentence("{words} ({code})", words=Sentence(_SAID[word]), code=code) if word in _SAID else code


def _found(pattern: re.Pattern[bytes], text: bytes) -> str | None:
    found = pattern.search(text)
    return found[1].decode("latin-1") if found else None


def _safe(text: str) -> str:
    """A comma of the peer's own would look like two numbers."""
    return text.replace(",", "%2C")

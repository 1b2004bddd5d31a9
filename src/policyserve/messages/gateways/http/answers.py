"""Answers: what a vendor's reply to a text means, and what it says of a text that was asked for.

The one thing that must not go wrong is to take for not sent what was sent: that sends it twice. So `later` stands only
where the vendor itself said that it did not take the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from policyserve.locale import Listed, Sentence
from policyserve.messages.gateways.gateway import Answer, Outcome, Outgoing, Receipt, Sent, State
from policyserve.messages.gateways.http.dotted import spoken, text_at
from policyserve.messages.gateways.http.options import HttpOptions, LookUpOptions
from policyserve.messages.gateways.http.times import read_time

STATUSES: Final[Mapping[int, Outcome]] = {
    401: "later",  # the key is wrong or has run out: the fault is ours, the text has none
    407: "later",
    408: "later",  # the request did not arrive whole
    425: "later",
    429: "later",
    502: "in-doubt",  # a proxy lost the vendor's machine: it may have taken the text before it fell
    504: "in-doubt",  # a proxy gave up waiting; the vendor's machine may not have
    520: "in-doubt",  # 520, 522 and 524 are the same from Cloudflare
    522: "in-doubt",
    524: "in-doubt",
}
"""What HTTP statuses mean where their hundred does not tell."""

_HUNDREDS: Final[Mapping[int, Outcome]] = {2: "accepted", 4: "refused", 5: "later"}
"""A redirection (3) tells nothing: old platforms take a form and then lead to another page."""


def read_answer(message: Outgoing, status: int, body: bytes, options: HttpOptions) -> Answer:
    """Say what the vendor did with a text by its HTTP status and body."""
    document, code = parsed(body), None
    if options.answer.code is not None:
        code = text_at(document, options.answer.code)
    outcome = _outcome(status, code, options)
    return Answer(
        reference=message.reference,
        outcome=outcome,
        provider_id=text_at(document, options.answer.provider_id),
        reason=None if outcome in {"accepted", "delivered"} else _reason(status, code, document, message, options),
    )


def in_doubt(options: HttpOptions) -> Outcome:
    """Return the outcome of a text that may have been taken: no doubt at a vendor that sends a reference only once."""
    return "later" if options.idempotent else "in-doubt"


def parsed(body: bytes) -> Any:
    """Read JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _outcome(status: int, code: str | None, options: HttpOptions) -> Outcome:
    outcome = _by_code(status, code, options) or _by_status(status, options)
    return in_doubt(options) if outcome == "in-doubt" else outcome


def _by_code(status: int, code: str | None, options: HttpOptions) -> Outcome | None:
    answer, good = options.answer, status // 100 == 2
    if answer.code is None or (code is None and not good):
        return None
    if code is None:
        return "in-doubt"
    known = answer.codes.get(code)
    if good:
        return known or answer.other_code
    return None if known in {"accepted", "delivered"} else known


def _by_status(status: int, options: HttpOptions) -> Outcome:
    usual = STATUSES.get(status) or _HUNDREDS.get(status // 100, "in-doubt")
    return options.answer.statuses.get(status, usual)


def _reason(status: int, code: str | None, document: Any, message: Outgoing, options: HttpOptions) -> Sentence:
    """Say what the vendor said, without the text that it may repeat."""
    said = text_at(document, options.answer.reason) or ""
    parts: list[object] = [f"HTTP {status}"]
    parts += [Sentence("code {code}", code=spoken(code))] if code else []
    parts += [spoken(said.replace(message.text, "…"))] if said else []
    if options.answer.code is not None and code is None and status // 100 == 2:
        parts.append(Sentence("the answer cannot be read"))
    return Listed(parts)


def read_look_up(sent: Sent, status: int, body: bytes, now: datetime, options: HttpOptions) -> Receipt | None:
    """Say what became of a text by the answer to a question; None where the answer says nothing."""
    asked = options.look_up
    if asked is None:
        return None
    document = parsed(body)
    state = asked.missing if status == 404 else _state(status, text_at(document, asked.state), asked)
    if state is None or (state == "never" and not _settled(sent, now, asked)):
        return None
    at = read_time(text_at(document, asked.at), options.zone, options.time_format)
    reason = spoken(text_at(document, asked.reason))
    return Receipt(state=state, at=at or now, reference=sent.reference, reason=reason)


def _state(status: int, word: str | None, asked: LookUpOptions) -> State | None:
    if status // 100 != 2 or word is None:
        return None
    return {name.lower(): state for name, state in asked.states.items()}.get(word.lower())


def _settled(sent: Sent, now: datetime, asked: LookUpOptions) -> bool:
    return now - sent.submitted_at >= timedelta(seconds=asked.settle_seconds)

"""What a failure in Apprise means for a text, from what the plugin logged: its result says no more than that it failed.

Apprise does not tell a text that never left from one whose answer was lost. Its plugins log the HTTP status of an
answer as `error=400`, and the exception of a connection as text. Of these, the ones that can be told for sure are:

- no connection was made (refused, no such host, no answer to the connecting, a wrong certificate): `later`;
- 429, or an answer about the account (401, 402, 403, 404, 407): not taken, but may be once that is mended: `later`;
- another 4xx: not taken and never will be: `refused`.

All else is `in-doubt`, which a person looks into, for it may have been delivered: a time-out, a connection that was
cut, 5xx, a plugin that logs a code of the vendor's instead, and whatever Apprise logs otherwise in a version to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from policyserve.locale import Sentence
from policyserve.messages.gateways.gateway import Outcome, Reason

_UNMADE = re.compile(
    r"Caused by (?:NewConnectionError|NameResolutionError|ConnectTimeoutError|SSLError\(SSLCertVerificationError)\b"
)
"""urllib3's words for what fails before a request leaves."""
_STATUS = re.compile(r"\berror=(\d{3})\b")
_ACCOUNT = ("401", "402", "403", "404", "407")


class Line(Protocol):
    """A line of the log."""

    level: str
    message: str


def verdict(log: Iterable[Line]) -> tuple[Outcome, Reason]:
    """Return what a failure means, with the reason; `log` is what the plugin logged about it.

    Each thing is looked for at its own level only: lines of DEBUG hold the text itself.
    """
    lines = list(log)
    statuses = {status for line in lines if line.level in _WARNED for status in _STATUS.findall(line.message)}
    if any(line.level == "INFO" and line.message.startswith("Sent") for line in lines):
        return "in-doubt", Sentence("a part of it was taken")
    if len(statuses) == 1:
        return _answered(statuses.pop())
    if not statuses and any(line.level == "DEBUG" and _UNMADE.search(line.message) for line in lines):
        return "later", Sentence("no connection")
    return "in-doubt", Sentence("no answer that can be told")


_WARNED = ("WARNING", "ERROR")


def _answered(status: str) -> tuple[Outcome, Reason]:
    reason = f"HTTP {status}"
    if status == "429" or status in _ACCOUNT:
        return "later", reason
    return ("refused" if status.startswith("4") and status not in ("408", "409") else "in-doubt"), reason

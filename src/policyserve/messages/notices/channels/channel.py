"""What every channel does: check where it leads, send one text, say what became of it.

A channel keeps no state and tries nothing twice: who calls it has written down that the text is about to leave.
Addresses hold keys, so neither they nor texts stand in a reason; what a vendor says is put into our own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from policyserve.locale import Sentence

Outcome = Literal[
    "accepted",  # the channel has taken it
    "refused",  # not taken, and never will be until somebody mends the address, the secret or the robot
    "later",  # not taken, but may be on another try: too many at once, the vendor's own fault, no connection
    "in-doubt",  # it may have been taken: the connection was cut or timed out after the text went out
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Robot:
    """Where a text goes."""

    address: str = field(repr=False)
    """The whole address as the vendor gives it, with its key."""
    secret: str | None = field(default=None, repr=False)
    """What signs a text, where the robot asks for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a channel takes a text."""

    most_bytes: int
    """The longest body, in bytes of UTF-8."""
    markdown: bool = False
    line_break: str = "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text about to leave."""

    title: str
    """A line for the lock screen, on channels that have one; the body repeats what it says."""
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """How fast a robot takes texts: `burst` at once, then one every so many seconds.

    Within any minute these are at most `burst + 60 / seconds`.
    """

    burst: int
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of a text."""

    outcome: Outcome
    reason: Sentence | None = None
    """In a few words, with the vendor's code; none for what was taken."""


class Channel(Protocol):
    """One kind of channel."""

    rate: Rate | None
    """What one robot takes; None: one after the other is slow enough."""

    def check(self, robot: Robot) -> None:
        """Raise PolicyserveError where the address or the secret cannot be right."""
        ...

    def style(self, robot: Robot) -> Style:
        """Say how texts for a robot are written."""
        ...

    async def send(self, robot: Robot, text: Text, *, at: datetime, seconds: float) -> Answer:
        """Send one text and wait so many seconds for the answer; `at` is now, in UTC.

        Raises nothing for a vendor that fails: that is an answer.
        """
        ...

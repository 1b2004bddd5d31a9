"""The gateway itself: claims out, receipts in; what blocks runs beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from policyserve.config import data_folder
from policyserve.errors import of_system
from policyserve.locale import Sentence
from policyserve.messages.gateways.file.claims import KEPT, Claims, GivenUpError, HalfWayError
from policyserve.messages.gateways.file.options import FileOptions
from policyserve.messages.gateways.file.receipts import Reading, put_away, read, waiting
from policyserve.messages.gateways.file.texts import file_of, is_writable
from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outcome,
    Outgoing,
    Push,
    PushContent,
    PushRefusedError,
    Reason,
    Receipt,
    Sent,
    State,
)


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)


BROKEN = Sentence("the text has half a character in it")


class FileGateway:
    """A folder out of which a platform sends."""

    def __init__(self, name: str, options: FileOptions, clock: Callable[[], datetime] = now) -> None:
        """Touch nothing yet."""
        self.name = name
        self.rate = options.rate
        self.listen_seconds = 0.0
        self._options = options
        self._clock = clock
        self._claims = Claims(options.folder or data_folder("sms"))
        self._read: Sequence[Reading] = ()
        """Files whose receipts were handed on, and which are put away once the caller comes back."""

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        """Write one file for all texts."""
        fine = [message for message in messages if is_writable(message)]
        broken = [message for message in messages if not is_writable(message)]
        outcome, reason = await asyncio.to_thread(self._hand_over, claim, fine) if fine else (self._taken, None)
        return [
            *(Answer(reference=one.reference, outcome=outcome, reason=reason) for one in fine),
            *(Answer(reference=one.reference, outcome="refused", reason=BROKEN) for one in broken),
        ]

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        """Tell for certain whether texts were handed over, and give up those that were not.

        Nothing is said of texts without a claim, and of those so old that the decision is no longer kept.
        """
        claims = {one.claim for one in sent if one.claim and self._clock() - one.submitted_at < KEPT}
        known = {claim: await asyncio.to_thread(self._state_of, claim) for claim in claims}
        return [
            Receipt(state=state, at=at, reference=one.reference)
            for one in sent
            for state, at in [known.get(one.claim or "") or (None, self._clock())]
            if state is not None
        ]

    async def news(self) -> News:
        """Read the receipts that have come; their files are put away by the next call, or by closing.

        So a caller that dies before it has stored them gets them again.
        """
        if not self._options.receipts:
            return News()
        await asyncio.to_thread(self._put_away)
        self._read = await asyncio.to_thread(self._read_receipts)
        return News(receipts=[receipt for reading in self._read for receipt in reading.receipts])

    def read_push(self, push: Push) -> PushContent:  # noqa: ARG002
        """Refuse: nobody calls back."""
        raise PushRefusedError("a file gateway expects no webhooks")

    async def aclose(self) -> None:
        """Put away the receipts that were read."""
        await asyncio.to_thread(self._put_away)

    @property
    def _taken(self) -> Literal["accepted", "delivered"]:
        return "accepted" if self._options.receipts else "delivered"

    def _hand_over(self, claim: str, messages: Sequence[Outgoing]) -> tuple[Outcome, Reason | None]:
        try:
            self._claims.prepare()
            self._claims.forget(self._clock())
            self._claims.hand_over(claim, file_of(messages, self._options.encoding))
        except GivenUpError:
            return "later", Sentence("the claim was given up before it was handed over")
        except HalfWayError:
            return "in-doubt", Sentence("the file is written, but not in its place yet")
        except OSError as error:
            return "later", Sentence("the folder cannot be written: {why}", why=of_system(error))
        return self._taken, None

    def _state_of(self, claim: str) -> tuple[State, datetime] | None:
        try:
            self._claims.prepare()
            at = self._claims.handed_over_at(claim)
        except OSError:
            return None
        return (self._taken, at) if at else ("never", self._clock())

    def _read_receipts(self) -> Sequence[Reading]:
        readings = []
        with suppress(OSError):  # a folder that is not there yet, or not just now
            for path in waiting(self._claims.folder / "receipts", self._clock(), self._options.settle_seconds):
                with suppress(OSError):
                    readings.append(read(path, self._options))
        return readings

    def _put_away(self) -> None:
        for reading in self._read:
            with suppress(OSError):  # it stays, and is read again: a receipt that comes twice does no harm
                put_away(reading)
        self._read = ()

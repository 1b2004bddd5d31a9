"""A bound session: what goes over it and how each PDU of the peer is met. It knows no thread and reads no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import inf
from typing import Final

from policyserve.messages.gateways.gateway import Incoming
from policyserve.messages.gateways.smpp.addresses import phone_of
from policyserve.messages.gateways.smpp.connection import Connection, CutError, Pdu
from policyserve.messages.gateways.smpp.inbox import Inbox
from policyserve.messages.gateways.smpp.options import SmppOptions
from policyserve.messages.gateways.smpp.receipts import RECEIPTED_ID, number_of, read_receipt
from policyserve.messages.gateways.smpp.replies import text_of
from policyserve.messages.gateways.smpp.statuses import outcome_of, words_of
from policyserve.messages.gateways.smpp.texts import Text

UNKNOWN_COMMAND: Final = 0x03
NOT_BOUND: Final = 0x04
BRING_AGAIN: Final = 0x64
"""Statuses: of an answer to what we do not know, of a session that is none, of a passing error."""
KIND: Final = 0x3C
"""The bits of `esm_class` that say what a delivery is (SMPP 3.4, 5.2.12)."""
RECEIPTS: Final = frozenset({0x04, 0x20})
"""A delivery receipt, and a notice on the way to one."""
PAYLOAD: Final = 0x0424
HOLD_SECONDS: Final = 10.0
"""A reply that nobody fetches is answered after so long, lest the peer take us for dead."""
LONGEST_PAUSE: Final = 5
"""Times `pause_seconds`."""

Piece = tuple[Text, int]
"""A text and the place of one of its parts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Out:
    """A part without an answer."""

    text: Text
    place: int
    until: float
    """When it will have waited too long."""


class Session:
    """What is outstanding in both directions. Times are seconds of one clock that only goes forward."""

    def __init__(
        self, connection: Connection, options: SmppOptions, inbox: Inbox, clock: Callable[[], datetime], now: float
    ) -> None:
        """`clock` dates receipts and replies."""
        self.connection = connection
        self._options = options
        self._inbox = inbox
        self._clock = clock
        self._out: dict[int, Out] = {}
        self._held: dict[int, tuple[str, float]] = {}
        self._heard = now
        self._asked: float | None = None
        self._pause = options.pause_seconds
        self._paused_until = now

    @property
    def busy(self) -> bool:
        """Whether answers are outstanding."""
        return bool(self._out)

    def send(self, ready: deque[Piece], now: float) -> None:
        """Send parts as far as the window and the peer's patience allow. Raises CutError."""
        while ready and len(self._out) < self._options.window and now >= self._paused_until:
            text, place = ready.popleft()
            if text.may_leave(place):
                text.leaves(place)
                self._submit(text, place, now)

    def receive(self, ready: deque[Piece], now: float) -> None:
        """Meet what has come; parts to be tried again go to the front of `ready`. Raises CutError."""
        for pdu in self.connection.pdus():
            self._heard, self._asked = now, None
            if pdu.response:
                self._meet_answer(pdu, ready, now)
            else:
                self._meet_request(pdu, now)

    def tick(self, now: float) -> None:
        """Ask a silent peer whether it is there, and answer replies held too long. Raises CutError."""
        if self._asked is not None and now >= self._asked + self._options.answer_seconds:
            raise CutError("the peer was silent")
        if now >= self._overdue_at():
            raise CutError("the peer left a text without an answer")
        if self._asked is None and now >= self._heard + self._options.enquire_seconds:
            self._asked = now
            self.connection.request("enquire_link")
        for sequence, (command, until) in list(self._held.items()):
            if now >= until:
                self._release(sequence, command)

    def next_at(self, ready: deque[Piece], now: float) -> float:
        """Return when `tick` or `send` has something to do, if nothing comes in before."""
        silent = (
            self._heard + self._options.enquire_seconds
            if self._asked is None
            else self._asked + self._options.answer_seconds
        )
        times = [silent, self._overdue_at(), *(until for _, until in self._held.values())]
        if ready and now < self._paused_until:
            times.append(self._paused_until)
        return min(times)

    def texts(self) -> Iterator[Text]:
        """Yield the texts with parts that have no answer."""
        return (out.text for out in self._out.values())

    def end(self) -> None:
        """Close the connection; replies without an answer are brought again over another session."""
        self._held.clear()
        self.connection.close()

    def unbind(self) -> None:
        """Take leave. Raises CutError."""
        for sequence, (command, _) in list(self._held.items()):
            self._held.pop(sequence)
            self.connection.answer(f"{command}_resp", sequence, BRING_AGAIN)
        self.connection.request("unbind")

    def _overdue_at(self) -> float:
        """When the part that waits longest has waited too long; they are kept in the order in which they left."""
        return next((out.until for out in self._out.values()), inf)

    def _submit(self, text: Text, place: int, now: float) -> None:
        options, part = self._options, text.parts[place]
        sequence = self.connection.request(
            "submit_sm",
            source_addr_ton=options.source_ton,
            source_addr_npi=options.source_npi,
            source_addr=options.source,
            dest_addr_ton=options.destination_ton,
            dest_addr_npi=options.destination_npi,
            destination_addr=text.address,
            esm_class=part.esm_class,
            registered_delivery=1,
            data_coding=part.data_coding,
            short_message=part.octets,
        )
        self._out[sequence] = Out(text=text, place=place, until=now + options.answer_seconds)

    def _meet_answer(self, pdu: Pdu, ready: deque[Piece], now: float) -> None:
        if pdu.command == "unbind_resp":
            raise CutError("the session has ended")
        if (out := self._out.pop(pdu.sequence, None)) is None:
            return
        if pdu.status:
            outcome = outcome_of(pdu.status, self._options.later)
            if outcome == "later":
                self._rest(now)
            out.text.declined(out.place, outcome, words_of(pdu.status))
        else:
            self._pause = self._options.pause_seconds
            out.text.taken(out.place, number_of(pdu.fields.get("message_id"), self._options.answer_ids))
        out.text.conclude()
        ready.extendleft((out.text, place) for place in reversed(out.text.left_over()))
        if pdu.status == NOT_BOUND:
            raise CutError("the peer does not know the session any more")

    def _rest(self, now: float) -> None:
        if now >= self._paused_until:
            self._paused_until = now + self._pause
            self._pause = min(self._pause * 2, self._options.pause_seconds * LONGEST_PAUSE)

    def _meet_request(self, pdu: Pdu, now: float) -> None:
        match pdu.command:
            case "enquire_link":
                self.connection.answer("enquire_link_resp", pdu.sequence)
            case "deliver_sm" | "data_sm":
                self._meet_delivery(pdu, now)
            case "unbind":
                self.connection.answer("unbind_resp", pdu.sequence)
                raise CutError("the peer ended the session")
            case "alert_notification":
                pass
            case _:
                self.connection.answer("generic_nack", pdu.sequence, UNKNOWN_COMMAND)

    def _meet_delivery(self, pdu: Pdu, now: float) -> None:
        octets = pdu.fields.get("short_message") or pdu.options.get(PAYLOAD, b"")
        esm_class = pdu.fields.get("esm_class") or 0
        if esm_class & KIND in RECEIPTS or RECEIPTED_ID in pdu.options:
            self._keep_receipt(octets, pdu)
        elif not esm_class & KIND:
            self._keep_reply(octets, pdu, now)
            return
        self.connection.answer(f"{pdu.command}_resp", pdu.sequence)

    def _keep_receipt(self, octets: bytes, pdu: Pdu) -> None:
        options = self._options
        receipt = read_receipt(
            octets, pdu.options, self._clock(), answer_ids=options.answer_ids, receipt_ids=options.receipt_ids
        )
        if receipt is not None:
            self._inbox.put_receipt(receipt)

    def _keep_reply(self, octets: bytes, pdu: Pdu, now: float) -> None:
        fields = pdu.fields
        address = (fields.get("source_addr") or b"").decode("latin-1")
        reply = Incoming(
            phone=phone_of(address, fields.get("source_addr_ton") or 0),
            text=text_of(octets, fields.get("data_coding") or 0, fields.get("esm_class") or 0),
            at=self._clock(),
        )
        self._held[pdu.sequence] = (pdu.command, now + HOLD_SECONDS)
        self._inbox.put_reply(reply, partial(self._release, pdu.sequence, pdu.command))

    def _release(self, sequence: int, command: str) -> None:
        """Answer a reply, unless the session has ended, or it is answered."""
        if self._held.pop(sequence, None) is not None:
            self.connection.answer(f"{command}_resp", sequence)

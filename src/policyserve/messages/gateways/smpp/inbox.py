"""What came in over a session and waits to be fetched: the thread puts it in, the outbox takes it out.

A receipt is answered as soon as it is here: at worst a text stays without one. A reply may refuse further marketing,
so it is answered only when the outbox asks again, which shows that it has stored it; a peer without an answer brings
it once more after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from policyserve.messages.gateways.gateway import Incoming, News, Receipt

Answering = Callable[[], None]


class Inbox:
    """Receipts and replies, in the order in which they came."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._lock = Lock()
        self._receipts: list[Receipt] = []
        self._replies: list[tuple[Incoming, Answering]] = []
        self._fetched: list[Answering] = []

    def put_receipt(self, receipt: Receipt) -> None:
        """Keep a receipt."""
        with self._lock:
            self._receipts.append(receipt)

    def put_reply(self, reply: Incoming, answering: Answering) -> None:
        """Keep a reply; `answering` is handed back when it is stored."""
        with self._lock:
            self._replies.append((reply, answering))

    def fetch(self) -> tuple[News, list[Answering]]:
        """Return what has come, and the replies of the last call, which are stored by now."""
        with self._lock:
            receipts, replies, stored = self._receipts, self._replies, self._fetched
            self._receipts, self._replies = [], []
            self._fetched = [answering for _, answering in replies]
        return News(receipts=receipts, replies=[reply for reply, _ in replies]), stored

"""The thread that keeps a session: connects, listens, and connects again, whatever the outbox is doing meanwhile.

SMPP wants an answer to every enquiry in good time, so the session cannot wait for an event loop that may be busy.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from threading import Lock, Thread

from policyserve.locale import Sentence
from policyserve.messages.gateways.gateway import Answer, News, Reason
from policyserve.messages.gateways.smpp.connection import CutError, connect
from policyserve.messages.gateways.smpp.inbox import Answering, Inbox
from policyserve.messages.gateways.smpp.options import SmppOptions
from policyserve.messages.gateways.smpp.session import Piece, Session
from policyserve.messages.gateways.smpp.texts import Text

CLOSED = Sentence("the gateway is closed")
UNBIND_SECONDS = 1.0
"""How long closing waits for the peer to let us go."""


class Batch:
    """The answers of one call, complete when every text has one."""

    def __init__(self, texts: Sequence[Text]) -> None:
        """Wait for these texts."""
        self.texts = texts
        self.answers: Future[list[Answer]] = Future()
        self.answers.set_running_or_notify_cancel()  # what is on its way cannot be called back
        self._collected: list[Answer] = []
        for text in texts:
            text.settle = self._collect

    def _collect(self, answer: Answer) -> None:
        self._collected.append(answer)
        if len(self._collected) == len(self.texts):
            self.answers.set_result(self._collected)


class Keeper:
    """A session that is kept up by a thread of its own from the first use until `close`."""

    def __init__(self, name: str, options: SmppOptions, clock: Callable[[], datetime]) -> None:
        """`clock` dates receipts and replies."""
        self._options = options
        self._clock = clock
        self._inbox = Inbox()
        self._thread = Thread(target=self._run, name=f"smpp {name}", daemon=True)
        self._lock = Lock()
        self._orders: deque[Batch | Answering] = deque()
        self._started = self._closing = self._ended = False
        self._session: Session | None = None
        self._ready: deque[Piece] = deque()
        self._connect_at = self._close_at = 0.0
        self._wait = options.reconnect_seconds
        self._bell, self._ear = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def submit(self, texts: Sequence[Text]) -> Future[list[Answer]]:
        """Hand over texts; the answers come when every one of them has its own."""
        batch = Batch(texts)
        if not self._order(batch):
            for text in texts:
                text.cut(CLOSED)
        return batch.answers

    def news(self) -> News:
        """Return what has come; asking for it tells that what was returned before is stored."""
        self._start()
        news, stored = self._inbox.fetch()
        for answering in stored:
            self._order(answering)
        return news

    def close(self) -> None:
        """Wait shortly for answers, take leave, and end the thread."""
        with self._lock:
            self._closing = True
            started, self._started = self._started, True
        if started:
            self._ring()
            if not self._ended:
                self._thread.join()
        else:
            self._end(CLOSED)

    def _start(self) -> None:
        with self._lock:
            if self._started:
                return
            self._started = True
            self._thread.start()

    def _order(self, order: Batch | Answering) -> bool:
        self._start()
        with self._lock:
            if self._ended or self._closing:
                return False
            self._orders.append(order)
        self._ring()
        return True

    def _ring(self) -> None:
        with suppress(OSError):  # a full bell rings already, and a closed one belongs to a thread that has ended
            self._bell.send(b"!")

    def _run(self) -> None:
        reason: Reason = Sentence("the session failed")
        try:
            self._bell.setblocking(False)
            self._ear.setblocking(False)
            self._selector.register(self._ear, selectors.EVENT_READ)
            while not self._finished():
                self._turn()
            reason = CLOSED
            self._take_leave()
        finally:
            self._end(reason)

    def _finished(self) -> bool:
        if not self._closing:
            return False
        now = time.monotonic()
        self._close_at = self._close_at or now + self._options.close_seconds
        return self._session is None or now >= self._close_at or not (self._session.busy or self._ready_left())

    def _ready_left(self) -> bool:
        return any(not text.settled for text, _ in self._ready)

    def _turn(self) -> None:
        """Do what is due, then wait for the peer, an order, or the next thing due."""
        try:
            self._take_orders()
            if self._closing:
                self._turn_away()
            now = time.monotonic()
            if self._session is None and now >= self._connect_at:
                self._connect(now)
            if self._session is not None:
                self._session.send(self._ready, now)
                self._session.tick(now)
            heard = self._listen()
            if self._session is not None and heard:
                self._session.connection.read()
                self._session.receive(self._ready, time.monotonic())
        except CutError as error:
            self._lose(error.sentence)

    def _turn_away(self) -> None:
        """Cut what has not begun to leave; those that came just before the closing are among the orders taken."""
        for text in {text for text, _ in self._ready if not text.started}:
            text.cut(CLOSED)

    def _take_orders(self) -> None:
        while self._orders:
            order = self._orders.popleft()
            if isinstance(order, Batch):
                self._ready.extend((text, place) for text in order.texts for place in range(len(text.parts)))
            else:
                order()

    def _connect(self, now: float) -> None:
        connection = connect(self._options)
        self._wait = self._options.reconnect_seconds
        self._selector.register(connection, selectors.EVENT_READ)
        self._session = Session(connection, self._options, self._inbox, self._clock, now)
        self._session.receive(self._ready, now)

    def _listen(self) -> bool:
        """Wait; True when the peer has sent something."""
        now = time.monotonic()
        due = self._session.next_at(self._ready, now) if self._session is not None else self._connect_at
        if self._close_at:
            due = min(due, self._close_at)
        events = [key.fileobj for key, _ in self._selector.select(max(0.0, due - now))]
        if self._ear in events:
            self._ear.recv(4096)
        return any(event is not self._ear for event in events)

    def _lose(self, reason: Reason) -> None:
        """Settle every text, and connect again after a while that grows with each failure."""
        texts = dict.fromkeys(text for text, _ in self._ready)
        if self._session is not None:
            texts |= dict.fromkeys(self._session.texts())
            self._selector.unregister(self._session.connection)
            self._session.end()
            self._session = None
        self._ready.clear()
        self._connect_at = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, self._options.reconnect_most_seconds)
        for text in texts:
            text.cut(reason)

    def _take_leave(self) -> None:
        """Unbind, and meet what the peer sends until it has let us go."""
        if self._session is None:
            return
        until = time.monotonic() + UNBIND_SECONDS
        with suppress(CutError):
            self._take_orders()
            self._session.unbind()
            while (left := until - time.monotonic()) > 0:
                if any(key.fileobj is not self._ear for key, _ in self._selector.select(left)):
                    self._session.connection.read()
                    self._session.receive(self._ready, time.monotonic())

    def _end(self, reason: Reason) -> None:
        with self._lock:
            self._ended = True
        self._lose(reason)
        self._take_orders()  # those that came meanwhile; without a session none of them can fail
        self._lose(reason)
        self._selector.close()
        self._bell.close()
        self._ear.close()

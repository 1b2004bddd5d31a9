"""Senders together on both databases: leases, receipts that cross, databases that are locked or gone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text, update

from desks.outbox_rows import DAY, TEN, fill, message, phone_of, replies, row, states
from desks.sender_run import LIMIT, finish, once, queue, receipt, run, sender, together
from peers.scripted_gateway import ScriptedGateway
from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import Incoming, News, Outgoing, Receipt
from policyserve.messages.outbox import outbox
from policyserve.messages.outbox.stored_messages import MESSAGES


def test_four_senders_at_once_send_each_message_once(engine: Engine) -> None:
    queue(engine, 120)
    gateways = [ScriptedGateway() for _ in range(4)]
    together(*(lambda gateway=gateway: run(engine, gateway, batch=7, patience=30.0) for gateway in gateways))
    assert sum((gateway.left for gateway in gateways[1:]), gateways[0].left) == once(120)
    assert states(engine) == ["accepted"] * 120


def test_a_gateway_that_breaks_leaves_its_batch_in_doubt_and_gives_back_the_next(engine: Engine) -> None:
    queue(engine, 4)

    async def broken(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0.3)
        raise ZeroDivisionError

    gateway = ScriptedGateway(meanwhile=broken)
    with pytest.raises(ZeroDivisionError):
        run(engine, gateway, batch=2)
    assert states(engine) == ["unknown", "unknown", "queued", "queued"]
    assert gateway.closed


def test_a_gateway_that_takes_longer_than_the_lease_allows_is_broken_off(engine: Engine) -> None:
    """Else a text could leave here when somebody else has been told that it never did."""
    queue(engine, 1)

    async def hang(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(60)

    began = time.monotonic()
    run(engine, ScriptedGateway(meanwhile=hang), lease_minutes=0.01)
    assert time.monotonic() - began < 30
    assert states(engine) == ["unknown"]


def test_a_batch_that_waited_leaves_only_as_far_as_it_is_still_ours(engine: Engine) -> None:
    """The process was asleep; meanwhile another sender put a message in doubt and was told that it never left."""
    queue(engine, 2)
    awake = [datetime.now(UTC)]
    gateway = ScriptedGateway()
    one = sender(engine, gateway, watch=lambda: awake[0])

    async def asleep() -> None:
        one.counts.opened = one.books.open_for(DAY, awake[0])
        batch = await one._claim()
        assert batch is not None
        awake[0] += timedelta(minutes=20)
        with db.writing(engine) as connection:
            assert outbox.doubt(connection, awake[0] - timedelta(minutes=9), one.settings.sending) == 2
            mine = update(MESSAGES).where(MESSAGES.c.id == 1)
            connection.execute(mine.values(status="queued", claim=None))
            connection.execute(update(MESSAGES).where(MESSAGES.c.id == 2).values(status="submitting"))
        ready = await one._ready(batch)
        assert ready is not None
        assert [message.reference for message in ready.messages] == ["2"]

    asyncio.run(asyncio.wait_for(asleep(), LIMIT))
    assert row(engine, 2).submitted_at == awake[0]


def test_what_comes_back_over_the_gateways_connection_is_stored(engine: Engine) -> None:
    queue(engine, 4)
    reply = Incoming(phone=phone_of(1), text="TD", at=TEN, provider_id="r1")
    told = [News(receipts=[receipt("v1")]), News(receipts=[receipt("v2"), receipt("v3")], replies=[reply])]
    counts = run(engine, ScriptedGateway(told=told), batch=2)
    assert states(engine)[:3] == ["delivered"] * 3
    assert [found.text for found in replies(engine)] == ["TD"]
    assert (counts.returned.receipts, counts.returned.refusals) == (3, 1)


def test_what_comes_while_the_gateway_closes_is_stored_too(engine: Engine) -> None:
    queue(engine, 1)
    told = [News(), News(), News(receipts=[receipt("v1")])]
    gateway = ScriptedGateway(told=told)
    run(engine, gateway)
    assert told == []
    assert states(engine) == ["delivered"]


def test_a_receipt_that_is_pushed_while_its_text_is_on_its_way_counts(engine: Engine) -> None:
    queue(engine, 1)
    told = News(receipts=[Receipt(state="delivered", reference="1", at=TEN)])

    async def pushed(_messages: Sequence[Outgoing]) -> None:
        await asyncio.to_thread(one.books.take_in, told, TEN)

    one = sender(engine, ScriptedGateway(meanwhile=pushed))
    finish(one)
    assert states(engine) == ["delivered"]


def test_a_refusal_while_the_sender_works_takes_back_what_has_not_left(engine: Engine) -> None:
    fill(engine, *(message(key, message_class="marketing", customer_id=key) for key in (1, 2, 3)))
    told = News(replies=[Incoming(phone=phone_of(3), text="退订", at=TEN, provider_id="r1")])
    gateway = ScriptedGateway(told=[told])
    run(engine, gateway, batch=1)
    assert gateway.left == once(2)
    assert states(engine) == ["accepted", "accepted", "cancelled"]


class Locked:
    """Somebody else who keeps the database to himself for a while."""

    def __init__(self, engine: Engine) -> None:
        self.path = engine.url.database
        self.held = threading.Event()

    def hold(self, seconds: float) -> None:
        connection = sqlite3.connect(str(self.path), timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        self.held.set()
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()


def test_answers_outlast_a_database_that_is_locked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if not db.is_sqlite(engine):
        pytest.skip("PostgreSQL locks rows, not the database")
    queue(engine, 4)
    monkeypatch.setattr(db.engine, "BUSY_SECONDS", 0.2)  # an import of an hour is an hour longer than the real one
    quick = db.open_engine(str(engine.url))
    locked = Locked(engine)
    threads: list[threading.Thread] = []

    async def meanwhile(_messages: Sequence[Outgoing]) -> None:
        if not threads:
            threads.append(threading.Thread(target=locked.hold, args=(2.0,)))
            threads[0].start()
            await asyncio.to_thread(locked.held.wait, 10)

    gateway = ScriptedGateway(meanwhile=meanwhile)
    run(quick, gateway, batch=2, patience=30.0)
    threads[0].join(LIMIT)
    quick.dispose()
    assert gateway.left == once(4)
    assert states(engine) == ["accepted"] * 4


def test_a_database_that_stays_locked_is_told_in_a_sentence(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if not db.is_sqlite(engine):
        pytest.skip("PostgreSQL locks rows, not the database")
    queue(engine, 2)
    monkeypatch.setattr(db.engine, "BUSY_SECONDS", 0.1)
    quick = db.open_engine(str(engine.url))
    locked = Locked(engine)
    holder = threading.Thread(target=locked.hold, args=(3.0,))

    async def meanwhile(_messages: Sequence[Outgoing]) -> None:
        holder.start()
        await asyncio.to_thread(locked.held.wait, 10)

    gateway = ScriptedGateway(meanwhile=meanwhile)
    with pytest.raises(PolicyserveError, match="Another command is writing to the database"):
        run(quick, gateway, batch=1, patience=0.5)
    holder.join(LIMIT)
    quick.dispose()
    assert gateway.left == once(1)
    again = ScriptedGateway()
    run(engine, again, watch=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert "1" not in again.left
    assert states(engine) in (["unknown", "accepted"], ["unknown", "unknown"])  # the second may have been claimed


def end_sessions(engine: Engine) -> None:
    """End all other sessions on the database, as a restart of the server does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        own = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}"))


def test_answers_outlast_a_server_that_ends_its_sessions(engine: Engine) -> None:
    if db.is_sqlite(engine):
        pytest.skip("SQLite has no sessions")
    queue(engine, 6)
    other = db.open_engine(engine.url.render_as_string(hide_password=False))

    async def meanwhile(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0.2)
        await asyncio.to_thread(end_sessions, other)

    gateway = ScriptedGateway(meanwhile=meanwhile)
    run(engine, gateway, batch=2, patience=30.0)
    other.dispose()
    assert gateway.left == once(6)
    assert states(engine) == ["accepted"] * 6


def test_a_server_that_is_gone_is_told_in_a_sentence_and_nothing_leaves_twice(engine: Engine) -> None:
    if db.is_sqlite(engine):
        pytest.skip("SQLite has no server")
    queue(engine, 4)
    other = db.open_engine(engine.url.set(database="postgres").render_as_string(hide_password=False))
    name = engine.url.database

    def shut(*, allowed: bool) -> None:
        with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(allowed).lower()}"))
            if not allowed:
                ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
                connection.execute(ended, {"name": name})

    async def meanwhile(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0.3)
        await asyncio.to_thread(shut, allowed=False)

    gateway = ScriptedGateway(meanwhile=meanwhile)
    with pytest.raises(PolicyserveError, match="PostgreSQL does not answer"):
        run(engine, gateway, batch=2, patience=0.5)
    shut(allowed=True)
    other.dispose()
    again = ScriptedGateway()
    run(engine, again, watch=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert (gateway.left + again.left)["1"] == (gateway.left + again.left)["2"] == 1
    assert states(engine)[:2] == ["unknown"] * 2
    assert not {*gateway.left} & {*again.left}

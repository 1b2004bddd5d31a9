"""Whole runs of a sender on both databases, with a gateway that does what the test writes down."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text, update

from desks.outbox_rows import DAY, TEN, fill, message, phone_of, replies, row, rows, states
from peers import smpp_server
from peers.scripted_gateway import ScriptedGateway
from policyserve import db
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import Gateway, Incoming, News, Outcome, Outgoing, Receipt
from policyserve.messages.gateways.registry import open_gateway
from policyserve.messages.outbox import outbox
from policyserve.messages.outbox.sender import IN_VAIN, SendCounts, Sender, send
from policyserve.messages.outbox.stored_messages import MESSAGES
from policyserve.settings_file import ContactHoursSettings, MessageSettings, Sending

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMIT = 60.0
"""Seconds after which a run counts as stuck."""

Meanwhile = Callable[[Sequence[Outgoing]], Any]


def sender(engine: Engine, gateway: Gateway, *, at: str = "10:00", **asked: Any) -> Sender:
    rules = {name: asked.pop(name) for name in list(asked) if name in Sending.model_fields}
    zone = asked.pop("zone", SHANGHAI)
    settings = MessageSettings(sending=Sending.model_validate({"first_wait_seconds": 0} | rules))
    moment = datetime.fromisoformat(f"{DAY} {at}").replace(tzinfo=SHANGHAI)
    given: dict[str, Any] = {"stop": Event(), "clock": lambda: moment, "patience": 5.0} | asked
    return Sender(engine=engine, gateway=gateway, settings=settings, hours=settings.contact_hours(str(zone)), **given)


def run(engine: Engine, gateway: ScriptedGateway, **asked: Any) -> SendCounts:
    return finish(sender(engine, gateway, **asked))


def finish(one: Sender) -> SendCounts:
    return asyncio.run(asyncio.wait_for(send(one), LIMIT))


def queue(engine: Engine, count: int, **fields: Any) -> None:
    fill(engine, *(message(key, **fields) for key in range(1, count + 1)))


def once(count: int) -> dict[str, int]:
    return {str(key): 1 for key in range(1, count + 1)}


def test_everything_that_waits_leaves_once_batch_by_batch(engine: Engine) -> None:
    queue(engine, 7)
    gateway = ScriptedGateway()
    seen: list[int] = []
    counts = run(engine, gateway, batch=3, progress=seen.append)
    assert gateway.left == once(7)
    assert [len(call) for call in gateway.calls] == seen == [3, 3, 1]
    assert states(engine) == ["accepted"] * 7
    assert (counts.sent, counts.opened.queued, counts.stopped, gateway.closed) == (7, 7, False, True)


def test_a_second_run_finds_nothing_left(engine: Engine) -> None:
    queue(engine, 3)
    run(engine, ScriptedGateway())
    again = ScriptedGateway()
    assert run(engine, again).answered == {}
    assert again.calls == []


def test_the_database_is_asked_in_the_order_of_the_states(engine: Engine) -> None:
    """While a text is on its way its row says so, and its phone and its claim are stored before."""
    queue(engine, 1)

    async def look(_messages: Sequence[Outgoing]) -> None:
        stored = await asyncio.to_thread(row, engine)
        assert (stored.status, stored.phone, stored.attempts) == ("submitting", phone_of(1), 1)
        assert stored.claim is not None

    run(engine, ScriptedGateway(meanwhile=look))
    assert states(engine) == ["accepted"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("accepted", "accepted"), ("delivered", "delivered"), ("refused", "failed"), ("in-doubt", "unknown"),
     (None, "unknown")],
)  # fmt: skip
def test_what_the_gateway_says_is_what_is_stored(engine: Engine, outcome: Outcome | None, status: str) -> None:
    queue(engine, 1)
    counts = run(engine, ScriptedGateway(then=outcome))
    assert states(engine) == [status]
    assert counts.answered == {status: 1}


@pytest.mark.parametrize("outcome", ["refused", "in-doubt", None])
def test_neither_what_is_refused_nor_what_is_in_doubt_is_tried_again(engine: Engine, outcome: Outcome | None) -> None:
    queue(engine, 1)
    gateway = ScriptedGateway(then=outcome)
    for _ in range(3):
        run(engine, gateway)
    assert gateway.left == once(1)


def test_what_failed_for_now_is_tried_until_the_tries_are_used_up(engine: Engine) -> None:
    queue(engine, 1)
    gateway = ScriptedGateway(then="later")
    answered = sum((run(engine, gateway, attempts=3).answered for _ in range(4)), Counter[str]())
    assert answered == {"queued": 2, "failed": 1}
    assert gateway.left == {"1": 3}
    assert (row(engine).status, row(engine).reason, row(engine).said) == ("failed", "tried", "HTTP says later")


def test_another_try_waits_its_time(engine: Engine) -> None:
    queue(engine, 1)
    gateway = ScriptedGateway(then="later")
    for _ in range(3):
        run(engine, gateway, first_wait_seconds=60)
    assert gateway.left == once(1)
    run(engine, gateway, first_wait_seconds=60, watch=lambda: datetime.now(UTC) + timedelta(seconds=61))
    assert gateway.left == {"1": 2}


def test_a_sender_stops_when_the_gateway_takes_nothing_any_more(engine: Engine) -> None:
    """An hour without the vendor costs no message its tries."""
    queue(engine, 3 * IN_VAIN)
    gateway = ScriptedGateway(then="later")
    counts = run(engine, gateway, batch=IN_VAIN, attempts=1)
    assert counts.in_vain
    assert sum(gateway.left.values()) == IN_VAIN
    assert states(engine) == ["queued"] * 3 * IN_VAIN
    assert {found.attempts for found in rows(engine).values()} == {0}
    gateway.then = "accepted"
    assert run(engine, gateway, batch=IN_VAIN, attempts=1).sent == 3 * IN_VAIN


def test_an_account_that_is_locked_does_not_burn_the_whole_outbox(engine: Engine) -> None:
    queue(engine, 3 * IN_VAIN)
    run(engine, ScriptedGateway(then="refused"), batch=IN_VAIN)
    assert states(engine).count("failed") == IN_VAIN


def test_some_bad_numbers_in_a_row_stop_nobody(engine: Engine) -> None:
    queue(engine, 2 * IN_VAIN)
    bad: dict[str, Outcome | None] = {str(key): "refused" for key in range(1, IN_VAIN)}
    counts = run(engine, ScriptedGateway(says=bad), batch=1)
    assert not counts.in_vain
    assert counts.answered == {"failed": IN_VAIN - 1, "accepted": IN_VAIN + 1}


@pytest.mark.parametrize(
    "state", ["delivered", "failed", "accepted", "unknown"]
)  # fmt: skip
def test_a_gateway_that_knows_resolves_a_doubt_without_sending(engine: Engine, state: Any) -> None:
    queue(engine, 1)
    run(engine, ScriptedGateway(then="in-doubt"))
    gateway = ScriptedGateway(knows={"1": state})
    assert run(engine, gateway).resolved == 1
    assert states(engine) == [state]
    assert gateway.left == {}


def test_what_the_gateway_never_took_goes_out_again_in_the_same_run(engine: Engine) -> None:
    queue(engine, 1)
    run(engine, ScriptedGateway(then="in-doubt"))
    gateway = ScriptedGateway(knows={"1": "never"})
    run(engine, gateway)
    assert gateway.left == once(1)
    assert states(engine) == ["accepted"]


def test_what_nobody_knows_of_stays_in_doubt(engine: Engine) -> None:
    queue(engine, 2)
    run(engine, ScriptedGateway(then="in-doubt"))
    gateway = ScriptedGateway()
    assert run(engine, gateway).resolved == 0
    assert gateway.asked == ["1", "2"]
    assert states(engine) == ["unknown"] * 2


def test_all_doubts_are_asked_after_however_many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyserve.messages.outbox.sender.LOOK_UPS", 2)
    queue(engine, 5)
    run(engine, ScriptedGateway(then="in-doubt"))
    gateway = ScriptedGateway()
    run(engine, gateway)
    assert gateway.asked == ["1", "2", "3", "4", "5"]


def test_what_a_dead_sender_had_in_hand_is_looked_up_after_its_lease(engine: Engine) -> None:
    queue(engine, 1, status="submitting", gateway="vendor", phone="1", submitted_at=datetime.now(UTC), claim="dead")
    gateway = ScriptedGateway(knows={"1": "delivered"})
    run(engine, gateway, lease_minutes=10)
    assert gateway.asked == []
    run(engine, gateway, lease_minutes=10, watch=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert gateway.asked == ["1"]
    assert states(engine) == ["delivered"]


def test_a_rehearsal_at_another_moment_does_not_end_the_leases_of_the_others(engine: Engine) -> None:
    queue(engine, 1, status="submitting", gateway="vendor", phone="1", submitted_at=datetime.now(UTC), claim="other")
    run(engine, ScriptedGateway(), at="20:30")
    assert states(engine) == ["submitting"]


HOURS = [message(1, message_class="marketing"), message(2, message_class="service"), message(3)]


@pytest.mark.parametrize(
    ("at", "left", "closed"),
    [
        ("07:59", "", ("duty", "service", "marketing")),
        ("08:00", "23", ("marketing",)),
        ("08:59", "23", ("marketing",)),
        ("09:00", "123", ()),
        ("19:59", "123", ()),
        ("20:00", "23", ("marketing",)),
        ("20:30", "23", ("marketing",)),
        ("20:59", "23", ("marketing",)),
        ("21:00", "", ("duty", "service", "marketing")),
        ("23:30", "", ("duty", "service", "marketing")),
    ],
)
def test_each_class_keeps_its_hours_in_the_business_time_zone(
    engine: Engine, at: str, left: str, closed: tuple[str, ...]
) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    assert run(engine, gateway, at=at).closed == closed
    assert "".join(sorted(gateway.left)) == left
    assert set(states(engine)) <= {"accepted", "queued"}


def test_hours_are_those_of_the_zone_that_the_settings_name(engine: Engine) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    run(engine, gateway, at="10:00", zone=ZoneInfo("Europe/London"))  # two at night there
    assert gateway.left == {}


def test_the_hours_are_a_setting(engine: Engine) -> None:
    fill(engine, *HOURS)
    gateway = ScriptedGateway()
    one = sender(engine, gateway, at="22:00")
    hours = ContactHoursSettings.model_validate({"marketing": {"opens": "09:00", "closes": "22:30"}})
    one.hours = MessageSettings(hours=hours).contact_hours("Asia/Shanghai")
    finish(one)
    assert gateway.left == once(1)


def test_what_waited_for_the_gateways_turn_until_its_hours_were_over_does_not_leave(engine: Engine) -> None:
    fill(engine, *(message(key, message_class="marketing") for key in (1, 2)))
    evening = [datetime(2026, 11, 2, 11, 59, tzinfo=UTC), datetime(2026, 11, 2, 12, 0, tzinfo=UTC)]
    gateway = ScriptedGateway(rate=5)
    run(engine, gateway, clock=lambda: evening[bool(gateway.calls)])
    assert gateway.left == once(1)
    assert states(engine) == ["accepted", "queued"]
    assert row(engine, 2).attempts == 0


def test_no_more_than_the_limit_leaves(engine: Engine) -> None:
    queue(engine, 7)
    gateway = ScriptedGateway()
    assert run(engine, gateway, batch=3, limit=4).sent == 4
    assert gateway.left == once(4)
    assert states(engine).count("queued") == 3


def test_a_sender_that_is_told_to_stop_ends_after_what_it_has_in_hand_and_gives_the_rest_back(engine: Engine) -> None:
    queue(engine, 9)
    stop = Event()

    async def told(_messages: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0.3)  # the next batch is claimed by now
        stop.set()

    gateway = ScriptedGateway(meanwhile=told)
    counts = run(engine, gateway, batch=3, stop=stop)
    assert counts.stopped
    assert gateway.left == once(3)
    assert states(engine) == ["accepted"] * 3 + ["queued"] * 6
    assert {found.attempts for found in rows(engine).values() if found.status == "queued"} == {0}
    assert {found.claim for found in rows(engine).values() if found.status == "queued"} == {None}


def test_a_sender_that_is_told_to_stop_before_it_starts_sends_nothing(engine: Engine) -> None:
    queue(engine, 1)
    stop = Event()
    stop.set()
    gateway = ScriptedGateway()
    assert run(engine, gateway, stop=stop).stopped
    assert gateway.left == {}


def test_a_sender_that_waits_for_its_turn_stops_at_once(engine: Engine) -> None:
    queue(engine, 3)
    stop = Event()
    gateway = ScriptedGateway(rate=0.05)
    timer = threading.Timer(1, stop.set)
    timer.start()
    began = time.monotonic()
    run(engine, gateway, stop=stop)
    timer.join()
    assert time.monotonic() - began < 10  # the next turn would come after 20
    assert states(engine) == ["accepted", "queued", "queued"]


def test_senders_share_the_rate_of_their_gateway(engine: Engine) -> None:
    queue(engine, 30)
    gateways = [ScriptedGateway(rate=20) for _ in range(3)]
    moments: list[float] = []

    async def note(messages: Sequence[Outgoing]) -> None:
        moments.extend(time.monotonic() for _ in messages)

    for gateway in gateways:
        gateway.meanwhile = note
    together(*(lambda gateway=gateway: run(engine, gateway) for gateway in gateways))
    assert sum((gateway.left for gateway in gateways[1:]), gateways[0].left) == once(30)
    moments.sort()
    busiest = max(sum(start <= moment < start + 0.5 for moment in moments) for start in moments)
    assert moments[-1] - moments[0] >= (30 - 4) / 20 * 0.9
    assert busiest <= 20 * 0.5 + 2 * 4  # four leave at once, and one batch may be a little late


def together(*works: Callable[[], object]) -> None:
    """Run pieces of work at once and wait for all; the first error is raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


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


def receipt(number: str, at: datetime = TEN) -> Receipt:
    return Receipt(state="delivered", provider_id=number, at=at)


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


def test_a_run_is_told_in_one_line(engine: Engine) -> None:
    says: dict[str, Outcome | None] = {"2": "refused", "3": "in-doubt"}
    queue(engine, 3)
    counts = run(engine, ScriptedGateway(says=says))
    assert counts.sentence().told("en") == "1 sent, 1 failed, 1 in doubt."
    assert counts.sentence().told("zh") == "已发送1条，失败1条，待核实1条。"
    assert SendCounts(stopped=True).sentence().told("zh") == "已发送0条。已按要求停止。"
    assert "the gateway takes nothing" in SendCounts(in_vain=True).sentence().told("en")


def test_the_receipts_of_three_parts_over_a_real_smpp_session_set_delivered(engine: Engine) -> None:
    long = "【安心人寿】" + "您" * 154
    assert len(long) == 160
    fill(engine, message(1, text=long))
    with smpp_server.server() as peer:
        options = {"kind": "smpp", "host": "127.0.0.1", "port": peer.port, "system_id": "esme", "source": "10690000"}
        gateway = open_gateway("carrier", {"carrier": options | {"password": smpp_server.PASSWORD}})
        one = sender(engine, gateway)

        async def work() -> None:
            await one.run()
            numbers = row(engine).provider_id.split(",")
            assert (row(engine).status, len(numbers)) == ("accepted", 3)
            for number in numbers:
                peer.order("receipt", id=number, stat="DELIVRD", state=2)
            while row(engine).status == "accepted":
                await asyncio.sleep(0.05)
                await one.take_news()
            await gateway.aclose()

        asyncio.run(asyncio.wait_for(work(), LIMIT))
    assert states(engine) == ["delivered"]

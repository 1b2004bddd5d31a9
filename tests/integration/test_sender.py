"""Whole runs of a sender on both databases, with a gateway that does what the test writes down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from desks.outbox_rows import fill, message, phone_of, row, rows, states
from desks.sender_run import LIMIT, once, queue, run, sender
from peers import smpp_server
from peers.scripted_gateway import ScriptedGateway
from policyserve.messages.gateways.gateway import Outcome, Outgoing
from policyserve.messages.gateways.registry import open_gateway
from policyserve.messages.outbox.send_counts import SendCounts
from policyserve.messages.outbox.sender import IN_VAIN


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

"""The session of SMPP: cut, met again and kept alive; the server is played here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from desks.smpp_desk import LONG, THROTTLED, gateway_to, outgoing, raw_pdu, run, said, send
from peers import smpp_server
from peers.smpp_server import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smpp_server.server() as running:
        yield running


def test_a_wrong_password_is_said_and_every_text_waits(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, password="wrongpw") as gateway:
            for _ in range(2):  # it tries again, and fails again
                (answer,) = await send(gateway, outgoing())
                assert answer.outcome == "later"
                assert str(answer.reason) == "the peer refused the bind: the password is wrong (0x0000000E)"
                assert not (await said(peer, "bind"))["right"]

    run(scene())


def test_nobody_at_the_other_end_is_later() -> None:
    async def scene() -> None:
        async with gateway_to(1) as gateway:
            (answer,) = await send(gateway, outgoing())
            assert (answer.outcome, str(answer.reason)) == ("later", "no connection: Connection refused")

    run(scene())


def test_a_peer_killed_before_it_answers_leaves_the_text_in_doubt_and_its_return_is_noticed(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            peer.order("behave", hold=True)
            sending = asyncio.ensure_future(send(gateway, outgoing("m1"), outgoing("m2", LONG)))
            await asyncio.to_thread(peer.submitted, 4)
            peer.kill()
            assert [answer.outcome for answer in await sending] == ["in-doubt", "in-doubt"]
            with smpp_server.server(port=peer.port) as again:
                await said(again, "bind")
                (answer,) = await send(gateway, outgoing("m3"))
                assert answer.outcome == "accepted"

    run(scene())


def test_only_what_left_before_the_cut_is_in_doubt(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=1) as gateway:
            peer.order("behave", hold=True)
            sending = asyncio.ensure_future(send(gateway, outgoing("m1"), outgoing("m2"), outgoing("m3", LONG)))
            await asyncio.to_thread(peer.submitted, 1)
            peer.order("behave", hold=False)
            peer.order("cut")
            assert [answer.outcome for answer in await sending] == ["in-doubt", "later", "later"]
            (answer,) = await send(gateway, outgoing("m4"))
            assert answer.outcome == "accepted"

    run(scene())


def test_a_text_cut_in_the_middle_keeps_the_numbers_it_has(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=1, pause_seconds=30) as gateway:
            peer.order("behave", statuses=[0, THROTTLED])
            sending = asyncio.ensure_future(send(gateway, outgoing(text=LONG)))
            first, _ = await asyncio.to_thread(peer.submitted, 2)
            await asyncio.sleep(0.1)  # the answer to the second is on its way
            peer.order("cut")
            (answer,) = await sending
            assert (answer.outcome, answer.provider_id) == ("in-doubt", f"{first['id']},,")

    run(scene())


def test_a_peer_that_takes_its_leave_is_met_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing("m1"))
            await said(peer, "bind")
            peer.order("unbind")
            await said(peer, "bind")
            (answer,) = await send(gateway, outgoing("m2"))
            assert answer.outcome == "accepted"

    run(scene())


def test_a_peer_that_has_forgotten_the_session_is_met_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            peer.order("behave", statuses=[0x04])
            (answer,) = await send(gateway, outgoing("m1"))
            assert answer.outcome == "later"
            (answer,) = await send(gateway, outgoing("m2"))
            assert answer.outcome == "accepted"
            assert [(await said(peer, "bind"))["right"] for _ in range(2)] == [True, True]

    run(scene())


def test_a_quiet_peer_is_asked_whether_it_is_there(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, enquire_seconds=0.05) as gateway:
            await gateway.news()
            for _ in range(3):
                await said(peer, "enquire")
            (answer,) = await send(gateway, outgoing())
            assert answer.outcome == "accepted"
            assert peer.says_nothing("closed", 0.01)

    run(scene())


def test_a_peer_that_does_not_answer_the_question_is_cut_and_met_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, enquire_seconds=0.1, answer_seconds=0.1) as gateway:
            peer.order("behave", silent=True)
            await gateway.news()
            for event in ("bind", "enquire", "closed", "bind"):
                await said(peer, event)

    run(scene())


def test_a_silent_peer_is_cut_and_met_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, enquire_seconds=0.1, answer_seconds=0.6) as gateway:
            peer.order("behave", silent=True)
            (answer,) = await send(gateway, outgoing("m1"))
            assert (answer.outcome, answer.provider_id) == ("in-doubt", None)
            await said(peer, "enquire")
            peer.order("behave", silent=False)
            await said(peer, "closed")
            (answer,) = await send(gateway, outgoing("m2"))
            assert answer.outcome == "accepted"

    run(scene())


def test_a_peer_that_asks_is_answered_whatever_the_event_loop_does(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("enquire")
            assert peer.wait_for("enquired")["command"] == "enquire_link_resp"  # the loop stands still meanwhile

    run(scene())


def test_no_more_parts_are_on_their_way_than_the_window_allows(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=5) as gateway:
            peer.order("behave", hold=True)
            sending = asyncio.ensure_future(send(gateway, *(outgoing(f"m{number}") for number in range(9))))
            await asyncio.to_thread(peer.submitted, 5)
            assert await asyncio.to_thread(peer.says_nothing, "submit")
            peer.order("cut")
            assert sorted(answer.outcome for answer in await sending) == ["in-doubt"] * 5 + ["later"] * 4

    run(scene())


def test_an_unknown_command_is_declined_and_the_session_goes_on(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing("m1"))
            peer.order("raw", octets=raw_pdu(0x00010200, b"vendor"))
            assert (await said(peer, "nack"))["status"] == 3
            (answer,) = await send(gateway, outgoing("m2"))
            assert answer.outcome == "accepted"
            assert peer.says_nothing("closed", 0.01)

    run(scene())


@pytest.mark.parametrize("octets", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\3\0\0\0\4" * 4])
def test_a_peer_that_does_not_speak_smpp_is_left(peer: Peer, octets: bytes) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing("m1"))
            peer.order("raw", octets=octets.hex())
            await said(peer, "closed")
            (answer,) = await send(gateway, outgoing("m2"))
            assert answer.outcome == "accepted"

    run(scene())

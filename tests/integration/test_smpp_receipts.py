"""Receipts and replies over SMPP, as a server played here brings them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator

import pytest

from desks.smpp_desk import gateway_to, outgoing, raw_pdu, receipts, replies, run, said, send
from peers import smpp_server
from peers.smpp_server import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smpp_server.server() as running:
        yield running


def parameter(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def test_a_reply_comes_through(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("reply", phone="8613800138000", ton=1, octets=b"TD".hex(), data_coding=0)
            peer.order("reply", phone="13800138001", octets="退订".encode("utf-16-be").hex(), data_coding=8)
            peer.order("reply", phone="85291234567", ton=1, octets=b"STOP".hex(), data_coding=3)
            header = bytes.fromhex("050003070201").hex()
            peer.order("reply", phone="13800138002", octets=header + b"T\0".hex(), data_coding=0, esm_class=0x40)
            come = await replies(gateway, 4)
            assert [(reply.phone, reply.text) for reply in come] == [
                ("13800138000", "TD"),
                ("13800138001", "退订"),
                ("+85291234567", "STOP"),
                ("13800138002", "T@"),
            ]
            assert all(reply.at.tzinfo is not None for reply in come)

    run(scene())


def test_a_reply_is_answered_only_when_it_must_have_been_stored(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("reply", phone="13800138000", octets=b"TD".hex(), data_coding=0)
            await replies(gateway, 1)
            assert await asyncio.to_thread(peer.says_nothing, "answered")
            await gateway.news()
            assert (await said(peer, "answered"))["status"] == 0

    run(scene())


def test_a_reply_that_was_not_fetched_is_brought_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("reply", phone="13800138000", octets=b"TD".hex(), data_coding=0)
            peer.order("enquire")
            await said(peer, "enquired")
        assert (await said(peer, "answered"))["status"] == 0x64  # a passing error: try again

    run(scene())


@pytest.mark.parametrize("tlv", [False, True], ids=["in words only", "with parameters"])
def test_receipts_say_what_became_of_texts_and_are_answered(peer: Peer, tlv: bool) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            answers = await send(gateway, *(outgoing(f"m{number}") for number in (1, 2, 3)))
            numbers = [answer.provider_id for answer in answers]
            peer.order("receipt", id=numbers[0], tlv=tlv, stat="DELIVRD", state=2)
            peer.order("receipt", id=numbers[1], tlv=tlv, stat="UNDELIV", state=5, err="069")
            peer.order("receipt", id=numbers[2], tlv=tlv, stat="ENROUTE", state=1)
            come = await receipts(gateway, 3)
            assert [come[number].state for number in numbers] == ["delivered", "failed", "accepted"]
            assert [str(come[number].reason) for number in numbers] == [
                "None", "it cannot be delivered (UNDELIV err 069)", "on its way (ENROUTE err 000)"
            ]  # fmt: skip
            for _ in numbers:
                assert (await said(peer, "answered"))["status"] == 0

    run(scene())


def test_a_number_given_as_hexadecimal_and_received_as_decimal_is_the_same(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, answer_ids="hex", receipt_ids="decimal") as gateway:
            peer.order("behave", hex=True)
            (answer,) = await send(gateway, outgoing())
            number = peer.submitted(1)[0]["id"]
            peer.order("receipt", id=number, words=number.zfill(10), stat="DELIVRD", tlv=False)
            assert list(await receipts(gateway, 1)) == [answer.provider_id]

    run(scene())


def test_receipts_that_come_over_another_session_have_the_same_number(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as sender:
            (answer,) = await send(sender, outgoing())
        async with gateway_to(peer.port) as receiver:
            await receiver.news()
            await said(peer, "bind")
            await said(peer, "bind")
            peer.order("receipt", id=answer.provider_id, stat="DELIVRD", state=2)
            assert list(await receipts(receiver, 1)) == [answer.provider_id]

    run(scene())


def test_a_receipt_with_odd_parameters_is_read(peer: Peer) -> None:
    """A number without its zero octet, parameters of another command and of a vendor, one cut short."""
    odd = parameter(0x1204, b"\0") + parameter(0x1400, b"vendor") + parameter(0x130C, b"") + parameter(0x0427, b"\2")
    head = b"\0\0\x008613800138000\0\0\0\0\4" + bytes(9)

    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("raw", octets=raw_pdu(5, head + odd + parameter(0x001E, b"a7f3") + b"\0"))
            receipt = (await receipts(gateway, 1))["a7f3"]
            assert receipt.state == "delivered"

    run(scene())


def test_a_receipt_by_data_sm_is_read(peer: Peer) -> None:
    head = b"\0\0\x008613800138000\0\0\0\0\4\0\0"
    text = b"id:a7f3 sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:UNDELIV err:027 text:"

    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, outgoing())
            peer.order("raw", octets=raw_pdu(0x103, head + parameter(0x0424, text)))
            receipt = (await receipts(gateway, 1))["a7f3"]
            assert (receipt.state, str(receipt.reason)) == ("failed", "it cannot be delivered (UNDELIV err 027)")

    run(scene())

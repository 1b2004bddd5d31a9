"""The SMPP gateway over real sessions on loopback; the other end is the server of the npm package `smpp`."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from peers import smpp_server
from peers.smpp_server import Peer
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.gateway import Answer, Gateway, Incoming, News, Outgoing, Receipt
from policyserve.messages.gateways.smpp.receipts import merged, part_numbers
from policyserve.messages.gateways.smpp.submission import SmppGateway

SECONDS = 20.0
THROTTLED, QUEUE_FULL, BAD_ADDRESS = 0x58, 0x14, 0x0B
LONG = "【安心人寿】" + "尊敬的张先生您好，" + "您的保单即将到期请及时缴费" * 11 + "谢谢"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smpp_server.server() as running:
        yield running


def settings_for(port: int, **options: Any) -> dict[str, Any]:
    return {
        "kind": "smpp",
        "host": "127.0.0.1",
        "port": port,
        "system_id": "esme",
        "password": smpp_server.PASSWORD,
        "source": "10690000",
        "reconnect_seconds": 0.05,
        "pause_seconds": 0.05,
    } | options


@asynccontextmanager
async def gateway_to(port: int, **options: Any) -> AsyncIterator[Gateway]:
    gateway = registry.open_gateway("carrier", {"carrier": settings_for(port, **options)})
    try:
        yield gateway
    finally:
        await asyncio.wait_for(gateway.aclose(), SECONDS)


def outgoing(reference: str = "m1", text: str = "您好", phone: str = "13800138000") -> Outgoing:
    return Outgoing(reference=reference, phone=phone, text=text, service="R30", message_class="duty")


async def send(gateway: Gateway, *messages: Outgoing) -> list[Answer]:
    answers = await asyncio.wait_for(gateway.submit("claim", messages or (outgoing(),)), SECONDS)
    return sorted(answers, key=lambda answer: answer.reference)


async def news_of(gateway: Gateway, enough: Callable[[Sequence[Receipt], Sequence[Incoming]], bool]) -> News:
    """Fetch until there is enough."""
    receipts: list[Receipt] = []
    replies: list[Incoming] = []
    async with asyncio.timeout(SECONDS):
        while not enough(receipts, replies):
            news = await gateway.news()
            receipts += news.receipts
            replies += news.replies
            await asyncio.sleep(0.01)
    return News(receipts=receipts, replies=replies)


async def receipts(gateway: Gateway, count: int) -> dict[str | None, Receipt]:
    news = await news_of(gateway, lambda receipts, _: len(receipts) >= count)
    return {receipt.provider_id: receipt for receipt in news.receipts}


async def replies(gateway: Gateway, count: int) -> Sequence[Incoming]:
    return (await news_of(gateway, lambda _, replies: len(replies) >= count)).replies


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 3 * SECONDS))


async def said(peer: Peer, event: str) -> dict[str, Any]:
    """Wait beside the event loop."""
    return await asyncio.to_thread(peer.wait_for, event)


def raw_pdu(command: int, body: bytes, sequence: int = 99) -> str:
    return (struct.pack(">LLLL", 16 + len(body), command, 0, sequence) + body).hex()


def parameter(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def put_together(parts: Sequence[dict[str, Any]]) -> str:
    return b"".join(bytes.fromhex(part["octets"])[6:] for part in parts).decode("utf-16-be")


def test_160_chinese_characters_arrive_in_3_parts_and_their_receipts_set_delivered(peer: Peer) -> None:
    assert len(LONG) == 160

    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            (answer,) = await send(gateway, outgoing(text=LONG))
            parts = peer.submitted(3)
            headers = [bytes.fromhex(part["octets"])[:6] for part in parts]
            assert [len(bytes.fromhex(part["octets"])[6:]) // 2 for part in parts] == [67, 67, 26]
            assert [(*header[:3], *header[4:]) for header in headers] == [(5, 0, 3, 3, place) for place in (1, 2, 3)]
            assert len({header[3] for header in headers}) == 1
            assert put_together(parts) == LONG
            assert {(part["data_coding"], part["esm_class"], part["registered_delivery"]) for part in parts} == {
                (8, 0x40, 1)
            }
            assert {(part["source_addr"], part["destination_addr"]) for part in parts} == {
                ("10690000", "8613800138000")
            }

            assert answer.outcome == "accepted"
            assert answer.provider_id == ",".join(part["id"] for part in parts)
            numbers = part_numbers(answer.provider_id)
            for number in numbers:
                peer.order("receipt", id=number, stat="DELIVRD", state=2)
            states = {number: receipt.state for number, receipt in (await receipts(gateway, 3)).items()}
            assert set(states) == set(numbers)
            assert merged(states[number] for number in numbers) == "delivered"

    run(scene())


@pytest.mark.parametrize("border", [66, 67])
@pytest.mark.parametrize("character", ["😀", "𠮷"])
def test_rare_characters_at_the_border_of_parts_arrive_whole(peer: Peer, character: str, border: int) -> None:
    text = ("安" * border + character) * 3

    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            (answer,) = await send(gateway, outgoing(text=text))
        parts = peer.submitted(len(part_numbers(answer.provider_id or "")))
        assert put_together(parts) == text
        for part in parts:
            bytes.fromhex(part["octets"])[6:].decode("utf-16-be")  # half a character would raise

    run(scene())


def test_a_text_of_the_gsm_alphabet_goes_in_septets_where_that_is_asked_for(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, encoding="auto") as gateway:
            (answer,) = await send(gateway, outgoing(text="Pay 5€ [now] @ home"))
        (part,) = peer.submitted(1)
        assert (part["data_coding"], part["esm_class"]) == (0, 0)
        assert bytes.fromhex(part["octets"]) == b"Pay 5\x1be \x1b<now\x1b> \x00 home"
        assert answer.provider_id == part["id"]

    run(scene())


def test_consecutive_texts_have_different_numbers_in_their_headers(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            await send(gateway, *(outgoing(f"m{number}", LONG) for number in range(5)))
        headers = {bytes.fromhex(part["octets"])[3] for part in peer.submitted(15)}
        assert len(headers) == 5

    run(scene())


def test_a_peer_that_is_too_busy_leaves_the_next_try_to_the_outbox(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=1) as gateway:
            peer.order("behave", statuses=[THROTTLED, QUEUE_FULL])
            answers = await send(gateway, *(outgoing(f"m{number}") for number in (1, 2, 3)))
            assert [answer.outcome for answer in answers] == ["later", "later", "accepted"]
            assert "0x00000058" in str(answers[0].reason)
            assert [part["status"] for part in peer.submitted(3)] == [THROTTLED, QUEUE_FULL, 0]

    run(scene())


@pytest.mark.parametrize("window", [1, 10])
def test_a_text_that_a_busy_peer_has_taken_in_part_is_finished(peer: Peer, window: int) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=window) as gateway:
            peer.order("behave", statuses=[0, THROTTLED])
            (answer,) = await send(gateway, outgoing(text=LONG))
            taken = [part for part in peer.submitted(4) if part["status"] == 0]
            taken.sort(key=lambda part: bytes.fromhex(part["octets"])[5])
            assert put_together(taken) == LONG
            assert (answer.outcome, answer.provider_id) == ("accepted", ",".join(part["id"] for part in taken))

    run(scene())


def test_a_text_that_stays_half_taken_is_in_doubt(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=1, pause_seconds=0.001) as gateway:
            peer.order("behave", statuses=[0, *[THROTTLED] * 20])
            (answer,) = await send(gateway, outgoing(text=LONG))
            first = peer.submitted(1)[0]["id"]
            assert (answer.outcome, answer.provider_id) == ("in-doubt", f"{first},,")
            assert "1 of 3 parts were taken" in str(answer.reason)

    run(scene())


def test_a_refused_number_is_refused_for_good(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            peer.order("behave", statuses=[BAD_ADDRESS])
            (answer,) = await send(gateway, outgoing())
            assert (answer.outcome, answer.provider_id) == ("refused", None)
            assert "0x0000000B" in str(answer.reason)

    run(scene())


def test_after_a_part_is_refused_the_others_stay_here(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, window=1) as gateway:
            peer.order("behave", statuses=[0, BAD_ADDRESS])
            (answer,) = await send(gateway, outgoing(text=LONG))
            assert answer.outcome == "refused"
            assert "1 of 3 parts were taken" in str(answer.reason)
            peer.submitted(2)
            assert peer.says_nothing("submit")

    run(scene())


@pytest.mark.parametrize(("phone", "text"), [("王小明", "您好"), ("1" * 30, "您好"), ("", "您好"), ("13800138000", "")])
def test_what_cannot_be_a_text_never_leaves(phone: str, text: str) -> None:
    async def scene() -> None:
        async with gateway_to(1) as gateway:
            (answer,) = await send(gateway, outgoing(phone=phone, text=text))
            assert answer.outcome == "refused"

    run(scene())


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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate of this machine's own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "certificate", folder / "key"


def test_texts_and_receipts_go_over_tls(certificate: tuple[Path, Path]) -> None:
    async def scene(peer: Peer) -> None:
        async with gateway_to(peer.port, tls=True, tls_ca=str(certificate[0])) as gateway:
            answers = await send(gateway, *(outgoing(f"m{number}", LONG) for number in range(20)))
            assert {answer.outcome for answer in answers} == {"accepted"}
            for answer in answers:
                for number in part_numbers(answer.provider_id or ""):
                    peer.order("receipt", id=number, stat="DELIVRD", state=2)
            assert len(await receipts(gateway, 60)) == 60

    with smpp_server.server(*certificate) as peer:
        run(scene(peer))


def test_a_peer_that_nobody_vouches_for_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    async def scene(peer: Peer) -> None:
        async with gateway_to(peer.port, tls=True) as gateway:
            (answer,) = await send(gateway, outgoing())
            assert answer.outcome == "later"
            assert str(answer.reason).startswith("no TLS connection: ")

    with smpp_server.server(*certificate) as peer:
        run(scene(peer))


def test_closing_waits_for_answers_and_takes_leave(peer: Peer) -> None:
    async def scene() -> None:
        gateway = registry.open_gateway("carrier", {"carrier": settings_for(peer.port, window=1, close_seconds=60)})
        peer.order("behave", hold=True)
        first = asyncio.ensure_future(send(gateway, outgoing("m1")))
        sequence = (await asyncio.to_thread(peer.submitted, 1))[0]["sequence"]
        second = asyncio.ensure_future(send(gateway, outgoing("m2")))
        await asyncio.sleep(0)  # it stands behind the first, for which the window is too narrow
        closing = asyncio.ensure_future(gateway.aclose())
        assert (await second)[0].outcome == "later"
        peer.order("raw", octets=raw_pdu(0x80000004, b"late\0", sequence))
        assert (await first)[0].outcome == "accepted"
        await asyncio.wait_for(closing, SECONDS)
        assert await said(peer, "unbind")

    run(scene())


def test_what_came_just_before_the_closing_does_not_wait_for_the_peer(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread wakes when both have rung: the text is taken after the closing is known."""

    async def scene() -> None:
        gateway = registry.open_gateway("carrier", {"carrier": settings_for(peer.port, window=1, close_seconds=60)})
        assert isinstance(gateway, SmppGateway)
        peer.order("behave", hold=True)
        first = asyncio.ensure_future(send(gateway, outgoing("m1")))
        sequence = (await asyncio.to_thread(peer.submitted, 1))[0]["sequence"]
        keeper, both_rang = gateway._keeper, threading.Event()
        select = keeper._selector.select

        def heavy_sleeper(seconds: float | None = None) -> Any:
            rung = select(seconds)
            assert both_rang.wait(SECONDS)
            return rung

        monkeypatch.setattr(keeper._selector, "select", heavy_sleeper)
        keeper._ring()
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(send(gateway, outgoing("m2")))
        await asyncio.sleep(0.1)
        closing = asyncio.ensure_future(gateway.aclose())
        await asyncio.sleep(0.1)
        both_rang.set()
        assert (await second)[0].outcome == "later"
        peer.order("raw", octets=raw_pdu(0x80000004, b"late\0", sequence))
        assert (await first)[0].outcome == "accepted"
        await asyncio.wait_for(closing, SECONDS)

    run(scene())


def test_closing_does_not_wait_for_ever(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, close_seconds=0.1) as gateway:
            peer.order("behave", silent=True)
            sending = asyncio.ensure_future(send(gateway, outgoing()))
            await asyncio.to_thread(peer.submitted, 1)
        assert (await sending)[0].outcome == "in-doubt"

    run(scene())


def test_a_closed_gateway_takes_nothing_and_may_be_closed_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as used, gateway_to(peer.port) as unused:
            await send(used, outgoing())
            for gateway in (used, unused, used, unused):
                await gateway.aclose()
                (answer,) = await send(gateway, outgoing())
                assert (answer.outcome, str(answer.reason)) == ("later", "the gateway is closed")
                assert not await gateway.news()

    run(scene())


def test_news_that_came_before_the_leave_are_there_after_it(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            (answer,) = await send(gateway, outgoing())
            peer.order("receipt", id=answer.provider_id, stat="DELIVRD", state=2)
            await said(peer, "answered")
        assert list(await receipts(gateway, 1)) == [answer.provider_id]

    run(scene())


@pytest.mark.parametrize(
    "wrong", [{"password": "longer than 8"}, {"system_id": ""}, {"window": 0}, {"encoding": "utf8"}, {"hosts": "x"}]
)
def test_wrong_options_are_named_without_their_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyserveError, match=f"gateways.carrier is wrong .*{next(iter(wrong))}") as error:
        registry.open_gateway("carrier", {"carrier": settings_for(2775) | wrong})
    assert "longer than 8" not in str(error.value)

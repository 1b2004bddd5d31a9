"""Texts leave over SMPP: cut in parts, in their alphabet, each answered; the server is played here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from desks.smpp_desk import (
    BAD_ADDRESS,
    LONG,
    QUEUE_FULL,
    THROTTLED,
    gateway_to,
    outgoing,
    receipts,
    run,
    send,
    settings_for,
)
from peers import smpp_server
from peers.smpp_server import Peer
from policyserve.errors import PolicyserveError
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.smpp.receipts import merged, part_numbers


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smpp_server.server() as running:
        yield running


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


@pytest.mark.parametrize(
    "wrong", [{"password": "longer than 8"}, {"system_id": ""}, {"window": 0}, {"encoding": "utf8"}, {"hosts": "x"}]
)
def test_wrong_options_are_named_without_their_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyserveError, match=f"gateways.carrier is wrong .*{next(iter(wrong))}") as error:
        registry.open_gateway("carrier", {"carrier": settings_for(2775) | wrong})
    assert "longer than 8" not in str(error.value)

"""Receipts of parts, the numbers that they name, and what they make of a text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policyserve.messages.gateways.gateway import State
from policyserve.messages.gateways.smpp.addresses import address_of, phone_of
from policyserve.messages.gateways.smpp.options import Addressing, Numbering
from policyserve.messages.gateways.smpp.receipts import joined, merged, number_of, part_numbers, read_receipt

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        (["delivered"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["delivered", None], None),
        (["delivered", "accepted"], None),
        (["failed", None, "delivered"], "failed"),
        (["unknown", "delivered"], "unknown"),
        (["unknown", None], None),
        (["unknown", "failed"], "failed"),
        ([], None),
    ],
)
def test_a_text_is_delivered_when_every_part_is_and_failed_when_one_is(
    states: list[State | None], whole: State | None
) -> None:
    assert merged(states) == whole


@pytest.mark.parametrize(
    ("octets", "numbering", "number"),
    [
        (b"a7F3\0", "text", "a7F3"),
        (b"0000001234", "text", "0000001234"),
        (b"0000001234\0\0", "decimal", "1234"),
        (b"4D2", "hex", "1234"),
        ("000004d2", "hex", "1234"),
        (b"no-number", "decimal", "no-number"),
        (None, "text", ""),
        (b"\0", "hex", ""),
    ],
)
def test_a_number_has_one_form(octets: bytes | str | None, numbering: Numbering, number: str) -> None:
    assert number_of(octets, numbering) == number


@pytest.mark.parametrize("numbers", [("7",), ("7", "8", "9"), ("7", "", "9"), (number_of("a,b", "text"), "c")])
def test_the_numbers_of_parts_are_found_again(numbers: tuple[str, ...]) -> None:
    assert part_numbers(joined(numbers) or "") == numbers


def test_a_text_without_any_number_has_none() -> None:
    assert joined(["", ""]) is None


@pytest.mark.parametrize(
    ("word", "number", "state"),
    [
        ("ENROUTE", 1, "accepted"),
        ("DELIVRD", 2, "delivered"),
        ("EXPIRED", 3, "failed"),
        ("DELETED", 4, "failed"),
        ("UNDELIV", 5, "failed"),
        ("ACCEPTD", 6, "accepted"),
        ("UNKNOWN", 7, "unknown"),
        ("REJECTD", 8, "failed"),
        ("MK:0001", 5, "failed"),
        ("SOMETHING", 99, "unknown"),
    ],
)
def test_a_state_is_read_from_its_word_and_from_its_number(word: str, number: int, state: State) -> None:
    words = f"id:7 sub:001 dlvrd:000 submit date:2611210900 done date:2611210901 stat:{word} err:069 text:".encode()
    for text, options in ((words, {}), (b"", {0x001E: b"7\0", 0x0427: bytes([number])})):
        receipt = read_receipt(text, options, AT, answer_ids="text", receipt_ids="text")
        assert receipt is not None
        assert (receipt.provider_id, receipt.state) == ("7", state)


def test_a_receipt_without_a_number_is_none() -> None:
    assert read_receipt(b"stat:DELIVRD", {}, AT, answer_ids="text", receipt_ids="text") is None


def test_a_receipt_keeps_nothing_of_the_text() -> None:
    text = b"id:7 sub:001 dlvrd:000 stat:REJECTD err:012 text:Dear Ms Wang"
    receipt = read_receipt(text, {}, AT, answer_ids="text", receipt_ids="text")
    assert receipt is not None
    assert (receipt.provider_id, receipt.state, receipt.at) == ("7", "failed", AT)
    assert str(receipt.reason) == "the carrier has refused it (REJECTD err 012)"


@pytest.mark.parametrize(
    ("phone", "addressing", "address"),
    [
        ("13800138000", "international", "8613800138000"),
        ("+8613800138000", "national", "13800138000"),
        ("+85291234567", "international", "85291234567"),
        ("+85291234567", "national", "0085291234567"),
        ("02112345678", "national", "02112345678"),
        ("02112345678", "international", None),
        ("63219999", "international", None),
        ("+13800138000", "international", "13800138000"),
        ("1380013800O", "international", None),
        ("١٣٨٠٠١٣٨٠٠٠", "international", None),
        ("1" * 21, "national", None),
    ],
)
def test_a_phone_becomes_an_address(phone: str, addressing: Addressing, address: str | None) -> None:
    assert address_of(phone, addressing) == address


@pytest.mark.parametrize("addressing", ["international", "national"])
@pytest.mark.parametrize("phone", ["13800138000", "+85291234567"])
def test_a_reply_comes_from_the_phone_that_was_written_to(phone: str, addressing: Addressing) -> None:
    assert phone_of(address_of(phone, addressing) or "", 1) == phone

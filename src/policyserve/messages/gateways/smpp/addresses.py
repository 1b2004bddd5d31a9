"""Phones as the book has them, and the addresses that a peer wants."""

from __future__ import annotations

import re

from policyserve.messages.gateways.smpp.options import Addressing

INTERNATIONAL_TON = 1

_MAINLAND = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})", re.ASCII)
_OTHER = re.compile(r"\d{3,20}", re.ASCII)


def address_of(phone: str, addressing: Addressing) -> str | None:
    """Write a phone as the peer wants it; None where it cannot.

    A landline has no international form here: 63219999 would be a phone in the Philippines.
    """
    if mobile := _MAINLAND.fullmatch(phone):
        return f"86{mobile[1]}" if addressing == "international" else mobile[1]
    if abroad := _ABROAD.fullmatch(phone):
        return abroad[1] if addressing == "international" else f"00{abroad[1]}"
    return phone if addressing == "national" and _OTHER.fullmatch(phone) else None


def phone_of(address: str, ton: int) -> str:
    """Read where a reply came from as the book would have it: mainland mobiles bare, others abroad with `+`."""
    if mobile := _MAINLAND.fullmatch(address):
        return mobile[1]
    if abroad := _ABROAD.fullmatch(address):
        return f"+{abroad[1]}"
    return f"+{address}" if ton == INTERNATIONAL_TON and address.isdigit() else address

"""The GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1), one septet to the octet as SMPP peers expect it."""

from __future__ import annotations

from collections.abc import Iterator

_ESCAPE = 0x1B

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip

OCTETS = {character: bytes([place]) for place, character in enumerate(_BASIC) if place != _ESCAPE} | {
    character: bytes([_ESCAPE, place]) for place, character in _EXTENSION.items()
}
"""Every character of the alphabet, and how it is written: one octet, or the escape and another."""


def encoded(text: str) -> bytes:
    """Write a text; raises KeyError for a character that the alphabet has not."""
    return b"".join(OCTETS[character] for character in text)


def decoded(octets: bytes) -> str:
    """Read a text; an octet that means nothing is read as a space, an unknown extension as its basic character."""
    return "".join(_characters(octets))


def _characters(octets: bytes) -> Iterator[str]:
    escaped = False
    for octet in octets:
        basic = _BASIC[octet] if octet < len(_BASIC) else " "
        if escaped:
            yield _EXTENSION.get(octet, basic)
        elif octet != _ESCAPE:
            yield basic
        escaped = octet == _ESCAPE and not escaped

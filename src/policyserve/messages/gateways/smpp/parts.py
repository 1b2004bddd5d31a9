"""A text cut into what each `submit_sm` carries.

UCS-2 (data coding 8): 140 octets in one part, else 134 (67 UTF-16 units) after a header; a surrogate pair is never
split. GSM 7-bit (data coding 0, one septet to the octet): 160, else 153; an escape is never split from what it escapes.
The header of six octets is 05 00 03, a number that the parts of a text share, how many they are, which this one is
(3GPP TS 23.040, 9.2.3.24.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policyserve.errors import ClauseError
from policyserve.locale import N_
from policyserve.messages.gateways.smpp import alphabet
from policyserve.messages.gateways.smpp.options import Encoding
from policyserve.messages.texts.segments import INTERNATIONAL

GSM, UCS2 = 0, 8
"""Data codings."""
HEADER = 0x40
"""The bit of `esm_class` that says that a header goes before the text."""
MOST = 255

_SINGLE, _PART = 140, 134
"""Octets of UCS-2 in the only part, and in each of several."""
_HIGH = range(0xD8, 0xDC)
"""First octets of the first half of a surrogate pair."""


class UnwritableError(ClauseError):
    """A text that cannot be sent whatever one does; says why, without the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one `submit_sm` carries."""

    octets: bytes
    data_coding: int
    esm_class: int = 0


def parts_of(text: str, encoding: Encoding, reference: int) -> tuple[Part, ...]:
    """Cut a text; `reference` (0 to 255) is used where there are several parts.

    Raises UnwritableError for an empty text, half a character, or more than 255 parts.
    """
    coding, pieces = _pieces(text, encoding)
    if not text:
        raise UnwritableError(N_("the text is empty"))
    if len(pieces) > MOST:
        raise UnwritableError(N_("the text is longer than {most} parts"), most=MOST)
    if len(pieces) == 1:
        return (Part(octets=pieces[0], data_coding=coding),)
    return tuple(
        Part(octets=bytes((5, 0, 3, reference, len(pieces), place)) + piece, data_coding=coding, esm_class=HEADER)
        for place, piece in enumerate(pieces, start=1)
    )


def _pieces(text: str, encoding: Encoding) -> tuple[int, tuple[bytes, ...]]:
    if encoding == "auto" and INTERNATIONAL.count(text).encoding == "gsm7":
        return GSM, tuple(map(alphabet.encoded, INTERNATIONAL.parts(text)))
    try:
        octets = text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise UnwritableError(N_("the text has half a character in it")) from error
    return UCS2, (octets,) if len(octets) <= _SINGLE else tuple(_filled(octets))


def _filled(octets: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(octets):
        end = start + _PART
        if octets[end - 2 : end - 1] and octets[end - 2] in _HIGH:
            end -= 2
        yield octets[start:end]
        start = end

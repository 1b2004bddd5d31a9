"""Texts from phones: how their octets are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from policyserve.messages.gateways.smpp import alphabet
from policyserve.messages.gateways.smpp.parts import GSM, HEADER, UCS2


def _latin(octets: bytes) -> str:
    return octets.decode("latin-1")


_CODINGS: Final[dict[int, Callable[[bytes], str]]] = {
    GSM: alphabet.decoded,
    1: lambda octets: octets.decode("ascii", "replace"),
    3: _latin,
    UCS2: lambda octets: octets.decode("utf-16-be", "replace"),
    15: lambda octets: octets.decode("gb18030", "replace"),  # CMPP's number for GBK, which some gateways keep
}
"""By data coding (SMPP 3.4, 5.2.19)."""


def text_of(octets: bytes, data_coding: int, esm_class: int) -> str:
    """Read what a phone sent, without the header of a part."""
    if esm_class & HEADER and octets:
        octets = octets[octets[0] + 1 :]
    return _CODINGS.get(data_coding, _latin)(octets)

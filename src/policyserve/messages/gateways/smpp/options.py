"""What the settings say of an SMPP session."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policyserve.settings_file import Section

Number = Annotated[int, Field(ge=0, le=255)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Numbering = Literal["text", "decimal", "hex"]
Encoding = Literal["ucs2", "auto"]
Addressing = Literal["international", "national"]

_ASCII = r"^[\x21-\x7e]*$"


class SmppOptions(Section):
    """A section `[gateways.NAME]` with `kind = "smpp"`; lengths are those of SMPP 3.4, section 5.2."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 2775
    tls: bool = False
    tls_ca: Path | None = None
    """Certificates to trust instead of the system's, for a peer that signs its own."""
    system_id: Annotated[str, Field(min_length=1, max_length=15, pattern=_ASCII)]
    password: Annotated[str, Field(max_length=8, pattern=_ASCII, repr=False)]
    system_type: Annotated[str, Field(max_length=12, pattern=_ASCII)] = ""
    source: Annotated[str, Field(max_length=20, pattern=_ASCII)] = ""
    """The number or name that the text comes from; empty where the peer puts it."""
    source_ton: Number = 0
    source_npi: Number = 0
    destination_ton: Number = 1
    destination_npi: Number = 1
    addressing: Addressing = "international"
    """`international`: 8613800138000; `national`: 13800138000, and 00 before a number abroad."""
    encoding: Encoding = "ucs2"
    """`ucs2` for mainland routes, which charge by the character; `auto` writes in GSM 7-bit what can be so written."""
    answer_ids: Numbering = "text"
    """How the peer writes a text's number where it takes the text."""
    receipt_ids: Numbering = "text"
    """How it writes the same number in the words of a receipt; some give hexadecimal there and decimal here."""
    later: tuple[int, ...] = ()
    """Further statuses of the peer that may pass, beside SMPP's own; 0x400 to 0x4FF are the vendor's."""
    rate: Annotated[float, Field(gt=0)] | None = None
    window: Annotated[int, Field(ge=1, le=1000)] = 20
    """Parts that may be on their way without an answer; the peer's contract says how many it allows."""
    connect_seconds: Seconds = 10
    answer_seconds: Seconds = 30
    """Without an answer for so long the peer counts as gone, and the text is in doubt."""
    enquire_seconds: Seconds = 30
    """After so long a silence the peer is asked whether it is still there."""
    reconnect_seconds: Seconds = 1
    """The wait before connecting again; it doubles with each failure, up to `reconnect_most_seconds`."""
    reconnect_most_seconds: Seconds = 30
    pause_seconds: Seconds = 1
    """A peer that is too busy is left in peace for so long; up to five times that if it stays so."""
    listen_seconds: Annotated[float, Field(ge=0, le=3600)] = 5
    """A sender stays so long after the last receipt or reply, also where it has nothing to send; 0 leaves at once."""
    close_seconds: Seconds = 5
    """How long closing waits for answers that are outstanding."""

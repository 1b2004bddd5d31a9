"""The file of texts: a row each with our reference, the phone and the text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from policyserve.messages.gateways.gateway import Outgoing

COLUMNS: Final = ("reference", "phone", "text")
FORMULA: Final = frozenset("=+-@\t\r＝＋－＠")
"""What a text begins with that a spreadsheet would run."""

_PHONE = re.compile(r"\+?\d+")


def file_of(messages: Sequence[Outgoing], encoding: str) -> bytes:
    """Write texts as CSV."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows((harmless(one.reference), harmless(one.phone), harmless(one.text)) for one in messages)
    return lines.getvalue().encode(encoding)


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell; a phone stays as it is, for the platform dials what stands there."""
    return f"'{cell}" if cell[:1] in FORMULA and not _PHONE.fullmatch(cell) else cell


def is_writable(message: Outgoing) -> bool:
    """Whether a text has no half of a character in it, which no encoding can write."""
    try:
        (message.phone + message.text).encode()
    except UnicodeEncodeError:
        return False
    return True

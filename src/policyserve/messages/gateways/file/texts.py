"""The file of texts: a row each with our reference, the phone and the text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from policyserve.messages.gateways.gateway import Outgoing
from policyserve.signs import harmless

COLUMNS: Final = ("reference", "phone", "text")


def file_of(messages: Sequence[Outgoing], encoding: str) -> bytes:
    """Write texts as CSV."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows((harmless(one.reference), harmless(one.phone), harmless(one.text)) for one in messages)
    return lines.getvalue().encode(encoding)


def is_writable(message: Outgoing) -> bool:
    """Whether a text has no half of a character in it, which no encoding can write."""
    try:
        (message.phone + message.text).encode()
    except UnicodeEncodeError:
        return False
    return True

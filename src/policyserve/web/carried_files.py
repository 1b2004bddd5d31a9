"""Carried files: a small file that was looked at, packed into a field of the form that puts it to use."""

from __future__ import annotations

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from policyserve.web.errors import StrangeFormError, TooLongError
from policyserve.web.visit import Visit

LARGEST: Final = 400_000
"""Bytes of such a file."""

PACKED: Final = 60_000
"""Signs of its field; a form has 64,000 at most."""


def sent_file(visit: Visit) -> tuple[str, bytes] | None:
    """Return the name and the bytes of what was sent; None where nothing was. Raises TooLongError."""
    if visit.upload is None:
        return None
    content = visit.upload[1].read(LARGEST + 1)
    if len(content) > LARGEST or len(packed(content)) > PACKED:
        raise TooLongError("This file is larger than a page takes; put it to use with the command line.")
    return visit.upload[0], content


def packed(content: bytes) -> str:
    """Put a file into a field."""
    return urlsafe_b64encode(zlib.compress(content, 9)).decode()


def unpacked(field: str) -> bytes:
    """Take it out again, never more than LARGEST; raises StrangeFormError for what `packed` has not made."""
    unzip = zlib.decompressobj()
    try:
        content = unzip.decompress(urlsafe_b64decode(field.encode()), LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        content = b""
    if not unzip.eof:
        raise StrangeFormError("This form did not come from our own page; open the page again and send it from there.")
    return content

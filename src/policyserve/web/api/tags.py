"""Tags of what the API answers: If-None-Match spares sending it again, If-Match the change of something unseen."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from pydantic import BaseModel

_TAG: Final = re.compile(r'(W/)?"([^"]*)"')


def tag_of(answer: BaseModel, body: bytes) -> str:
    """Return the tag of an answer: the version of what it shows, where that has one, and the hash of it all."""
    version = getattr(answer, "version", None)
    digest = hashlib.sha256(body).hexdigest()[:20]
    return f'"{version}.{digest}"' if version else f'"{digest}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether a reader has an answer already."""
    asked = if_none_match or ""
    return asked.strip() == "*" or tag in [f'"{one[2]}"' for one in _TAG.finditer(asked)]


def versions_of(if_match: str | None) -> set[str] | None:
    """Return the versions that a writer has seen; None: any will do. A weak tag never matches (RFC 9110)."""
    if if_match is None or if_match.strip() == "*":
        return None
    return {one[2].partition(".")[0] for one in _TAG.finditer(if_match) if not one[1]}

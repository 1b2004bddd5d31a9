"""Dotted paths into JSON (`data.0.id`): where a value stands, and what it is as a text."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 2000
"""Characters that are kept of any text from outside; the longest text message has some 1,600."""

REASON_LENGTH = 120

_LONG_NUMBER = re.compile(r"\d{7,}")


def find(document: Any, path: str | None) -> Any:
    """Return what stands at a path, None where there is nothing; a number counts in a list."""
    if path is None:
        return None
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def text_at(document: Any, path: str | None) -> str | None:
    """Return what stands at a path as a text: true and false in small letters, None for nothing and for what is none.

    What no database can store is taken out: NUL and halves of a character.
    """
    value = find(document, path)
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        return None
    return str(value)[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode().strip() or None


def spoken(words: str | None) -> str | None:
    """Return a vendor's words as a reason: short, and without numbers that may be a person's."""
    return _LONG_NUMBER.sub("…", words)[:REASON_LENGTH] if words else None


def put(document: dict[str, Any], path: str, value: object) -> None:
    """Write a value at a path, making the objects on the way."""
    *way, last = path.split(".")
    for part in way:
        document = document.setdefault(part, {})
    document[last] = value

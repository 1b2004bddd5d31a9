"""Why a message is not made, or did not go out: its code with arguments in words, and what was said besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyserve.locale import Sentence, say
from policyserve.locale.record import read, written
from policyserve.standard import reasons


def stored(reason: Sentence | str | None) -> str | None:
    """Return what a gateway said as the database holds it: a sentence of ours, or the vendor's own words.

    What no database can store is taken out: NUL and halves of a character.
    """
    own = Sentence("{said}", said=reason) if isinstance(reason, str) and reason.startswith("{") else reason
    return storable(written(own) if isinstance(own, Sentence) else own)


def storable(text: str | None) -> str | None:
    """Take out of a text from outside what no database can store: NUL and halves of a character."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def told(said: str | None, language: str) -> str | None:
    """Return what a gateway said, as `stored`, for people."""
    return None if said is None else read(said).told(language)


def in_words(row: Mapping[str, Any], language: str) -> str | None:
    """Return the reason of a message (`reason`, `arguments`, `said`) for people; None where it has none.

    A fact is told as what no longer calls for the message. What a person wrote stands word for word.
    """
    code: str | None = row["reason"]
    said: str | None = row["said"]
    if code != "by-hand":
        said = told(said, language)
    if code is None:
        return said
    reason = reasons.sentence(code, row["arguments"])
    if code not in reasons.OF_MESSAGES and code != "gone":
        return _beside(Sentence(reasons.FACTS["gone"]), reason.told(language), language)
    return _beside(reason, said, language) if said else reason.told(language)


def _beside(reason: Sentence, said: str, language: str) -> str:
    return say(language, "{reason} ({said})", reason=reason, said=said)

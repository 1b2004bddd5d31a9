"""Why a message is not made, or did not go out: a code that is stored, and the words for people."""

from __future__ import annotations

from policyserve.locale import Sentence, say, translated
from policyserve.locale.record import read, written
from policyserve.standard import reasons


def stored(reason: Sentence | str | None, code: str = "") -> str | None:
    """Return a reason as the database holds it: after the `code`, if any, a sentence of ours or somebody's own words.

    What no database can store is taken out: NUL and halves of a character.
    """
    if reason is None:
        return code or None
    own = Sentence("{said}", said=reason) if isinstance(reason, str) and reason.startswith("{") else reason
    text = written(own) if isinstance(own, Sentence) else own
    return storable(f"{code}: {text}" if code else text)


def storable(text: str | None) -> str | None:
    """Take out of a text from outside what no database can store: NUL and halves of a character."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def in_words(reason: str | None, language: str) -> str | None:
    """Return a stored reason for people.

    After its code and a colon stands what a vendor said; after `gone` the fact, as a code of `standard.reasons` and its
    arguments.
    """
    if reason is None:
        return None
    code, colon, said = reason.partition(": ")
    words = reasons.REASONS.get(code)
    if words is None:
        return read(reason).told(language)
    fact, _, arguments = said.partition(" ")
    if code == "gone" and fact in reasons.REASONS:
        told = reasons.sentence(fact, arguments or None).told(language)
        return (
            told if fact == code else say(language, "{reason} ({said})", reason=translated(language, words), said=told)
        )
    told = translated(language, words)
    return say(language, "{reason} ({said})", reason=told, said=read(said)) if colon else told

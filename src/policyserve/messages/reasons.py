"""Why a message is not made, or did not go out: a code that is stored, and the words for people."""

from __future__ import annotations

from policyserve.locale import say, translated
from policyserve.standard import reasons


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
        return translated(language, reason)
    fact, _, arguments = said.partition(" ")
    if code == "gone" and fact in reasons.REASONS:
        told = reasons.sentence(fact, arguments or None).told(language)
        return (
            told if fact == code else say(language, "{reason} ({said})", reason=translated(language, words), said=told)
        )
    told = translated(language, words)
    return say(language, "{reason} ({said})", reason=told, said=said) if colon else told

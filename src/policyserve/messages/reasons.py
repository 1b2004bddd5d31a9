"""Why a message is not made, or did not go out: a code that is stored, and the words for people."""

from __future__ import annotations

from typing import Final

from policyserve.locale import N_, say, translated
from policyserve.standard import reasons

REASONS: Final = {
    "no-phone": N_("the customer has no mobile phone; the agent has a task to ask for it"),
    "no-consent": N_("the customer has not consented to marketing"),
    "opted-out": N_("the customer has refused marketing by SMS"),
    "deceased": N_("the customer has died; the family is told in person"),
    "child": N_("no marketing to a person below 14"),
    "superseded": N_("the next reminder of the same takes its place"),
    "cap-day": N_("another marketing message of the day bears more on the targets"),
    "cap-week": N_("the customer has had the week's marketing messages"),
    "cap-all": N_("the customer has had the day's messages"),
    "merged": N_("its text went into another message of the day"),
    "gone": N_("the facts no longer call for it"),
    "expired": N_("its last day passed before it went out"),
    "by-hand": N_("somebody decided against it"),
    "in-doubt": N_("it may have left; nobody knows yet"),
    "no-receipt": N_("no receipt came in time"),
    "tried": N_("every try failed"),
}
"""By code. A reason that is no code is what a template or a vendor said."""


def in_words(reason: str | None, language: str) -> str | None:
    """Return a stored reason for people.

    After its code and a colon stands what a vendor said; after `gone` the fact, as a code of `standard.reasons` and its
    arguments.
    """
    if reason is None:
        return None
    code, colon, said = reason.partition(": ")
    words = REASONS.get(code)
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

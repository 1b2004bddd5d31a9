"""Why a task is there, in one sentence: the fact, the rule, the day off that moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from policyserve.locale import N_, say, say_in, translated
from policyserve.standard.description import when_in_words
from policyserve.standard.model import Service
from policyserve.standard.trigger import After, AfterDebit, AfterEvent, OnAnniversary
from policyserve.standard.vocabulary import event_word, listed, word

_OF_POLICY = {
    "issue": N_("policy {policy} was issued on {anchor}"),
    "effective": N_("policy {policy} took effect on {anchor}"),
    "receipt": N_("the receipt of policy {policy} was signed on {anchor}"),
    "end": N_("the cover of policy {policy} ends on {anchor}"),
}

_FACTS = {
    "birthday": N_("the birthday is {anchor}"),
    "before-instalment": N_("instalment {ordinal} of policy {policy} falls due on {anchor}"),
    "after-unpaid": N_("instalment {ordinal} of policy {policy}, due on {anchor}, is unpaid"),
    "after-suspension": N_("the cover of policy {policy} is suspended since {anchor}, instalment {ordinal} is unpaid"),
    "festival": N_("the festival is on {anchor}"),
    "by-hand": N_("added by hand on {anchor}"),
}

_RELATION = N_("the year of the relation begins on {anchor}")
_DIVIDEND = N_("dividend of policy year {ordinal} of policy {policy}: {anchor}")
_ANNIVERSARY = N_("year {ordinal} of policy {policy}: {anchor}")


class ReasonParts(Protocol):
    """What a task's reason is made of: a task of an agenda has it, and so has a row of the database."""

    @property
    def policy_no(self) -> str | None:
        """The policy that it is about, if it is about one."""

    @property
    def ordinal(self) -> int:
        """The occurrence's own number."""

    @property
    def anchor(self) -> date:
        """The day of the fact."""

    @property
    def nominal(self) -> date:
        """The day that the rule gives."""

    @property
    def due(self) -> date:
        """The day after days off."""

    @property
    def provisional(self) -> bool:
        """Whether the days off of that year are not published."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonWords:
    """The fact and the rule of a service, worked out once for all its tasks."""

    language: str
    fact: str
    """With places for `policy`, `ordinal` and `anchor`; empty for services of the calendar."""
    rule: str
    """When it falls due; empty for what is added by hand."""

    def reason(self, parts: ReasonParts, owed: object = None) -> str:
        """Say in one sentence why a task is there, and what is `owed` (see `sums_owed`), if it is about that.

        For example: policy P1 was issued on 2026-01-04; issue + 4 months: 2026-05-04; a day off, so 2026-05-06.
        """
        why = self._reason(parts)
        return why if owed is None else say(self.language, "{why}; to be paid: {owed}", why=why, owed=owed)

    def _reason(self, parts: ReasonParts) -> str:
        fact = self.fact.format(policy=parts.policy_no, ordinal=parts.ordinal, anchor=parts.anchor)
        if not self.rule:
            return fact
        words = N_("{fact}; {rule}: {day}{shift}") if fact else N_("{rule}: {day}{shift}")
        shift = _shift(parts, self.language)
        return say(self.language, words, fact=fact, rule=self.rule, day=parts.nominal, shift=shift)


def reason_words(service: Service | None, language: str) -> ReasonWords:
    """Word a service in a language; None is one that the standard no longer has."""
    if service is None:
        gone = say_in(language, "reason of a task", "the standard no longer has this service")
        return ReasonWords(language=language, fact=gone, rule="")
    rule = "" if service.trigger.kind == "by-hand" else when_in_words(service, language)
    return ReasonWords(language=language, fact=_fact(service, language), rule=rule)


def _shift(parts: ReasonParts, language: str) -> str:
    moved = say(language, "; a day off, so {day}", day=parts.due) if parts.due != parts.nominal else ""
    return moved + (say(language, " (provisional: days off not yet published)") if parts.provisional else "")


def _fact(service: Service, language: str) -> str:
    match service.trigger:
        case After(anchor=anchor):
            return translated(language, _OF_POLICY[anchor])
        case OnAnniversary(dividend=True):
            return translated(language, _DIVIDEND)
        case OnAnniversary(of=of):
            return translated(language, _RELATION if of == "relation" else _ANNIVERSARY)
        case AfterDebit(results=results):
            named = listed([word(result, language) for result in results], language)
            return _with(translated(language, "policy {policy} was debited on {anchor} ({result})"), result=named)
        case AfterEvent(events=events):
            named = listed([event_word(kind, language) for kind in events], language)
            return _with(translated(language, "{events} on {anchor}"), events=named)
        case trigger:
            return translated(language, _FACTS[trigger.kind]) if trigger.kind in _FACTS else ""


def _with(words: str, **known: str) -> str:
    """Fill the places that are the same for all tasks of a service; the others stay open."""
    for name, value in known.items():
        words = words.replace(f"{{{name}}}", value.replace("{", "{{").replace("}", "}}"))
    return words

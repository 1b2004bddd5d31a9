"""Why a task is there, in one sentence: the fact, the rule, the day off that moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from policyserve.standard.description import when_in_words
from policyserve.standard.model import After, AfterDebit, AfterEvent, OnAnniversary, Service
from policyserve.standard.vocabulary import event_word, listed, word

_OF_POLICY = {
    "issue": ("policy {policy} was issued on {anchor}", "保单{policy}于{anchor}承保"),
    "effective": ("policy {policy} took effect on {anchor}", "保单{policy}于{anchor}生效"),
    "receipt": ("the receipt of policy {policy} was signed on {anchor}", "保单{policy}于{anchor}签收回执"),
    "end": ("the cover of policy {policy} ends on {anchor}", "保单{policy}于{anchor}满期"),
}

_FACTS = {
    "birthday": ("the birthday is {anchor}", "生日为{anchor}"),
    "before-instalment": (
        "instalment {ordinal} of policy {policy} falls due on {anchor}",
        "保单{policy}第{ordinal}期应缴日为{anchor}",
    ),
    "after-unpaid": (
        "instalment {ordinal} of policy {policy}, due on {anchor}, is unpaid",
        "保单{policy}第{ordinal}期（应缴日{anchor}）未缴",
    ),
    "after-suspension": (
        "the cover of policy {policy} is suspended since {anchor}, instalment {ordinal} is unpaid",
        "保单{policy}自{anchor}起效力中止（第{ordinal}期未缴）",
    ),
    "festival": ("the festival is on {anchor}", "节日为{anchor}"),
    "by-hand": ("added by hand on {anchor}", "{anchor}由人工添加"),
}

_RELATION = ("the year of the relation begins on {anchor}", "服务年度始于{anchor}")
_ANNIVERSARY = ("year {ordinal} of policy {policy}: {anchor}", "保单{policy}第{ordinal}个周年：{anchor}")


class Grounds(Protocol):
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
class Wording:
    """The fact and the rule of a service, worked out once for all its tasks."""

    language: str
    fact: str
    """With places for `policy`, `ordinal` and `anchor`; empty for services of the calendar."""
    rule: str
    """When it falls due; empty for what is added by hand."""

    def reason(self, grounds: Grounds) -> str:
        """Say in one sentence why a task is there.

        For example: policy P1 was issued on 2026-01-04; issue + 4 months: 2026-05-04; a day off, so 2026-05-06.
        """
        fact = self.fact.format(policy=grounds.policy_no, ordinal=grounds.ordinal, anchor=grounds.anchor)
        if not self.rule:
            return fact
        chinese = self.language == "zh"
        day = f"标准：{self.rule}，{grounds.nominal}" if chinese else f"{self.rule}: {grounds.nominal}"
        gap = ("；" if chinese else "; ") if fact else ""
        return f"{fact}{gap}{day}{_shift(grounds, chinese)}"


def wording_of(service: Service | None, language: str) -> Wording:
    """Word a service in English (en) or Chinese (zh); None is one that the standard no longer has."""
    if service is None:
        gone = "现行服务标准已无此项目" if language == "zh" else "the standard no longer has this service"
        return Wording(language=language, fact=gone, rule="")
    rule = "" if service.trigger.kind == "by-hand" else when_in_words(service, language)
    return Wording(language=language, fact=_fact(service, language), rule=rule)


def _shift(grounds: Grounds, chinese: bool) -> str:
    moved = ""
    if grounds.due != grounds.nominal:
        moved = f"，逢休息日改为{grounds.due}" if chinese else f"; a day off, so {grounds.due}"
    if not grounds.provisional:
        return moved
    return moved + ("（当年休假安排未公布，暂定）" if chinese else " (provisional: days off not yet published)")


def _fact(service: Service, language: str) -> str:
    chinese = language == "zh"
    match service.trigger:
        case After(anchor=anchor):
            return _OF_POLICY[anchor][chinese]
        case OnAnniversary(of=of):
            return (_RELATION if of == "relation" else _ANNIVERSARY)[chinese]
        case AfterDebit(results=results):
            named = listed([word(result, language) for result in results], language)
            if chinese:
                return f"保单{{policy}}于{{anchor}}扣款（{named}）"
            return f"policy {{policy}} was debited on {{anchor}} ({named})"
        case AfterEvent(events=events):
            named = listed([event_word(kind, language) for kind in events], language)
            return f"{{anchor}}：{named}" if chinese else f"{named} on {{anchor}}"
        case trigger:
            return _FACTS[trigger.kind][chinese] if trigger.kind in _FACTS else ""

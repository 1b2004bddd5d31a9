"""Why a task is there, in one sentence: the fact, the rule, the day off that moved it."""

from __future__ import annotations

import re
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


_PHRASES = (
    ("the policy was cancelled in the free-look", "犹豫期撤单"),
    ("the policy was surrendered", "保单已退保"),
    ("a claim ended the policy", "理赔终止"),
    ("the policy was declared void", "保单已注销"),
    ("the policy was transferred out", "保单已迁出"),
    ("the policy was converted", "保单已转换"),
    ("the policy was terminated", "保单效力终止"),
    ("the policy matured", "保单已满期给付"),
    ("the cover ended", "保险期满"),
    ("the premiums were waived", "保费已豁免"),
    ("the policy was made reduced paid-up", "保单已减额交清"),
    ("the cover was suspended", "保单效力中止"),
    ("the receipt was signed", "回执已签"),
    ("the policy was reinstated", "保单已复效"),
    ("the confirmation of suspension was signed", "效力中止确认书已签"),
    ("the customer died", "客户身故"),
    ("the customer's last policy ended", "客户已无有效保单"),
    ("the birthday is no longer known", "客户生日已清除"),
    ("the case was closed", "已办结"),
    ("the event was retracted", "事件已撤销"),
    ("it was done already", "近期已做过"),
    ("the standard no longer has this service", "服务标准已无此项目"),
    ("the standard has switched this service off", "服务标准已停用此项目"),
    ("the standard asks for it in another way now", "服务标准已改用其他方式"),
    ("the facts no longer call for it", "事实已变，不再需要"),
    ("called for again, ", "重新需要，"),
    ("day of the rule", "标准日"),
    ("counted from", "起算日"),
    ("another holder", "投保人变更"),
    ("and the latest day, ", "最晚日"),
    ("the latest day, ", "最晚日"),
    (", has passed", "已过"),
    ("now due ", "应做日现为"),
    ("instead of", "而非"),
    ("earliest", "最早日"),
    ("latest", "最晚日"),
    ("provisional", "暂定"),
    ("done by", "执行"),
    ("agent ", "业务员"),
    ("due ", "应做日"),
    ("by ", "方式"),
)
_INSTALMENT = re.compile(r"instalment (\d+) was paid")
_ON = re.compile(r" on (\d{4}-\d\d-\d\d)")


def why_in_words(why: str, language: str) -> str:
    """Put the reason of a system's transition into `language`; what people wrote stays as it is."""
    if language != "zh":
        return why
    told = _INSTALMENT.sub(r"第\1期已缴", _ON.sub(r"（\1）", why))
    for english, chinese in _PHRASES:
        told = told.replace(english, chinese)
    return told

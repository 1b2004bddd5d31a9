"""What a template may say: words made of facts, in the language of the message.

A template gets these words and nothing else. Policy numbers come as their last digits; ID numbers, health data and free
text of the book have no place here, so no template can say them (个人信息保护法 6: the least that the purpose needs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, TypedDict

from policyserve.book.money import decimal
from policyserve.dates import add_months
from policyserve.locale import N_, format, say, say_in
from policyserve.tasks.salutation import salutation

Language = Literal["zh", "en"]

REINSTATEMENT_MONTHS = 24
"""From the first day of suspension; then the insurer may terminate the contract (保险法 37)."""

CHILD, ADULT = 14, 18
"""Ages: below the first a child is addressed as one, below the second as a pupil."""

_DAY = timedelta(days=1)

_FAILURES = {
    "余额不足": ("余额不足", "insufficient balance"),
    "账户冻结": ("账户状态异常", "the account is blocked"),
    "账户已注销": ("账户已注销", "the account is closed"),
    "代扣协议失效": ("代扣授权失效", "the debit mandate is no longer valid"),
}
"""Reasons of a failed debit that a message may name; a bank's free text is never passed on."""


class Occasion(TypedDict, total=False):
    """What the book knows of one message, a row; nothing of it reaches a template but through `values_of`."""

    name: str | None
    gender: str | None
    birthday: date | None
    policy_no: str | None
    product: str | None
    rider_amount: int | None
    """The part of `amount` that riders bring."""
    amount: int | None
    """The instalment, in minor units of `currency` (CNY where it is not given)."""
    currency: str | None
    due: date | None
    """The due day of the instalment."""
    debit_on: date | None
    next_debit_on: date | None
    failure: str | None
    suspended_on: date | None
    """The first day without cover, to come or past: the day after the last day of grace."""
    issued_on: date | None
    ends_on: date | None
    """The last day of cover."""
    agent_name: str | None
    agent_phone: str | None
    previous_agent: str | None
    """The name of the agent who served before."""
    hotline: str | None
    festival: str | None
    """The code of the greeting day in the calendar."""
    news: str | None
    """The company's news of the month, a sentence in the language of the message."""
    event: str | None
    """The event that customers are invited to, with place and time, in the language of the message."""


VALUES = {
    "language": "zh or en",
    "greeting": "what the text begins with: 尊敬的王女士： or Dear Ms Wang, - 您好， or Hello, without name or gender",
    "contact": "whom to ask: 联系林慧15400000102或95500 or call Hui Lin on 15400000102 or 95500",
    "salutation": "王女士 or Ms Wang; a child by name",
    "policy": "《安康重疾险》（尾号1234） or policy ending 1234",
    "policy_tail": "the last four characters of the policy's number, of a short one its second half",
    "product": "the product's name",
    "amount": "what is to be paid of the instalment: 1,234.00元 or CNY 1,234.00; riders are named:"
    " 3,395.00元（含附加险225.00元） or CNY 3,395.00 (riders: CNY 225.00 of it)",
    "due": "the due day of the instalment: 11月21日 or 21 November",
    "days_to_due": "days left until it",
    "debit_on": "the day of the debit",
    "next_debit_on": "the day of the next debit",
    "failure": "why the debit failed",
    "last_grace_day": "the last day of grace",
    "days_of_grace": "days left until it",
    "suspended_on": "the first day without cover",
    "reinstate_by": "the last day of the two years in which the policy can be reinstated",
    "days_to_reinstate": "days left until it",
    "issued_on": "the day of issue",
    "ends_on": "the last day of cover",
    "days_to_end": "days left until it",
    "agent_name": "the serving agent's name",
    "agent_phone": "the serving agent's phone",
    "previous_agent": "the name of the agent who served before",
    "hotline": "the company's hotline",
    "festival": "the code of the greeting day in the calendar",
    "news": "the company's news of the month",
    "event": "the event that customers are invited to",
    "parts": "in a combined text only: the words of each text that it stands for",
}
"""Every word that a template may say, with its meaning. One that is not known is absent: a template that says it all
the same is refused, one that may do without it asks `is defined`. Days left are absent once the day is past."""


Word = str | int | Sequence[Mapping[str, "Word"]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """The words for one message."""

    language: Language
    words: Mapping[str, Word]
    """Some of `VALUES`."""


def values_of(known: Occasion, *, language: Language, as_of: date, with_year: bool = False) -> Values:
    """Put what is known into words; `as_of` is the message's day: dates of another year, or all, name their year."""
    who = _addressed(known, language, as_of)
    agent, phone, hotline = known.get("agent_name"), known.get("agent_phone"), known.get("hotline")
    words: dict[str, Word] = {
        "language": language,
        "greeting": greeting(who, language),
        "contact": contact(agent, phone, hotline, language),
    }
    if who:
        words["salutation"] = who
    for name in _COPIED:
        if isinstance(value := known.get(name), str):
            words[name] = value
    for name in _DAYS:
        if isinstance(day := known.get(name), date) and not (name in _AHEAD and day < as_of):
            words.update(_of_day(name, day, as_of, language, with_year))
    words.update(_of_contract(known, language))
    return Values(language=language, words=words)


_COPIED = ("product", "agent_name", "agent_phone", "previous_agent", "hotline", "festival")
"""What is said as it stands."""

_DAYS = ("due", "debit_on", "next_debit_on", "suspended_on", "issued_on", "ends_on")

_AHEAD = ("next_debit_on",)
"""Days that are not said once they are past."""

_LEFT = {
    "due": "days_to_due",
    "last_grace_day": "days_of_grace",
    "reinstate_by": "days_to_reinstate",
    "ends_on": "days_to_end",
}
"""Days that are waited for."""


@lru_cache(maxsize=4096)
def _of_day(name: str, day: date, as_of: date, language: Language, with_year: bool) -> Mapping[str, str | int]:
    """Word a day, and the days that follow from it: grace ends on the day before suspension."""
    days = {name: day}
    if name == "suspended_on":
        days["last_grace_day"] = day - _DAY
        days["reinstate_by"] = add_months(day, REINSTATEMENT_MONTHS) - _DAY
    words: dict[str, str | int] = {
        name: day_in_words(day, None if with_year else as_of.year, language) for name, day in days.items()
    }
    words.update((_LEFT[name], (day - as_of).days) for name, day in days.items() if name in _LEFT and day >= as_of)
    return words


def _of_contract(known: Occasion, language: Language) -> dict[str, str]:
    words: dict[str, str] = {}
    if tail := policy_tail(known.get("policy_no") or ""):
        words |= {"policy_tail": tail, "policy": _told_policy(tail, known.get("product"), language)}
    if (amount := known.get("amount")) is not None:
        currency, riders = known.get("currency") or "CNY", known.get("rider_amount") or 0
        of_riders = amount_in_words(riders, currency, language) if riders else None
        words["amount"] = format.with_riders(language, amount_in_words(amount, currency, language), of_riders)
    if failure := _FAILURES.get(known.get("failure") or ""):
        words["failure"] = failure[language == "en"]
    words.update((name, told) for name in ("news", "event") if (told := _unended(known.get(name))))
    return words


def combined_values(parts: Sequence[Values]) -> Values:
    """Put the words of several texts to one person into those of one: the first one's, and each as one of `parts`."""
    first = parts[0]
    return Values(language=first.language, words={**first.words, "parts": [part.words for part in parts]})


def greeting(who: str | None, language: Language) -> str:
    """Begin a text: with the salutation, or with a plain hello."""
    return say(language, "Dear {who}, ", who=who) if who else say(language, "Hello, ")


@lru_cache(maxsize=4096)
def contact(agent_name: str | None, agent_phone: str | None, hotline: str | None, language: Language) -> str:
    """Say whom to ask, in the imperative: the agent, the hotline or both; an agent without a phone cannot be asked."""
    if not agent_phone:
        return say(language, "call {hotline}", hotline=hotline) if hotline else say(language, "contact your agent")
    name = agent_name or say(language, "your agent")
    words = N_("call {agent} on {phone} or {hotline}") if hotline else N_("call {agent} on {phone}")
    return say(language, words, agent=name, phone=agent_phone, hotline=hotline)


def policy_tail(policy_no: str) -> str:
    """Return the last four characters of a policy's number; of a number below eight characters its second half."""
    return policy_no[len(policy_no) - min(4, len(policy_no) // 2) :]


@lru_cache(maxsize=4096)
def amount_in_words(minor: int, currency: str, language: Language) -> str:
    """Write an amount of minor units: 1,234.00元 in Chinese, CNY 1,234.00 in English."""
    return format.money(language, decimal(minor, currency), currency)


@lru_cache(maxsize=4096)
def day_in_words(day: date, year: int, language: Language) -> str:
    """Write a day: 11月21日 or 21 November; outside of `year` with its year."""
    return format.day(language, day, year)


def _addressed(known: Occasion, language: Language, as_of: date) -> str | None:
    """Address a person: children and pupils by their name, others by surname and title if the gender is known."""
    name, gender, birthday = known.get("name"), known.get("gender"), known.get("birthday")
    if name and birthday and as_of.year - birthday.year <= ADULT and add_months(birthday, ADULT * 12) > as_of:
        child = add_months(birthday, CHILD * 12) > as_of
        return say_in(language, "child" if child else "pupil", "{name}", name=name)
    return salutation(name, gender, language) if name and gender else None


def policy_in_words(policy_no: str, product: str | None, language: Language) -> str:
    """Name a policy by its product and the end of its number: 《安康重疾险》（尾号1234）."""
    return _told_policy(policy_tail(policy_no), product, language)


def _told_policy(tail: str, product: str | None, language: Language) -> str:
    if language == "en":
        return f"policy ending {tail}"
    return f"{f'《{product}》' if product else '保单'}（尾号{tail}）"


def _unended(sentence: object) -> str | None:
    """Take a sentence's full stop off: the template sets its own."""
    return sentence.strip().rstrip("。.") if isinstance(sentence, str) else None

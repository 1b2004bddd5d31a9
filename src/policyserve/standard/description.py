"""A standard in words: one readable row per service."""

from __future__ import annotations

from decimal import Decimal

from policyserve.locale import ENGLISH, N_, N_in, say, say_in, say_many
from policyserve.locale.format import money
from policyserve.standard.grade import GradeRule
from policyserve.standard.model import Audience, Service, Standard
from policyserve.standard.trigger import (
    MONTHS_OF_PERIOD,
    After,
    AfterDebit,
    AfterEvent,
    AfterSuspension,
    AfterUnpaid,
    BeforeInstalment,
    ByHand,
    OnAnniversary,
    OnBirthday,
    OnCalendar,
    OnFestival,
)
from policyserve.standard.vocabulary import amount, event_word, listed, month_names, word

HEADINGS = {
    "code": N_("Code"),
    "name": N_("Service"),
    "level": N_in("standard", "Level"),
    "stage": N_("Stage"),
    "subject": N_("Subject"),
    "audience": N_in("standard", "For"),
    "when": N_("When"),
    "window": N_in("standard", "On time"),
    "channels": N_("Channels"),
    "class": N_in("standard", "Class"),
    "who": N_in("standard", "Who"),
    "ends_when": N_("Ends when"),
    "bearing": N_("Bearing"),
    "on": N_in("standard", "On"),
    "talking_points": N_("What to say"),
    "tools": N_("What to bring"),
}
"""The columns of a table and their headings; the bearing is on persistency/referrals/add-ons."""


def show_rows(standard: Standard, language: str) -> list[dict[str, str]]:
    """Write each service as a row of words, with the keys of HEADINGS."""
    return [_row(service, standard, language) for service in standard.services]


def _row(service: Service, standard: Standard, language: str) -> dict[str, str]:
    bearing = service.bearing
    return {
        "code": service.code,
        "name": str(service.said("name", language)),
        "level": word(service.level, language),
        "stage": word(service.stage, language),
        "subject": word(service.subject, language),
        "audience": audience_in_words(service.audience, standard, language),
        "when": when_in_words(service, language),
        "window": window_in_words(service, language),
        "channels": channels_in_words(service, language),
        "class": word(service.message_class, language),
        "who": word(service.performer, language),
        "ends_when": listed([word(ending, language) for ending in service.ends_when], language),
        "bearing": f"{bearing.persistency}/{bearing.referrals}/{bearing.add_ons}",
        "on": word("yes" if service.enabled else "no", language),
        "talking_points": " ".join(service.said("talking_points", language)),
        "tools": listed(list(service.said("tools", language)), language),
    }


def channels_in_words(service: Service, language: str) -> str:
    """Name the channels of a service."""
    names = [word("office-work" if name == "office" else name, language) for name in service.channels]
    return listed(names, language)


def audience_in_words(audience: Audience, standard: Standard, language: str) -> str:
    """Say which customers or policies a service is for."""
    parts = [word(audience.gender, language)] if audience.gender else []
    if audience.min_age is not None:
        parts.append(say(language, "{age} and older", age=audience.min_age))
    if audience.insured_under_age is not None:
        parts.append(say(language, "insured under {age}", age=audience.insured_under_age))
    if audience.occupations:
        parts.append(say(language, "occupation: {names}", names=listed(list(audience.occupations), language)))
    if audience.participating:
        parts.append(word("participating", language))
    if audience.term is not None:
        parts.append(word(f"{audience.term}-term", language))
    parts += [standard.grade(code, language) or code for code in audience.grades]
    return listed(parts, language) or word("everybody", language)


def grades_in_words(standard: Standard, language: str) -> str:
    """Say who has which grade, the highest first."""
    otherwise = say_in(language, "between rules", "; or ")
    told = (otherwise.join(_rule(rule, language) for rule in grade.rules) for grade in standard.grades)
    pairs = zip(standard.grades, told, strict=True)
    parts = [say(language, "{grade}: {rules}.", grade=grade.said(language), rules=rules) for grade, rules in pairs]
    return " ".join(parts)


def _rule(rule: GradeRule, language: str) -> str:
    """Say what a rule asks for."""
    parts = [say(language, "a VIP mark")] if rule.vip else []
    if rule.marks:
        parts.append(say(language, "VIP mark: {names}", names=listed(list(rule.marks), language)))
    if rule.premium is not None:
        amount = money(language, Decimal(rule.premium), rule.currency)
        parts.append(say(language, "{amount} a year in force", amount=amount))
    if rule.years is not None:
        parts.append(say_many(language, "a customer for {n} year", "a customer for {n} years", rule.years))
    if rule.referrals is not None:
        parts.append(say_many(language, "{n} customer referred", "{n} customers referred", rule.referrals))
    return listed(parts, language) or word("everybody", language)


def when_in_words(service: Service, language: str) -> str:
    """Say when a service falls due: "issue + 1 month", "every year on the birthday"; also used as a task's reason."""
    match service.trigger:
        case After() | AfterSuspension() as trigger:
            return _after(trigger, language)
        case BeforeInstalment() as trigger:
            return _before_instalment(trigger, language)
        case AfterUnpaid() | AfterDebit() | AfterEvent() as trigger:
            return _after_something(trigger, language)
        case OnCalendar() as trigger:
            return _on_calendar(trigger, language)
        case OnAnniversary() as trigger:
            return _on_anniversary(trigger, language)
        case OnBirthday() | OnFestival() | ByHand() as trigger:
            return _on_its_day(trigger, language)


def _on_its_day(trigger: OnBirthday | OnFestival | ByHand, language: str) -> str:
    if isinstance(trigger, ByHand):
        return say(language, "when the agent adds it")
    if isinstance(trigger, OnFestival):
        return say(language, "every year on the festival")
    return say(language, "every year on the birthday")


def _after(trigger: After | AfterSuspension, language: str) -> str:
    anchor, workdays = (trigger.anchor, trigger.workdays) if isinstance(trigger, After) else ("suspension", 0)
    offsets = [(trigger.months, "month"), (trigger.days, "day"), (workdays, "workday")]
    given = [(number, unit) for number, unit in offsets if number]
    if not given:
        return word(f"on-{anchor}", language)
    when = word(anchor, language)
    for number, unit in given:
        words = N_("{day} + {time}") if number > 0 else N_("{day} - {time}")
        when = say(language, words, day=when, time=amount(abs(number), unit, language))
    return when


def _before_instalment(trigger: BeforeInstalment, language: str) -> str:
    when = say(language, "on the due day of each instalment")
    if trigger.days:
        when = say(language, "{time} before each instalment", time=amount(trigger.days, "day", language))
    if len(trigger.modes) == 4:
        return when
    modes = listed([word(mode, language) for mode in trigger.modes], language)
    return say(language, "{when} ({modes})", when=when, modes=modes)


def _after_something(trigger: AfterUnpaid | AfterDebit | AfterEvent, language: str) -> str:
    what = _what_happened(trigger, language)
    offsets = [(trigger.days, "day"), (trigger.workdays if isinstance(trigger, AfterEvent) else 0, "workday")]
    given = [amount(number, unit, language) for number, unit in offsets if number]
    if not given:
        return say(language, "on the day of {what}", what=what)
    return say(language, "{time} after {what}", time=say_in(language, "times", " and ").join(given), what=what)


def _what_happened(trigger: AfterUnpaid | AfterDebit | AfterEvent, language: str) -> str:
    if isinstance(trigger, AfterUnpaid):
        return say(language, "the due day of the oldest unpaid instalment")
    if isinstance(trigger, AfterEvent):
        events = [_with_article(kind, language) for kind in trigger.events]
        return say_in(language, "events", " or ").join(events)
    if len(trigger.results) > 1:
        return say(language, "each debit")
    return say(language, "each {result} debit", result=word(trigger.results[0], language))


def _with_article(kind: str, language: str) -> str:
    """Name one event of a kind: "an illness", "a claim"."""
    words = (
        N_in("one event", "an {event}") if event_word(kind, ENGLISH)[0] in "aeiou" else N_in("one event", "a {event}")
    )
    return say(language, words, event=event_word(kind, language))


def _on_calendar(trigger: OnCalendar, language: str) -> str:
    when = _on_fixed_day(trigger, language)
    if trigger.spread == 1:
        return when
    time = amount(trigger.spread, "day", language)
    return say(language, "{when}, spread over {time}, each customer on a day of the own", when=when, time=time)


def _on_fixed_day(trigger: OnCalendar, language: str) -> str:
    if trigger.every == "month":
        return say(language, "every month on day {day}", day=trigger.day)
    months = month_names(list(range(trigger.month, 13, MONTHS_OF_PERIOD[trigger.every])), language)
    return say(language, "every year on {day} {months}", day=trigger.day, months=months)


def _on_anniversary(trigger: OnAnniversary, language: str) -> str:
    of = say(language, "the policy") if trigger.of == "policy" else say(language, "the first policy in force")
    if trigger.months:
        time = amount(trigger.months, "month", language)
        when = say(language, "{time} after each anniversary of {what}", time=time, what=of)
    else:
        when = say(language, "on each anniversary of {what}", what=of)
    if trigger.first > 1:
        when = say(language, "{when}, from number {number} on", when=when, number=trigger.first)
    return say(language, "when the year's dividend is declared, else {when}", when=when) if trigger.dividend else when


def window_in_words(service: Service, language: str) -> str:
    """Say how early and how late is still on time, counted from the due day: "7 days before to 14 days after"."""
    window = service.window
    if service.trigger.kind == "by-hand":
        return say(language, "any day")
    last = _latest(service, language)
    if not window.before and last is None:
        return say(language, "on the day")
    day = say_in(language, "end of a window", "the day")
    first = say(language, "{time} before", time=amount(window.before, "day", language)) if window.before else day
    return say_in(language, "window", "{first} to {last}", first=first, last=last or day)


def _latest(service: Service, language: str) -> str | None:
    """Say how late is still on time; None: the due day itself."""
    window = service.window
    if window.until:
        return say(language, "the end of the free-look")
    if window.after_months:
        time = amount(window.after_months, "month", language)
        return say(language, "{time} after the suspension", time=time)
    if not (window.after_workdays or window.after):
        return None
    unit = "workday" if window.after_workdays else "day"
    return say(language, "{time} after", time=amount(window.after_workdays or window.after, unit, language))

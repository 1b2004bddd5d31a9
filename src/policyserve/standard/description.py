"""A standard in words: one readable row per service, in English or Chinese."""

from __future__ import annotations

from policyserve.standard.model import (
    MONTHS_OF_PERIOD,
    After,
    AfterDebit,
    AfterEvent,
    AfterSuspension,
    AfterUnpaid,
    Audience,
    BeforeInstalment,
    ByHand,
    OnAnniversary,
    OnBirthday,
    OnCalendar,
    OnFestival,
    Service,
    Standard,
)
from policyserve.standard.vocabulary import amount, event_word, listed, month_names, word

HEADINGS = {
    "code": ("Code", "代码"),
    "name": ("Service", "服务项目"),
    "level": ("Level", "要求"),
    "stage": ("Stage", "阶段"),
    "subject": ("Subject", "对象"),
    "audience": ("For", "人群"),
    "when": ("When", "时点"),
    "window": ("On time", "及时范围"),
    "channels": ("Channels", "方式"),
    "class": ("Class", "消息类别"),
    "who": ("Who", "执行"),
    "ends_when": ("Ends when", "终止条件"),
    "bearing": ("Bearing", "指标影响"),
    "on": ("On", "启用"),
}
"""The columns of a table and their headings in English and Chinese; the bearing is on persistency/referrals/add-ons."""


def show_rows(standard: Standard, language: str) -> list[dict[str, str]]:
    """Write each service as a row of words, with the keys of HEADINGS; `language` is en or zh."""
    return [_row(service, language) for service in standard.services]


def _row(service: Service, language: str) -> dict[str, str]:
    bearing = service.bearing
    return {
        "code": service.code,
        "name": service.name_zh if language == "zh" else service.name,
        "level": word(service.level, language),
        "stage": word(service.stage, language),
        "subject": word(service.subject, language),
        "audience": audience_in_words(service.audience, language),
        "when": when_in_words(service, language),
        "window": window_in_words(service, language),
        "channels": channels_in_words(service, language),
        "class": word(service.message_class, language),
        "who": word(service.performer, language),
        "ends_when": listed([word(ending, language) for ending in service.ends_when], language),
        "bearing": f"{bearing.persistency}/{bearing.referrals}/{bearing.add_ons}",
        "on": word("yes" if service.enabled else "no", language),
    }


def channels_in_words(service: Service, language: str) -> str:
    """Name the channels of a service."""
    names = [word("office-work" if name == "office" else name, language) for name in service.channels]
    return listed(names, language)


def audience_in_words(audience: Audience, language: str) -> str:
    """Say which customers or policies a service is for."""
    chinese = language == "zh"
    parts = [word(audience.gender, language)] if audience.gender else []
    if audience.min_age is not None:
        parts.append(f"{audience.min_age}岁及以上" if chinese else f"{audience.min_age} and older")
    if audience.insured_under_age is not None:
        age = audience.insured_under_age
        parts.append(f"被保险人未满{age}岁" if chinese else f"insured under {age}")
    if audience.occupations:
        named = listed(list(audience.occupations), language)
        parts.append(f"职业：{named}" if chinese else f"occupation: {named}")
    if audience.participating:
        parts.append(word("participating", language))
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
        return "由业务员添加" if language == "zh" else "when the agent adds it"
    if isinstance(trigger, OnFestival):
        return "每年节日当日" if language == "zh" else f"every year on the festival ({trigger.name})"
    return "每年生日当日" if language == "zh" else "every year on the birthday"


def _after(trigger: After | AfterSuspension, language: str) -> str:
    anchor, workdays = (trigger.anchor, trigger.workdays) if isinstance(trigger, After) else ("suspension", 0)
    offsets = [(trigger.months, "month"), (trigger.days, "day"), (workdays, "workday")]
    given = [(number, unit) for number, unit in offsets if number]
    if not given:
        return word(f"on-{anchor}", language)
    gap = "" if language == "zh" else " "
    steps = [f"{gap}{'+' if number > 0 else '-'}{gap}{amount(abs(number), unit, language)}" for number, unit in given]
    return word(anchor, language) + "".join(steps)


def _before_instalment(trigger: BeforeInstalment, language: str) -> str:
    modes = listed([word(mode, language) for mode in trigger.modes], language)
    if language == "zh":
        when = f"每期应缴日前{trigger.days}天" if trigger.days else "每期应缴日当日"
        return when if len(trigger.modes) == 4 else f"{when}（{modes}）"
    each = f"{amount(trigger.days, 'day', language)} before each instalment"
    when = each if trigger.days else "on the due day of each instalment"
    return when if len(trigger.modes) == 4 else f"{when} ({modes})"


def _after_something(trigger: AfterUnpaid | AfterDebit | AfterEvent, language: str) -> str:
    what = _what_happened(trigger, language)
    offsets = [(trigger.days, "day"), (trigger.workdays if isinstance(trigger, AfterEvent) else 0, "workday")]
    given = [amount(number, unit, language) for number, unit in offsets if number]
    if language == "zh":
        return f"{what}后{'加'.join(given)}" if given else f"{what}当日"
    return f"{' and '.join(given)} after {what}" if given else f"on the day of {what}"


def _what_happened(trigger: AfterUnpaid | AfterDebit | AfterEvent, language: str) -> str:
    chinese = language == "zh"
    if isinstance(trigger, AfterUnpaid):
        return "应缴日（未缴）" if chinese else "the due day of the oldest unpaid instalment"
    if isinstance(trigger, AfterEvent):
        events = [event_word(kind, language) for kind in trigger.events]
        return "或".join(events) if chinese else " or ".join(map(_with_article, events))
    result = word(trigger.results[0], language) if len(trigger.results) == 1 else ""
    return f"扣款{result}" if chinese else " ".join(["each", *([result] if result else []), "debit"])


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _on_calendar(trigger: OnCalendar, language: str) -> str:
    months = month_names(list(range(trigger.month, 13, MONTHS_OF_PERIOD[trigger.every])), language)
    if trigger.every == "month":
        return f"每月{trigger.day}日" if language == "zh" else f"every month on day {trigger.day}"
    return f"每年{months}{trigger.day}日" if language == "zh" else f"every year on {trigger.day} {months}"


def _on_anniversary(trigger: OnAnniversary, language: str) -> str:
    return _anniversary_zh(trigger) if language == "zh" else _anniversary_en(trigger)


def _anniversary_en(trigger: OnAnniversary) -> str:
    of = "the policy" if trigger.of == "policy" else "the first policy in force"
    start = f"{amount(trigger.months, 'month', 'en')} after each" if trigger.months else "on each"
    first = f", from number {trigger.first} on" if trigger.first > 1 else ""
    declared = "when the year's dividend is declared, else " if trigger.dividend else ""
    return f"{declared}{start} anniversary of {of}{first}"


def _anniversary_zh(trigger: OnAnniversary) -> str:
    of = "保单" if trigger.of == "policy" else "首张有效保单"
    after = f"后{amount(trigger.months, 'month', 'zh')}" if trigger.months else "当日"
    first = f"（自第{trigger.first}个起）" if trigger.first > 1 else ""
    declared = "当年分红公布时，否则" if trigger.dividend else ""
    return f"{declared}{of}每个周年日{after}{first}"


def window_in_words(service: Service, language: str) -> str:
    """Say how early and how late is still on time, counted from the due day: "7 days before to 14 days after"."""
    chinese, window = language == "zh", service.window
    if service.trigger.kind == "by-hand":
        return "不限" if chinese else "any day"
    last = _latest(service, language)
    if not window.before and last is None:
        return "当天" if chinese else "on the day"
    days = amount(window.before, "day", language)
    first = (f"前{days}" if chinese else f"{days} before") if window.before else ("当天" if chinese else "the day")
    return f"{first}至{last or '当天'}" if chinese else f"{first} to {last or 'the day'}"


def _latest(service: Service, language: str) -> str | None:
    """Say how late is still on time; None: the due day itself."""
    chinese, window = language == "zh", service.window
    if window.until:
        return "犹豫期届满" if chinese else "the end of the free-look"
    if window.after_months:
        count = amount(window.after_months, "month", language)
        return f"效力中止后{count}" if chinese else f"{count} after the suspension"
    count = amount(window.after_workdays or window.after, "workday" if window.after_workdays else "day", language)
    if not (window.after_workdays or window.after):
        return None
    return f"后{count}" if chinese else f"{count} after"

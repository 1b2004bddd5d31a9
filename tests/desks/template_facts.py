"""Facts for the shipped templates, and texts made of them."""

from __future__ import annotations

from datetime import date

import pytest

from policyserve.messages.texts.segments import INTERNATIONAL, MAINLAND
from policyserve.messages.texts.templates import Rendered, render
from policyserve.messages.texts.values import Language, Occasion, values_of
from policyserve.standard.model import MessageClass
from policyserve.standard.parser import default_standard

CLASSES: dict[str, MessageClass] = {
    service.template: service.message_class for service in default_standard().services if service.template
}

COMBINED: dict[str, tuple[str, ...]] = {
    "issue-notice+issue-notice": ("issue-notice",) * 2,
    "payment-feedback-failed+payment-feedback-failed": ("payment-feedback-failed",) * 2,
    "payment-feedback-success+payment-feedback-success": ("payment-feedback-success",) * 2,
    "payment-feedback-success+renewal-reminder": ("payment-feedback-success", "renewal-reminder"),
    "renewal-reminder+renewal-reminder": ("renewal-reminder",) * 2,
}
"""The combined templates, each with the templates that it stands for, in the order of its parts."""

LANGUAGES: tuple[Language, ...] = ("zh", "en")

TODAY = date(2026, 11, 21)

POLICY: Occasion = {
    "policy_no": "3302026000001234", "product": "世代传家终身寿险", "amount": 1234500, "due": date(2026, 11, 21),
    "debit_on": date(2026, 11, 22), "next_debit_on": date(2026, 11, 28), "failure": "余额不足",
    "suspended_on": date(2027, 1, 21), "issued_on": date(2026, 11, 18), "ends_on": date(2027, 1, 15),
    "festival": "dragon-boat", "gender": "female", "birthday": date(1980, 5, 12), "agent_phone": "15400000102",
    "hotline": "95500", "news": "e-policies are online", "event": "the salon of 5 December",
}  # fmt: skip

PEOPLE: dict[Language, Occasion] = {
    "zh": {"name": "欧阳芳", "agent_name": "林慧", "previous_agent": "张三丰"},
    "en": {"name": "Fang Wang", "agent_name": "Hui Lin", "previous_agent": "Min Zhang"},
}

NEEDED: dict[str, Occasion] = {
    "issue-notice": {"policy_no": "P00001", "issued_on": TODAY},
    "birthday-greeting": {},
    "good-news": {"news": "e-policies are online"},
    "renewal-reminder": {"policy_no": "P00001", "amount": 100, "due": TODAY},
    "payment-feedback-success": {"policy_no": "P00001", "amount": 100, "debit_on": TODAY},
    "payment-feedback-failed": {"policy_no": "P00001", "amount": 100, "debit_on": TODAY},
    "debit-retry": {"policy_no": "P00001", "amount": 100},
    "lapse-reminder": {"policy_no": "P00001", "amount": 100, "due": TODAY, "suspended_on": TODAY},
    "grace-demand": {"policy_no": "P00001", "amount": 100, "due": TODAY, "suspended_on": TODAY},
    "lapse-notice": {"policy_no": "P00001", "due": TODAY, "suspended_on": TODAY},
    "reinstatement-invitation": {"policy_no": "P00001", "suspended_on": TODAY},
    "reinstatement-last-call": {"policy_no": "P00001", "suspended_on": TODAY},
    "maturity-notice": {"policy_no": "P00001", "ends_on": TODAY},
    "cover-renewal": {"policy_no": "P00001", "ends_on": TODAY},
    "event-invitation": {"event": "the salon of 5 December"},
    "festival-greeting": {"festival": "mid-autumn"},
    "handover-notice": {"agent_name": "林慧"},
}
"""What each template cannot do without."""

every_language = pytest.mark.parametrize("language", LANGUAGES)


def written(template: str, language: Language, known: Occasion) -> Rendered:
    chinese = language == "zh"
    return render(
        template,
        values_of(known, language=language, as_of=TODAY),
        signature="安心人寿" if chinese else "Anxin Life",
        message_class=CLASSES[template],
        route=MAINLAND if chinese else INTERNATIONAL,
    )


def typical(template: str, language: Language) -> Rendered:
    return written(template, language, {**POLICY, **PEOPLE[language]})


def festival(code: str, language: Language) -> Rendered:
    return written("festival-greeting", language, {"festival": code, "name": "王芳", "gender": "female"})

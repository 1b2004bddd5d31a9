"""The shipped templates: one in each language for every service, right for the trade, in one or two segments."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture, template_folder
from policyserve.messages.generation.combination import MOST
from policyserve.messages.texts.segments import GSM_BASIC, GSM_EXTENSION, INTERNATIONAL, MAINLAND
from policyserve.messages.texts.templates import Rendered, RenderError, render
from policyserve.messages.texts.values import VALUES, Language, Occasion, combined_values, values_of
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

FILES = sorted(template_folder("sms").glob("*.j2"))
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TODAY = date(2026, 11, 21)

POLICY: Occasion = {
    "policy_no": "3302026000001234", "product": "世代传家终身寿险", "amount": 1234500, "due": date(2026, 11, 21),
    "debit_on": date(2026, 11, 22), "next_debit_on": date(2026, 11, 28), "failure": "余额不足",
    "suspended_on": date(2027, 1, 21), "issued_on": date(2026, 11, 18), "ends_on": date(2027, 1, 15),
    "festival": "dragon-boat", "gender": "female", "birthday": date(1980, 5, 12), "agent_phone": "15400000102",
    "hotline": "95500",
}  # fmt: skip
PEOPLE: dict[Language, Occasion] = {
    "zh": {"name": "欧阳芳", "agent_name": "林慧", "previous_agent": "张三丰"},
    "en": {"name": "Fang Wang", "agent_name": "Hui Lin", "previous_agent": "Min Zhang"},
}
NEEDED: dict[str, Occasion] = {
    "issue-notice": {"policy_no": "P00001", "issued_on": TODAY},
    "birthday-greeting": {},
    "good-news": {},
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
    "event-invitation": {},
    "festival-greeting": {"festival": "mid-autumn"},
    "handover-notice": {"agent_name": "林慧"},
}
"""What each template cannot do without."""

every_template = pytest.mark.parametrize("template", sorted(CLASSES))
every_combined = pytest.mark.parametrize("template", COMBINED)
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


def source(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_every_service_with_a_template_has_it_in_both_languages_and_no_file_is_left_over() -> None:
    expected = {f"{name}.{language}.j2" for name in (*CLASSES, *COMBINED) for language in LANGUAGES}
    assert {file.name for file in FILES} == expected


def test_every_service_with_sms_has_a_template() -> None:
    services = default_standard().services
    assert [service.code for service in services if "sms" in service.channels and not service.template] == []


@every_template
@every_language
def test_a_typical_text_takes_one_or_two_segments(template: str, language: Language) -> None:
    done = typical(template, language)
    assert done.segments.segments <= 2, f"{done.segments}: {done.text}"


@every_template
@every_language
def test_what_a_template_needs_is_enough(template: str, language: Language) -> None:
    done = written(template, language, NEEDED[template])
    begins = "您好，" if language == "zh" else "Hello, "
    assert begins in done.text
    assert not re.search(r"None|  |，，|。。|（）|\(\)", done.text)


@every_template
@every_language
def test_a_template_is_refused_without_any_one_of_what_it_needs(template: str, language: Language) -> None:
    for missing in NEEDED[template]:
        known = {name: value for name, value in NEEDED[template].items() if name != missing}
        with pytest.raises(RenderError, match="which is not known of this customer or policy"):
            written(template, language, known)  # type: ignore[arg-type]


PERSONS: dict[str, Occasion] = {
    "woman": {"name": "王芳", "gender": "female", "birthday": date(1980, 5, 12)},
    "man": {"name": "李强", "gender": "male"},
    "no gender": {"name": "李强"},
    "no name": {"gender": "male"},
    "child": {"name": "李明轩", "gender": "male", "birthday": date(2020, 1, 1)},
    "pupil": {"name": "李明轩", "gender": "male", "birthday": date(2010, 1, 1)},
    "latin": {"name": "Fang Wang", "gender": "female"},
}
NOTHING_OF_PEOPLE: Occasion = {**POLICY, "gender": None, "birthday": None, "agent_phone": None, "hotline": None}
AGENTS: tuple[Occasion, ...] = (
    {"agent_name": "林慧", "agent_phone": "15400000102", "hotline": "95500", "previous_agent": "张三丰"},
    {"agent_name": "林慧", "hotline": "95500"},
    {"agent_name": "林慧", "agent_phone": "15400000102"},
    {"agent_name": "林慧"},
)


@every_template
@every_language
@pytest.mark.parametrize("person", PERSONS)
def test_every_template_renders_for_every_kind_of_person_and_agent(
    template: str, language: Language, person: str
) -> None:
    for agent in AGENTS:
        for known in (NEEDED[template], NOTHING_OF_PEOPLE):
            done = written(template, language, {**known, **agent, **PERSONS[person]})
            assert "3302026000001234" not in done.text
            assert not re.search(r"None|  |，，|。。|（）|\(\)", done.text)


@every_template
@every_language
def test_only_marketing_offers_a_way_out(template: str, language: Language) -> None:
    offers = typical(template, language).text.endswith("拒收请回复R" if language == "zh" else "Reply R to opt out")
    assert offers == (CLASSES[template] == "marketing")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_template_says_nothing_but_facts(file: Path) -> None:
    asked = meta.find_undeclared_variables(Environment(autoescape=True).parse(source(file)))
    assert asked <= VALUES.keys()
    assert "greeting" in asked


def test_no_fact_is_a_whole_policy_number_an_identity_or_a_matter_of_health() -> None:
    forbidden = re.compile(r"policy_no|id_|identity|birthday|health|claim|sick|account|phone$")
    assert [name for name in VALUES if forbidden.search(name)] == ["agent_phone"]


@pytest.mark.parametrize("file", [file for file in FILES if ".en." in file.name], ids=lambda file: file.name)
def test_english_templates_are_written_in_gsm_characters(file: Path) -> None:
    words = re.sub(r"\{[{%].*?[}%]\}", "", source(file), flags=re.DOTALL)
    assert set(words) <= GSM_BASIC | GSM_EXTENSION


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_template_pushes_a_product_or_holds_a_link(file: Path) -> None:
    pushing = r"https?:|www\.|优惠|限时|抢购|收益|投保吧|加保|推荐购买|discount|buy now|return on"
    assert not re.search(pushing, source(file), flags=re.IGNORECASE)


@pytest.mark.parametrize(
    ("template", "chinese", "english"),
    [
        ("lapse-reminder", ["宽限期最后一日为2027年1月20日", "自次日起效力中止", "12,345.00元", "11月21日"],
         ["last day of grace is 20 January 2027", "suspended", "CNY 12,345.00", "21 November"]),
        ("grace-demand", ["催告", "12,345.00元", "最迟于宽限期最后一日2027年1月20日缴清", "效力中止", "不承担保险责任"],
         ["formal demand", "CNY 12,345.00", "by 20 January 2027, the last day of grace", "suspended"]),
        ("lapse-notice", ["自2027年1月21日起效力中止", "不承担保险责任", "最迟可于2029年1月20日申请复效"],
         ["suspended since 21 January 2027", "not covered", "until 20 January 2029"]),
        ("reinstatement-last-call", ["2029年1月20日", "有权解除合同", "退还现金价值"],
         ["20 January 2029", "may terminate", "refund its cash value"]),
        ("payment-feedback-failed", ["余额不足", "下次扣款日为11月28日"],
         ["insufficient balance", "next debit runs on 28 November"]),
        ("handover-notice", ["原服务人员张三丰", "林慧（15400000102）", "合同状态与权益不受影响", "95500"],
         ["Min Zhang no longer serves you", "Hui Lin (15400000102)", "your rights stay as they are", "95500"]),
    ],
)  # fmt: skip
def test_a_text_names_what_its_service_is_for(template: str, chinese: list[str], english: list[str]) -> None:
    for language, phrases in zip(LANGUAGES, (chinese, english), strict=True):
        text = typical(template, language).text
        assert [phrase for phrase in phrases if phrase not in text] == []


def test_a_birthday_text_is_wishes_alone() -> None:
    assert typical("birthday-greeting", "zh").text == (
        "【安心人寿】尊敬的欧阳女士：今天是您的生日，祝您生日快乐，身体健康，阖家幸福！拒收请回复R"
    )


def festival(code: str, language: Language) -> Rendered:
    return written("festival-greeting", language, {"festival": code, "name": "王芳", "gender": "female"})


CODES = sorted(
    {day.code for market in ("cn", "us") for day in load_calendar(fixture("calendars", f"{market}.yaml")).greeting_days}
)


@every_language
@pytest.mark.parametrize("code", CODES)
def test_every_greeting_day_of_the_calendars_has_a_wish_of_its_own(code: str, language: Language) -> None:
    done = festival(code, language)
    assert done.text != festival("a-day-of-ones-own", language).text
    assert done.segments.segments <= 2


def test_dragon_boat_is_wished_well_being_and_not_joy() -> None:
    assert "端午安康" in festival("dragon-boat", "zh").text
    assert "快乐" not in festival("dragon-boat", "zh").text
    assert "happy" not in festival("dragon-boat", "en").text.lower()


def test_news_and_events_of_the_company_take_the_place_of_the_stock_sentence() -> None:
    news: Occasion = {"news": "电子保单服务已上线。", "hotline": "95500"}
    assert written("good-news", "zh", news).text == "【安心人寿】您好，电子保单服务已上线。详情请致电95500，拒收请回复R"
    event: Occasion = {"event": "12月5日下午2点的书法沙龙", "hotline": "95500"}
    assert "诚邀您参加12月5日下午2点的书法沙龙，" in written("event-invitation", "zh", event).text


OTHER: Occasion = {**POLICY, "policy_no": "3302026000005678", "product": "福满年金", "amount": 6789000}


def combined(template: str, language: Language, *knowns: Occasion) -> Rendered:
    chinese = language == "zh"
    parts = [values_of({**PEOPLE[language], **known}, language=language, as_of=TODAY) for known in knowns]
    return render(
        template,
        combined_values(parts),
        signature="安心人寿" if chinese else "Anxin Life",
        message_class="service",
        route=MAINLAND if chinese else INTERNATIONAL,
    )


@every_combined
def test_a_combined_template_stands_for_service_texts_alone(template: str) -> None:
    assert {CLASSES[name] for name in COMBINED[template]} == {"service"}


@every_combined
@every_language
def test_a_combined_text_says_of_each_policy_what_its_own_text_would(template: str, language: Language) -> None:
    text = combined(template, language, POLICY, OTHER).text
    for tail in ("1234", "5678"):
        assert tail in text
    if "issue" not in template:
        for amount in ("12,345.00", "67,890.00"):
            assert amount in text
    assert not re.search(r"None|  |，，|。。|（）|\(\)|330202", text)
    assert text.count("尊敬的" if language == "zh" else "Dear") == 1


@every_combined
@every_language
def test_a_combined_text_is_cheaper_than_its_parts_or_as_cheap(template: str, language: Language) -> None:
    parts = [typical(name, language).segments.segments for name in COMBINED[template]]
    assert combined(template, language, POLICY, OTHER).segments.segments <= sum(parts)


@every_language
@pytest.mark.parametrize("template", [name for name, parts in COMBINED.items() if len(set(parts)) == 1])
def test_as_many_as_may_go_together_fit_into_one_text(template: str, language: Language) -> None:
    done = combined(template, language, *[POLICY, OTHER] * (MOST // 2))
    assert done.segments.segments <= 2 * MOST
    assert done.text.count("5678") == MOST // 2


@every_language
@pytest.mark.parametrize("template", COMBINED)
def test_a_combined_text_is_written_for_people_of_whom_little_is_known(template: str, language: Language) -> None:
    first, second = (NEEDED[name] for name in COMBINED[template])
    parts = [values_of(known, language=language, as_of=TODAY) for known in (first, second)]
    route = MAINLAND if language == "zh" else INTERNATIONAL
    done = render(template, combined_values(parts), signature="安心", message_class="service", route=route)
    assert not re.search(r"None|  |，，|。。|（）|\(\)", done.text)

"""The shipped templates: one in each language for every service, right for the trade, in one or two segments."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from desks.template_facts import (
    CLASSES,
    COMBINED,
    LANGUAGES,
    NEEDED,
    POLICY,
    every_language,
    festival,
    typical,
    written,
)
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture, template_folder
from policyserve.messages.texts.segments import GSM_BASIC, GSM_EXTENSION
from policyserve.messages.texts.template_files import RenderError
from policyserve.messages.texts.values import VALUES, Language, Occasion
from policyserve.standard.parser import default_standard

FILES = sorted(template_folder("sms").glob("*.j2"))

every_template = pytest.mark.parametrize("template", sorted(CLASSES))


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

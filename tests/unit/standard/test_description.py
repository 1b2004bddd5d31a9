"""A standard in words, in English and Chinese."""

from __future__ import annotations

import pytest

from policyserve.standard.description import HEADINGS, show_rows, when_in_words, window_in_words
from policyserve.standard.model import Service
from policyserve.standard.parser import default_standard


def service(trigger: dict[str, object], **fields: object) -> Service:
    """Build a service of which only the trigger and the window matter."""
    plain: dict[str, object] = {
        "code": "one",
        "name": "One",
        "name_zh": "一",
        "level": "assessed",
        "stage": "meet",
        "subject": "policy",
        "channels": ["visit"],
    }
    return Service.model_validate(plain | {"trigger": trigger} | fields)


@pytest.mark.parametrize(
    ("trigger", "english", "chinese"),
    [
        ({"kind": "after", "anchor": "issue"}, "on the day of issue", "承保当日"),
        ({"kind": "after", "anchor": "issue", "months": 1}, "issue + 1 month", "承保日+1个月"),
        ({"kind": "after", "anchor": "issue", "days": 3}, "issue + 3 days", "承保日+3天"),
        ({"kind": "after", "anchor": "receipt", "workdays": 1}, "receipt + 1 working day", "回执日+1个工作日"),
        ({"kind": "after", "anchor": "end", "days": -60}, "end of the policy - 60 days", "保险止期-60天"),
        (
            {"kind": "after-suspension", "months": 24, "days": -7},
            "suspension + 24 months - 7 days",
            "效力中止日+24个月-7天",
        ),
        ({"kind": "after-suspension"}, "on the first day of suspension", "效力中止当日"),
        ({"kind": "calendar", "every": "month", "day": 5}, "every month on day 5", "每月5日"),
        (
            {"kind": "calendar", "every": "quarter", "day": 15},
            "every year on 15 January, April, July, October",
            "每年1月、4月、7月、10月15日",
        ),
        (
            {"kind": "calendar", "every": "half-year", "month": 2, "day": 1},
            "every year on 1 February, August",
            "每年2月、8月1日",
        ),
        ({"kind": "calendar", "every": "year", "month": 9, "day": 1}, "every year on 1 September", "每年9月1日"),
        (
            {"kind": "calendar", "every": "quarter", "day": 15, "spread": 30},
            "every year on 15 January, April, July, October, spread over 30 days, each customer on a day of the own",
            "每年1月、4月、7月、10月15日起30天内，每位客户各有固定的一天",
        ),
        ({"kind": "birthday"}, "every year on the birthday", "每年生日当日"),
        (
            {"kind": "anniversary", "of": "relation", "months": 6},
            "6 months after each anniversary of the first policy in force",
            "首张有效保单每个周年日后6个月",
        ),
        (
            {"kind": "anniversary", "of": "policy", "first": 2},
            "on each anniversary of the policy, from number 2 on",
            "保单每个周年日当日（自第2个起）",
        ),
        (
            {"kind": "anniversary", "of": "policy", "dividend": True},
            "when the year's dividend is declared, else on each anniversary of the policy",
            "当年分红公布时，否则保单每个周年日当日",
        ),
        (
            {"kind": "before-instalment", "days": 30, "modes": ["annual", "semi-annual", "quarterly"]},
            "30 days before each instalment (annual, semi-annual, quarterly)",
            "每期应缴日前30天（年缴、半年缴、季缴）",
        ),
        ({"kind": "before-instalment", "days": 1}, "1 day before each instalment", "每期应缴日前1天"),
        ({"kind": "before-instalment", "days": 0}, "on the due day of each instalment", "每期应缴日当日"),
        (
            {"kind": "after-unpaid", "days": 45},
            "45 days after the due day of the oldest unpaid instalment",
            "应缴日（未缴）后45天",
        ),
        ({"kind": "after-debit", "days": 7, "results": ["failed"]}, "7 days after each failed debit", "扣款失败后7天"),
        ({"kind": "after-debit", "days": 1}, "1 day after each debit", "扣款后1天"),
        ({"kind": "festival", "name": "lantern"}, "every year on the festival", "每年节日当日"),
        (
            {"kind": "after-event", "events": ["service_request", "claim"], "workdays": 1},
            "1 working day after a service request or a claim",
            "保全申请或理赔后1个工作日",
        ),
        (
            {"kind": "after-event", "events": ["sick"], "days": 2},
            "2 days after an illness becoming known",
            "得知生病后2天",
        ),
        ({"kind": "after-event", "events": ["agent_changed"]}, "on the day of a change of agent", "服务人员变更当日"),
        ({"kind": "after-event", "events": ["reinstated"]}, "on the day of a reinstatement", "复效当日"),
        ({"kind": "by-hand"}, "when the agent adds it", "由业务员添加"),
    ],
)
def test_when_a_service_falls_due_is_told_in_words(trigger: dict[str, object], english: str, chinese: str) -> None:
    assert when_in_words(service(trigger), "en") == english
    assert when_in_words(service(trigger), "zh") == chinese


@pytest.mark.parametrize(
    ("window", "english", "chinese"),
    [
        ({}, "on the day", "当天"),
        ({"after": 1}, "the day to 1 day after", "当天至后1天"),
        ({"before": 7, "after": 14}, "7 days before to 14 days after", "前7天至后14天"),
        ({"before": 7}, "7 days before to the day", "前7天至当天"),
        ({"after_workdays": 10}, "the day to 10 working days after", "当天至后10个工作日"),
        ({"before": 7, "after_months": 1}, "7 days before to 1 month after the suspension", "前7天至效力中止后1个月"),
        ({"until": "freelook-end"}, "the day to the end of the free-look", "当天至犹豫期届满"),
    ],
)
def test_what_is_still_on_time_is_told_in_words(window: dict[str, object], english: str, chinese: str) -> None:
    shown = service({"kind": "after", "anchor": "issue"}, window=window)
    assert (window_in_words(shown, "en"), window_in_words(shown, "zh")) == (english, chinese)


def test_a_service_by_hand_is_on_time_on_any_day() -> None:
    gift = service({"kind": "by-hand"})
    assert (window_in_words(gift, "en"), window_in_words(gift, "zh")) == ("any day", "不限")


def test_a_row_holds_every_column_in_english() -> None:
    row = next(row for row in show_rows(default_standard(), "en") if row["code"] == "lapse-confirmation")
    assert row == {
        "code": "lapse-confirmation",
        "name": "Confirmation of suspension signed",
        "level": "spot-checked",
        "stage": "know",
        "subject": "policy",
        "audience": "everybody",
        "when": "suspension + 7 days",
        "window": "7 days before to 1 month after the suspension",
        "channels": "visit",
        "class": "duty",
        "who": "agent",
        "ends_when": "suspension confirmed, reinstated, policy ended",
        "bearing": "5/0/0",
        "on": "yes",
        "talking_points": "Explain what the customer has lost, and how to get it back. "
        "Have the confirmation of suspension signed.",
        "tools": "Confirmation of suspension, Lapse notice letter",
    }


def test_a_row_holds_every_column_in_chinese() -> None:
    row = next(row for row in show_rows(default_standard(), "zh") if row["code"] == "festival-qixi")
    assert row == {
        "code": "festival-qixi",
        "name": "节日问候·七夕",
        "level": "倡导",
        "stage": "相依",
        "subject": "客户",
        "audience": "全部",
        "when": "每年节日当日",
        "window": "当天",
        "channels": "亲访、短信",
        "class": "营销",
        "who": "业务员",
        "ends_when": "家中有未了的身故、理赔或效力中止",
        "bearing": "1/3/1",
        "on": "否",
        "talking_points": "当天亲自送上祝福。",
        "tools": "贺卡",
    }


def test_audiences_are_told_in_words() -> None:
    rows = {row["code"]: row["audience"] for row in show_rows(default_standard(), "en")}
    assert rows["festival-womens-day"] == "women"
    assert rows["festival-double-ninth"] == "60 and older"
    assert rows["festival-childrens-day"] == "insured under 14"
    assert rows["dividend-report"] == "participating policies"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_service_has_one_row_with_the_columns_of_the_headings(language: str) -> None:
    rows = show_rows(default_standard(), language)
    assert [row["code"] for row in rows] == [service.code for service in default_standard().services]
    assert all(list(row) == list(HEADINGS) for row in rows)


WRITTEN = ("talking_points", "tools")
"""What the company writes in its own words: VIP, SMS, 360°."""


def test_nothing_of_a_chinese_row_stays_english_but_code_and_occupations() -> None:
    for row in show_rows(default_standard(), "zh"):
        words = "".join(value for key, value in row.items() if key not in {"code", "audience", *WRITTEN})
        assert not any(char.isascii() and char.isalpha() for char in words), row


def test_nothing_of_an_english_row_is_chinese_but_occupations() -> None:
    for row in show_rows(default_standard(), "en"):
        assert "".join(value for key, value in row.items() if key not in {"audience", *WRITTEN}).isascii(), row

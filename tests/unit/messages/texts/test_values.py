"""What a template may say: words made of facts, and nothing that a message must not hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.messages.texts.values import (
    VALUES,
    Language,
    Occasion,
    Values,
    Word,
    amount_in_words,
    contact,
    day_in_words,
    policy_tail,
    values_of,
)

TODAY = date(2026, 11, 21)


def values(language: Language = "zh", known: Occasion | None = None) -> Values:
    return values_of(known or {}, language=language, as_of=TODAY)


def word(name: str, known: Occasion, language: Language = "zh") -> Word | None:
    return values(language, known).words.get(name)


@pytest.mark.parametrize(
    ("known", "chinese", "english"),
    [
        ({"name": "王芳", "gender": "female"}, "尊敬的王女士：", "Dear Ms 王, "),
        ({"name": "欧阳强", "gender": "male"}, "尊敬的欧阳先生：", "Dear Mr 欧阳, "),
        ({"name": "Hui Lin", "gender": "female"}, "尊敬的Lin女士：", "Dear Ms Lin, "),
        ({"name": "王芳"}, "您好，", "Hello, "),
        ({"gender": "female"}, "您好，", "Hello, "),
        ({"name": "", "gender": "female"}, "您好，", "Hello, "),
        ({}, "您好，", "Hello, "),
    ],
)
def test_people_are_greeted_by_surname_and_title_and_plainly_where_one_is_missing(
    known: Occasion, chinese: str, english: str
) -> None:
    assert word("greeting", known) == chinese
    assert word("greeting", known, "en") == english


@pytest.mark.parametrize(
    ("birthday", "chinese", "english"),
    [
        (date(2012, 11, 22), "尊敬的李明轩小朋友：", "Dear 李明轩, "),
        (date(2012, 11, 21), "尊敬的李明轩同学：", "Dear 李明轩, "),
        (date(2008, 11, 22), "尊敬的李明轩同学：", "Dear 李明轩, "),
        (date(2008, 11, 21), "尊敬的李先生：", "Dear Mr 李, "),
        (date(1950, 1, 1), "尊敬的李先生：", "Dear Mr 李, "),
    ],
)
def test_children_are_greeted_by_name_until_they_are_18(birthday: date, chinese: str, english: str) -> None:
    known: Occasion = {"name": "李明轩", "gender": "male", "birthday": birthday}
    assert word("greeting", known) == chinese
    assert word("greeting", known, "en") == english


@pytest.mark.parametrize(
    ("minor", "currency", "chinese", "english"),
    [
        (123400, "CNY", "1,234.00元", "CNY 1,234.00"),
        (5, "CNY", "0.05元", "CNY 0.05"),
        (100000000, "CNY", "1,000,000.00元", "CNY 1,000,000.00"),
        (5000, "JPY", "5,000日元", "JPY 5,000"),
        (1234567, "KWD", "KWD 1,234.567", "KWD 1,234.567"),
    ],
)
def test_amounts_come_from_minor_units(minor: int, currency: str, chinese: str, english: str) -> None:
    assert amount_in_words(minor, currency, "zh") == chinese
    assert amount_in_words(minor, currency, "en") == english


def test_an_amount_without_currency_is_in_yuan() -> None:
    assert word("amount", {"amount": 123400, "currency": None}) == "1,234.00元"
    assert word("amount", {"amount": 0}) == "0.00元"


def test_a_day_of_another_year_names_its_year() -> None:
    day = date(2027, 1, 5)
    assert (day_in_words(day, 2027, "zh"), day_in_words(day, 2026, "zh")) == ("1月5日", "2027年1月5日")
    assert (day_in_words(day, 2027, "en"), day_in_words(day, 2026, "en")) == ("5 January", "5 January 2027")


def test_the_last_day_of_grace_and_of_reinstatement_follow_from_the_suspension() -> None:
    words = values("zh", {"suspended_on": date(2026, 12, 1)}).words
    assert words["suspended_on"] == "12月1日"
    assert (words["last_grace_day"], words["days_of_grace"]) == ("11月30日", 9)
    assert (words["reinstate_by"], words["days_to_reinstate"]) == ("2028年11月30日", 740)


def test_a_suspension_on_29_february_ends_two_years_later_on_the_28th() -> None:
    words = values_of({"suspended_on": date(2024, 2, 29)}, language="en", as_of=date(2026, 2, 1)).words
    assert words["reinstate_by"] == "27 February"


def test_days_left_count_to_the_day_itself_and_are_unknown_once_it_is_past() -> None:
    assert word("days_to_due", {"due": date(2026, 11, 28)}) == 7
    assert word("days_to_due", {"due": TODAY}) == 0
    assert word("days_to_due", {"due": date(2026, 11, 20)}) is None
    assert word("days_to_end", {"ends_on": date(2027, 1, 20)}) == 60


@pytest.mark.parametrize(
    ("policy_no", "tail"),
    [("3302026000001234", "1234"), ("12345678", "5678"), ("P00123", "123"), ("P001", "01"), ("7", ""), ("", "")],
)
def test_a_policy_number_is_never_said_in_full(policy_no: str, tail: str) -> None:
    assert policy_tail(policy_no) == tail


def test_a_policy_is_named_by_product_and_tail() -> None:
    known: Occasion = {"policy_no": "3302026000001234", "product": "安康重疾险"}
    assert word("policy", known) == "《安康重疾险》（尾号1234）"
    assert word("policy", {"policy_no": "3302026000001234"}) == "保单（尾号1234）"
    assert word("policy", known, "en") == "policy ending 1234"


@pytest.mark.parametrize(
    ("name", "phone", "hotline", "chinese", "english"),
    [
        ("林慧", "154", "95500", "联系林慧154或95500", "call 林慧 on 154 or 95500"),
        ("林慧", None, "95500", "致电95500", "call 95500"),
        (None, "154", None, "联系服务人员154", "call your agent on 154"),
        ("林慧", None, None, "联系您的服务人员", "contact your agent"),
    ],
)
def test_customers_are_told_whom_to_ask(
    name: str | None, phone: str | None, hotline: str | None, chinese: str, english: str
) -> None:
    assert contact(name, phone, hotline, "zh") == chinese
    assert contact(name, phone, hotline, "en") == english


def test_a_bank_reason_is_passed_on_only_in_words_of_our_own() -> None:
    assert word("failure", {"failure": "余额不足"}, "en") == "insufficient balance"
    assert word("failure", {"failure": "客户住院，账号6222020000001234"}) is None


def test_news_ends_without_a_stop() -> None:
    assert word("news", {"news": "电子保单服务已上线。 "}) == "电子保单服务已上线"


numbers = st.text("0123456789ABP", min_size=5, max_size=20)


@given(numbers, st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.sampled_from(["zh", "en"]))
def test_words_are_text_and_numbers_of_the_list_and_hold_no_policy_number_and_no_birthday(
    policy_no: str, birthday: date, language: Language
) -> None:
    known: Occasion = {"name": "王芳", "gender": "female", "policy_no": policy_no, "birthday": birthday, "amount": None}
    words = values(language, known).words
    assert words.keys() <= VALUES.keys()
    assert all(type(value) in {str, int} for value in words.values())
    assert not any(policy_no in str(value) or str(birthday) in str(value) for value in words.values())


def test_columns_that_are_no_facts_are_not_passed_on() -> None:
    row = {"policy_no": "12345678", "id_number": "110101198001011234", "product_kind": "health", "detail": "住院"}
    assert values("zh", row).words.keys() == {  # type: ignore[arg-type]
        "language", "greeting", "contact", "policy", "policy_tail",
    }  # fmt: skip

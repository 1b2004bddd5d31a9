"""What a notice says: short, by whole customers, no phone, nothing that a channel takes for more than text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.messages.notices.channels.addresses import AddressError, check_address, masked
from policyserve.messages.notices.channels.channel import Robot, Style
from policyserve.messages.notices.channels.dingtalk import sign as sign_dingtalk
from policyserve.messages.notices.channels.feishu import sign as sign_feishu
from policyserve.messages.notices.channels.post import of_code
from policyserve.messages.notices.channels.registry import KINDS, channel_of
from policyserve.messages.notices.push import NoticeCounts
from policyserve.messages.notices.text import harmless, write
from policyserve.standard.model import Service
from policyserve.tasks.agenda import Agenda, AgendaCustomer, AgendaTask
from policyserve.tasks.standard_lines import Line

MONDAY = date(2026, 5, 4)

CHECK_UP = Service.model_validate(
    {
        "code": "visit-m4",
        "name": "Policy check-up",
        "name_zh": "保单体检",
        "level": "assessed",
        "stage": "know",
        "subject": "policy",
        "trigger": {"kind": "after", "anchor": "issue", "months": 4},
        "channels": ["visit"],
    }
)

PLAIN = Style(most_bytes=100_000)


def task(
    *, overdue: bool = False, latest: date = date(2026, 5, 6), leaver: str | None = None, absent: str | None = None
) -> AgendaTask:
    day = MONDAY - timedelta(days=overdue)
    line = Line(service=CHECK_UP, score=1.0, duty=False)
    whose = (leaver, absent, date(2026, 5, 8) if absent else None)
    return AgendaTask(
        1, "visit-m4", "visit", "C1", "P1", 1, day, day, day, day, latest, False, *whose, None, None, line, overdue
    )


def customer(name: str | None, *tasks: AgendaTask, number: str = "C1", gender: str | None = "female") -> AgendaCustomer:
    return AgendaCustomer(1, number, name, gender, "13900000001", False, None, tasks or (task(),), 0)


def day_of(*customers: AgendaCustomer, name: str | None = "林慧") -> Agenda:
    return Agenda(whose="1002", name=name, day=MONDAY, customers=customers, ahead=0)


def body(found: Agenda, style: Style = PLAIN, language: str = "zh", most: int = 10) -> str:
    text = write(found, style, language, most=most)
    assert text is not None
    return text.body


def test_a_notice_greets_counts_and_names_each_customer_with_what_to_do_and_by_when() -> None:
    found = day_of(customer("王芳"), customer("欧阳强", number="C2", gender="male"))
    assert body(found) == (
        "林慧您好！5月4日（周一）：2位客户，2项任务\n\n"
        "1. 王女士 C1\n- 保单体检：最迟5月6日\n\n"
        "2. 欧阳先生 C2\n- 保单体检：最迟5月6日"
    )


def test_a_notice_in_english() -> None:
    assert body(day_of(customer("Mary Smith"), name="Hui Lin"), language="en") == (
        "Hello Hui Lin. Monday, 4 May: 1 task for 1 customer\n\n1. Ms Smith C1\n- Policy check-up: by 6 May"
    )


def test_markdown_is_bold_where_the_channel_takes_it_and_lines_end_as_it_wants_them() -> None:
    text = body(day_of(customer("王芳")), Style(most_bytes=4096, markdown=True, line_break="  \n"))
    assert text.startswith("**林慧您好！")
    assert "**1. 王女士** C1  \n- 保单体检" in text


def test_a_notice_ends_with_the_address_of_the_day_also_where_customers_are_left_out() -> None:
    customers = [customer("王芳", number=f"C{number}") for number in range(9)]
    style = Style(most_bytes=300)
    text = write(day_of(*customers), style, "en", most=9, public_url="https://service.example/")
    assert text is not None
    assert text.body.endswith("\n\nOpen the day: https://service.example/today")
    assert len(text.body.encode()) <= style.most_bytes


def test_a_day_without_tasks_is_no_notice() -> None:
    assert write(day_of(), PLAIN, "zh", most=10) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_phone_and_no_policy_number_stands_in_a_notice(language: str) -> None:
    text = body(day_of(customer("王芳")), language=language)
    assert "13900000001" not in text
    assert "P1" not in text


def test_customers_with_something_overdue_come_first_and_it_is_said() -> None:
    text = body(day_of(customer("王芳"), customer("李静", task(), task(overdue=True), number="C2")))
    assert text.index("李女士") < text.index("王女士")
    assert "1. 李女士 C2\n- 保单体检：已过应做日，最迟5月6日\n- 保单体检：最迟5月6日" in text


def test_the_mark_of_the_overdue_closes_before_the_comma_or_it_would_not_be_bold() -> None:
    text = body(day_of(customer("王芳", task(overdue=True))), Style(most_bytes=4096, markdown=True))
    assert "- 保单体检：**已过应做日**，最迟5月6日" in text


def test_tasks_of_an_earlier_release_are_called_so() -> None:
    found = day_of(customer("王小明", task()))
    said = write(found, PLAIN, "zh", most=10, released=date(2026, 5, 1))
    assert said is not None
    assert "任务下发于5月1日，此后未再下发" in said.body
    assert write(found, PLAIN, "zh", most=10, released=found.day) == write(found, PLAIN, "zh", most=10)


def test_a_latest_day_of_another_year_names_its_year() -> None:
    assert "最迟2027年1月3日" in body(day_of(customer("王芳", task(latest=date(2027, 1, 3)))))


def test_whose_work_it_was_is_said() -> None:
    found = day_of(customer("王芳", task(leaver="Agent 9")))
    assert "（代Agent 9）" in body(found)
    assert "(for Agent 9)" in body(found, language="en")


def test_an_agent_without_a_name_is_addressed_by_number() -> None:
    assert body(day_of(customer("王芳"), name=None)).startswith("1002您好！")


def test_only_so_many_customers_are_named_and_the_rest_is_counted() -> None:
    many = [customer("王芳", number=f"C{number}") for number in range(25)]
    text = body(day_of(*many), most=10)
    assert text.count("王女士") == 10
    assert text.endswith("\n\n……另有15位客户")
    assert body(day_of(*many), language="en", most=24).endswith("... and 1 more customer")


def test_only_so_many_tasks_of_a_customer_are_named_and_the_rest_is_counted() -> None:
    text = body(day_of(customer("王芳", *[task() for _ in range(8)])))
    assert text.count("保单体检") == 5
    assert text.endswith("- 另有3项")


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=300, max_value=5000), st.booleans())
def test_a_notice_fits_and_is_cut_at_a_whole_customer(count: int, most_bytes: int, markdown: bool) -> None:
    customers = [customer("王芳", number=f"C{number}E") for number in range(count + 1)]
    text = body(day_of(*customers), Style(most_bytes=most_bytes, markdown=markdown), most=100)
    named = text.count("王女士")
    assert len(text.encode()) <= most_bytes
    assert text.count("保单体检：最迟5月6日") == named
    assert text.endswith("C40E\n- 保单体检：最迟5月6日" if count == 40 == named - 1 else text[-1])
    assert (f"另有{count + 1 - named}位客户" in text) is (named <= count)


def test_the_longest_notice_of_wecom_is_used_before_anything_is_left_out() -> None:
    customers = [customer("王芳", number=f"C{number}") for number in range(100)]
    text = body(day_of(*customers), channel_of("wecom").style(Robot(address="")), most=100)
    one = len("\n\n**99. 王女士** C99\n- 保单体检：最迟5月6日".encode())
    assert 4096 - one < len(text.encode()) <= 4096


@given(st.text())
def test_a_name_stays_on_one_line_and_is_no_link_mention_or_style(name: str) -> None:
    shown = harmless(name)
    assert len(shown) <= 40
    assert shown.isprintable()
    assert not set(shown) & set("<>[]*`@")


def test_a_name_that_tries_to_be_a_mention_is_harmless() -> None:
    text = body(day_of(customer('<at user_id="all">\n**', gender=None)))
    assert '1. ＜at user_id="all"＞ ＊＊ C1' in text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com/hook",
        "http://example.com/hook?key=k",
        "http://127.0.0.1.example.com/hook",
        "ftp://example.com/hook",
        "https:///hook",
        "https://user:word@example.com/hook",
        "https://example.com/hook#key",
        "https://example.com/ho ok",
        "https://example.com/hook\n",
        "https://example.com:port/hook",
    ],
)
def test_an_address_that_is_none_or_not_encrypted_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        check_address(address)
    assert "key" not in str(refused.value).replace("its key", "")
    assert not address or address not in str(refused.value)


@pytest.mark.parametrize("address", ["https://example.com/hook?key=k", "http://127.0.0.1:1/x", "http://[::1]:1/x"])
def test_https_and_this_machine_are_allowed(address: str) -> None:
    check_address(address)


def test_an_address_is_shown_without_its_key_and_two_robots_can_be_told_apart() -> None:
    one, other = (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-{part}" for part in ("7aoc", "9bpd"))
    assert masked(one).startswith("https://qyapi.weixin.qq.com/*** (")
    assert "693a" not in masked(one)
    assert masked(one) != masked(other)
    assert "123456" not in masked("tgram://123456:token/chat")
    assert "word" not in masked("https://user:word@example.com/hook")


def test_the_signature_of_dingtalk_has_the_secret_for_its_key() -> None:
    """Computed beforehand with openssl: printf '1600000000000\\nSEC1' | openssl dgst -sha256 -hmac SEC1 -binary."""
    assert sign_dingtalk("SEC1", 1600000000000) == "251ymK1DMiOoZfQVOB8rUvdQVSxdr7zMtavd+PlY6Ew="


def test_the_signature_of_feishu_signs_nothing_with_time_and_secret() -> None:
    """Computed beforehand with openssl: printf '' | openssl dgst -sha256 -hmac $'1600000000\\nSEC1' -binary."""
    assert sign_feishu("SEC1", 1600000000) == "GlNMwbDpZSflJdXsx3RbcRgWYzASQ6K7L6u042R2IM0="


@pytest.mark.parametrize("code", [None, "0", True, False, 0.0, []])
def test_an_answer_without_a_code_says_nothing(code: object) -> None:
    assert of_code(code, later={}, refused={}) is None


def test_an_unknown_code_is_a_refusal_that_names_it() -> None:
    answer = of_code(77, later={}, refused={})
    assert answer is not None
    assert (answer.outcome, str(answer.reason)) == ("refused", "errcode 77")


@pytest.mark.parametrize("kind", KINDS)
def test_the_rate_of_a_robot_stays_below_what_its_vendor_takes_in_any_minute(kind: str) -> None:
    limits = {"wecom": 20, "dingtalk": 20, "feishu": 100}
    rate = channel_of(kind).rate
    assert (rate.burst + 60 / rate.seconds <= limits[kind]) if rate else kind == "apprise"


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise loads it
def test_apprise_refuses_robots_with_a_channel_of_their_own_and_what_is_not_encrypted() -> None:
    apprise = channel_of("apprise")
    for address in (
        "dingtalk://abcdefabcdef",
        "https://oapi.dingtalk.com/robot/send?access_token=abcdefabcdef",
        "json://example.com/hook",
        "nonsense://example.com",
    ):
        with pytest.raises(AddressError):
            apprise.check(Robot(address=address))
    apprise.check(Robot(address="jsons://example.com/hook"))
    apprise.check(Robot(address="json://127.0.0.1:1/hook"))


def test_counts_are_told_without_what_did_not_happen() -> None:
    assert NoticeCounts(sent=3, later=1).sentence().told("en") == "Notices: 3 sent, 1 to be tried again."
    assert NoticeCounts(sent=3, nothing=2).sentence().told("zh") == "通知：已发送3，无任务2。"
    assert NoticeCounts().sentence().told("en") == "No notice was due."


def test_a_robot_does_not_show_its_key_in_an_error() -> None:
    assert "k-1" not in repr(Robot(address="https://example.com/k-1", secret="k-1"))

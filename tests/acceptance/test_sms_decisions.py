"""Decisions on messages by command: approve, cancel, content, refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Desk, in_a_sentence
from desks.sms_branch import (
    D7,
    LANTERN,
    NEWS_DAY,
    OF_THE_DAY,
    REMINDER,
    cancelled,
    empty_settings,
    news,
    of,
    take_customers,
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_settings(tmp_path, monkeypatch)


@pytest.fixture
def branch(any_desk: Desk, settings: Path) -> Desk:  # noqa: ARG001 -- the settings stand before the first command
    return take_customers(any_desk)


@pytest.fixture
def generated(branch: Desk) -> Desk:
    """Make the messages of the day."""
    branch.do("sms", "generate", "--date", D7)
    return branch


@pytest.fixture
def waiting(branch: Desk, settings: Path) -> Desk:
    """Make the messages of the day; all wait for a manager."""
    settings.write_text("[messages]\napproval = ['service', 'marketing', 'duty']\n", encoding="utf-8")
    branch.do("sms", "generate", "--date", D7)
    return branch


def test_a_manager_lets_some_go_and_then_all(waiting: Desk) -> None:
    first = waiting.ask("sms", "list")[0]["message_id"]
    assert waiting.do("sms", "approve", first, "--by", "M1") == "1 messages may go.\n"
    assert [row["status"] for row in waiting.ask("sms", "list")] == ["approved", "planned", "planned"]
    assert waiting.do("sms", "approve", "--all") == "2 messages may go.\n"
    assert waiting.do("sms", "approve", "--all") == "0 messages may go.\n"


def test_who_approves_names_messages_or_all_of_them(waiting: Desk) -> None:
    for wrong in ((), ("1", "--all"), ("x",)):
        assert waiting.run("sms", "approve", *wrong).status == 2


def test_a_message_is_cancelled_with_its_reason_and_stays_so(generated: Desk) -> None:
    first = generated.ask("sms", "list")[0]
    assert cancelled(generated, first["message_id"]).out == "1 messages will not go out.\n"
    generated.do("sms", "generate", "--date", D7)
    again = generated.ask("sms", "list")[0]
    assert (again["message_id"], again["status"]) == (first["message_id"], "cancelled")
    assert again["reason"] == "somebody decided against it (she called)"


def test_what_cannot_be_cancelled_is_named_and_nothing_is_changed(generated: Desk) -> None:
    keys = [row["message_id"] for row in generated.ask("sms", "list")]
    unknown = cancelled(generated, *keys, 999)
    assert unknown.status == 1
    assert in_a_sentence(unknown)
    assert "999" in unknown.err
    assert {row["status"] for row in generated.ask("sms", "list")} == {"planned"}
    assert generated.run("sms", "cancel", keys[0]).status == 2


def test_the_month_s_news_is_told_until_it_is_taken_back(branch: Desk) -> None:
    stock = news(branch)
    said = branch.do("sms", "content", "news", "电子保单上线。", "--date", "2026-03-20")
    assert "2026-03" in said
    assert news(branch) == "【安心人寿】尊敬的王女士：电子保单上线。详情请致电95500，拒收请回复R"
    branch.do("sms", "content", "news", "新网点开业", "--date", "2026-04-01")
    assert "电子保单上线" in news(branch)
    branch.do("sms", "content", "news", "", "--date", NEWS_DAY)
    assert news(branch) == stock


def test_who_refuses_in_person_gets_no_marketing_until_it_is_lifted(branch: Desk) -> None:
    branch.do("sms", "refuse", "+86 139 0000 0001", "--by", "desk")
    refused = of(branch.ask("sms", "generate", "--date", D7))
    assert refused[LANTERN, "C1"] == ("withheld", "the customer has refused marketing by SMS")
    assert refused[REMINDER, "C1"] == ("planned", None)
    branch.do("sms", "refuse", "13900000001", "--lift")
    assert of(branch.ask("sms", "generate", "--date", D7)) == OF_THE_DAY
    nothing = branch.run("sms", "refuse", "13900000001", "--lift")
    assert nothing.status == 1
    assert "13900000001" not in nothing.err


def test_a_missing_phone_is_a_task_of_the_agent(generated: Desk) -> None:
    (task,) = generated.ask("agenda", "A1", "--date", D7, "--as-of", D7)
    assert (task["service"], task["customer_no"]) == ("contact-data", "C3")

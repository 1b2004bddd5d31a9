"""Morning notices by command: set, list, remove, preview, send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Desk, in_a_sentence, run, run_for_real
from desks.branch_desk import LATE
from peers.robot_server import SECRET, RobotServer, robots

DAY = "2026-03-10"
"""Agent A1 has the dividend report of customer C1 due on this Tuesday."""

KEY = "k-0123456789"

ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


@pytest.fixture
def server() -> Iterator[RobotServer]:
    with robots() as running:
        yield running


def choose(desk: Desk, address: str, *more: str, agent_no: str = "A1", channel: str = "wecom") -> str:
    return desk.do("notice", "set", agent_no, "--channel", channel, "--address", address, *more, "--as-of", LATE)


def refused(desk: Desk, *arguments: str) -> str:
    """Run a command that must fail with one sentence, and return the sentence."""
    result = desk.run(*arguments)
    assert result.status in {1, 2}
    assert result.out == ""
    assert in_a_sentence(result), result.err
    return result.err


def test_a_channel_is_set_listed_without_its_key_and_removed(late: Desk) -> None:
    assert "08:00" in choose(late, ADDRESS)
    assert "07:30" in choose(late, ADDRESS, "--at", "7:30")
    (row,) = late.ask("notice", "list")
    assert row["address"].startswith("https://qyapi.weixin.qq.com/***")
    assert {"agent_no": "A1", "channel": "wecom", "at": "07:30", "status": None}.items() <= row.items()
    for form in ("table", "json", "csv"):
        assert KEY not in late.do("notice", "list", "--format", form)
    assert "企业微信" in late.do("notice", "list", "--lang", "zh")
    assert "no more notices" in late.do("notice", "remove", "A1")
    assert late.ask("notice", "list") == []
    assert "no channel" in late.do("notice", "remove", "A1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["A9", "--channel", "wecom", "--address", ADDRESS], "No agent has the number 'A9'"),
        (["A1", "--channel", "wecom", "--address", f"http://example.com/{KEY}"], "must be https"),
        (["A1", "--channel", "wecom", "--address", KEY], "copy the robot's whole webhook address"),
        (["A1", "--channel", "wecom", "--address", ADDRESS, "--secret", KEY], "leave --secret out"),
        (["A1", "--channel", "wecom", "--address", ADDRESS, "--at", "25:00"], "'25:00' is no hour"),
        (["A1", "--channel", "pigeon", "--address", ADDRESS], "pigeon"),
        (["A1", "--channel", "wecom"], "--address"),
    ],
)
def test_what_cannot_be_set_is_refused_in_a_sentence_that_repeats_no_key(
    late: Desk, arguments: list[str], said: str
) -> None:
    sentence = refused(late, "notice", "set", *arguments, "--as-of", LATE)
    assert said in sentence
    assert KEY not in sentence
    assert late.ask("notice", "list") == []


def test_a_preview_says_what_the_agent_will_read_and_sends_nothing(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"ok/{KEY}"))
    result = late.run("notice", "preview", "A1", "--date", DAY, "--as-of", LATE)
    assert result.status == 0
    assert result.out.startswith("**Hello Agent 1. Tuesday, 10 March: ")
    assert "Ms Customer** C1" in result.out
    assert "of at most 4096 bytes" in result.err
    assert "您好！3月10日（周二）" in late.do("notice", "preview", "A1", "--date", DAY, "--lang", "zh")
    assert server.received == []


def test_a_preview_needs_no_channel_and_says_when_nothing_is_due(late: Desk) -> None:
    result = late.run("notice", "preview", "A1", "--date", DAY, "--as-of", LATE)
    assert (result.status, result.err) == (0, "Agent A1 has no channel.\n")
    assert "nothing due on 2026-03-10" in late.do("notice", "preview", "A2", "--date", DAY, "--as-of", LATE)
    assert "No agent has the number 'A9'" in refused(late, "notice", "preview", "A9")


def test_notices_are_sent_once_and_the_list_shows_it(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"ok/{KEY}"))
    choose(late, server.address(f"ok/{KEY}nothing"), agent_no="A2")
    assert late.do("notice", "send", "--date", DAY, "--now") == "Notices: 1 sent, 1 with nothing due.\n"
    assert late.do("notice", "send", "--date", DAY, "--now") == "Notices: 1 with nothing due.\n"
    (received,) = server.received
    assert "Ms Customer" in received.text
    rows = {row["agent_no"]: row for row in late.ask("notice", "list")}
    assert (rows["A1"]["day"], rows["A1"]["status"]) == (DAY, "sent")
    assert rows["A2"]["day"] is None


def test_without_now_the_hour_counts(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"ok/{KEY}"))
    assert late.do("notice", "send", "--date", DAY) == "No notice was due.\n"
    assert "whose hour has not come" in late.do("notice", "send", "--date", "2150-01-01")
    assert server.received == []


def test_a_refusal_is_told_with_its_reason(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"code/310000/{KEY}"), "--secret", SECRET, channel="dingtalk")
    result = late.run("notice", "send", "--date", DAY, "--now")
    assert result.out == "Notices: 1 refused.\n"
    assert "notice list" in result.err
    (row,) = late.ask("notice", "list")
    assert row["status"] == "refused"
    assert row["reason"].startswith("the robot's security settings refuse it")
    assert row["reason"].endswith("(errcode 310000)")
    assert KEY not in str(row)
    assert SECRET not in str(row)


def test_the_language_of_notices_is_that_of_the_screens(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"ok/{KEY}"))
    assert late.do("notice", "send", "--date", DAY, "--now", "--lang", "zh") == "通知：已发送1。\n"
    (received,) = server.received
    assert "Agent 1您好！3月10日（周二）" in received.text


def test_counts_come_as_json(late: Desk) -> None:
    (row,) = late.ask("notice", "send", "--date", DAY)
    assert row == dict.fromkeys(("sent", "nothing", "later", "refused", "unknown", "failed", "early"), 0)


def test_the_hour_and_the_number_of_customers_come_from_the_settings_file(
    late: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "policyserve.toml"
    settings.write_text("[notices]\nat = 09:15:00\nmost = 3\n")
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(settings))
    assert "09:15" in choose(late, ADDRESS)
    assert late.ask("notice", "list")[0]["at"] == "09:15"


def test_an_empty_book_says_that_nobody_has_a_channel(desk: Desk) -> None:
    assert "notice set" in desk.do("notice", "list")
    assert desk.do("notice", "send") == "No notice was due.\n"


def test_help_names_every_command() -> None:
    shown = run("notice", "--help").out
    for command in ("set", "list", "remove", "preview", "send"):
        assert command in shown


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise loads it
def test_the_installed_command_sends_without_a_word_too_many(late: Desk, server: RobotServer) -> None:
    choose(late, server.address(f"ok/{KEY}").replace("http", "json"), channel="apprise")
    result = run_for_real("--db", late.url, "notice", "send", "--date", DAY, "--now")
    assert (result.status, result.out, result.err) == (0, "Notices: 1 sent.\n", "")
    assert server.count(f"ok/{KEY}") == 1

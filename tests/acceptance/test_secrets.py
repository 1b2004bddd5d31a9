"""Secrets of commands: none has to stand in the process list, the shell's history or a file that everybody can read."""

from __future__ import annotations

import io
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from commands import Desk, run
from desks.branch_desk import AGENTS, LATE
from policyserve.config import user_of_system

PHONE = "13900000001"
ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32
CUSTOMERS = f"customer_no,name,phone\nC1,One,{PHONE}\nC2,Two,\n"


def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(desk.url.removeprefix("sqlite:///"))) as connection:
        return connection.execute(query).fetchall()


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def branch(desk: Desk) -> Desk:
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS}.items():
        desk.take(kind, text, as_of=LATE)
    return desk


@pytest.mark.parametrize("named", [(PHONE,), ("-",), ("--customer", "C1")])
def test_a_refusal_names_the_phone_the_customer_or_what_is_typed(
    branch: Desk, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, f"{PHONE}\n")
    branch.do("sms", "refuse", *named)
    assert rows(branch, "SELECT phone, source FROM refusals") == [(PHONE, user_of_system())]
    typed(monkeypatch, f"{PHONE}\n")
    branch.do("sms", "refuse", *named, "--lift")


def test_a_refusal_of_nobody_is_told(branch: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "")
    for named, status, said in (
        ((), 2, "Name the phone"),
        ((PHONE, "--customer", "C1"), 2, "Name the phone"),
        (("-",), 2, "Nothing came by standard input"),
        (("--customer", "C2"), 1, "has no phone"),
        (("--customer", "C9"), 1, "No customer has the number"),
    ):
        result = branch.run("sms", "refuse", *named)
        assert (result.status, said in result.err) == (status, True), result.err
    assert rows(branch, "SELECT phone FROM refusals") == []


def test_a_robot_s_address_and_secret_come_by_standard_input(branch: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{ROBOT}\nSECabc\n")
    shown = branch.run("notice", "set", "A1", "--channel", "dingtalk", "--address", "-", "--secret", "-")
    assert (shown.status, shown.err) == (0, "")
    assert rows(branch, "SELECT address, secret FROM agent_channels") == [(ROBOT, "SECabc")]


def test_the_url_of_a_database_comes_from_a_file(branch: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = branch.write("url", f"{branch.url}\n")
    monkeypatch.delenv("POLICYSERVE_DATABASE_URL", raising=False)
    monkeypatch.setenv("POLICYSERVE_DATABASE_URL_FILE", str(file))
    assert run("customer", "C1").status == 0
    file.unlink()
    result = run("customer", "C1")
    assert (result.status, "cannot be read" in result.err) == (1, True)


@pytest.mark.parametrize("url", ["postgresql://user:geheim@127.0.0.1:1/x", "postgresql://user:ge@h@127.0.0.1:1/x"])
def test_a_password_on_the_command_line_is_warned_of_and_not_repeated(url: str) -> None:
    said = run("agenda", "A1", db=url).err
    assert "stands in the process list" in said
    assert "ge@h" not in said
    assert "geheim" not in said


def test_a_database_without_a_password_is_not(desk: Desk) -> None:
    assert "process list" not in run("db", "check", db=desk.url).err


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o604, True), (0o640, False), (0o600, False)])
def test_settings_that_everybody_can_read_are_warned_of(
    desk: Desk, mode: int, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = desk.write("policyserve.toml", "")
    Path(settings).chmod(mode)
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(settings))
    result = desk.run("db", "check")
    assert result.status == 0
    assert ("chmod 600" in result.err) == warned

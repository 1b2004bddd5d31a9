"""The list of messages: narrowed, on the screen, in a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from commands import Desk, in_a_sentence
from desks.branch_desk import LATE
from desks.sms_branch import D7, FIELDS, LANTERN, POLICIES, REMINDER, empty_settings, take_customers


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


def test_a_list_begins_with_the_fields_of_the_contract(generated: Desk) -> None:
    rows = generated.ask("sms", "list")
    assert [list(row)[: len(FIELDS)] for row in rows] == [FIELDS] * 3
    assert list(generated.ask("sms", "list", "--service", LANTERN)[0])[len(FIELDS) :] == [
        "message_class", "send_on", "last_on", "gateway", "provider_id", "attempts", "submitted_at", "merged_into_id",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (("--date", D7), 3),
        (("--date", "2026-03-04"), 0),
        (("--status", "planned"), 3),
        (("--status", "cancelled", "--status", "expired"), 0),
        (("--status", "cancelled", "--status", "planned"), 3),
        (("--service", REMINDER), 2),
        (("--customer", "C1"), 2),
        (("--customer", "C1", "--service", REMINDER, "--date", D7), 1),
    ],
)
def test_a_list_is_narrowed(generated: Desk, asked: tuple[str, ...], count: int) -> None:
    assert len(generated.ask("sms", "list", *asked)) == count


def test_an_unknown_customer_or_state_is_refused(generated: Desk) -> None:
    unknown = generated.run("sms", "list", "--customer", "C9")
    assert (unknown.status, in_a_sentence(unknown)) == (1, True)
    assert generated.run("sms", "list", "--status", "sent").status == 2


def test_a_few_messages_are_shown_with_their_whole_texts(generated: Desk) -> None:
    said = generated.do("sms", "list", "--service", LANTERN)
    text = "".join(line.split("│")[-1].strip() for line in said.splitlines()[2:])
    assert text.endswith("拒收请回复R")
    assert "…" not in said


def test_many_messages_are_shown_in_a_line_each_the_last_ones(branch: Desk) -> None:
    numbers = range(10, 40)
    branch.take(
        "customers",
        "customer_no,name,gender,phone\n" + "".join(f"C{key},王芳,female,139000000{key}\n" for key in numbers),
        as_of=LATE,
    )
    policies = "".join(f"P{key},C{key},A1,2025-03-10,annual,1000,10\n" for key in numbers)
    branch.take("policies", POLICIES.partition("\n")[0] + "\n" + policies, as_of=LATE)
    branch.do("sms", "generate", "--date", D7)
    said = branch.do("sms", "list")
    assert len([line for line in said.splitlines() if "planned" in line]) == 20
    assert "The last 20 of 33; narrow the list" in said
    assert "…" in said
    assert len(branch.ask("sms", "list")) == 33


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Renewal reminder, 7 days before"), ("zh", "续期提醒（提前7天）")]
)
@pytest.mark.parametrize("command", [("generate", "--date", D7, "--dry-run"), ("list",), ("list", "--date", D7)])
def test_people_read_the_names_of_services_and_programs_their_codes(
    generated: Desk, command: tuple[str, ...], language: str, name: str
) -> None:
    said = generated.do("sms", *command, "--lang", language)
    assert name in said
    assert REMINDER not in said
    for form in ("json", "csv"):
        told = generated.do("sms", *command, "--format", form, "--lang", language)
        assert REMINDER in told or command[-1] == "--dry-run"
        assert name not in told


def test_a_list_is_written_to_a_file(generated: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    generated.do("sms", "list", "--out", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [row["status"] for row in rows] == ["planned"] * 3


def test_a_list_of_nothing_says_so(branch: Desk) -> None:
    assert branch.do("sms", "list") == "Nothing to show.\n"

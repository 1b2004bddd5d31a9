"""Commands as nobody should type them: each ends in a sentence with the right status."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from commands import Desk, in_a_sentence, run
from desks.branch_desk import LATE, changes

RANGE = ["--from", "2026-02-20", "--to", "2026-03-20"]

WRONG_USAGE = [
    ["nonsense"],
    ["--nonsense"],
    [],
    ["plan"],
    ["plan", "--from", "2026-02-20"],
    ["plan", "--from", "2026-02-30", "--to", "2026-03-01"],
    ["plan", "--from", "yesterday", "--to", "2026-03-01"],
    ["plan", *RANGE, "--nonsense"],
    ["plan", *RANGE, "--format", "xml"],
    ["plan", *RANGE, "--out", "plan.txt"],
    ["plan", *RANGE, "--as-of", "2026-13-01"],
    ["release", "--days", "-1"],
    ["release", "--days", "many"],
    ["agenda"],
    ["agenda", "A1", "--date", "2026-02-30"],
    ["policy"],
    ["policy", "P1", "P2"],
    ["import"],
    ["import", "customers"],
    ["task", "done"],
    ["task", "done", "abc"],
    ["task", "done", "1", "--satisfaction", "99999999999999"],
    ["event", "retract", "x", "--why", "y"],
    ["metrics", "persistency", "--by", "nonsense"],
    ["metrics", "persistency", "--month", "14"],
    ["metrics", "persistency", "--profile", "US"],
    ["metrics", "persistency", "--cutoff", "late"],
    ["metrics", "referrals", "--year", "soon"],
    ["customer", "C1", "--lang", "fr"],
    ["db", "nonsense"],
]


def test_wrong_usage_has_status_2_and_says_what_is_wrong(late: Desk) -> None:
    for arguments in WRONG_USAGE:
        result = late.run(*arguments)
        assert result.status == 2, arguments
        assert in_a_sentence(result), arguments
        assert result.err, arguments


FAILURES = [
    ["plan", "--from", "2026-03-01", "--to", "2026-02-01"],
    ["plan", *RANGE, "--policy", "P9"],
    ["plan", *RANGE, "--customer", "C9"],
    ["plan", *RANGE, "--agent", "A9"],
    ["plan", *RANGE, "--customer", ""],
    ["plan", *RANGE, "--policy", ""],
    ["plan", *RANGE, "--out", "/no/such/folder/plan.csv"],
    ["plan", "--from", "0001-01-01", "--to", "0001-01-02"],
    ["plan", "--from", "1000-01-01", "--to", "1000-01-02"],
    ["plan", "--from", "9999-12-01", "--to", "9999-12-31"],
    ["agenda", "A9"],
    ["policy", "P9"],
    ["policy", ""],
    ["customer", "C9"],
    ["customer", "' OR 1=1 --"],
    ["customer", "C1\n"],
    ["customer", "x" * 5000],
    ["metrics", "influence", "C9"],
    ["metrics", "persistency", "--cohort-from", "2025-13"],
    ["metrics", "persistency", "--cohort-from", "March"],
    ["metrics", "persistency", "--cohort-from", "2026-01", "--cohort-to", "2025-01"],
    ["metrics", "collection", "--from", "2026-01-01", "--to", "2025-01-01"],
    ["event", "list", "--policy", "P9"],
    ["event", "retract", "999", "--why", "x"],
    ["event", "retract", "99999999999999999999999", "--why", "x"],
    ["event", "add", "--policy", "P1", "--kind", "surrender", "--on", "9999-12-31"],
    ["event", "add", "--policy", "P1", "--kind", "premium_change"],
    ["event", "add", "--policy", "P1", "--kind", "agent_changed", "--detail", "A9"],
    ["event", "add", "--policy", "P9", "--customer", "C1", "--kind", "claim"],
    ["task", "assign", "2", ""],
    ["standard", "check", "/no/such/file.yaml"],
    ["standard", "use", "/tmp", "--from", "2026-01-01"],
    ["standard", "show", "/tmp"],
]


@pytest.mark.parametrize("arguments", FAILURES, ids=lambda arguments: " ".join(arguments)[:60])
def test_what_cannot_be_done_fails_with_a_sentence(late: Desk, arguments: list[str]) -> None:
    result = late.run(*arguments)
    assert in_a_sentence(result), result.err
    assert result.status in {1, 2}
    assert result.out == ""
    assert result.err


FAR_DAYS = ["0001-01-01", "9999-12-31"]

AS_OF_COMMANDS = [["release"], ["agenda", "A1"], ["policy", "P1"], ["customer", "C1"], ["metrics", "persistency"]]


@pytest.mark.parametrize("day", FAR_DAYS)
def test_a_day_far_away_is_answered_or_refused_in_a_sentence(late: Desk, day: str) -> None:
    wrong = [command for command in AS_OF_COMMANDS if not in_a_sentence(late.run(*command, "--as-of", day))]
    assert wrong == []


def test_a_policy_can_be_asked_for_a_day_before_its_issue(late: Desk) -> None:
    result = late.run("policy", "P1", "--as-of", "2025-03-09")
    assert in_a_sentence(result), result.err


def test_a_collection_of_all_times_is_answered_or_refused_in_a_sentence(late: Desk) -> None:
    assert in_a_sentence(late.run("metrics", "collection", "--from", "0001-01-01", "--to", "9999-12-31"))


def test_nothing_of_all_that_changed_a_task(late: Desk) -> None:
    for arguments in (*WRONG_USAGE, *FAILURES[-12:]):
        late.run(*arguments)
    assert changes(late, LATE) == {}


def test_a_note_of_ten_thousand_letters_and_strange_signs_is_kept(late: Desk) -> None:
    task = late.ask("agenda", "A1", "--date", "2026-03-10", "--as-of", LATE)[0]["task_id"]
    late.do("task", "done", task, "--note", "x" * 10_000 + "😀\x1b[31m", "--outcome", "=1+1", "--as-of", "2026-03-10")
    for command in (["customer", "C1"], ["task", "explain", task]):
        shown = late.run(*command, "--as-of", "2026-03-10")
        assert shown.status == 0
        assert "\x1b" not in shown.out


def test_taking_an_event_back_needs_a_reason(late: Desk) -> None:
    late.do("event", "add", "--policy", "P1", "--kind", "complaint", "--on", LATE, "--as-of", LATE)
    key = late.ask("event", "list", "--policy", "P1")[0]["event"]
    assert late.run("event", "retract", key, "--why", " ").status == 1


DATABASES = [
    "nonsense",
    "desk.sqlite3",
    "http://localhost/x",
    "mysql://user:geheim@localhost/x",
    "postgresql://user:geheim@127.0.0.1:1/x",
    "postgresql://user:geheim@localhost:notaport/x",
    "postgresql:///x?host=/no/such/folder",
    "sqlite:////proc/nothing.sqlite3",
]


@pytest.mark.parametrize("url", DATABASES)
def test_a_database_that_is_none_is_told_in_a_sentence_without_its_password(url: str) -> None:
    for command in (["agenda", "A1"], ["db", "check"], ["db", "upgrade"]):
        result = run(*command, db=url)
        assert result.status == 1
        assert in_a_sentence(result), result.err
        assert "geheim" not in result.err


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite3"
    path.write_text("Dear customer, " * 100)
    result = run("agenda", "A1", db=f"sqlite:///{path}")
    assert result.status == 1
    assert in_a_sentence(result)
    assert path.read_text() == "Dear customer, " * 100


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    result = run("agenda", "A1", db=f"sqlite:///{tmp_path}")
    assert result.status == 1
    assert in_a_sentence(result)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE agents (codename TEXT)")
    result = run("agenda", "A1", db=f"sqlite:///{path}")
    assert result.status == 1
    assert in_a_sentence(result)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("agents",)]


def test_a_database_of_a_newer_version_is_not_touched(late: Desk) -> None:
    with closing(sqlite3.connect(late.folder / "desk.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    result = late.run("agenda", "A1")
    assert result.status == 1
    assert "newer" in result.err.lower()


def test_a_damaged_database_is_told_in_a_sentence(late: Desk) -> None:
    path = late.folder / "desk.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + b"\xff" * (len(whole) - 5000))
    for command in (["agenda", "A1"], ["release", "--as-of", LATE], ["customer", "C1"]):
        result = late.run(*command)
        assert result.status == 1
        assert in_a_sentence(result), result.err


def test_a_database_that_may_only_be_read_can_be_asked_and_not_changed(late: Desk) -> None:
    url = f"sqlite:///file:{late.folder}/desk.sqlite3?mode=ro&uri=true"
    here = Path.cwd()
    os.chdir(late.folder)
    try:
        asked = run("agenda", "A1", "--date", "2026-03-10", "--as-of", LATE, db=url)
        changed = run("event", "add", "--policy", "P1", "--kind", "surrender", "--on", LATE, "--as-of", LATE, db=url)
    finally:
        os.chdir(here)
    assert asked.status == 0
    assert changed.status == 1
    assert in_a_sentence(changed)
    assert not (late.folder / "file:").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read and write everything")
def test_a_file_without_rights_is_told_in_a_sentence(late: Desk) -> None:
    path = late.write("list.csv", "customer_no\nC1\n")
    path.chmod(0)
    result = late.run("import", "customers", path)
    assert result.status == 1
    assert in_a_sentence(result)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POLICYSERVE_DATABASE_URL", "nonsense"),
        ("POLICYSERVE_TIME_ZONE", "Mars/Phobos"),
        ("POLICYSERVE_LANG", "klingon"),
        ("POLICYSERVE_CALENDAR", "mars"),
        ("POLICYSERVE_CALENDAR", "/etc/passwd"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    result = run("plan", *RANGE, db=None if name == "POLICYSERVE_DATABASE_URL" else desk.url)
    assert result.status == 1
    assert in_a_sentence(result)


def test_the_environment_names_the_database_and_the_option_goes_before_it(
    late: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYSERVE_DATABASE_URL", late.url)
    assert run("agenda", "A1", "--as-of", LATE).status == 0
    monkeypatch.setenv("POLICYSERVE_DATABASE_URL", "nonsense")
    assert late.run("agenda", "A1", "--as-of", LATE).status == 0


def test_without_any_database_named_it_is_a_file_in_the_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POLICYSERVE_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run("event", "list", "--format", "json").rows == []
    assert list(tmp_path.rglob("*.sqlite3"))


def test_an_empty_database_name_is_not_taken_for_the_default_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--db "$DB"` in a script whose DB is not set must not write into the user's own book."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("POLICYSERVE_DATABASE_URL", raising=False)
    assert run("--db", "", "event", "list").status in {1, 2}

"""The settings file: what is not given keeps its default, what is wrong is named with the field and what is allowed."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from policyserve.config import read_settings
from policyserve.settings_file import (
    MessageSettings,
    Section,
    SettingsError,
    SettingsFile,
    checked,
    read_file,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(folder: Path, text: str, **environment: str) -> SettingsFile:
    """Write the file and read it."""
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_file(path, environment)


def refused(folder: Path, text: str, **environment: str) -> str:
    """Return what is said of a file that is wrong."""
    with pytest.raises(SettingsError) as error:
        read(folder, text, **environment)
    return str(error.value)


def test_the_defaults_are_those_of_the_rules() -> None:
    """Domain 3.1 (hours), 3.3 (caps, 72 hours for a receipt)."""
    messages = SettingsFile().messages
    assert messages.caps.model_dump() == {"marketing_per_day": 1, "marketing_per_week": 3, "all_per_day": 5}
    assert (messages.hours.marketing.opens, messages.hours.marketing.closes) == (time(9), time(20))
    assert (messages.hours.service.opens, messages.hours.service.closes) == (time(8), time(21))
    assert messages.hours.duty == messages.hours.service
    assert messages.sending.receipt_hours == 72
    assert (messages.merge, messages.approval, messages.route, messages.language) == (True, (), "mainland", "zh")
    assert {"R", "T", "TD", "N", "QX", "0000", "退订", "拒收", "取消", "STOP", "UNSUBSCRIBE"} == set(
        messages.opt_out_words
    )


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "") == SettingsFile()


def test_a_file_with_a_mark_of_order_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff[messages]\nsignature = '平安'").messages.signature == "平安"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("language", "'en'", "en"),
        ("signature", "'平安一家'", "平安一家"),
        ("hotline", "'95511'", "95511"),
        ("route", "'international'", "international"),
        ("opt_out", "'，回T退订'", "，回T退订"),
        ("opt_out_words", "['BYE']", ("BYE",)),
        ("approval", "['marketing', 'duty']", ("marketing", "duty")),
        ("merge", "false", False),
        ("price_per_segment", "0.032", 0.032),
        ("currency", "'USD'", "USD"),
        ("data_task", "'data-check'", "data-check"),
        ("gateway", "'mine'", "mine"),
    ],
)
def test_every_word_about_messages_is_a_setting(tmp_path: Path, field: str, value: str, expected: object) -> None:
    messages = read(tmp_path, f"[messages]\n{field} = {value}").messages
    assert getattr(messages, field) == expected
    assert getattr(MessageSettings(), field) != expected


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("messages.caps", "marketing_per_day", 2),
        ("messages.caps", "marketing_per_week", 5),
        ("messages.caps", "all_per_day", 9),
        ("messages.sending", "batch", 50),
        ("messages.sending", "lease_minutes", 3),
        ("messages.sending", "attempts", 7),
        ("messages.sending", "first_wait_seconds", 5),
        ("messages.sending", "receipt_hours", 48),
        ("notices", "most", 3),
        ("jobs", "days", 14),
        ("jobs", "send_every_minutes", 1),
        ("jobs", "notices_every_minutes", 1),
    ],
)
def test_every_number_is_a_setting(tmp_path: Path, section: str, field: str, value: int) -> None:
    given, plain = _section(read(tmp_path, f"[{section}]\n{field} = {value}"), section), _section(None, section)
    assert getattr(given, field) == value
    assert getattr(plain, field) != value


def _section(file: SettingsFile | None, path: str) -> BaseModel:
    found: BaseModel = file or SettingsFile()
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("message_class", ["marketing", "service", "duty"])
def test_the_hours_of_each_class_are_settings(tmp_path: Path, message_class: str) -> None:
    text = f"[messages.hours.{message_class}]\nopens = 10:30:00\ncloses = 11:00:00"
    hours = read(tmp_path, text).messages.contact_hours("Asia/Shanghai")
    at = {clock: datetime(2026, 5, 18, *clock, tzinfo=SHANGHAI) for clock in ((10, 29), (10, 30), (10, 59), (11, 0))}
    assert [hours.is_allowed(instant, message_class) for instant in at.values()] == [False, True, True, False]  # type: ignore[arg-type]
    others = {"marketing", "service", "duty"} - {message_class}
    assert all(hours.is_allowed(at[10, 29], other) for other in others)  # type: ignore[arg-type]


@pytest.mark.parametrize("clock", ["opens = '09:00'\ncloses = '20:00'", "opens = 09:00:00\ncloses = 20:00:00"])
def test_times_may_be_quoted(tmp_path: Path, clock: str) -> None:
    hours = read(tmp_path, f"[messages.hours.duty]\n{clock}").messages.hours.duty
    assert (hours.opens, hours.closes) == (time(9), time(20))


def test_a_folder_of_templates_is_looked_for_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    assert read(tmp_path, "[messages]\ntemplates = 'texts'").messages.templates == tmp_path / "texts"
    assert read(tmp_path, f"[messages]\ntemplates = '{tmp_path / 'texts'}'").messages.templates == tmp_path / "texts"


def test_a_folder_of_templates_that_is_not_there_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "[messages]\ntemplates = 'texts'")
    assert "own.toml: messages.templates is 'texts', but there is no such folder" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[messages]\nlanguage = 'fr'", "messages.language: input should be 'zh' or 'en'"),
        ("[messages]\nroute = 'moon'", "messages.route: input should be 'mainland' or 'international'"),
        ("[messages]\nsignature = ''", "messages.signature: string should have at least 1 character"),
        ("[messages]\napproval = ['all']", "messages.approval.0: input should be 'duty', 'service' or 'marketing'"),
        ("[messages]\nmerge = 'perhaps'", "messages.merge: input should be a valid boolean"),
        (
            "[messages]\nprice_per_segment = -1",
            "messages.price_per_segment: input should be greater than or equal to 0",
        ),
        ("[messages.caps]\nall_per_day = -1", "messages.caps.all_per_day: input should be greater than or equal to 0"),
        ("[messages.caps]\nall_per_day = 'x'", "messages.caps.all_per_day: input should be a valid integer"),
        ("[messages.sending]\nbatch = 0", "messages.sending.batch: input should be greater than or equal to 1"),
        ("[messages.hours.duty]\nopens = 09:00:00", "messages.hours.duty.closes: field required"),
        (
            "[messages.hours.duty]\nopens = 21:00:00\ncloses = 08:00:00",
            "messages.hours.duty: the hours must open before they close",
        ),
        ("[jobs]\nrelease_at = 'noon'", "jobs.release_at: input should be in a valid time format"),
        ("[messages]\nsginature = 'x'", "messages.sginature: there is no setting of this name"),
        ("[message]\nsignature = 'x'", "message: there is no setting of this name"),
        ("[messages.caps]\nper_year = 3", "messages.caps.per_year: there is no setting of this name"),
    ],
)
def test_what_is_wrong_is_said_with_file_field_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    told = refused(tmp_path, text)
    assert "own.toml' is wrong: " in told
    assert said in told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = refused(tmp_path, "[messages]\nlanguage = 'fr'\n[jobs]\ndays = -1")
    assert "messages.language" in told
    assert "jobs.days" in told


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[messages]\nsignature = 平安")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes("signature = '安心'".encode("gb18030"))
    with pytest.raises(SettingsError, match="cannot be read; save it as a UTF-8 text"):
        read_file(path, {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no settings file"):
        read_file(tmp_path / "none.toml", {})


SECRET = "[gateways.mine]\nkind = 'http'\nkey = {{ {} }}\n[gateways.mine.auth]\ntoken = {{ {} }}"


def test_secrets_come_from_the_environment_at_any_depth(tmp_path: Path) -> None:
    found = read(tmp_path, SECRET.format("env = 'KEY'", "env = 'TOKEN'"), KEY="k-1", TOKEN="t-1")
    assert found.gateways["mine"] == {"kind": "http", "key": "k-1", "auth": {"token": "t-1"}}


def test_secrets_come_from_files_beside_the_settings_without_their_line_end(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("k-2\n", encoding="utf-8")
    found = read(tmp_path, SECRET.format("file = 'key.txt'", "file = 'key.txt'"))
    assert found.gateways["mine"]["key"] == "k-2"


def test_a_secret_that_is_not_set_is_named_by_its_variable(tmp_path: Path) -> None:
    told = refused(tmp_path, SECRET.format("env = 'KEY'", "env = 'KEY'"))
    assert "own.toml: gateways.mine.key is read from the environment, but KEY is not set" in told


def test_a_secret_whose_file_is_missing_is_named_by_it(tmp_path: Path) -> None:
    told = refused(tmp_path, SECRET.format("file = 'none.txt'", "file = 'none.txt'"))
    assert "own.toml: gateways.mine.key is read from the file 'none.txt', which fails" in told


class Secretive(Section):
    """Options of a gateway that is only for this test."""

    key: int


def test_no_error_repeats_a_value_for_it_may_be_a_secret() -> None:
    with pytest.raises(SettingsError) as error:
        checked(Secretive, {"key": "s3cr3t", "kye": "s3cr3t"}, "The gateway 'mine'")
    said = str(error.value)
    assert "The gateway 'mine' is wrong in the settings: key: input should be a valid integer" in said
    assert "kye: there is no setting of this name" in said
    assert "s3cr3t" not in said


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[messages]\nsignature = '平安'", encoding="utf-8")
    environment = {"POLICYSERVE_SETTINGS": str(path), "POLICYSERVE_DATABASE_URL": "sqlite://"}
    assert read_settings(environment).file.messages.signature == "平安"

"""Standards from YAML: what is read, and what the author of a wrong file is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desks.standard_text import HEAD, VISIT, errors, read, visit
from policyserve.config import fixture
from policyserve.errors import PolicyserveError
from policyserve.standard.model import Service
from policyserve.standard.parser import default_standard, load_standard, parse_standard


def test_a_right_standard_is_read_without_errors() -> None:
    service = read(HEAD + VISIT).services[0]
    assert (service.code, service.name_zh, service.performer) == ("visit", "亲访", "agent")


def test_a_misspelled_channel_is_told_with_line_field_and_what_is_allowed() -> None:
    assert errors(visit(channels="[vist, sms]")) == [
        "my.yaml line 11, services[0].channels[0]: 'vist' is not a channel; "
        "did you mean 'visit'? Allowed: visit, call, sms, letter, office."
    ]


def test_a_value_that_resembles_nothing_gets_the_list_alone() -> None:
    assert errors(visit(stage="zzz")) == [
        "my.yaml line 11, services[0].stage: 'zzz' is not a stage; allowed: meet, know, trust, rely."
    ]


def test_a_misspelled_field_is_told_with_the_one_meant() -> None:
    (error,) = errors(HEAD + VISIT + "    windw: {after: 3}\n")
    assert error.startswith("my.yaml line 12, services[0].windw: 'windw' is not a field here; did you mean 'window'?")


def test_a_missing_field_is_told_at_the_line_of_its_service() -> None:
    (error,) = errors(HEAD + VISIT.replace("    level: assessed\n", ""))
    assert error == (
        "my.yaml line 4, services[0].level: 'level' is missing; allowed: assessed, spot-checked, encouraged."
    )


def test_a_number_out_of_range_is_told_with_the_range() -> None:
    assert errors(visit(window="{before: 2, after: 400}")) == [
        "my.yaml line 12, services[0].window.after: 400 is not possible here; allowed: a whole number from 0 to 366."
    ]


@pytest.mark.parametrize("value", ["'3'", "3.5", "true", "three", "[3]", "~", "0x3", "1_0"])
def test_only_a_whole_number_is_a_whole_number(value: str) -> None:
    (error,) = errors(visit(window=f"{{after: {value}}}"))
    assert "services[0].window.after" in error
    assert "allowed: a whole number from 0 to 366." in error


def test_an_unknown_kind_of_trigger_is_told_with_all_kinds() -> None:
    (error,) = errors(visit(trigger="{kind: birthdy}"))
    assert error.startswith(
        "my.yaml line 11, services[0].trigger.kind: 'birthdy' is not a kind of trigger; did you mean 'birthday'?"
    )


def test_a_trigger_without_kind_is_told_with_all_kinds() -> None:
    (error,) = errors(visit(trigger="{anchor: issue}"))
    assert "services[0].trigger.kind: the trigger's kind is missing; allowed: after, after-debit" in error


def test_a_field_of_a_trigger_is_told_by_its_own_kind() -> None:
    (error,) = errors(visit(trigger="{kind: after, anchor: issue, weeks: 1}"))
    assert error.endswith("'weeks' is not a field here; allowed: kind, anchor, days, months, workdays.")


def test_all_errors_are_told_at_once_in_order_of_lines() -> None:
    text = visit(level="asessed", channels="[]", window="{after: -1}").replace('version: "1"', "version: 1")
    assert [line.split(":")[0] for line in errors(text)] == [
        "my.yaml line 2, version",
        "my.yaml line 10, services[0].level",
        "my.yaml line 11, services[0].channels",
        "my.yaml line 12, services[0].window.after",
    ]


def test_what_a_right_service_means_is_checked_beside_one_that_is_wrong() -> None:
    wrong = VISIT.replace("level: assessed", "level: top")
    senseless = VISIT.replace("subject: policy", "subject: customer").replace("code: visit", "code: other")
    told = errors(HEAD + wrong + senseless)
    assert [line.split(":")[0] for line in told] == [
        "my.yaml line 7, services[0].level",
        "my.yaml line 17, services[1].subject",
    ]


def test_a_date_in_a_text_field_wants_quotes() -> None:
    (error,) = errors(HEAD.replace('"1"', "2026-11-21") + VISIT)
    assert error.endswith('2026-11-21 without quotes is a date, and text belongs here; write "2026-11-21".')


def test_a_truth_value_in_a_text_field_wants_quotes() -> None:
    (error,) = errors(visit(name="true"))
    assert error.endswith('true without quotes is yes or no, and text belongs here; write "true".')


def test_yes_and_no_are_words_not_truth_values() -> None:
    assert read(visit(name="no")).services[0].name == "no"
    (error,) = errors(visit(enabled="yes"))
    assert error.endswith("'yes' is not possible here; allowed: true or false.")


def test_a_date_is_written_without_quotes() -> None:
    assert read(visit(since="2026-11-21")).services[0].since == date(2026, 11, 21)
    (error,) = errors(visit(since='"2026-11-21"'))
    assert error.endswith("allowed: a date such as 2026-01-31, without quotes.")


def test_a_day_that_the_calendar_lacks_is_told() -> None:
    assert any("'2026-02-30' is no day of the calendar" in error for error in errors(visit(since="2026-02-30")))


def test_a_field_that_stands_twice_is_told_with_both_lines() -> None:
    assert errors(HEAD + VISIT + "    level: encouraged\n") == [
        "my.yaml line 12, services[0].level: 'level' stands twice, first in line 7; keep one."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "my.yaml: the file is empty"),
        ("# nothing yet\n", "my.yaml: the file is empty"),
        ("- code: visit\n", "my.yaml line 1: a standard is a group of fields"),
        ("just words", "my.yaml line 1: a standard is a group of fields"),
        ("name: [a\nversion: 1", "my.yaml line 2: the YAML cannot be read here"),
        ("name:\n\t- a", "my.yaml line 2: the YAML cannot be read here"),
        ("name: a\n---\nname: b", "my.yaml line 2: a second document begins here"),
        ("? [a]\n: b", "my.yaml line 1: a field's name must be a word"),
        ("[" * 100_000, "my.yaml line 1: the values are nested too deeply"),
        ("- " * 100_000, "my.yaml line 1: the values are nested too deeply"),
        ("\x00\x01\x02", "my.yaml: this is not a text file in YAML"),
        ("name: *other", "my.yaml line 1, name: '*other' refers to another place; write the value out."),
    ],
)
def test_a_file_that_is_no_standard_is_told_in_one_sentence(text: str, told: str) -> None:
    (error,) = errors(text)
    assert error.startswith(told)


def test_anchors_and_types_are_refused_and_never_built() -> None:
    assert any("'&a' names a place" in error for error in errors(visit(name="&a Visit")))
    assert any("a type is given with '!'" in error for error in errors(visit(name="!!python/object:os.system Visit")))


def test_a_file_is_read_with_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "standard.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + VISIT).replace("\n", "\r\n").encode())
    assert load_standard(path).name == "Small"


def test_loading_a_wrong_file_tells_every_error(tmp_path: Path) -> None:
    path = tmp_path / "standard.yaml"
    path.write_text(visit(level="top", stage="top"), encoding="utf-8")
    with pytest.raises(PolicyserveError) as caught:
        load_standard(path)
    first, *lines = str(caught.value).splitlines()
    assert first == f"The standard {path} has 2 errors; mend them and try again."
    assert [line.split(": ")[0] for line in lines] == [
        f"{path} line 10, services[0].level",
        f"{path} line 11, services[0].stage",
    ]


@pytest.mark.parametrize("content", ["服务".encode("gb18030"), b"PK\x03\x04\xff\xfe\x00"])
def test_a_file_in_another_encoding_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "standard.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyserveError, match="is not text in UTF-8"):
        load_standard(path)


def test_a_file_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyserveError, match="cannot be read"):
        load_standard(tmp_path / "none.yaml")
    with pytest.raises(PolicyserveError, match="cannot be read"):
        load_standard(tmp_path)


def test_a_warning_does_not_keep_a_standard_from_being_used() -> None:
    standard, problems = parse_standard(HEAD + VISIT, source="my.yaml")
    assert standard is not None
    assert {problem.severity for problem in problems} == {"warning"}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=" -:[]{},'\"&*!?|>#%@`\n\tab1~", max_size=60))
def test_no_text_whatever_brings_the_parser_down(text: str) -> None:
    standard, problems = parse_standard(text, source="my.yaml")
    assert standard is None
    assert problems


LINES = fixture("standards", "life-cn.yaml").read_text(encoding="utf-8").splitlines()[:120]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, len(LINES) - 1), st.sampled_from(["", "  x: 1", "- x", "    trigger: 3", "    window: [1]", "\t"])
)
def test_no_broken_line_brings_the_parser_down(number: int, line: str) -> None:
    text = "\n".join([*LINES[:number], line, *LINES[number + 1 :]])
    standard, problems = parse_standard(text, source="my.yaml")
    assert standard is not None or any(problem.severity == "error" for problem in problems)


def test_the_default_standard_is_read_once() -> None:
    assert default_standard() is default_standard()


def test_the_model_refuses_to_be_changed() -> None:
    service: Service = read(HEAD + VISIT).services[0]
    with pytest.raises(ValueError, match="frozen"):
        service.code = "other"  # type: ignore[misc]

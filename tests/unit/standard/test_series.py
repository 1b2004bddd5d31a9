"""Series of services: suffixes, lines that override their entry, and errors told at their own line."""

from __future__ import annotations

import pytest

from desks.standard_text import HEAD, errors, read, visit
from policyserve.standard.trigger import AfterDebit, BeforeInstalment

SERIES = """\
  - code: reminder
    name: Reminder
    name_zh: 提醒
    level: spot-checked
    stage: know
    subject: policy
    trigger: {kind: before-instalment, modes: [annual]}
    window: {before: 1, after: 2}
    channels: [sms]
    ends_when: [instalment-paid]
    series:
      - suffix: d30
        trigger: {days: 30}
      - suffix: d7
        name: Last reminder
        trigger: {days: 7, modes: [monthly]}
        window: {after: 5}
        channels: [call]
"""


def test_a_series_becomes_services_with_the_suffix_in_the_code() -> None:
    assert [service.code for service in read(HEAD + SERIES).services] == ["reminder-d30", "reminder-d7"]


def test_a_line_of_a_series_overrides_its_entry_field_by_field() -> None:
    first, second = read(HEAD + SERIES).services
    assert first.trigger == BeforeInstalment(kind="before-instalment", days=30, modes=("annual",))
    assert (first.name, first.window.after, first.channels) == ("Reminder", 2, ("sms",))
    assert second.trigger == BeforeInstalment(kind="before-instalment", days=7, modes=("monthly",))
    assert (second.name, second.window.before, second.window.after) == ("Last reminder", 1, 5)
    assert (second.channels, second.ends_when) == (("call",), ("instalment-paid",))


def test_a_line_without_suffix_keeps_the_code() -> None:
    text = visit(
        trigger="{kind: after-debit, days: 1}",
        series="[{trigger: {results: [success]}}, {trigger: {results: [failed]}, channels: [call]}]",
    )
    triggers = [service.trigger for service in read(text).services]
    assert [service.code for service in read(text).services] == ["visit", "visit"]
    assert triggers == [
        AfterDebit(kind="after-debit", days=1, results=("success",)),
        AfterDebit(kind="after-debit", days=1, results=("failed",)),
    ]


def test_a_trigger_of_another_kind_in_a_series_replaces_the_whole_trigger() -> None:
    text = visit(series="[{suffix: a}, {suffix: b, subject: customer, trigger: {kind: birthday}}]")
    assert [service.trigger.kind for service in read(text).services] == ["after", "birthday"]


def test_an_error_in_a_series_is_told_at_its_own_line() -> None:
    (error,) = errors(HEAD + SERIES.replace("{days: 7, ", "{days: 777, "))
    assert error.startswith("my.yaml line 19, services[0].series[1].trigger.days: 777 is not possible here")


def test_an_error_in_the_entry_of_a_series_is_told_once() -> None:
    (error,) = errors(HEAD + SERIES.replace("level: spot-checked", "level: spotted"))
    assert error.startswith("my.yaml line 7, services[0].level: 'spotted' is not a level")


@pytest.mark.parametrize(
    ("series", "told"),
    [
        ("[]", "services[0].series: a series is a list with at least one line"),
        ("d30", "services[0].series: a series is a list with at least one line"),
        ("[d30]", "services[0].series[0]: a line of a series is a group of fields"),
        ("[{code: other}]", "services[0].series[0].code: a line of a series has no code of its own"),
        ("[{sufix: d30}]", "services[0].series[0].sufix: 'sufix' is not a field here; did you mean 'suffix'?"),
        ("[{suffix: D 30}]", "services[0].series[0].suffix: 'visit-D 30' is not possible here"),
    ],
)
def test_a_wrong_series_is_told(series: str, told: str) -> None:
    assert any(told in error for error in errors(visit(series=series)))

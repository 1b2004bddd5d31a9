"""The sentence of a transition: made from codes and rows, in either language; what people wrote is never touched."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyserve.tasks.history_text import why
from policyserve.tasks.transitions import Difference, Step

LOOK_ALIKES = (
    "call back by Friday",
    "due 2020-01-01 -> 2020-01-02; agent 1001 -> 1002",
    "the policy was surrendered on 2026-05-04",
    "by visit on 2026-05-01",
    "gone",
    "{on}",
)


def step(action: str, said: str | None = None, because: tuple[str, str] | None = None, **changes: Difference) -> Step:
    reason, arguments = because or (None, None)
    return Step(
        at=datetime(2026, 5, 4, tzinfo=UTC), as_of=date(2026, 5, 4), actor="1002", action=action, from_status="open",
        to_status="open", reason=reason, arguments=arguments, said=said, changes=changes,
    )  # fmt: skip


def told(transition: Step, language: str) -> str:
    reason = why(transition)
    return reason.told(language) if reason else ""


@pytest.mark.parametrize("language", ["en", "zh"])
@given(st.sampled_from(LOOK_ALIKES) | st.text(min_size=1))
def test_what_a_person_wrote_comes_back_as_it_was(language: str, text: str) -> None:
    assert told(step("skipped", text), language) == text
    assert told(step("reopened", text, done_on=("2026-05-01", None)), language) == text


@pytest.mark.parametrize(
    ("transition", "english", "chinese"),
    [
        (
            step(
                "moved", due=("2026-05-04", "2026-05-05"), agent_id=("1002", None), nominal=("2026-05-04", "2026-05-05")
            ),
            "due 2026-05-04 -> 2026-05-05; agent 1002 -> nobody",
            "应做日2026-05-04 -> 2026-05-05；业务员1002 -> 无",
        ),
        (
            step("moved", nominal=("2026-05-04", "2026-05-05"), customer_id=("1", "2")),
            "day of the rule 2026-05-04 -> 2026-05-05; another holder",
            "标准日2026-05-04 -> 2026-05-05；投保人变更",
        ),
        (
            step(
                "moved", performer=("agent", "office"), channels=("visit", "visit+sms"), provisional=("true", "false")
            ),
            "done by agent -> office; by visit -> visit+sms; provisional true -> false",
            "执行业务员 -> 内勤；方式亲访 -> 亲访+短信；暂定是 -> 否",
        ),
        (
            step("reopened", None, ("called-again", '{"due": "2026-05-05"}'), latest=("2026-05-18", "2026-05-19")),
            "called for again, due 2026-05-05; latest 2026-05-18 -> 2026-05-19",
            "重新需要，应做日2026-05-05；最晚日2026-05-18 -> 2026-05-19",
        ),
        (
            step("cancelled", None, ("instalment-paid", '{"instalment": 3, "on": "2026-04-20"}')),
            "instalment 3 was paid on 2026-04-20",
            "第3期已缴（2026-04-20）",
        ),
        (
            step("done", done_on=(None, "2026-05-01"), channel=(None, "visit"), outcome=(None, "busy")),
            "by visit on 2026-05-01",
            "2026-05-01，方式：亲访",
        ),
        (step("snoozed", snoozed_to=(None, "2026-05-06")), "to 2026-05-06", "至2026-05-06"),
        (step("added"), "", ""),
    ],
)
def test_a_transition_is_told_in_either_language(transition: Step, english: str, chinese: str) -> None:
    assert told(transition, "en") == english
    assert told(transition, "zh") == chinese

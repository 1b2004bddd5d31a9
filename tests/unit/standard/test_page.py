"""The page about the standard, held against the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from policyserve.standard import model, trigger
from policyserve.standard.grade import Grade, GradeRule
from policyserve.standard.obligation import Deadline, Obligation, Occasion, Until
from policyserve.standard.parser import parse_standard
from policyserve.standard.part import Part
from policyserve.standard.weights import Bearing

PAGE = (Path(__file__).parents[3] / "docs" / "standard.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
TRIGGERS = re.findall(r"`(\{kind: [^`]*\})`", PAGE)
HEAD = 'name: Page\nversion: "1"\nservices:\n'
OF_CUSTOMERS = ("birthday", "calendar", "festival", "relation")


def errors(text: str) -> list[str]:
    """Tell the errors of a standard."""
    return [str(one) for one in parse_standard(text, source="page")[1] if one.severity == "error"]


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_on_the_page_is_right(block: str) -> None:
    assert errors(block if block.startswith("name:") else HEAD + block) == []


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_trigger_on_the_page_is_right(trigger: str) -> None:
    subject = "customer" if any(word in trigger for word in OF_CUSTOMERS) else "policy"
    service = f"{{code: a, name: A, name_zh: 甲, level: assessed, stage: meet, subject: {subject}, channels: [visit]"
    assert errors(f"{HEAD}  - {service}, trigger: {trigger}}}\n") == []


def test_every_kind_of_trigger_has_an_example() -> None:
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(get_args(trigger.Trigger)[0])}
    assert {re.split(r"[,}]", trigger.removeprefix("{kind: "))[0] for trigger in TRIGGERS} == kinds


@pytest.mark.parametrize(
    "part",
    [
        model.Standard,
        model.Service,
        model.Window,
        model.Audience,
        Bearing,
        Obligation,
        Deadline,
        Grade,
        GradeRule,
    ],
)
def test_every_field_is_explained(part: type[Part]) -> None:
    assert [name for name in part.model_fields if f"`{name}" not in PAGE] == []


@pytest.mark.parametrize(
    "words", [model.Ending, model.Channel, model.Level, model.Stage, model.MessageClass, Occasion, Until]
)
def test_every_word_of_the_model_is_on_the_page(words: object) -> None:
    assert [word for word in get_args(words) if f"`{word}`" not in PAGE] == []


def test_the_error_on_the_page_is_what_the_program_says() -> None:
    wrong = BLOCKS[0].replace("channels: [visit]", "channels: [vist]")
    (problem,) = [one for one in parse_standard(wrong, source="my-standard.yaml")[1] if one.severity == "error"]
    assert str(problem) in PAGE

"""How customers are addressed."""

from __future__ import annotations

import pytest

from policyserve.tasks.salutation import salutation


@pytest.mark.parametrize(
    ("name", "gender", "language", "said"),
    [
        ("王芳", "female", "zh", "王女士"),
        ("欧阳明", "male", "zh", "欧阳先生"),
        ("阿依古丽·买买提", "female", "zh", "阿依古丽·买买提女士"),
        ("José García", "male", "en", "Mr García"),
        ("李明", "male", "en", "Mr 李"),
        ("李明", None, "zh", "李明"),
        (None, "male", "zh", "客户"),
    ],
)
def test_a_customer_is_addressed_by_surname_and_title(
    name: str | None, gender: str | None, language: str, said: str
) -> None:
    assert salutation(name, gender, language) == said

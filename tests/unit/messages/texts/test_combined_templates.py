"""The shipped templates of combined texts: what each says of several policies, in one or two segments."""

from __future__ import annotations

import re

import pytest

from desks.template_facts import CLASSES, COMBINED, NEEDED, PEOPLE, POLICY, TODAY, every_language, typical
from policyserve.messages.generation.combination import MOST
from policyserve.messages.texts.segments import INTERNATIONAL, MAINLAND
from policyserve.messages.texts.templates import Rendered, render
from policyserve.messages.texts.values import Language, Occasion, combined_values, values_of

every_combined = pytest.mark.parametrize("template", COMBINED)

OTHER: Occasion = {**POLICY, "policy_no": "3302026000005678", "product": "福满年金", "amount": 6789000}


def combined(template: str, language: Language, *knowns: Occasion) -> Rendered:
    chinese = language == "zh"
    parts = [values_of({**PEOPLE[language], **known}, language=language, as_of=TODAY) for known in knowns]
    return render(
        template,
        combined_values(parts),
        signature="安心人寿" if chinese else "Anxin Life",
        message_class="service",
        route=MAINLAND if chinese else INTERNATIONAL,
    )


@every_combined
def test_a_combined_template_stands_for_service_texts_alone(template: str) -> None:
    assert {CLASSES[name] for name in COMBINED[template]} == {"service"}


@every_combined
@every_language
def test_a_combined_text_says_of_each_policy_what_its_own_text_would(template: str, language: Language) -> None:
    text = combined(template, language, POLICY, OTHER).text
    for tail in ("1234", "5678"):
        assert tail in text
    if "issue" not in template:
        for amount in ("12,345.00", "67,890.00"):
            assert amount in text
    assert not re.search(r"None|  |，，|。。|（）|\(\)|330202", text)
    assert text.count("尊敬的" if language == "zh" else "Dear") == 1


@every_combined
@every_language
def test_a_combined_text_is_cheaper_than_its_parts_or_as_cheap(template: str, language: Language) -> None:
    parts = [typical(name, language).segments.segments for name in COMBINED[template]]
    assert combined(template, language, POLICY, OTHER).segments.segments <= sum(parts)


@every_language
@pytest.mark.parametrize("template", [name for name, parts in COMBINED.items() if len(set(parts)) == 1])
def test_as_many_as_may_go_together_fit_into_one_text(template: str, language: Language) -> None:
    done = combined(template, language, *[POLICY, OTHER] * (MOST // 2))
    assert done.segments.segments <= 2 * MOST
    assert done.text.count("5678") == MOST // 2


@every_language
@pytest.mark.parametrize("template", COMBINED)
def test_a_combined_text_is_written_for_people_of_whom_little_is_known(template: str, language: Language) -> None:
    first, second = (NEEDED[name] for name in COMBINED[template])
    parts = [values_of(known, language=language, as_of=TODAY) for known in (first, second)]
    route = MAINLAND if language == "zh" else INTERNATIONAL
    done = render(template, combined_values(parts), signature="安心", message_class="service", route=route)
    assert not re.search(r"None|  |，，|。。|（）|\(\)", done.text)

"""The texts of a day: written, merged, rejected one by one, capped last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desks.occasions import DAY, composed, fates, had, known, message, templates
from policyserve.errors import PolicyserveError
from policyserve.messages.generation.composition import COMPOSED, NOTHING_HAD, OUTCOMES, compose
from policyserve.messages.reasons import told
from policyserve.settings_file import MessageSettings

Configure = Callable[..., MessageSettings]
MERGED = "{% for part in parts %}{{ part.policy_tail }};{% endfor %}"


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Return settings with templates of the test."""
    folder = templates(
        tmp_path, due="{{ policy_tail }}", due_and_due=MERGED, names="{{ salutation }}", names_and_names="{{ product }}"
    )

    def configured(**fields: Any) -> MessageSettings:
        return MessageSettings.model_validate({"signature": "安心", "templates": folder, **fields})

    return configured


def test_a_text_is_written_with_its_segments(configure: Configure) -> None:
    made = composed(configure(), message(7))["service-7"]
    assert (made["text"], made["segments"], made["outcome"], made["reason"]) == ("【安心】0007", 1, "made", None)


def test_nothing_due_is_nothing_composed(configure: Configure) -> None:
    found = compose(known(), NOTHING_HAD, configure(), DAY)
    assert tuple(found.columns) == COMPOSED
    assert found.is_empty()


def test_texts_that_may_go_together_have_one_text_and_the_others_name_who_carries_it(configure: Configure) -> None:
    rows = [message(key, template="due") for key in (1, 2, 3)]
    found = composed(configure(), *rows)
    assert found["service-1"]["text"] == "【安心】0001;0002;0003;"
    for other in ("service-2", "service-3"):
        assert (found[other]["outcome"], found[other]["text"], found[other]["segments"]) == ("merged", None, None)
        assert (found[other]["lead_service"], found[other]["lead_customer_id"]) == ("service-1", 1)


def test_merging_is_a_setting(configure: Configure) -> None:
    rows = [message(key, template="due") for key in (1, 2)]
    found = composed(configure(merge=False), *rows)
    assert [row["text"] for row in found.values()] == ["【安心】0001", "【安心】0002"]


def test_two_customers_never_share_a_text(configure: Configure) -> None:
    rows = [message(key, template="due", customer_id=key) for key in (1, 2)]
    assert fates(composed(configure(), *rows)) == {"service-1": ("made", None), "service-2": ("made", None)}


def test_a_combined_text_that_cannot_be_written_goes_one_by_one(configure: Configure) -> None:
    rows = [message(key, template="names", name="王芳", gender="female") for key in (1, 2)]
    found = composed(configure(), *rows)
    assert [row["text"] for row in found.values()] == ["【安心】王女士", "【安心】王女士"]


def test_a_text_that_fails_is_rejected_with_its_reason_and_spares_the_others(configure: Configure) -> None:
    named = message(1, template="names", name="王芳", gender="female", customer_id=1)
    nameless = message(2, template="names", customer_id=2)
    found = fates(composed(configure(), named, nameless))
    assert found["service-1"] == ("made", None)
    outcome, reason = found["service-2"]
    assert outcome == "rejected"
    assert "it says 'salutation', which is not known of this customer or policy" in (told(reason, "en") or "")
    assert "模板用到“salutation”，而该客户或保单没有这项资料" in (told(reason, "zh") or "")


def test_a_template_that_is_missing_rejects_its_messages_alone(configure: Configure) -> None:
    found = fates(composed(configure(), message(1, template="none"), message(2)))
    assert found["service-1"][0] == "rejected"
    assert found["service-2"] == ("made", None)


def test_marketing_that_fails_takes_no_place_from_the_weaker_one(configure: Configure) -> None:
    strong = message(1, "marketing", score=9.0, template="none")
    weak = message(2, "marketing", score=1.0)
    found = fates(composed(configure(), strong, weak))
    assert (found["service-1"][0], found["service-2"]) == ("rejected", ("made", None))


def test_a_merged_text_counts_once_for_the_cap_of_the_day(configure: Configure) -> None:
    rows = [message(key, template="due") for key in (1, 2, 3, 4)]
    alone = message(5, template="plain")
    found = fates(composed(configure(caps={"all_per_day": 2}), *rows, alone))
    assert [outcome for outcome, _ in found.values()].count("made") == 2
    assert [outcome for outcome, _ in found.values()].count("dropped") == 0


def test_a_text_over_the_cap_of_the_day_goes_with_all_that_it_carries(configure: Configure) -> None:
    rows = [message(key, template="due") for key in (1, 2)]
    found = composed(configure(), *rows, besides=had(all_today=5))
    assert set(fates(found).values()) == {("dropped", "cap-all")}
    assert {row["text"] for row in found.values()} == {row["lead_service"] for row in found.values()} == {None}


def test_the_signature_and_the_way_out_are_settings(configure: Configure) -> None:
    settings = configure(signature="平安一家", opt_out="，回T退订")
    assert composed(settings, message(1, "marketing"))["service-1"]["text"] == "【平安一家】0001，回T退订"
    assert composed(configure(), message(1, "marketing"))["service-1"]["text"] == "【安心】0001，拒收请回复R"


def test_a_signature_that_no_carrier_takes_stops_everything(configure: Configure) -> None:
    with pytest.raises(PolicyserveError, match="The signature of messages"):
        composed(configure(signature="【安心】"), message(1))


def test_the_language_is_a_setting(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "plain.en.j2").write_text("Policy {{ policy_tail }}", encoding="utf-8")
    english = configure(language="en", route="international", signature="Anxin")
    assert composed(english, message(1))["service-1"]["text"] == "Anxin: Policy 0001"


def test_the_route_decides_how_segments_are_counted(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "plain.zh.j2").write_text("x" * 100, encoding="utf-8")
    routes = {route: configure(route=route, signature="Anxin") for route in ("mainland", "international")}
    segments = {name: composed(settings, message(1))["service-1"]["segments"] for name, settings in routes.items()}
    assert segments == {"mainland": 2, "international": 1}


def test_outcomes_are_those_that_are_documented(configure: Configure) -> None:
    rows = [
        message(1, "marketing"),
        message(2, "marketing"),
        message(3, "marketing", consent=False),
        *(message(key, template="due") for key in (4, 5)),
        message(6, template="none"),
    ]
    found = composed(configure(), *rows)
    assert {row["outcome"] for row in found.values()} == set(OUTCOMES)

"""What people read in place of codes of services, and in which order."""

from __future__ import annotations

from typing import get_args

import polars as pl
import pytest

from policyserve.cli.metrics.service_names import in_order, in_words
from policyserve.cli.metrics.services import names_of_services
from policyserve.cli.screen.headings import HEADINGS
from policyserve.cli.words.service_words import FATES as WORDS
from policyserve.metrics.services.orphans import BEHIND, ORPHANS
from policyserve.metrics.services.service_rate import CALLBACKS, FATES
from policyserve.metrics.services.tasks_behind import LISTED
from policyserve.standard.model import Level
from policyserve.standard.parser import default_standard

STANDARD = default_standard()


def test_names_that_services_share_stand_with_their_code() -> None:
    named = names_of_services(STANDARD, "en")
    told = [named({"service": code})["service"] for code in ("visit-m1", "visit-m4", "policy-review", "long-gone")]
    assert told == [
        "Introduce the company's service system", "Policy check-up (visit-m4)", "Policy check-up (policy-review)",
        "long-gone",
    ]  # fmt: skip
    assert names_of_services(STANDARD, "zh")({"service": "visit-m4"}) == {"service": "保单体检 (visit-m4)"}


def test_every_fate_has_words_in_both_languages() -> None:
    assert set(WORDS) == {*FATES, "not_reached"}
    assert in_words({"fate": "on_time"}, "zh") == {"fate": "按期完成"}


def test_what_the_standard_lost_and_the_office_have_a_name() -> None:
    assert in_words({"level": None}, "en") == {"level": "(not in the standard)"}
    assert in_words({"level": "assessed"}, "en") == {}
    assert in_words({"agent_no": None, "performer": "office"}, "en") == {"agent_no": "office"}
    assert in_words({"agent_no": None, "performer": "agent"}, "en") == {}
    assert in_words({"agent_no": "A1", "performer": "office"}, "en") == {}


def test_services_and_levels_stand_as_the_standard_has_them() -> None:
    codes = ["visit-m10", "half-year-visit", "contract-delivery", "long-gone", "visit-m1"]
    found = in_order(pl.DataFrame({"service": codes}), ["service"], STANDARD)
    assert found["service"].to_list() == ["contract-delivery", "visit-m1", "visit-m10", "half-year-visit", "long-gone"]
    levels = pl.DataFrame({"branch": ["N", "N", "N", None], "level": ["encouraged", None, "assessed", "encouraged"]})
    rows = in_order(levels, ["branch", "level"], STANDARD).rows()
    assert rows == [(None, "encouraged"), ("N", "assessed"), ("N", "encouraged"), ("N", None)]
    assert get_args(Level) == ("assessed", "spot-checked", "encouraged")


def test_figures_without_groups_have_no_order() -> None:
    assert in_order(pl.DataFrame({"numerator": [1]}), [], STANDARD).rows() == [(1,)]


@pytest.mark.parametrize("columns", [LISTED, BEHIND, ORPHANS[3:-2], CALLBACKS[3:-2]])
def test_every_column_of_a_list_has_a_heading(columns: tuple[str, ...]) -> None:
    assert [name for name in columns if name not in HEADINGS] == []

"""The work that figures of service are made from: names of services, words of fates, the order of the standard."""

from __future__ import annotations

from typing import get_args

import polars as pl

from policyserve.metrics.cells import cell
from policyserve.metrics.services.service_rate import FATES
from policyserve.metrics.services.work import FATE, LISTED, groups, in_order, service_names
from policyserve.standard.model import Level
from policyserve.standard.parser import default_standard

STANDARD = default_standard()


def test_names_that_services_share_stand_with_their_code() -> None:
    names = service_names(STANDARD)
    told = [names(code, "en") for code in ("visit-m1", "visit-m4", "policy-review", "long-gone")]
    assert told == [
        "Introduce the company's service system", "Policy check-up (visit-m4)", "Policy check-up (policy-review)",
        "long-gone",
    ]  # fmt: skip
    assert names("visit-m4", "zh") == "保单体检 (visit-m4)"


def test_every_fate_has_words_in_both_languages() -> None:
    for fate in (*FATES, "not_reached"):
        assert "_" not in FATE(fate, "en")
        assert FATE(fate, "zh") != FATE(fate, "en")


def test_what_the_standard_lost_has_a_name() -> None:
    (level,) = groups(["level"], STANDARD)
    assert cell(level, {"level": None}, "en", {}) == "(not in the standard)"
    assert cell(level, {"level": "assessed"}, "zh", {}) == "考核"


def test_the_office_is_the_agent_of_its_own_work() -> None:
    office = LISTED["agent_no"]
    assert cell(office, {"_agent_no": "office"}, "zh", {}) == "内勤"
    assert cell(office, {"_agent_no": "A1"}, "zh", {"agent": {"A1": "王芳"}}) == "A1 王芳"


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

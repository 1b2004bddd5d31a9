"""What a profile says of itself: only what it reports, and until when money counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policyserve.config import fixture
from policyserve.metrics.profiles.company_profiles import read_profile
from policyserve.metrics.profiles.description import profile_sentence
from policyserve.metrics.profiles.profile import CN_COMPANY, PROFILES, Cutoff, Observation, Profile

OWN = read_profile(fixture("profiles", "own-company.yaml"))
SHIPPED = [*PROFILES.values(), OWN]
UNLIKE = replace(CN_COMPANY, exclusions=(), individual_only=False, longer_than_months=0, bases=("premium",))


def said(profile: Profile, language: str = "en", cutoff: Cutoff | None = None) -> str:
    asked: Cutoff = next(iter(profile.cutoffs)) if cutoff is None else cutoff
    return profile_sentence(profile, 13, asked, language)


@pytest.mark.parametrize("profile", [*SHIPPED, UNLIKE], ids=lambda profile: profile.name)
@pytest.mark.parametrize(
    ("language", "premium", "count"), [("en", "By premium", "By count"), ("zh", "首年保费", "件数")]
)
def test_only_what_is_reported_is_explained(profile: Profile, language: str, premium: str, count: str) -> None:
    sentence = said(profile, language)
    assert [premium in sentence, count in sentence] == [basis in profile.bases for basis in ("premium", "count")]


@pytest.mark.parametrize("profile", [*SHIPPED, UNLIKE], ids=lambda profile: profile.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_part_of_a_sentence_is_missing(profile: Profile, language: str) -> None:
    sentence = said(profile, language)
    for hole in ("{", "}", "  ", ", .", "、。", "。。", "..", ": .", "：。", "None"):
        assert hole not in sentence


@pytest.mark.parametrize(
    ("observation", "english", "chinese"),
    [
        (Observation(period=1, lag=0), "the end of the month of the due day,", "应缴月末"),
        (Observation(period=1, lag=2), "the end of the month 2 months after the due day,", "应缴月后第2个月末"),
        (Observation(period=12, lag=0), "the end of the year of the due day (December),", "应缴日所在年度（12月）末"),
        (Observation(period=12, lag=1), "the end of January, 1 month after the year", "年度结束后第1个月（1月）末"),
    ],
)
def test_the_cutoff_is_named_by_its_month(observation: Observation, english: str, chinese: str) -> None:
    own = replace(CN_COMPANY, cutoffs={"year-end": observation})
    assert english in said(own)
    assert chinese in said(own, "zh")


def test_a_year_that_begins_in_march_is_looked_at_at_the_end_of_march() -> None:
    sentence = said(PROFILES["IN_IRDAI"])
    assert "the end of March, 1 month after the year of the due day, or of the grace if that is later" in sentence
    assert "30 days, 15 days for monthly premiums" in sentence
    assert "A year runs from March to February" in sentence


def test_a_strict_cutoff_is_the_end_of_the_grace() -> None:
    assert "by the end of the grace (60 days), which is the cutoff" in said(OWN, cutoff="strict")
    assert "reinstated" not in said(OWN, cutoff="strict")


def test_who_is_left_out_as_suspended_does_not_stay_in_the_denominator() -> None:
    own = replace(CN_COMPANY, suspended="left-out")
    assert "suspended for want of payment when the cutoff has passed. Reduced paid-up and" in said(own)
    assert "Lapse, reduced paid-up and whatever else" in said(CN_COMPANY)

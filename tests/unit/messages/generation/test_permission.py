"""Who gets what: consent, refusals, caps; judged by plain Python over one customer's list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desks.occasions import DAY, MOBILE, Row, composed, fates, had, message, templates
from policyserve.messages.generation.due_touches import CLASSES
from policyserve.settings_file import MessageSettings

FATES = dict[str, tuple[str, str | None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the templates `plain` and `fails`."""
    return templates(tmp_path_factory.mktemp("templates"), fails="{{ amount }}")


def fate(
    folder: Path, row: Row, route: str = "mainland", *, besides: dict[str, int] | None = None
) -> tuple[str, str | None]:
    """Return what becomes of one message."""
    asked = MessageSettings.model_validate({"templates": folder, "route": route})
    return fates(composed(asked, row, besides=had(**besides or {})))[row["service"]]


OTHER = "13900000002"

MOBILES = {MOBILE, OTHER}

MADE = ("made", None)


@pytest.mark.parametrize("message_class", ["duty", "service"])
@pytest.mark.parametrize("consent", [True, False, None])
@pytest.mark.parametrize("opted_out", [True, False])
def test_no_refusal_and_no_missing_consent_silences_a_duty_or_a_service(
    folder: Path, message_class: str, consent: bool | None, opted_out: bool
) -> None:
    row = message(1, message_class, consent=consent, opted_out=opted_out, birthday=date(2020, 1, 1))
    assert fate(folder, row) == MADE


@pytest.mark.parametrize(
    ("consent", "opted_out", "expected"),
    [
        (True, False, MADE),
        (False, False, ("withheld", "no-consent")),
        (None, False, ("withheld", "no-consent")),
        (True, True, ("withheld", "opted-out")),
        (None, True, ("withheld", "opted-out")),
    ],
)
def test_marketing_needs_a_consent_and_no_refusal(
    folder: Path, consent: bool | None, opted_out: bool, expected: tuple[str, str | None]
) -> None:
    assert fate(folder, message(1, "marketing", consent=consent, opted_out=opted_out)) == expected


@pytest.mark.parametrize(
    ("birthday", "expected"),
    [
        (date(2012, 5, 19), ("withheld", "child")),
        (date(2012, 5, 18), MADE),
        (date(1980, 1, 1), MADE),
        (None, MADE),
    ],
)
def test_nobody_below_fourteen_gets_marketing(
    folder: Path, birthday: date | None, expected: tuple[str, str | None]
) -> None:
    assert fate(folder, message(1, "marketing", birthday=birthday)) == expected


@pytest.mark.parametrize("phone", [None, "01012345678", "02112345678", "1390000000", "139000000011", "+8613900000001"])
@pytest.mark.parametrize("message_class", CLASSES)
def test_what_is_no_mainland_mobile_gets_no_message(folder: Path, phone: str | None, message_class: str) -> None:
    assert fate(folder, message(1, message_class, phone=phone)) == ("withheld", "no-phone")


@pytest.mark.parametrize(("phone", "reached"), [("+447700900123", True), ("7700900123", True), ("12345", False)])
def test_the_route_decides_which_phones_are_reached(folder: Path, phone: str, reached: bool) -> None:
    found = fate(folder, message(1, phone=phone), route="international")
    assert found == (MADE if reached else ("withheld", "no-phone"))


@pytest.mark.parametrize("message_class", CLASSES)
def test_what_a_later_reminder_takes_the_place_of_is_not_made(folder: Path, message_class: str) -> None:
    assert fate(folder, message(1, message_class, superseded=True)) == ("withheld", "superseded")


def test_of_two_marketing_texts_the_stronger_bearing_goes(folder: Path) -> None:
    weak, strong = message(1, "marketing", score=5.0), message(2, "marketing", score=9.0)
    found = fates(composed(MessageSettings(templates=folder), weak, strong))
    assert found == {"service-1": ("dropped", "cap-day"), "service-2": MADE}


def test_of_two_equally_strong_ones_the_first_in_the_standard_goes(folder: Path) -> None:
    later, first = message(1, "marketing", place=9), message(2, "marketing", place=3)
    found = fates(composed(MessageSettings(templates=folder), later, first))
    assert found == {"service-1": ("dropped", "cap-day"), "service-2": MADE}


def test_one_without_consent_takes_no_place(folder: Path) -> None:
    refused, weak = message(1, "marketing", score=9.0, consent=False), message(2, "marketing", score=1.0)
    found = fates(composed(MessageSettings(templates=folder), refused, weak))
    assert found == {"service-1": ("withheld", "no-consent"), "service-2": MADE}


@pytest.mark.parametrize(
    ("besides", "expected"),
    [
        ({"this_week": 2}, MADE),
        ({"this_week": 3}, ("dropped", "cap-week")),
        ({"today": 1, "this_week": 1}, ("dropped", "cap-day")),
        ({"all_today": 4}, MADE),
        ({"all_today": 5}, ("dropped", "cap-all")),
    ],
)
def test_what_the_customer_has_had_counts(
    folder: Path, besides: dict[str, int], expected: tuple[str, str | None]
) -> None:
    assert fate(folder, message(1, "marketing"), besides=besides) == expected


def test_the_caps_of_marketing_stop_no_service_and_no_cap_stops_a_duty(folder: Path) -> None:
    assert fate(folder, message(1, "service"), besides={"today": 9, "this_week": 9}) == MADE
    assert fate(folder, message(1, "service"), besides={"all_today": 5}) == ("dropped", "cap-all")
    assert fate(folder, message(1, "duty"), besides={"today": 9, "this_week": 9, "all_today": 99}) == MADE


def test_duties_count_for_the_others(folder: Path) -> None:
    rows = [message(key, "duty") for key in range(1, 8)] + [message(8, "service")]
    found = fates(composed(MessageSettings(templates=folder), *rows))
    assert [found[f"service-{key}"] for key in range(1, 8)] == [MADE] * 7
    assert found["service-8"] == ("dropped", "cap-all")


@pytest.mark.parametrize(
    ("caps", "made"),
    [
        ({}, 1),
        ({"marketing_per_day": 3}, 3),
        ({"marketing_per_day": 9}, 3),
        ({"marketing_per_day": 9, "marketing_per_week": 9}, 5),
        ({"marketing_per_day": 9, "marketing_per_week": 9, "all_per_day": 9}, 7),
        ({"marketing_per_day": 0}, 0),
        ({"marketing_per_week": 0}, 0),
        ({"all_per_day": 0}, 0),
    ],
)
def test_every_cap_is_a_setting(folder: Path, caps: dict[str, int], made: int) -> None:
    asked = MessageSettings.model_validate({"templates": folder, "caps": caps})
    found = fates(composed(asked, *(message(key, "marketing") for key in range(1, 8))))
    assert list(found.values()).count(MADE) == made


def slowly(rows: list[Row], besides: dict[str, int], caps: dict[str, int]) -> FATES:
    """Decide of a day's messages, one after the other, as the rules are told; customer 1 has had `besides`."""
    found: FATES = {row["service"]: ("withheld", reason) for row in rows if (reason := _withheld(row))}
    rest = [row for row in rows if row["service"] not in found]
    rest.sort(key=lambda row: (CLASSES.index(row["message_class"]), -row["score"], row["place"], row["policy_id"]))
    found |= {row["service"]: ("rejected", "it fails") for row in rest if row["template"] == "fails"}
    rest = [row for row in rest if row["service"] not in found]
    had = {of: Counter({1: besides[of], MOBILE: besides[of]}) for of in besides}
    for row in rest:
        if row["message_class"] == "marketing":
            whose, reason = (row["customer_id"], row["phone"]), _over_marketing(row, had, caps)
            found |= {row["service"]: ("dropped", reason)} if reason else {}
            for of in ("today", "this_week"):
                had[of].update(whose)
    for row in rest:
        if row["service"] not in found:
            whose = (row["customer_id"], row["phone"])
            is_over = (
                row["message_class"] != "duty" and max(had["all_today"][who] for who in whose) >= caps["all_per_day"]
            )
            found[row["service"]] = ("dropped", "cap-all") if is_over else MADE
            had["all_today"].update(whose)
    return found


def _over_marketing(row: Row, had: dict[str, Counter[Any]], caps: dict[str, int]) -> str | None:
    for who, (of_day, of_week) in {
        row["customer_id"]: ("cap-day", "cap-week"),
        row["phone"]: ("cap-phone",) * 2,
    }.items():
        if had["today"][who] >= caps["marketing_per_day"]:
            return of_day
        if had["this_week"][who] >= caps["marketing_per_week"]:
            return of_week
    return None


def _withheld(row: Row) -> str | None:
    return next(_reasons(row), None)


def _reasons(row: Row) -> Iterator[str]:
    if row["message_class"] == "marketing":
        if row["opted_out"]:
            yield "opted-out"
        if not row["consent"]:
            yield "no-consent"
        if row["birthday"] and row["birthday"] + relativedelta(years=14) > DAY:
            yield "child"
    if row["phone"] not in MOBILES:
        yield "no-phone"


@st.composite
def customers(draw: st.DrawFn) -> list[Row]:
    """Draw one customer's messages of a day."""
    of_customer = {
        "consent": draw(st.sampled_from([True, True, True, False, None])),
        "opted_out": draw(st.sampled_from([False, False, False, True])),
        "phone": draw(st.sampled_from([MOBILE] * 3 + [OTHER] * 3 + [None, "01012345678"])),
        "birthday": draw(st.sampled_from([None, date(1980, 5, 5), date(2012, 5, 18), date(2012, 5, 19)])),
    }
    kinds = st.tuples(
        st.sampled_from(CLASSES), st.sampled_from([1.0, 5.0, 9.0]), st.sampled_from(["plain"] * 5 + ["fails"])
    )
    drawn = draw(st.lists(kinds, max_size=9))
    places = draw(st.permutations(range(len(drawn))))
    return [
        message(key, kind, score=score, template=template, place=place, **of_customer)
        for key, ((kind, score, template), place) in enumerate(zip(drawn, places, strict=True), start=1)
    ]


counts = st.fixed_dictionaries(
    {"today": st.integers(0, 2), "this_week": st.integers(0, 4), "all_today": st.integers(0, 6)}
)
some_caps = st.fixed_dictionaries(
    {
        "marketing_per_day": st.sampled_from([1, 1, 2, 0]),
        "marketing_per_week": st.sampled_from([3, 3, 1, 9]),
        "all_per_day": st.sampled_from([5, 5, 2, 0]),
    }
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(customers(), min_size=1, max_size=3), besides=counts, caps=some_caps)
def test_the_choice_agrees_with_the_slow_one(
    folder: Path, people: list[list[Row]], besides: dict[str, int], caps: dict[str, Any]
) -> None:
    """The first of several customers has had something; of the others it concerns those on the same phone alone."""
    asked = MessageSettings.model_validate({"templates": folder, "caps": caps, "merge": False})
    rows = [
        row | {"customer_id": number, "service": f"{number}/{row['service']}"}
        for number, own in enumerate(people, start=1)
        for row in own
    ]
    found = fates(composed(asked, *rows, besides=had(**besides))) if rows else {}
    told = {
        service: (outcome, "it fails" if outcome == "rejected" else why) for service, (outcome, why) in found.items()
    }
    assert told == slowly(rows, besides, caps)

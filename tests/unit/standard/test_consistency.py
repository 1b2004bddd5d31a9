"""What no single field can tell: whether a standard means something."""

from __future__ import annotations

import pytest

from policyserve.config import fixture
from policyserve.standard.consistency import check_standard
from policyserve.standard.model import Service, Standard
from policyserve.standard.parser import default_standard, parse_standard

ISSUE = {"kind": "after", "anchor": "issue"}


def service(**fields: object) -> Service:
    """Build a service from what matters in a test."""
    plain: dict[str, object] = {
        "code": "one",
        "name": "One",
        "name_zh": "一",
        "level": "assessed",
        "stage": "meet",
        "subject": "policy",
        "trigger": ISSUE,
        "channels": ["visit"],
    }
    return Service.model_validate(plain | fields)


def standard(*services: Service, **fields: object) -> Standard:
    """Build a standard of some services."""
    return Standard.model_validate({"name": "Small", "version": "1", "services": services, **fields})


def errors(*services: Service, festivals: set[str] | None = None) -> list[str]:
    """Tell the errors, with their fields."""
    problems = check_standard(standard(*services), festivals)
    return [f"{problem.field}: {problem.message}" for problem in problems if problem.severity == "error"]


def warnings(checked: Standard) -> list[str]:
    """Tell the warnings, with their fields."""
    return [f"{one.field}: {one.message}" for one in check_standard(checked) if one.severity == "warning"]


def reminder(code: str, days: int, *modes: str, **fields: object) -> Service:
    """Build a service before instalments."""
    return service(code=code, trigger={"kind": "before-instalment", "days": days, "modes": modes}, **fields)


def test_a_service_that_makes_sense_has_no_errors() -> None:
    assert errors(service()) == []


def test_a_code_stands_once() -> None:
    (error,) = errors(service(), service(code="two"), service())
    assert error.startswith("services[2].code: the code 'one' is used twice")


def test_debits_with_different_results_may_share_a_code() -> None:
    success = service(trigger={"kind": "after-debit", "days": 1, "results": ["success"]})
    failed = service(trigger={"kind": "after-debit", "days": 1, "results": ["failed"]})
    both = service(trigger={"kind": "after-debit", "days": 1})
    assert errors(success, failed) == []
    assert errors(success, both) != []


@pytest.mark.parametrize(
    ("subject", "trigger"),
    [
        ("policy", {"kind": "birthday"}),
        ("policy", {"kind": "festival", "name": "lantern"}),
        ("policy", {"kind": "calendar", "every": "month", "day": 5}),
        ("policy", {"kind": "anniversary", "of": "relation"}),
        ("customer", {"kind": "anniversary", "of": "policy"}),
        ("customer", ISSUE),
        ("customer", {"kind": "before-instalment", "days": 7}),
        ("customer", {"kind": "after-unpaid", "days": 7}),
        ("customer", {"kind": "after-suspension"}),
        ("customer", {"kind": "after-debit", "days": 1}),
        ("either", ISSUE),
        ("either", {"kind": "by-hand"}),
    ],
)
def test_a_subject_that_the_trigger_does_not_know_is_told(subject: str, trigger: object) -> None:
    (error,) = errors(service(subject=subject, trigger=trigger))
    assert error.startswith(f"services[0].subject: '{subject}' is not a subject of the trigger")


@pytest.mark.parametrize("subject", ["policy", "customer", "either"])
def test_an_event_may_be_anybodys(subject: str) -> None:
    assert errors(service(subject=subject, trigger={"kind": "after-event", "events": ["claim"]})) == []


def test_an_unknown_event_is_told_with_the_one_meant() -> None:
    (error,) = errors(service(trigger={"kind": "after-event", "events": ["claim", "surender"]}))
    assert error.startswith(
        "services[0].trigger.events[1]: 'surender' is not a kind of event; did you mean 'surrender'?"
    )


def greeting(name: str, name_zh: str = "节日问候") -> Service:
    """Build a festival's service."""
    return service(subject="customer", name_zh=name_zh, trigger={"kind": "festival", "name": name})


def test_a_festival_must_be_in_the_calendar() -> None:
    assert errors(greeting("lantern"), festivals={"lantern", "qixi"}) == []
    (error,) = errors(greeting("lanterns"), festivals={"lantern"})
    assert error.startswith("services[0].trigger.name: 'lanterns' is not a festival of the calendar; did you mean")


@pytest.mark.parametrize(
    ("name", "name_zh"),
    [("qingming", "节日问候"), ("ghost-festival", "节日问候"), ("winter-clothes", "节日问候"), ("spring", "清明问候")],
)
def test_days_of_mourning_are_never_greeted_even_if_the_calendar_has_them(name: str, name_zh: str) -> None:
    (error,) = errors(greeting(name, name_zh), festivals={name})
    assert "day of mourning" in error


@pytest.mark.parametrize(
    ("ending", "trigger"),
    [
        ("instalment-paid", ISSUE),
        ("reinstated", {"kind": "after-unpaid", "days": 1}),
        ("suspension-confirmed", ISSUE),
        ("closed", ISSUE),
        ("not-in-force", {"kind": "after-suspension"}),
        ("receipt-signed", {"kind": "after", "anchor": "receipt"}),
    ],
)
def test_an_ending_that_does_not_fit_the_trigger_is_told(ending: str, trigger: object) -> None:
    (error,) = errors(service(trigger=trigger, ends_when=[ending]))
    assert error.startswith("services[0].ends_when")
    assert ending in error


@pytest.mark.parametrize("ending", ["receipt-signed", "ended", "not-in-force"])
def test_an_ending_of_policies_needs_a_policy(ending: str) -> None:
    (error,) = errors(service(subject="customer", trigger={"kind": "birthday"}, ends_when=[ending]))
    assert "needs a policy" in error


def test_a_window_has_one_end() -> None:
    (error,) = errors(service(window={"after": 3, "after_workdays": 2}))
    assert error == "services[0].window: the window has several ends (after, after_workdays); keep one."


def test_a_window_in_months_counts_from_a_suspension() -> None:
    assert errors(service(trigger={"kind": "after-suspension"}, window={"after_months": 1})) == []
    assert [error.split(":")[0] for error in errors(service(window={"after_months": 1}))] == [
        "services[0].window.after_months"
    ]


def test_a_window_to_the_end_of_the_free_look_begins_with_the_receipt() -> None:
    receipt = {"kind": "after", "anchor": "receipt"}
    assert errors(service(trigger=receipt, window={"until": "freelook-end"})) == []
    assert [error.split(":")[0] for error in errors(service(window={"until": "freelook-end"}))] == [
        "services[0].window.until"
    ]


@pytest.mark.parametrize(("every", "last"), [("month", 1), ("quarter", 3), ("half-year", 6), ("year", 12)])
def test_the_month_of_a_calendar_lies_in_its_period(every: str, last: int) -> None:
    def months(month: int) -> list[str]:
        return errors(
            service(subject="customer", trigger={"kind": "calendar", "every": every, "month": month, "day": 1})
        )

    assert months(last) == []
    if last < 12:
        assert months(last + 1) == [
            f"services[0].trigger.month: a {every} has no month {last + 1}; allowed: 1 to {last}."
        ]


@pytest.mark.parametrize(("every", "days"), [("month", 28), ("quarter", 90), ("half-year", 181), ("year", 365)])
def test_a_calendar_is_spread_within_its_period(every: str, days: int) -> None:
    def spread(days: int) -> list[str]:
        trigger = {"kind": "calendar", "every": every, "day": 1, "spread": days}
        return errors(service(subject="customer", trigger=trigger))

    assert spread(days) == []
    if days < 365:
        (error,) = spread(days + 1)
        assert error.startswith("services[0].trigger.spread")


def test_a_dividend_belongs_to_a_policy() -> None:
    relation = {"kind": "anniversary", "of": "relation", "dividend": True}
    (error,) = errors(service(subject="customer", trigger=relation))
    assert error.startswith("services[0].trigger.dividend")
    (error,) = errors(service(subject="customer", trigger={"kind": "birthday"}, audience={"participating": True}))
    assert error.startswith("services[0].audience.participating")


def test_a_channel_stands_once() -> None:
    assert errors(service(channels=["sms", "visit", "sms"])) == ["services[0].channels: 'sms' stands twice; keep one."]


def test_three_reminders_before_the_due_day_are_owed_to_all_but_monthly_policies() -> None:
    most = ("annual", "semi-annual", "quarterly")
    enough = [reminder(f"d{days}", days, *most) for days in (30, 7, 1)]
    assert warnings(standard(*enough)) == []
    assert warnings(standard(*enough[:2], reminder("d1", 1, "annual", "monthly"))) == [
        "services: semi-annual policies get 2 reminders before the due day; at least 3 are owed.",
        "services: quarterly policies get 2 reminders before the due day; at least 3 are owed.",
    ]


def test_a_reminder_that_is_off_or_on_the_due_day_itself_does_not_count() -> None:
    most = ("annual", "semi-annual", "quarterly")
    off = reminder("d1", 1, *most, enabled=False)
    on_the_day = reminder("d0", 0, *most)
    told = warnings(standard(reminder("d30", 30, *most), reminder("d7", 7, *most), off, on_the_day))
    assert [text.split(" policies")[0] for text in told] == [f"services: {mode}" for mode in most]


def test_an_unpaid_instalment_after_grace_is_never_reminded_of() -> None:
    after = service(trigger={"kind": "after-unpaid", "days": 45})
    (doubt,) = [text for text in warnings(standard(after, grace_days=31)) if "grace" in text]
    assert doubt == ("services[0].trigger.days: the cover is suspended after 31 days of grace, so this is never due.")
    assert not [text for text in warnings(standard(after, grace_days=60)) if "grace" in text]


def test_a_reminder_whose_window_passes_the_due_day_is_doubtful() -> None:
    late = standard(reminder("d7", 7, "monthly", window={"after": 8}))
    assert "services[0].window: a reminder would still be on time after the due day." in warnings(late)


def test_the_shipped_standard_fits_the_shipped_calendar() -> None:
    calendar = fixture("calendars", "cn.yaml").read_text(encoding="utf-8")
    festivals = {line.split(":")[1].strip() for line in calendar.splitlines() if line.startswith("  - code:")}
    assert check_standard(default_standard(), festivals) == ()


def test_a_check_tells_the_line_of_the_file() -> None:
    text = fixture("standards", "life-cn.yaml").read_text(encoding="utf-8")
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "{name: mid-autumn}" in line)
    standard, problems = parse_standard(text, source="my.yaml", festivals={"mid-summer"})
    assert standard is None
    assert any(
        str(one).startswith(f"my.yaml line {number}, services[") and "mid-autumn" in str(one) for one in problems
    )

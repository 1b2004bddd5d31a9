"""The shipped standard, cell by cell: the table is written by hand from the contract, not from the file."""

from __future__ import annotations

import pytest

from policyserve.config import fixture
from policyserve.standard.model import Service, Standard, Window
from policyserve.standard.parser import default_standard, parse_standard

# code | subject | trigger | window | channels | class | level | ends when | bearing on persistency/referrals/add-ons
TABLE = """
issue-notice | policy | after issue | 0/+1 | sms | service | spot-checked | | 1/1/1
contract-delivery | policy | after issue, 3 d | -3/+7 | visit | duty | assessed | receipt-signed ended | 5/3/3
new-policy-callback | policy | after receipt, 1 wd | 0/free-look | call | duty | assessed | ended | 1/1/1
visit-m1 | policy | after issue, 1 m | -7/+14 | visit | service | assessed | not-in-force | 5/3/3
visit-m4 | policy | after issue, 4 m | -7/+14 | visit | service | assessed | not-in-force | 5/3/3
visit-m7 | policy | after issue, 7 m | -7/+14 | visit | service | assessed | not-in-force | 5/3/3
visit-m10 | policy | after issue, 10 m | -7/+14 | visit | service | assessed | not-in-force | 5/3/3
birthday-greeting | customer | birthday | 0/0 | visit sms | marketing | spot-checked | done-recently | 1/3/1
birthday-gift-call | customer | birthday | -3/0 | call | marketing | spot-checked | done-recently | 1/3/1
good-news | customer | calendar month, month 1, day 5 | 0/+10 | sms | marketing | spot-checked | | 1/1/1
policy-review | customer | anniversary relation, from 1 | -15/+30 | visit | service | spot-checked | | 3/1/5
renewal-reminder-d90 | policy | before-instalment 90 d annual semi-annual | 0/+60 | visit sms | service | spot-checked | instalment-paid | 5/0/0
renewal-reminder-d30 | policy | before-instalment 30 d annual semi-annual quarterly | 0/+23 | sms | service | spot-checked | instalment-paid | 5/0/0
renewal-reminder-d7 | policy | before-instalment 7 d annual semi-annual quarterly | 0/+6 | sms | service | spot-checked | instalment-paid | 5/0/0
renewal-reminder-d1 | policy | before-instalment 1 d annual semi-annual quarterly | 0/+1 | sms | service | spot-checked | instalment-paid | 5/0/0
renewal-reminder-d3 | policy | before-instalment 3 d monthly | 0/+3 | sms | service | spot-checked | instalment-paid | 5/0/0
payment-feedback | policy | after-debit 1 d success | 0/+1 | sms | service | spot-checked | | 5/0/0
payment-feedback | policy | after-debit 1 d failed | 0/+1 | call sms | service | spot-checked | | 5/0/0
debit-retry-d7 | policy | after-debit 7 d failed | 0/+3 | call sms | service | spot-checked | instalment-paid | 5/0/0
debit-retry-d15 | policy | after-debit 15 d failed | 0/+3 | call sms | service | spot-checked | instalment-paid | 5/0/0
lapse-reminder-d1 | policy | after-unpaid 1 d | 0/+1 | visit sms | duty | spot-checked | instalment-paid | 5/0/0
lapse-reminder-d45 | policy | after-unpaid 45 d | 0/+1 | visit sms | duty | spot-checked | instalment-paid | 5/0/0
lapse-reminder-d55 | policy | after-unpaid 55 d | 0/+1 | visit sms | duty | spot-checked | instalment-paid | 5/0/0
lapse-reminder-d59 | policy | after-unpaid 59 d | 0/+1 | visit sms | duty | spot-checked | instalment-paid | 5/0/0
grace-demand | policy | after-unpaid 30 d | 0/+3 | letter sms | duty | spot-checked | instalment-paid | 5/0/0
lapse-notice | policy | after-suspension | 0/+10 wd | letter sms | duty | spot-checked | reinstated ended | 5/0/0
lapse-confirmation | policy | after-suspension, 7 d | -7/S + 1 m | visit | duty | spot-checked | suspension-confirmed reinstated ended | 5/0/0
reinstatement-invitation-d30 | policy | after-suspension, 30 d | 0/+10 | call sms | service | spot-checked | reinstated ended | 1/1/1
reinstatement-invitation-d90 | policy | after-suspension, 90 d | 0/+10 | call sms | service | spot-checked | reinstated ended | 1/1/1
reinstatement-invitation-d180 | policy | after-suspension, 180 d | 0/+10 | call sms | service | spot-checked | reinstated ended | 1/1/1
reinstatement-invitation-d365 | policy | after-suspension, 365 d | 0/+10 | call sms | service | spot-checked | reinstated ended | 1/1/1
reinstatement-last-call-d90 | policy | after-suspension, 24 m, -90 d | 0/+5 | visit letter sms | duty | spot-checked | reinstated ended | 1/1/1
reinstatement-last-call-d30 | policy | after-suspension, 24 m, -30 d | 0/+5 | visit letter sms | duty | spot-checked | reinstated ended | 1/1/1
reinstatement-last-call-d7 | policy | after-suspension, 24 m, -7 d | 0/+5 | visit letter sms | duty | spot-checked | reinstated ended | 1/1/1
termination-decision | policy | after-suspension, 24 m | 0/+30 | office | duty | spot-checked | reinstated ended | 1/1/1
dividend-report | policy | anniversary policy, from 1, dividend | 0/+30 | visit | duty | spot-checked | not-in-force | 3/1/3
maturity-notice-d60 | policy | after end, -60 d | 0/+5 | visit sms | service | spot-checked | not-in-force | 1/1/1
maturity-notice-d30 | policy | after end, -30 d | 0/+5 | visit sms | service | spot-checked | not-in-force | 1/1/1
maturity-notice-d7 | policy | after end, -7 d | 0/+5 | visit sms | service | spot-checked | not-in-force | 1/1/1
maturity-notice-d0 | policy | after end | 0/+5 | visit sms | service | spot-checked | not-in-force | 1/1/1
cover-renewal-d30 | policy | after end, -30 d | 0/+5 | call sms | service | spot-checked | not-in-force | 1/1/1
cover-renewal-d7 | policy | after end, -7 d | 0/+5 | sms | service | spot-checked | not-in-force | 1/1/1
data-check | customer | calendar year, month 9, day 1, spread 30 | 0/+60 | visit | service | spot-checked | | 1/1/1
event-invitation | customer | calendar quarter, month 1, day 15, spread 30 | -10/+15 | visit sms | marketing | encouraged | | 1/5/3
half-year-visit | customer | anniversary relation, 6 m, from 1 | -30/+30 | visit | service | encouraged | | 3/3/3
festival-new-year | customer | festival new-year | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-spring-festival | customer | festival spring-festival | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-lantern | customer | festival lantern | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-womens-day | customer | festival womens-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-labour-day | customer | festival labour-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-mothers-day | customer | festival mothers-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-childrens-day | customer | festival childrens-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-fathers-day | customer | festival fathers-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-dragon-boat | customer | festival dragon-boat | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-qixi | customer | festival qixi | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-mid-autumn | customer | festival mid-autumn | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-teachers-day | customer | festival teachers-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-national-day | customer | festival national-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-double-ninth | customer | festival double-ninth | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-christmas | customer | festival christmas | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
festival-insurance-day | customer | festival insurance-day | 0/0 | visit sms | marketing | encouraged | family-case | 1/3/1
errand | either | after-event service_request claim, 1 wd | 0/+3 | visit | service | encouraged | closed | 1/1/1
gift | customer | by-hand | 0/0 | visit | service | encouraged | | 1/1/1
contact-data | customer | by-hand | 0/+14 | call visit | service | spot-checked | | 1/1/1
sick-visit | customer | after-event sick, 2 d | -2/+5 | visit | service | encouraged | | 1/1/1
handover-notice | customer | after-event agent_changed | 0/+30 | letter sms | duty | spot-checked | | 5/1/1
handover-visit | customer | after-event agent_changed, 1 wd | 0/+3 wd | visit call | duty | spot-checked | | 5/1/1
"""  # noqa: E501 -- one line a service, as in the contract
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]

NAMES = {
    "contract-delivery": "送合同 签回执",
    "new-policy-callback": "新契约回访",
    "visit-m1": "介绍公司服务体系",
    "visit-m4": "保单体检",
    "visit-m7": "邀约客户参加活动",
    "visit-m10": "续期缴费温馨提示",
    "birthday-greeting": "生日祝福",
    "birthday-gift-call": "生日礼遇致电",
    "good-news": "利好推送",
    "policy-review": "保单体检",
    "payment-feedback": "缴费反馈",
    "grace-demand": "催告",
    "lapse-notice": "保单失效告知书",
    "lapse-confirmation": "签署保单效力中止确认书",
    "dividend-report": "递送分红",
    "event-invitation": "邀约活动",
    "half-year-visit": "亲访交流",
    "errand": "代办服务",
    "gift": "赠送礼品",
    "contact-data": "补录手机号",
    "sick-visit": "生病探视",
}
NAMES_OF_SERIES = {
    "renewal-reminder-": "续期提醒",
    "lapse-reminder-": "失效提醒",
    "cover-renewal-": "续保提醒",
    "festival-": "节日问候",
}
AUDIENCES = {
    "visit-m10": {"instalments": True},
    "birthday-gift-call": {"grades": ("diamond", "platinum", "gold")},
    "festival-womens-day": {"gender": "female"},
    "festival-mothers-day": {"gender": "female"},
    "festival-fathers-day": {"gender": "male"},
    "festival-childrens-day": {"insured_under_age": 14},
    "festival-double-ninth": {"min_age": 60},
    "festival-teachers-day": {"occupations": ("教师", "老师", "教授", "teacher")},
    "dividend-report": {"participating": True},
    **{f"maturity-notice-d{days}": {"term": "long"} for days in (60, 30, 7, 0)},
    **{f"cover-renewal-d{days}": {"term": "short"} for days in (30, 7)},
}
OFF = {"festival-qixi", "festival-christmas", "festival-insurance-day"}


@pytest.fixture(scope="module")
def standard() -> Standard:
    return default_standard()


def _trigger(service: Service) -> str:
    fields = service.trigger.model_dump()
    words = [fields[key] for key in ("anchor", "of", "every", "name") if key in fields]
    parts = [" ".join([fields["kind"], *words, *_days_of_the_kind(fields), *fields.get("events", ())])]
    parts += [f"month {fields['month']}, day {fields['day']}"] if "every" in fields else []
    parts += [f"spread {fields['spread']}"] if fields.get("spread", 1) > 1 else []
    parts += [f"{fields['months']} m"] if fields.get("months") else []
    parts += [f"{fields['days']} d"] if fields.get("days") and not _days_of_the_kind(fields) else []
    parts += [f"{fields['workdays']} wd"] if fields.get("workdays") else []
    parts += [f"from {fields['first']}"] if "first" in fields else []
    return ", ".join(parts + (["dividend"] if fields.get("dividend") else []))


def _days_of_the_kind(fields: dict[str, object]) -> list[str]:
    if fields["kind"] not in {"before-instalment", "after-unpaid", "after-debit"}:
        return []
    listed = fields.get("modes") or fields.get("results") or ()
    assert isinstance(listed, tuple)
    return [f"{fields['days']} d", *listed]


def _window(window: Window) -> str:
    first = f"-{window.before}" if window.before else "0"
    if window.until:
        return f"{first}/free-look"
    if window.after_months:
        return f"{first}/S + {window.after_months} m"
    if window.after_workdays:
        return f"{first}/+{window.after_workdays} wd"
    return f"{first}/+{window.after}" if window.after else f"{first}/0"


def _row(service: Service) -> tuple[str, ...]:
    bearing = service.bearing
    return (
        service.code,
        service.subject,
        _trigger(service),
        _window(service.window),
        " ".join(service.channels),
        service.message_class,
        service.level,
        " ".join(service.ends_when),
        f"{bearing.persistency}/{bearing.referrals}/{bearing.add_ons}",
    )


def test_the_shipped_standard_has_the_services_of_the_contract_in_its_order(standard: Standard) -> None:
    assert [service.code for service in standard.services] == [row[0] for row in ROWS]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row[0]}-{row[2]}" for row in ROWS])
def test_each_cell_of_the_shipped_standard_is_the_contracts(standard: Standard, number: int) -> None:
    assert _row(standard.services[number]) == ROWS[number]


def test_the_shipped_standard_has_neither_errors_nor_warnings() -> None:
    path = fixture("standards", "life-cn.yaml")
    assert parse_standard(path.read_text(encoding="utf-8"), source=path.name)[1] == ()


def test_chinese_names_are_the_ones_of_the_trade(standard: Standard) -> None:
    names = {service.code: service.name_zh for service in standard.services}
    assert {code: names[code] for code in NAMES} == NAMES
    for prefix, name in NAMES_OF_SERIES.items():
        assert all(names[code].startswith(name) for code in names if code.startswith(prefix))


def test_audiences_are_those_of_the_greeting_days(standard: Standard) -> None:
    audiences = {service.code: service.audience.model_dump(exclude_defaults=True) for service in standard.services}
    assert {code: audience for code, audience in audiences.items() if audience} == AUDIENCES


def test_some_greeting_days_are_off_until_an_insurer_wants_them(standard: Standard) -> None:
    assert {service.code for service in standard.services if not service.enabled} == OFF


def test_greetings_stay_on_their_day_and_go_with_it(standard: Standard) -> None:
    greetings = {"birthday-greeting"} | {row[0] for row in ROWS if row[0].startswith("festival-")}
    assert {service.code for service in standard.services if service.days_off == "keep"} == greetings
    assert {service.code for service in standard.services if service.drop_after_days == 0} == greetings


def test_the_office_calls_new_policies_writes_letters_and_decides(standard: Standard) -> None:
    by_office = {service.code for service in standard.services if service.performer == "office"}
    assert by_office == {
        "new-policy-callback",
        "birthday-gift-call",
        "grace-demand",
        "lapse-notice",
        "termination-decision",
        "handover-notice",
    }


def test_every_service_has_talking_points_and_tools_in_both_languages(standard: Standard) -> None:
    for service in standard.services:
        assert len(service.talking_points) == len(service.talking_points_zh) > 0, service.code
        assert len(service.tools) == len(service.tools_zh) > 0, service.code


def test_every_service_that_sends_sms_names_its_text(standard: Standard) -> None:
    for service in standard.services:
        assert (service.template is not None) == ("sms" in service.channels), service.code


def test_the_settings_are_those_of_china(standard: Standard) -> None:
    assert (standard.grace_days, standard.freelook_days, standard.feb29) == (60, 15, "feb28")


def test_a_standard_survives_being_kept_as_json(standard: Standard) -> None:
    assert Standard.model_validate_json(standard.model_dump_json()) == standard

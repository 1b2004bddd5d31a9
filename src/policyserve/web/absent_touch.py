"""The question why a service is not there, as a form on the pages of customers and policies."""

from __future__ import annotations

from typing import Any

from policyserve.calendars.asked_days import asked_day
from policyserve.errors import PolicyserveError
from policyserve.operations.standards import standard_on
from policyserve.operations.touch_absence import Asked, why_not_there
from policyserve.web.visit import Visit


def why_not(visit: Visit, subject: str, **whom: str) -> dict[str, Any]:
    """Return what the form shows: services of a kind of `subject`, what was asked, and the answers.

    `whom`: `policy_no` or `customer_no`.
    """
    house = visit.house
    standard = standard_on(house.engine, visit.as_of)
    fitting = [one for one in standard.services if one.enabled and one.subject in (subject, "either")]
    services = {one.code: one.said("name", visit.language) for one in fitting}
    service, typed = visit.query.get("service", ""), visit.query.get("on", "")
    shown: dict[str, Any] = {
        "services": services,
        "service": service,
        "on": typed or visit.as_of.isoformat(),
        "rows": [],
        "fault": None,
    }
    if not service:
        return shown
    try:
        asked = Asked(service=service, day=asked_day(typed) if typed else visit.as_of, **whom)
        question = (house.engine, visit.viewer, house.calendar, asked)
        return shown | {"rows": why_not_there(*question, as_of=visit.as_of, language=visit.language)}
    except PolicyserveError as error:
        return shown | {"fault": error.fact.told(visit.language)}

"""The audit log: who did what, when, on whom."""

from __future__ import annotations

from policyserve.operations.audit import audit_log
from policyserve.web.visit import Answer, Screen, Visit

AT_ONCE = 100


def show(visit: Visit) -> Answer:
    """Show the newest entries, or those before one."""
    before = visit.query.get("before", "")
    found = audit_log(visit.house.engine, last=AT_ONCE, before=int(before[:9]) if before.isdecimal() else None)
    more = found[-1][0] if len(found) == AT_ONCE else None
    return Screen(template="audit", values={"entries": [entry for _, entry in found], "more": more})

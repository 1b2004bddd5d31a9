"""The fifteen worked cases of cohort March 2025, written as lists."""

from __future__ import annotations

from commands import Desk

AGENTS = """agent_no,name,branch,left_on
A,Agent A,North,2025-12-31
B,Agent B,North,
"""

CUSTOMERS = "customer_no,name\n" + "".join(f"C{n},Customer {n}\n" for n in range(1, 16))

POLICIES = """policy_no,customer_no,writing_agent_no,agent_no,issue_date,mode,premium,pay_years
E1,C1,B,B,2025-03-10,annual,10000,10
E2,C2,B,B,2025-03-20,annual,8000,10
E3,C3,B,B,2025-03-05,annual,6000,10
E4,C4,B,B,2025-03-15,annual,5000,10
E5,C5,B,B,2025-03-31,monthly,500,10
E6,C6,B,B,2025-03-31,monthly,500,10
E7,C7,B,B,2025-03-18,annual,12000,10
E8,C8,B,B,2025-03-12,annual,15000,10
E9,C9,B,B,2025-03-07,annual,20000,10
E10,C10,B,B,2025-03-11,annual,10000,10
E11,C11,B,B,2025-03-14,annual,9000,10
E12,C12,B,B,2025-03-16,single,100000,
E13,C13,B,B,2025-03-17,annual,7500,10
E14,C14,B,B,2025-03-21,annual,7000,10
E15,C15,A,B,2025-03-25,annual,4000,10
"""

PREMIUMS = """policy_no,instalment,due_on,amount,paid_on,paid_amount
E1,2,2026-03-10,10000,2026-03-10,10000
E2,2,2026-03-20,8000,2026-05-19,8000
E3,2,2026-03-05,6000,2026-05-25,6000
E4,2,2026-03-15,5000,2026-07-02,5000
E5,2,2025-04-30,500,2025-04-30,500
E5,3,2025-05-31,500,2025-05-31,500
E5,4,2025-06-30,500,2025-06-30,500
E5,5,2025-07-31,500,2025-07-31,500
E5,6,2025-08-31,500,2025-08-31,500
E5,7,2025-09-30,500,2025-09-30,500
E5,8,2025-10-31,500,2025-10-31,500
E5,9,2025-11-30,500,2025-11-30,500
E5,10,2025-12-31,500,2025-12-31,500
E5,11,2026-01-31,500,2026-01-31,500
E5,12,2026-02-28,500,2026-02-28,500
E5,13,2026-03-31,500,2026-05-30,500
E6,2,2025-04-30,500,2025-04-30,500
E6,3,2025-05-31,500,2025-05-31,500
E6,4,2025-06-30,500,2025-06-30,500
E6,5,2025-07-31,500,2025-07-31,500
E6,6,2025-08-31,500,2025-08-31,500
E6,7,2025-09-30,500,2025-09-30,500
E6,8,2025-10-31,500,,
E9,2,2026-03-07,12000,2026-03-07,12000
E11,2,2026-03-14,9600,2026-03-14,9600
E15,2,2026-03-25,4000,2026-05-20,4000
"""

EVENTS = """event_no,policy_no,kind,occurred_on,amount,detail
V1,E3,reinstated,2026-05-25,,
V2,E4,reinstated,2026-07-02,,
V3,E7,freelook_cancel,2025-03-28,,
V4,E8,claim_termination,2025-11-02,,death
V5,E9,premium_change,2026-02-01,12000,sum assured cut
V6,E10,reduced_paid_up,2026-03-11,,
V7,E11,rider_added,2025-09-14,600,
V8,E13,waiver,2025-12-17,,
V9,E14,surrender,2025-07-21,,
"""


def import_cases(desk: Desk, *, known_on: str = "2026-08-01") -> None:
    """Import the lists; `known_on`: the day on which customers and policies became known."""
    lists = {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES, "premiums": PREMIUMS, "events": EVENTS}
    for kind, text in lists.items():
        taken = desk.take(kind, text, as_of=known_on if kind in {"customers", "policies"} else "2026-08-01")
        assert taken["added"] == taken["rows"], kind

"""A branch whose first-year services were really done: two policies with all of them, two with one, two with none.

These two lapsed. The receipt of the first came with the list, so its delivery never was a task.
"""

from __future__ import annotations

from commands import Desk

START, END = "2024-01-10", "2025-06-30"
AGENTS = "agent_no,name\nA1,Agent\n"
CUSTOMERS = "customer_no,agent_no\n" + "".join(f"C{n},A1\n" for n in range(1, 7))
POLICIES = "policy_no,customer_no,agent_no,issue_date,mode,premium,product_kind,pay_years,receipt_on\n" + "".join(
    f"P{n},C{n},A1,{START},annual,1000,life,20,{START if n == 1 else ''}\n" for n in range(1, 7)
)
PREMIUMS = "policy_no,instalment,due_on,amount,paid_on\n" + "".join(
    f"P{n},2,2025-01-10,1000,{'2025-01-10' if n <= 4 else ''}\n" for n in range(1, 7)
)
REFERRALS = "referrer_no,referred_name,referred_on\nC1,李小明,2025-01-15\n"


def take_served_branch(desk: Desk) -> Desk:
    """Import the branch on START, do its services, and import premiums and referrals on END."""
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES}.items():
        desk.take(kind, text, as_of=START)
    desk.do("release", "--days", "366", "--as-of", START)
    services = ("contract-delivery", "visit-m1", "visit-m4", "visit-m7", "visit-m10")
    for policy, done in {"P1": services[1:], "P2": services, "P3": services[:1], "P4": services[1:2]}.items():
        tasks = {row["service"]: row for row in desk.ask("policy", policy, "--as-of", START)}
        for service in done:
            desk.do("task", "done", tasks[service]["task_id"], "--as-of", tasks[service]["due"])
    desk.take("premiums", PREMIUMS, as_of=END)
    desk.take("referrals", REFERRALS, as_of=END)
    return desk

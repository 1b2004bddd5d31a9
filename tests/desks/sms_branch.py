"""A branch with messages of a day, for the commands `sms`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands import Desk, Result
from desks.branch_desk import AGENTS, LATE

FIELDS = ["message_id", "service", "customer_no", "channel", "text", "segments", "status", "due", "reason"]
"""The contract of `sms generate` and `sms list`; lists may have more behind them."""

D7 = "2026-03-03"
"""The Lantern Festival, and seven days before the second premium."""

REMINDER, LANTERN = "renewal-reminder-d7", "festival-lantern"

CUSTOMERS = """customer_no,name,gender,birthday,phone,marketing_consent
C1,王芳,female,1985-03-12,13900000001,yes
C2,李强,male,1970-07-01,13900000002,no
C3,张敏,female,1970-07-01,01012345678,yes
"""

POLICIES = "policy_no,customer_no,agent_no,issue_date,mode,premium,pay_years\n" + "".join(
    f"330202500000{key},C{key},A1,2025-03-10,annual,1000,10\n" for key in (1, 2, 3)
)


def empty_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a settings file of the test, empty until the test writes one."""
    path = folder / "policyserve.toml"
    path.touch(mode=0o600)
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(path))
    return path


def take_customers(desk: Desk) -> Desk:
    """Take in three customers: one who can be reached, one without consent, one with a landline."""
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES}.items():
        desk.take(kind, text, as_of=LATE)
    return desk


def of(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return status and reason by service and customer."""
    return {(row["service"], row["customer_no"]): (row["status"], row["reason"]) for row in rows}


NO_PHONE = "the customer has no mobile phone; the agent has a task to ask for it"

NO_CONSENT = "the customer has not consented to marketing"

OF_THE_DAY = {
    (REMINDER, "C1"): ("planned", None),
    (REMINDER, "C2"): ("planned", None),
    (LANTERN, "C1"): ("planned", None),
    (REMINDER, "C3"): ("withheld", NO_PHONE),
    (LANTERN, "C3"): ("withheld", NO_PHONE),
    (LANTERN, "C2"): ("withheld", NO_CONSENT),
}


def cancelled(desk: Desk, *keys: object) -> Result:
    return desk.run("sms", "cancel", *map(str, keys), "--reason", "she called")


NEWS_DAY = "2026-03-05"


def news(desk: Desk) -> str:
    """Return what customer C1 would be told on the day of the good news."""
    texts = desk.ask("sms", "preview", "--customer", "C1", "--date", NEWS_DAY)
    return str(next(row["text"] for row in texts if row["service"] == "good-news"))

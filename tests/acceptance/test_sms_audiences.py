"""A preview of a service shows no text that would never be sent to the customer, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Desk
from desks.branch_desk import AGENTS, LATE
from desks.sms_branch import empty_settings

CUSTOMERS = """customer_no,name,gender,birthday,phone,occupation,marketing_consent
C1,王芳,female,1985-03-12,13900000001,教师,yes
C2,李强,male,1950-07-01,13900000002,,yes
C3,张幼,male,2016-07-01,13900000003,,yes
"""
POLICIES = """policy_no,customer_no,insured_customer_no,agent_no,issue_date,mode,premium,ends_on,participating
P1,C1,C3,A1,2025-03-10,annual,1000,2026-03-09,no
P2,C2,C2,A1,2025-03-10,annual,1000,2045-03-09,yes
"""
NOT_FOR_THEM = "the service is not for this customer; `standard show` says for whom it is"
OFF = "the company does not give this service"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("audiences")
    desk = Desk(url=f"sqlite:///{folder}/book.sqlite3", folder=folder)
    for kind, text in {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES}.items():
        desk.take(kind, text, as_of=LATE)
    return desk


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_settings(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("service", "whom"),
    [
        ("festival-womens-day", {"C1"}), ("festival-fathers-day", {"C2"}), ("festival-childrens-day", {"C1"}),
        ("festival-teachers-day", {"C1"}), ("festival-double-ninth", {"C2"}), ("festival-lantern", {"C1", "C2"}),
        ("birthday-greeting", {"C1", "C2"}),
    ],
)  # fmt: skip
def test_who_is_not_of_the_audience_gets_the_reason(branch: Desk, service: str, whom: set[str]) -> None:
    for customer in ("C1", "C2"):
        (row,) = branch.ask("sms", "preview", "--customer", customer, "--service", service, "--date", "2026-03-03")
        told = (row["text"] is not None, row["status"], row["reason"])
        assert told == ((True, "planned", None) if customer in whom else (False, "withheld", NOT_FOR_THEM))


def test_what_the_company_has_switched_off_is_said(branch: Desk) -> None:
    (row,) = branch.ask("sms", "preview", "--customer", "C1", "--service", "festival-qixi", "--date", "2026-03-03")
    assert (row["text"], row["reason"]) == (None, OFF)
    assert OFF in branch.do("sms", "preview", "--customer", "C1", "--service", "festival-qixi", "--date", "2026-03-03")

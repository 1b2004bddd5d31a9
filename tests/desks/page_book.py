"""A book with users of each role, and browsers that are signed in, for tests of pages.

On the people of `task_book`: agent 1002 serves C1 and agent 1003 C2, both report to 1001; 1004 is of another branch.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from desks.task_book import AT, MONDAY, fill, run, touch
from policyserve import db
from policyserve.access import users
from policyserve.access.passwords import hash_password
from policyserve.access.users import Place
from policyserve.access.viewer import SYSTEM
from policyserve.config import Settings
from policyserve.operations.calendars import calendar_named
from policyserve.operations.tokens import add_token
from policyserve.web.app import make_pages
from policyserve.web.visit import House

PASSWORD = "a password for tests"
USERS = {
    "agent": Place(role="agent", agent_no="1002"), "other": Place(role="agent", agent_no="1003"),
    "manager": Place(role="manager", agent_no="1001"), "clerk": Place(role="clerk"),
    "administrator": Place(role="administrator"), "auditor": Place(role="auditor"),
}  # fmt: skip
SAME = {"sec-fetch-site": "same-origin"}


@dataclass
class Branch:
    """The pages of a small branch, its clock, and what went wrong by our own fault."""

    engine: Engine
    code: str = "code of the first run"
    moment: datetime = AT
    settings: Settings = field(default_factory=lambda: Settings(database_url=""))
    public_url: str | None = None
    troubles: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def browser(self, language: str = "en", **headers: str) -> TestClient:
        """Open a browser that nobody has signed in with."""
        return TestClient(
            self.pages, base_url="http://branch", headers={**SAME, "accept-language": language, **headers},
        )  # fmt: skip

    def __post_init__(self) -> None:
        """Make the application."""
        self.house = House(
            engine=self.engine, settings=self.settings, calendar=calendar_named("cn"),
            now=lambda: self.moment, today=lambda: MONDAY, first_run_code=self.code,
            public_url=self.public_url,
        )  # fmt: skip
        self.pages = make_pages(self.house, lambda page, error: self.troubles.append(f"{page}: {error!r}"))

    def later(self, **how: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**how)

    def signed_in(self, login: str, language: str = "en") -> TestClient:
        """Open a browser and sign in."""
        browser = self.browser(language)
        answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return browser

    def machine(self, login: str, *, language: str = "en", **asked: Any) -> TestClient:
        """Open a client that shows a token of a user's."""
        name = f"machine {next(self.numbers)}"
        token = add_token(
            self.engine, SYSTEM, name, login, at=self.moment, **({"reads_only": False, "ends_at": None} | asked)
        )  # fmt: skip
        headers = {"accept-language": language, "authorization": f"Bearer {token}"}
        return TestClient(self.pages, base_url="http://branch/api/v1", headers=headers)

    def status(self, task_id: int) -> str:
        """Return the status of a task."""
        with db.reading(self.engine) as connection:
            return str(connection.scalar(text(f"SELECT status FROM tasks WHERE id = {task_id}")))

    def who_came(self) -> str:
        """Return who has signed in last."""
        with db.reading(self.engine) as connection:
            last = "SELECT actor FROM audit_log WHERE action = 'signed in' ORDER BY id DESC LIMIT 1"
            return str(connection.scalar(text(last)))

    def log(self) -> list[tuple[str, str, str | None]]:
        """Return who did what on whom, the first thing first, without how the users came to be."""
        with db.reading(self.engine) as connection:
            rows = connection.execute(text("SELECT actor, action, number FROM audit_log ORDER BY id")).all()
        return [(row.actor, row.action, row.number) for row in rows if row.action not in {"user added", "signed in"}]


@cache
def hashed() -> str:
    """Return the hash of the password, which costs some 50 ms, once."""
    return hash_password(PASSWORD)


@contextmanager
def branch_in(folder: Path, template: Path) -> Iterator[Branch]:
    """Yield a branch on an SQLite file of its own, which is a copy of an empty one."""
    copy = folder / "book.sqlite3"
    shutil.copyfile(template, copy)
    engine = db.open_engine(f"sqlite:///{copy}")
    yield take_branch(engine)
    engine.dispose()


def take_branch(engine: Engine) -> Branch:
    """Fill a database: task 1 is the agent's, task 2 of the same customer, task 3 the other agent's."""
    fill(engine)
    run(engine, [touch(policy=1), touch("half-year-visit", policy=2), touch(policy=3, agent_id=3)])
    with db.writing(engine) as connection:
        for login, place in USERS.items():
            users.add(connection, login, place, password=hashed(), name=None, at=AT)
    return Branch(engine)

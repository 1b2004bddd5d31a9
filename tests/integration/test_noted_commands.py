"""What commands change stands in the audit log: channels of notices, releases, and users who are linked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich_click import Command

from desks.page_book import PASSWORD, Branch, branch_in
from desks.task_book import MONDAY
from policyserve import db
from policyserve.access import users
from policyserve.cli.book import release
from policyserve.cli.notices import notice
from policyserve.cli.options import Session
from policyserve.cli.users import user

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path_factory.mktemp("noted"), sqlite_template) as made:
        yield made


def ran(branch: Branch, command: Command, *arguments: str, **environment: str) -> Result:
    session = Session(database_url=str(branch.engine.url), asked_as_of=MONDAY)
    done = CliRunner().invoke(command, arguments, obj=session, env=environment)
    session.engine.dispose()
    return done


def noted(branch: Branch, *actions: str) -> list[tuple[str, str, str | None]]:
    return [one for one in branch.log() if one[1] in actions]


def test_channels_of_notices_are_noted_without_their_addresses(branch: Branch) -> None:
    assert ran(branch, notice, "set", "1002", "--channel", "wecom", "--address", ROBOT).exit_code == 0
    assert ran(branch, notice, "set", "nobody", "--channel", "wecom", "--address", ROBOT).exit_code != 0
    for _ in range(2):
        assert ran(branch, notice, "remove", "1002").exit_code == 0
    who = "command line"
    assert noted(branch, "notice channel set", "notice channel removed") == [
        (who, "notice channel set", "1002"), (who, "notice channel removed", "1002")
    ]  # fmt: skip


def test_a_release_by_hand_is_noted(branch: Branch) -> None:
    assert ran(branch, release).exit_code == 0
    assert noted(branch, "tasks released") == [("command line", "tasks released", None)]


def test_a_user_is_added_with_a_link_or_not_at_all(branch: Branch) -> None:
    added = ("add", "w01", "--role", "clerk", "--wecom", "LiSi", "--subject", "S-1")
    assert ran(branch, user, *added, POLICYSERVE_PASSWORD=PASSWORD).exit_code == 0
    taken = ran(branch, user, "add", "w02", "--role", "clerk", "--wecom", "LiSi", POLICYSERVE_PASSWORD=PASSWORD)
    assert "linked to w01 already" in str(taken.exception)
    with db.reading(branch.engine) as connection:
        found = [users.known_elsewhere(connection, way, who) for way, who in (("wecom", "LiSi"), ("oidc", "S-1"))]
        assert [one and one.login for one in found] == ["w01", "w01"]
        assert users.known(connection, "w02") is None
    assert noted(branch, "user linked") == [("command line", "user linked", "w01")]

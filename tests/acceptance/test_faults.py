"""Faults under load: whoever was answered has their work kept, and nothing is done twice, whatever is killed."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from desks.faulty_service import Agents, Service
from desks.house import until
from desks.page_book import take_branch
from peers.postgres import own_server
from policyserve import db
from policyserve.migrations import schema

EACH = 12
NOTES = [f"note {who} {number}" for who in range(4) for number in range(EACH)]


@pytest.mark.slow
def test_workers_and_the_program_are_killed_and_no_answered_write_is_lost_or_done_twice(
    sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "book.sqlite3")
    engine = db.open_engine(f"sqlite:///{tmp_path / 'book.sqlite3'}")
    take_branch(engine)
    service = Service(f"sqlite:///{tmp_path / 'book.sqlite3'}", tmp_path)
    agents = Agents(service, engine, count=4, notes=EACH)
    try:
        service.begin()
        threads = agents.begin()
        until(lambda: len(agents.answered) >= 5)
        service.kill_worker(0)
        until(lambda: len(agents.answered) >= 25)
        service.kill()
        service.begin()
        for one in threads:
            one.join(60)
        assert sorted(agents.answered) == sorted(NOTES)
        assert sorted(agents.stored()) == sorted(NOTES)
        assert agents.sent > len(NOTES)  # some had to be sent again
        assert agents.odd <= {0, 503}
    finally:
        service.kill()
        engine.dispose()


@pytest.mark.slow
def test_a_server_of_postgresql_is_started_again_and_every_form_gets_through_once(tmp_path: Path) -> None:
    with own_server() as server:
        engine = db.open_engine(server.url)
        schema.upgrade(engine)
        take_branch(engine)
        service = Service(server.url, tmp_path, workers=1)
        agents = Agents(service, engine, count=4, notes=EACH)
        try:
            service.begin()
            threads = agents.begin()
            until(lambda: len(agents.answered) > 10)
            server.stop()
            time.sleep(1)
            server.start()
            for one in threads:
                one.join(60)
            assert sorted(agents.answered) == sorted(NOTES)
            assert sorted(agents.stored()) == sorted(NOTES)
            assert 503 in agents.odd
            assert agents.odd <= {0, 503}
        finally:
            service.kill()
            engine.dispose()

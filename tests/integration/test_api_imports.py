"""Lists by the API: sent, taken in, their rejects mended until all are in; each call acts once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from desks.page_book import Branch, branch_in
from desks.sent_lists import GOOD, MIXED
from policyserve import db
from policyserve.scheduler import locks
from policyserve.web.import_worker import LOCK


@pytest.fixture
def branch(tmp_path: Path, sqlite_template: Path) -> Iterator[Branch]:
    with branch_in(tmp_path, sqlite_template) as made:
        yield made


@pytest.fixture
def machine(branch: Branch) -> TestClient:
    return branch.machine("clerk")


def send(branch: Branch, machine: TestClient, rows: str) -> int:
    answer = machine.post("/imports?kind=customers&name=list.csv", content=rows.encode())
    assert answer.status_code == 202, answer.text
    branch.house.imports.finish()
    return int(answer.json()["import_id"])


def do(branch: Branch, machine: TestClient, path: str, key: str | None = None, **body: Any) -> dict[str, Any]:
    headers = {"idempotency-key": key} if key else {}
    answer = machine.post(path, json=body or None, headers=headers)
    branch.house.imports.finish()
    return {"code": answer.status_code, **answer.json()}


def counts(machine: TestClient, key: int) -> list[int]:
    return list(machine.get(f"/imports/{key}").json()["counts"].values())


def test_rejects_are_mended_until_all_rows_are_in(branch: Branch, machine: TestClient) -> None:
    key = send(branch, machine, MIXED)
    do(branch, machine, f"/imports/{key}/apply")
    rejects = machine.get(f"/imports/{key}/rejects").json()["items"]
    assert [(one["line"], one["value"]) for one in rejects] == [(4, None), (5, "1983-13-45")]
    cells = [{"line": 4, "field": "customer_no", "value": "0010"}, {"line": 99, "field": "name", "value": "x"}]
    assert do(branch, machine, f"/imports/{key}/mend", cells=cells)["code"] == 202
    assert counts(machine, key) == [4, 3, 0, 0, 1, 0]
    assert [one["line"] for one in machine.get(f"/imports/{key}/rejects").json()["items"]] == [5]
    cells = [{"line": 5, "field": "deceased_on", "value": "1983-12-05"}]
    done = do(branch, machine, f"/imports/{key}/mend", "once", cells=cells)
    assert counts(machine, key) == [4, 4, 0, 0, 0, 0]
    assert do(branch, machine, f"/imports/{key}/mend", "once", cells=cells) == done
    assert do(branch, machine, f"/imports/{key}/mend", "once", cells=[])["code"] == 422
    assert do(branch, machine, f"/imports/{key}/mend", cells=cells)["code"] == 404
    assert [machine.get(f"/customers/{one}").status_code for one in ("0010", "0011")] == [200, 200]
    assert branch.troubles == []


@pytest.mark.parametrize(("cell", "code"), [
    ({"line": 4, "field": "nonsense", "value": "x"}, 409), ({"line": 0, "field": "name", "value": "x"}, 422),
    ({"line": 4, "field": "name", "value": "x" * 601}, 422), ({"line": 4, "field": "name"}, 422),
])  # fmt: skip
def test_a_cell_that_no_row_has_is_refused_and_nothing_is_sent_again(
    branch: Branch, machine: TestClient, cell: dict[str, Any], code: int
) -> None:
    key = send(branch, machine, MIXED)
    do(branch, machine, f"/imports/{key}/apply")
    assert do(branch, machine, f"/imports/{key}/mend", cells=[cell])["code"] == code
    assert machine.get(f"/imports/{key}").json()["status"] == "done"


def test_what_was_stopped_is_begun_again_or_dropped(branch: Branch, machine: TestClient) -> None:
    keys = [send(branch, machine, GOOD) for _ in range(2)]
    with db.writing(branch.engine) as connection:
        connection.execute(text("UPDATE import_jobs SET status = 'stopped'"))
    assert do(branch, machine, f"/imports/{keys[0]}/again", "a")["status"] == "to read"
    assert do(branch, machine, f"/imports/{keys[0]}/again", "a")["status"] == "to read"
    assert do(branch, machine, f"/imports/{keys[1]}/drop", "b")["status"] == "expired"
    assert [machine.get(f"/imports/{key}").json()["status"] for key in keys] == ["waiting", "expired"]


def test_a_list_at_work_says_how_far_it_is(branch: Branch, machine: TestClient) -> None:
    lock = locks.take(branch.engine, LOCK)
    assert lock is not None
    key = send(branch, machine, MIXED)
    clerk, steps = branch.signed_in("clerk"), []
    for status, counted in (("to read", None), ("reading", None), ("reading", '{"rows": 1234}')):
        with db.writing(branch.engine) as connection:
            values = {"status": status, "counts": counted}
            connection.execute(text("UPDATE import_jobs SET status = :status, counts = :counts"), values)
        told = machine.get(f"/imports/{key}").json()
        page = clerk.get(f"/import/{key}").text
        steps.append((told["rows_read"], told["counts"], "Step 1 of 2" in page, "1,234 rows are compared" in page))
        assert "1,234" in clerk.get("/import").text or counted is None
        branch.house.imports.finish()
    assert steps == [(None, None, False, False), (None, None, True, False), (1234, None, False, True)]
    lock.release()
    machine.get(f"/imports/{key}")
    branch.house.imports.finish()
    do(branch, machine, f"/imports/{key}/again")
    assert (machine.get(f"/imports/{key}").json()["rows_read"], counts(machine, key)) == (None, [4, 2, 0, 0, 2, 0])


def test_warnings_are_told_as_long_as_they_are_counted(branch: Branch, machine: TestClient) -> None:
    key = send(branch, machine, "customer_no,name,phone\n0008,客户8,12\n,客户9,13\n,客户10,\n")

    def told() -> tuple[list[int], list[tuple[int, str]]]:
        rejects = machine.get(f"/imports/{key}/rejects").json()["items"]
        return counts(machine, key)[-2:], [(one["line"], one["severity"]) for one in rejects]

    do(branch, machine, f"/imports/{key}/apply")
    before = [(2, "warning"), (3, "warning"), (3, "rejected"), (4, "rejected")]
    assert told() == ([2, 1], before)
    for line, left in ((3, [(2, "warning"), (3, "warning"), (4, "rejected")]), (4, [(2, "warning"), (3, "warning")])):
        cells = [{"line": line, "field": "customer_no", "value": f"001{line}"}]
        do(branch, machine, f"/imports/{key}/mend", cells=cells)
        rejected = sum(severity == "rejected" for _, severity in left)
        assert told() == ([rejected, 2], left)
    assert do(branch, machine, f"/imports/{key}/mend", cells=[])["code"] == 404
    assert told() == ([0, 2], [(2, "warning"), (3, "warning")])


def test_lines_that_a_reason_names_are_those_of_the_file_also_when_rows_were_mended(
    branch: Branch, machine: TestClient
) -> None:
    twice = "0012,客户12,\n0012,客户13,\n"
    key = send(branch, machine, f"{GOOD}0010,客户10,1983-13-45\n{twice}")
    do(branch, machine, f"/imports/{key}/apply")

    def reasons() -> list[tuple[int, bool]]:
        rejects = machine.get(f"/imports/{key}/rejects").json()["items"]
        return [(one["line"], "(lines 5, 6)" in one["reason"]) for one in rejects]

    assert reasons() == [(4, False), (5, True), (6, True)]
    do(branch, machine, f"/imports/{key}/mend", cells=[{"line": 4, "field": "deceased_on", "value": ""}])
    assert reasons() == [(5, True), (6, True)]
    do(branch, machine, f"/imports/{key}/mend", cells=[])
    assert reasons() == [(5, True), (6, True)]

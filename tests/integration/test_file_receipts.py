"""Receipts in a real folder: read once and none lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desks.file_desk import opened, rows
from policyserve.messages.gateways.file.gateway import FileGateway
from policyserve.messages.gateways.gateway import News, Receipt


def drop(folder: Path, name: str, content: str | bytes) -> Path:
    """Drop a file of receipts as the platform does."""
    path = folder / "sms" / "receipts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def news(gateway: FileGateway) -> Sequence[Receipt]:
    return asyncio.run(gateway.news()).receipts


RECEIPTS = "reference,state,at,reason\r\na-1,delivered,2026-11-02 10:00:00,\r\na-2,失败,2026/11/02 10:00:01,空号\r\n"


READ = [
    Receipt(state="delivered", at=datetime(2026, 11, 2, 2, 0, tzinfo=UTC), reference="a-1"),
    Receipt(state="failed", at=datetime(2026, 11, 2, 2, 0, 1, tzinfo=UTC), reference="a-2", reason="空号"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_receipts_are_read_once_and_put_away(tmp_path: Path, encoding: str) -> None:
    path = drop(tmp_path, "r1.csv", RECEIPTS.encode(encoding))
    gateway = opened(tmp_path, receipts=True)
    assert news(gateway) == READ
    assert news(gateway) == []
    assert not path.exists()
    assert (path.parent / "done" / "r1.csv").read_bytes() == RECEIPTS.encode(encoding)
    assert not (path.parent / "rejects").exists()


def test_receipts_that_were_read_are_put_away_by_closing(tmp_path: Path) -> None:
    path = drop(tmp_path, "r1.csv", RECEIPTS)
    gateway = opened(tmp_path, receipts=True)
    assert news(gateway) == READ
    asyncio.run(gateway.aclose())
    assert (path.exists(), news(opened(tmp_path, receipts=True))) == (False, [])


def test_a_caller_that_dies_before_it_stored_receipts_gets_them_again(tmp_path: Path) -> None:
    drop(tmp_path, "r1.csv", RECEIPTS)
    assert news(opened(tmp_path, receipts=True)) == READ
    assert news(opened(tmp_path, receipts=True)) == READ


def test_bad_rows_are_kept_with_what_is_wrong(tmp_path: Path) -> None:
    path = drop(
        tmp_path,
        "r1.csv",
        "State,Reference,At,Note\nDELIVRD,a-1,,=1+1\nsent,a-2,,=1+1\nfailed,,,\nfailed,a-4,soon,\n\nfailed,a-5\n",
    )
    gateway = opened(tmp_path, receipts=True)
    assert [(one.reference, one.state) for one in news(gateway)] == [("a-1", "delivered"), ("a-5", "failed")]
    asyncio.run(gateway.aclose())
    header, *bad = rows(path.parent / "rejects" / "r1.csv")
    assert header == ["problem", "state", "reference", "at", "note"]
    assert [(row[2], row[0].split(" is")[0], row[4]) for row in bad] == [
        ("a-2", "state", "'=1+1"),
        ("", "reference", ""),
        ("a-4", "at", ""),
    ]


def test_a_time_that_is_missing_is_that_of_the_file(tmp_path: Path) -> None:
    path = drop(tmp_path, "r1.csv", "reference,state\na-1,delivered\n")
    os.utime(path, (1_793_584_800, 1_793_584_800))
    assert [one.at for one in news(opened(tmp_path, receipts=True))] == [datetime(2026, 11, 2, 2, 0, tzinfo=UTC)]


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"PK\x03\x04", b"a" * 200_000])
def test_a_file_that_is_no_list_of_receipts_stops_nothing(tmp_path: Path, content: bytes) -> None:
    drop(tmp_path, "r0.csv", content)
    drop(tmp_path, "r1.csv", RECEIPTS)
    gateway = opened(tmp_path, receipts=True)
    assert news(gateway) == READ
    assert news(gateway) == []


def test_a_file_that_is_still_being_written_is_left_until_it_rests(tmp_path: Path) -> None:
    path = drop(tmp_path, "r1.csv", RECEIPTS[:40])
    assert news(opened(tmp_path, receipts=True, settle_seconds=60)) == []
    os.utime(path, (1_793_584_800, 1_793_584_800))
    path.write_text(RECEIPTS)
    os.utime(path, (path.stat().st_mtime - 61,) * 2)
    assert news(opened(tmp_path, receipts=True, settle_seconds=60)) == READ


def test_a_file_that_changed_after_it_was_read_is_read_again(tmp_path: Path) -> None:
    path = drop(tmp_path, "r1.csv", RECEIPTS)
    gateway = opened(tmp_path, receipts=True)
    news(gateway)
    path.write_text(f"{RECEIPTS}a-3,unknown,,\r\n", newline="")
    assert [one.reference for one in news(gateway)] == ["a-1", "a-2", "a-3"]


def test_a_second_file_of_the_same_name_overwrites_nothing(tmp_path: Path) -> None:
    gateway = opened(tmp_path, receipts=True)
    for number in (1, 2, 3):
        path = drop(tmp_path, "r.csv", f"reference,state\na-{number},delivered\n")
        assert [one.reference for one in news(gateway)] == [f"a-{number}"]
        assert news(gateway) == []
    assert sorted(one.name for one in (path.parent / "done").iterdir()) == ["r-2.csv", "r-3.csv", "r.csv"]


def test_without_the_option_no_receipts_are_read(tmp_path: Path) -> None:
    path = drop(tmp_path, "r1.csv", RECEIPTS)
    gateway = opened(tmp_path)
    assert not asyncio.run(gateway.news())
    asyncio.run(gateway.aclose())
    assert path.exists()


def test_a_folder_without_receipts_brings_nothing(tmp_path: Path) -> None:
    assert asyncio.run(opened(tmp_path, receipts=True).news()) == News(receipts=[])

"""Robots' addresses and secrets in the database: encrypted where a key is configured."""

from __future__ import annotations

import sys
from base64 import urlsafe_b64encode
from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from books.lists_in import import_book
from policyserve import db
from policyserve.access import seals
from policyserve.errors import PolicyserveError
from policyserve.messages.notices import records, subscriptions
from policyserve.messages.notices.channels.channel import Robot

ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32
SECRET = "SEC" + "b2" * 32
DAY = date(2026, 3, 3)
FIRST, SECOND = (urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def book(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    for name in ("POLICYSERVE_SECRET_KEY", "POLICYSERVE_SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    import_book(engine, tmp_path)
    return engine


def choose(book: Engine) -> None:
    with db.writing(book) as connection:
        subscriptions.set_channel(connection, "A1", kind="dingtalk", address=ADDRESS, secret=SECRET, as_of=DAY)


def stored(book: Engine) -> tuple[str, str]:
    with db.reading(book) as connection:
        row = connection.execute(select(seals.CHANNELS.c.address, seals.CHANNELS.c.secret)).one()
    return row.address, row.secret


def used(book: Engine) -> Robot:
    (candidate,) = records.candidates(book, DAY, by_hand=False)
    with db.reading(book) as connection:
        assert subscriptions.channel_chosen(connection, "A1") == ("dingtalk", candidate.robot)
        assert subscriptions.channels(connection, time(8), "en")[0]["address"].startswith("https://oapi.dingtalk.com")
    return candidate.robot


def seal_all(book: Engine) -> None:
    with db.writing(book) as connection:
        seals.seal_all(connection)


def test_without_a_key_they_are_stored_as_they_are(book: Engine) -> None:
    choose(book)
    seal_all(book)
    assert stored(book) == (ADDRESS, SECRET)


@pytest.mark.parametrize("by_file", [False, True])
def test_with_a_key_nobody_reads_them_in_the_database(
    book: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_file: bool
) -> None:
    if by_file:
        (tmp_path / "key").write_text(FIRST + "\n", encoding="utf-8")
        monkeypatch.setenv("POLICYSERVE_SECRET_KEY_FILE", str(tmp_path / "key"))
    else:
        monkeypatch.setenv("POLICYSERVE_SECRET_KEY", FIRST)
    choose(book)
    for cell, plain in zip(stored(book), (ADDRESS, SECRET), strict=True):
        assert cell.startswith("fernet:")
        assert plain[-40:] not in cell
    assert used(book) == Robot(address=ADDRESS, secret=SECRET)


def test_what_was_plain_is_read_and_encrypted_by_the_next_upgrade(
    book: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(book)
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", FIRST)
    assert used(book) == Robot(address=ADDRESS, secret=SECRET)
    seal_all(book)
    assert all(cell.startswith("fernet:") for cell in stored(book))
    assert used(book) == Robot(address=ADDRESS, secret=SECRET)


def test_keys_are_changed_by_putting_the_new_one_first(book: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", FIRST)
    choose(book)
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", f"{SECOND}, {FIRST}")
    assert used(book) == Robot(address=ADDRESS, secret=SECRET)
    seal_all(book)
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", SECOND)
    assert used(book) == Robot(address=ADDRESS, secret=SECRET)


@pytest.mark.parametrize(
    ("key", "said"), [("", "name their key"), (SECOND, "another key"), ("no key", "something else than keys")]
)
def test_without_their_key_it_is_said_what_to_do(
    book: Engine, monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", FIRST)
    choose(book)
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", key)
    with pytest.raises(PolicyserveError, match=said) as refused:
        records.candidates(book, DAY, by_hand=False)
    assert SECRET not in str(refused.value)


def test_a_key_file_that_is_not_there_is_named(book: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(PolicyserveError, match="cannot be read"):
        choose(book)


def test_without_the_library_of_encryption_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYSERVE_SECRET_KEY", FIRST)
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(PolicyserveError, match=r"policyserve\[secrets\]"):
        seals.sealed(SECRET)

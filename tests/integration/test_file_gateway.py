"""The file gateway in a real folder: whole files or none, certain look-ups."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desks.file_desk import opened, rows
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.file.claims import Claims, GivenUpError, HalfWayError
from policyserve.messages.gateways.file.gateway import FileGateway
from policyserve.messages.gateways.gateway import Answer, Outgoing, Push, PushRefusedError, Sent
from policyserve.settings_file import SettingsError

TEXT = "【安心人寿】王女士您好，您尾号1234的保单将于11月20日缴费。"


def text(reference: str, body: str = TEXT, phone: str = "13800000000") -> Outgoing:
    return Outgoing(reference=reference, phone=phone, text=body, service="renewal-notice", message_class="service")


def submit(gateway: FileGateway, claim: str, *messages: Outgoing) -> dict[str, Answer]:
    return {answer.reference: answer for answer in asyncio.run(gateway.submit(claim, messages))}


def left(reference: str, claim: str | None, *, days: float = 0) -> Sent:
    at = datetime.now(UTC) - timedelta(days=days)
    return Sent(reference=reference, phone="13800000000", submitted_at=at, claim=claim)


def looked_up(gateway: FileGateway, *sent: Sent) -> dict[str | None, str]:
    return {receipt.reference: receipt.state for receipt in asyncio.run(gateway.look_up(sent))}


def test_a_call_becomes_one_file_named_by_its_claim(tmp_path: Path) -> None:
    answers = submit(opened(tmp_path), "c1", text("a-1"), text("a-2", "two\nlines, and a comma"))
    assert answers["a-1"] == Answer(reference="a-1", outcome="delivered")
    assert answers["a-2"] == Answer(reference="a-2", outcome="delivered")
    assert [path.name for path in (tmp_path / "sms").glob("*.csv")] == ["c1.csv"]
    assert (tmp_path / "sms" / "c1.csv").read_bytes().startswith(b"\xef\xbb\xbfreference,phone,text\r\n")
    assert rows(tmp_path / "sms" / "c1.csv") == [
        ["reference", "phone", "text"],
        ["a-1", "13800000000", TEXT],
        ["a-2", "13800000000", "two\nlines, and a comma"],
    ]


def test_a_link_that_lies_in_the_place_of_a_claim_leads_nowhere(tmp_path: Path) -> None:
    gateway, theirs = opened(tmp_path), tmp_path / "book.sqlite3"
    submit(gateway, "c0", text("a-0"))
    theirs.write_bytes(b"the book")
    for name in ("c1.csv", ".claims/c2+draft", ".claims/c3"):
        (tmp_path / "sms" / name).symlink_to(theirs)
    answers = [submit(gateway, claim, text("a-1"))["a-1"].outcome for claim in ("c1", "c2", "c3")]
    assert answers == ["delivered", "later", "in-doubt"]
    assert theirs.read_bytes() == b"the book"
    assert not (tmp_path / "sms" / "c1.csv").is_symlink()


def test_where_receipts_come_back_a_text_is_only_accepted(tmp_path: Path) -> None:
    assert submit(opened(tmp_path, receipts=True), "c1", text("a-1"))["a-1"].outcome == "accepted"


def test_the_file_may_be_gb18030(tmp_path: Path) -> None:
    submit(opened(tmp_path, encoding="gb18030"), "c1", text("a-1", "镕𠮷€"))
    assert rows(tmp_path / "sms" / "c1.csv", "gb18030")[1] == ["a-1", "13800000000", "镕𠮷€"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_no_spreadsheet_runs_a_text(tmp_path: Path, start: str) -> None:
    submit(opened(tmp_path), "c1", text("a-1", f"{start}HYPERLINK()", phone="+8613800000000"))
    assert rows(tmp_path / "sms" / "c1.csv")[1] == ["a-1", "+8613800000000", f"'{start}HYPERLINK()"]


def test_only_the_owner_may_read_files_and_folders(tmp_path: Path) -> None:
    submit(opened(tmp_path), "c1", text("a-1"))
    made = [tmp_path / "sms", *(tmp_path / "sms").rglob("*")]
    assert len(made) == 4
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700, 0o600}
    assert all(path.stat().st_mode & 0o077 == 0 for path in made)


@pytest.mark.parametrize("claim", ["../out", "a/b", ".hidden", "host:12#3"])
def test_a_claim_of_any_form_stays_in_the_folder(tmp_path: Path, claim: str) -> None:
    gateway = opened(tmp_path)
    submit(gateway, claim, text("a-1"))
    [path] = (tmp_path / "sms").glob("*.csv")
    assert not path.name.startswith(".")
    assert [one.name for one in tmp_path.iterdir()] == ["sms"]
    assert looked_up(gateway, left("a-1", claim)) == {"a-1": "delivered"}


def test_a_text_that_cannot_be_written_spares_the_others(tmp_path: Path) -> None:
    answers = submit(opened(tmp_path), "c1", text("a-1", "\ud800"), text("a-2"))
    assert [answers["a-1"].outcome, answers["a-2"].outcome] == ["refused", "delivered"]
    assert [row[0] for row in rows(tmp_path / "sms" / "c1.csv")] == ["reference", "a-2"]


def test_no_texts_make_no_file(tmp_path: Path) -> None:
    assert submit(opened(tmp_path), "c1") == {}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_later(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("a file where the folder should be")
    answer = submit(opened(tmp_path), "c1", text("a-1"))["a-1"]
    assert (answer.outcome, str(answer.reason)) == ("later", "the folder cannot be written: File exists")
    assert looked_up(opened(tmp_path), left("a-1", "c1")) == {}


def test_a_full_disk_is_later_and_leaves_no_personal_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = submit(opened(tmp_path), "c1", text("a-1"))["a-1"]
    assert (answer.outcome, str(answer.reason)) == ("later", "the folder cannot be written: No space left on device")
    assert [path for path in (tmp_path / "sms").rglob("*") if path.is_file()] == []
    assert looked_up(opened(tmp_path), left("a-1", "c1")) == {"a-1": "never"}


def test_what_was_handed_over_is_known_even_when_the_platform_has_taken_it_away(tmp_path: Path) -> None:
    gateway = opened(tmp_path, receipts=True)
    submit(gateway, "c1", text("a-1"), text("a-2"))
    (tmp_path / "sms" / "c1.csv").unlink()
    assert looked_up(gateway, left("a-1", "c1"), left("a-2", "c1")) == {"a-1": "accepted", "a-2": "accepted"}


def test_what_was_not_handed_over_never_left_and_never_will(tmp_path: Path) -> None:
    gateway = opened(tmp_path)
    assert looked_up(gateway, left("a-1", "c1")) == {"a-1": "never"}
    late = submit(gateway, "c1", text("a-1"))["a-1"]  # a sender that slept since it claimed
    assert (late.outcome, str(late.reason)) == ("later", "the claim was given up before it was handed over")
    assert list((tmp_path / "sms").glob("*.csv")) == []
    assert looked_up(gateway, left("a-1", "c1")) == {"a-1": "never"}


def test_a_claim_is_handed_over_once(tmp_path: Path) -> None:
    gateway = opened(tmp_path)
    submit(gateway, "c1", text("a-1"))
    (tmp_path / "sms" / "c1.csv").unlink()
    assert submit(gateway, "c1", text("a-1"))["a-1"].outcome == "in-doubt"
    assert looked_up(gateway, left("a-1", "c1")) == {"a-1": "delivered"}
    assert list((tmp_path / "sms").glob("*.csv")) == []


def test_nothing_is_said_of_texts_without_a_claim_and_of_old_ones(tmp_path: Path) -> None:
    assert looked_up(opened(tmp_path), left("a-1", None), left("a-2", "c2", days=31)) == {}


def test_old_decisions_and_drafts_are_forgotten(tmp_path: Path) -> None:
    gateway = opened(tmp_path)
    submit(gateway, "old", text("a-1"))
    looked_up(gateway, left("a-2", "given-up"))
    decisions = tmp_path / "sms" / ".claims"
    (decisions / "dead+draft").write_text("of a sender that died")
    for path in decisions.iterdir():
        os.utime(path, (0, 0))
    submit(gateway, "new", text("a-3"))
    assert [path.name for path in decisions.iterdir()] == ["new"]


def die_at(step: int, act: Callable[[], None]) -> bool:
    """Act in a process that is killed before its step-th call to the system; return whether it was."""
    child = os.fork()
    if child == 0:
        taken = 0

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def counting(*arguments: Any, **named: Any) -> Any:
                nonlocal taken
                if taken == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                taken += 1
                return call(*arguments, **named)

            return counting

        for name in ("open", "fsync", "close", "mkdir", "rename", "unlink"):
            setattr(os, name, counted(getattr(os, name)))
        act()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def steps_of(claims: Claims, act: Callable[[str], None]) -> list[str]:
    """Name a claim for each point at which `act` can be killed, and kill it there."""
    names: list[str] = []
    while True:
        name = f"c{len(names)}"
        if not die_at(len(names), lambda: act(name)):  # noqa: B023 - called at once
            return names
        names.append(name)
        assert len(names) < 100, "the work must come to an end"
        assert claims.folder.is_dir()


def test_a_sender_killed_at_any_point_leaves_a_whole_file_or_none(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    claims.prepare()
    content = b"x" * 100_000
    names = steps_of(claims, lambda name: claims.hand_over(name, content))
    (tmp_path / f"c{len(names)}.csv").unlink()  # of the one that was not killed
    before = {path.stem for path in tmp_path.glob("*.csv")}
    handed = {name for name in names if claims.handed_over_at(name)}
    assert before < handed < {*names}, "some die before, some after the decision, some after the file is in its place"
    assert {path.stem for path in tmp_path.glob("*.csv")} == handed
    assert all(path.read_bytes() == content for path in tmp_path.glob("*.csv"))
    assert {name for name in names if claims.handed_over_at(name)} == handed, "asked again, the same answer"
    assert list(tmp_path.rglob("*+draft")) == [], "what did not leave does not lie about"
    for name in {*names} - handed:
        with pytest.raises(GivenUpError):
            claims.hand_over(name, content)


def test_a_look_up_killed_at_any_point_changes_no_answer(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    claims.prepare()

    def ask(name: str) -> None:
        claims.handed_over_at(name)

    for name in steps_of(claims, ask):
        try:
            claims.hand_over(name, b"x")
        except (GivenUpError, HalfWayError):
            assert claims.handed_over_at(name) is None
        assert (tmp_path / f"{name}.csv").exists() == (claims.handed_over_at(name) is not None)


def test_the_file_gateway_is_there_without_being_named() -> None:
    gateway = registry.open_gateway("file", {})
    assert (gateway.name, gateway.rate) == ("file", None)
    with pytest.raises(PushRefusedError):
        gateway.read_push(Push(headers={}, query={}, body=b"{}"))


@pytest.mark.parametrize(
    "options", [{"encoding": "gbk"}, {"zone": "Mars"}, {"colour": "red"}, {"states": {"ok": "ok"}}]
)
def test_a_wrong_option_is_named(options: dict[str, Any]) -> None:
    [field] = options
    with pytest.raises(SettingsError, match=rf"gateways\.file is wrong in the settings: {field}"):
        registry.open_gateway("file", {"file": {"kind": "file", **options}})

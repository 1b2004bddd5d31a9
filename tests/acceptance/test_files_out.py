"""Every file that a command writes: found from the commands, in every form, whole and for its owner, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import rich_click as click

from commands import Desk, Result, in_a_sentence
from desks.served_branch import END, START, take_served_branch
from policyserve.cli.commands import all_commands
from policyserve.cli.screen.export import save
from policyserve.cli.screen.output import Row

CUSTOMERS = """customer_no,name,gender,birthday,phone,marketing_consent
C1,王芳,female,1985-06-30,13900000001,yes
C2,"=HYPERLINK(""http://x"")",male,1985-06-30,13900000002,yes
C3,-李,male,1985-06-30,13900000003,yes
"""

STANDARD = Path(__file__).parents[2] / "fixtures" / "standards" / "life-cn.yaml"

EXAMPLES = {
    "plan": ("--from", "2025-06-01", "--to", "2025-07-01"),
    "rehearse": (STANDARD, "--from", "2025-06-01", "--to", "2025-07-01", "--load"),
    "sms generate": (),
    "sms list": (),
    "metrics worth": ("--since", START),
    "handover show": (1,),
    "handover export": (1,),
    **dict.fromkeys((
        "metrics gap", "metrics services", "metrics callbacks", "metrics satisfaction", "metrics orphans",
        "metrics add-ons", "metrics candidates", "metrics forecast", "metrics survival", "metrics value",
        "metrics persistency", "metrics collection", "metrics collected", "metrics referrals", "metrics influence",
        "metrics funnel", "metrics appraisal", "obligations", "complaint list", "letters list",
        "call list", "call shares", "complaint counts",
    ), ()),
}  # fmt: skip
"""What each command with `--out FILE` is asked; a new command needs a line here."""

FORMS = {"plan": (".csv", ".parquet")}
"""The forms of a command; of all others CSV and XLSX."""


def with_a_file_out() -> Iterator[str]:
    """Find the commands that write a file."""

    def below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            for name, one in command.commands.items():
                yield from below(one, f"{path} {name}".strip())
        else:
            yield path, command

    for command in all_commands():
        for path, one in below(command, str(command.name)):
            for option in one.params:
                if option.name == "out" and getattr(option.type, "file_okay", False):
                    yield path


EVERY = [(path, form) for path in with_a_file_out() for form in FORMS.get(path, (".csv", ".xlsx"))]


@pytest.fixture(scope="module")
def empty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("empty")
    return Desk(url=f"sqlite:///{shutil.copy(sqlite_template, folder / 'book.sqlite3')}", folder=folder)


@pytest.fixture(scope="module")
def full(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a branch with figures of every kind, with texts, and with names that a spreadsheet would run."""
    folder = tmp_path_factory.mktemp("full")
    desk = Desk(url=f"sqlite:///{shutil.copy(sqlite_template, folder / 'book.sqlite3')}", folder=folder)
    take_served_branch(desk).take("customers", CUSTOMERS, as_of=END)
    desk.do("sms", "generate", "--as-of", END)
    desk.do("handover", "propose", "A1", "--as-of", END)
    return desk


@pytest.fixture(scope="module")
def books(empty: Desk, full: Desk) -> tuple[Desk, Desk]:
    return empty, full


def ask(desk: Desk, path: str, out: Path) -> Result:
    """Let a command write its file."""
    return desk.run(*path.split(), *EXAMPLES[path], "--as-of", END, "--out", out)


def cells(out: Path) -> list[str]:
    """Return the texts of a file."""
    if out.suffix == ".csv":
        frame = pl.read_csv(out, infer_schema=False)
    else:
        frame = pl.read_parquet(out) if out.suffix == ".parquet" else pl.read_excel(out)
    return [str(one) for column in frame.select(pl.col(pl.String)).iter_columns() for one in column if one is not None]


def test_every_command_with_a_file_out_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(with_a_file_out())


@pytest.mark.parametrize(("path", "form"), EVERY)
def test_a_file_out_is_whole_or_not_there(
    books: tuple[Desk, Desk], path: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty, full), out = books, tmp_path / f"out{form}"
    first = ask(empty, path, out)
    assert in_a_sentence(first)
    assert out.exists() == (first.status == 0)
    done = ask(full, path, out)  # over yesterday's, which had no rows
    assert done.status == 0, done.err
    assert out.stat().st_mode & 0o777 == 0o600
    assert form != ".csv" or not [one for one in cells(out) if one.startswith(("=", "-李"))]
    yesterday = out.read_bytes()

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)
    for target in (out, tmp_path / f"new{form}"):
        result = ask(full, path, target)
        assert result.status == 1
        assert "is full" in result.err
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {out.name: yesterday}


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_file_out_replaces_nothing_but_its_like(
    empty: Desk, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, theirs = tmp_path / "policyserve.toml", tmp_path / "customers"
    settings.write_text("[messages]\nlanguage = 'zh'\n")
    theirs.write_text("customer_no,name\nC1,One\n")
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(settings))
    for kept in (settings, theirs, Path(empty.url.removeprefix("sqlite:///"))):
        before = kept.read_bytes()
        for link in (os.symlink, os.link) if kept != theirs else (os.symlink,):
            named = tmp_path / f"{kept.stem} {link.__name__}.csv"
            link(kept, named)
            result = ask(empty, path, named)
            assert result.status == 1
            assert in_a_sentence(result)
            assert named.samefile(kept)
            assert kept.read_bytes() == before


def test_instants_stand_in_the_time_of_the_business_in_a_workbook(tmp_path: Path) -> None:
    out, at = tmp_path / "out.xlsx", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    last: list[Row] = [{"at": at, "day": date(2026, 3, 1), "many": ["a", "b"]}]
    for rows in ([], [{"at": None}], last):
        save(rows, out, "en", columns=["at"], zone="Asia/Shanghai")
    assert pl.read_excel(out).rows() == [(datetime(2026, 3, 2, 7, 30), date(2026, 3, 1), "a; b")]  # noqa: DTZ001

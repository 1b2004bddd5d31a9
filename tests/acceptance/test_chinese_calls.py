"""Every command in its main forms, answered and refused, with `--lang zh`: no English word is left on the screen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from getpass import getuser
from html import unescape
from pathlib import Path

import click
import polars as pl
import pytest

from commands import Desk, in_a_sentence
from desks import chinese_branch
from policyserve.access.viewer import ROLES
from policyserve.book.lists import KINDS
from policyserve.cli.commands import all_commands
from policyserve.scheduler.jobs import WORKS
from policyserve.standard.parser import default_standard

CALLS = [
    line for line in (Path(__file__).parent / "calls.txt").read_text("utf-8").splitlines() if not line.startswith("#")
]

ENGLISH = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*")
"""A word; two capitals or a letter and a digit are none."""

OURS = re.compile(
    r"`[^`]*`|policyserve( [a-z][a-z-]*)*|--[a-z-]+( [a-z-]+)?|\{[\w|-]+\}|'[^']*'|\S+://\S+|[\w.{}-]*/[\w./{}-]+|"
    r"[a-z_-]+ \(\S+?\)|[\w-]*\.(csv|xlsx|parquet|html|pdf|yaml|toml|sqlite3)|[A-Z]+[_-][A-Z0-9_]+"
)
"""What stays as it is: commands and options to be typed, choices, addresses, files, names of profiles."""

CODES = {code for one in default_standard().services for code in (one.code, one.template) if code}
SERVICES = re.compile(rf"\b({'|'.join(sorted(CODES, key=len, reverse=True))})\b")
"""What a service and its template are typed as."""

NAMES = {
    "Brier", "Kaplan", "Meier", "Apprise", "SQLite", "file", "gateways", "sample", "rates", "teacher", *WORKS, *ROLES,
}  # fmt: skip
"""Of methods and products; what settings, standard and rates that ship call their own; jobs and roles as typed."""


def leaves(command: click.Command, name: str) -> Iterator[str]:
    """Yield the names of the commands that do something, as they are typed."""
    if not isinstance(command, click.Group):
        yield name
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        yield from leaves(part, f"{name} {part.name}")


LEAVES = [name for command in all_commands() for name in leaves(command, str(command.name))]


COMMAND_WORDS = {word for name in LEAVES for word in re.split("[ -]", name)}
"""What the commands of a group are listed by."""


def calls_of(command: str) -> list[str]:
    """Return the calls of a command; of the empty name those that reach none."""
    if command:
        return [call for call in CALLS if f"{call} ".startswith(f"{command} ")]
    return [call for call in CALLS if not any(f"{call} ".startswith(f"{name} ") for name in LEAVES)]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Desk, dict[str, object]]:
    """Return the Chinese branch, and what stands for the places of the calls."""
    folder = tmp_path_factory.mktemp("chinese")
    shutil.copyfile(sqlite_template, folder / "desk.sqlite3")
    desk = Desk(url=f"sqlite:///{folder}/desk.sqlite3", folder=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLICYSERVE_SETTINGS", str(folder / "settings.toml"))
        numbers = chinese_branch.fill(desk)
    return desk, numbers


def english_in(text: str, allowed: set[str]) -> list[str]:
    """Return the words of English in what a screen says, with their lines."""
    found = []
    for line in text.splitlines():
        plain = SERVICES.sub(" ", OURS.sub(" ", line))
        found += [f"{word}: {line.strip()}" for word in ENGLISH.findall(plain) if word not in allowed | NAMES]
    return found


def test_every_command_has_a_call() -> None:
    assert [name for name in LEAVES if not calls_of(name)] == []


@pytest.mark.parametrize("command", ["", *LEAVES])
def test_no_screen_has_an_english_word(
    branch: tuple[Desk, Mapping[str, object]], command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, numbers = branch
    copy = Desk(url=f"sqlite:///{tmp_path}/desk.sqlite3", folder=tmp_path)
    shutil.copyfile(desk.folder / "desk.sqlite3", tmp_path / "desk.sqlite3")
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(desk.folder / "settings.toml"))
    found = []
    for call in calls_of(command):
        words = [one.format(**numbers) for one in call.split()]
        told = copy.run("--lang", "zh", "--as-of", chinese_branch.DAY, *words)
        assert in_a_sentence(told), (call, told.err)
        found += english_in(told.out + told.err, {*words, getuser(), *COMMAND_WORDS})
    assert found == []


def test_no_reject_file_has_an_english_word(branch: tuple[Desk, Mapping[str, object]], tmp_path: Path) -> None:
    desk, _ = branch
    written = []
    for kind in KINDS:
        rejects = tmp_path / f"{kind}.rejects.csv"
        desk.run("import", kind, desk.folder / f"{kind}.csv", "--rejects", rejects, "--lang", "zh", *THEN)
        if rejects.exists():
            _, *rows = rejects.read_text("utf-8-sig").splitlines()
            written += [word for row in rows for word in english_in(row, set())]
            assert rows
    assert list(tmp_path.glob("*.rejects.csv")), "the branch's lists have faults"
    assert written == []


THEN = ("--as-of", chinese_branch.WEEK[0])
"""The day on which the lists came in: taken in once more they change nothing."""


def test_no_page_and_no_sheet_of_the_report_has_an_english_word(
    branch: tuple[Desk, Mapping[str, object]], tmp_path: Path
) -> None:
    desk, _ = branch
    desk.do("report", "--out", tmp_path, "--lang", "zh", "--as-of", chinese_branch.DAY)
    page = re.sub(r"(?s)<(style|metadata|defs)>.*?</\1>", "", (tmp_path / "report.html").read_text("utf-8"))
    sheets = pl.read_excel(tmp_path / "tables.xlsx", sheet_id=0, has_header=False)
    cells = [str(cell) for sheet in sheets.values() for row in sheet.iter_rows() for cell in row if cell is not None]
    said = "\n".join([*re.split("<[^>]+>", page), *sheets, *cells])
    assert "继续率" in said
    assert english_in(unescape(said), {getuser()}) == []

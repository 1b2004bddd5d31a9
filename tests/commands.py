"""A runner for acceptance tests: one command, in this process or for real, and what came of it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policyserve.cli import main

COMMAND = Path(sys.executable).parent / "policyserve"
"""The command as it is installed."""

STATUSES = {0, 1, 2, 3}
"""Every exit status that the contract knows."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON array that it printed."""
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


def in_a_sentence(result: Result) -> bool:
    """Whether a command ended as the contract allows: a known status, no traceback, nothing unforeseen."""
    said = result.out + result.err
    return result.status in STATUSES and "Traceback" not in said and "did not expect" not in said


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A database to run commands on, and a folder to write lists into."""

    url: str
    folder: Path

    def run(self, *arguments: str | Path | int) -> Result:
        """Run one command on this desk's database, whatever comes of it."""
        return run(*arguments, db=self.url)

    def ask(self, *arguments: str | Path | int) -> list[dict[str, Any]]:
        """Run a command that must succeed and return its JSON rows."""
        result = self.run(*arguments, "--format", "json")
        assert result.status == 0, result.err
        return result.rows

    def do(self, *arguments: str | Path | int) -> str:
        """Run a command that must succeed and return what it printed."""
        result = self.run(*arguments)
        assert result.status == 0, result.err + result.out
        return result.out

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file into the folder, for its owner only, as settings and lists are kept."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def take(self, kind: str, text: str | bytes, *, as_of: str, status: int = 0) -> dict[str, Any]:
        """Import a list written in the test and return the counts."""
        path = self.write(f"{kind}.csv", text)
        result = self.run("import", kind, path, "--as-of", as_of, "--format", "json")
        assert result.status == status, result.err + result.out
        return result.rows[0]


def run(*arguments: str | Path | int, db: str | None = None) -> Result:
    """Run one command in this process."""
    out, err = io.StringIO(), io.StringIO()
    asked = [*(["--db", db] if db else []), *map(str, arguments)]
    status: int | str | None = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(asked)
        except SystemExit as leave:
            status = leave.code
    assert isinstance(status, int)
    return Result(status=status, out=out.getvalue(), err=err.getvalue())


def run_for_real(*arguments: str | Path | int, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Result:
    """Run the installed command in a process of its own."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=60,
    )
    return Result(status=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

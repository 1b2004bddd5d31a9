"""Claims: a file is handed over whole or not at all, and whether it was can be told at any time after.

Of the sender of a claim and of whoever looks it up the first decides, by making `.claims/CLAIM`, which only one can
make: a file says that the claim is handed over, a folder that it is given up. The texts wait beside it as a draft until
then; from then on a sender that died is finished by the next who looks up, and one that was only slow cannot hand over
what was given up. So nothing depends on whether the platform has taken its file away since.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

KEPT: Final = timedelta(days=30)
"""How long a decision is kept; older claims are not looked up."""


class GivenUpError(Exception):
    """The claim was looked up before it was handed over, and told to have never left."""


class HalfWayError(Exception):
    """The claim is handed over by decision, but its file could not be put in its place; a look-up does it again."""


@dataclass(frozen=True)
class Claims:
    """The claims of one folder."""

    folder: Path

    def prepare(self) -> None:
        """Make the folders, for their owner only. Raises OSError."""
        for folder in (self.folder, self._decisions):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def hand_over(self, claim: str, content: bytes) -> None:
        """Put the file of a claim in its place.

        Raises OSError where nothing was done, GivenUpError where it must not be done any more, and HalfWayError.
        """
        if self._decision(claim).exists():
            raise self._too_late(claim)
        self._write_draft(claim, content)
        try:
            os.close(os.open(self._decision(claim), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            self._draft(claim).unlink(missing_ok=True)
            raise (self._too_late(claim) if isinstance(error, FileExistsError) else error) from error
        try:
            self._finish(claim)
        except OSError as error:
            raise HalfWayError from error

    def handed_over_at(self, claim: str) -> datetime | None:
        """Return when a claim was handed over; None where it was not, and then it never will be. Raises OSError."""
        with suppress(FileExistsError):
            self._decision(claim).mkdir(mode=0o700)
        if not self._decision(claim).is_file():
            _sync(self._decisions)
            self._draft(claim).unlink(missing_ok=True)
            return None
        self._finish(claim)
        return _changed(self._decision(claim))

    def forget(self, now: datetime) -> None:
        """Remove what is older than KEPT: decisions, and drafts of senders that died. Raises OSError."""
        for path in self._decisions.iterdir():
            with suppress(FileNotFoundError):
                if now - _changed(path) > KEPT:
                    path.rmdir() if path.is_dir() else path.unlink()

    @property
    def _decisions(self) -> Path:
        return self.folder / ".claims"

    def _decision(self, claim: str) -> Path:
        return self._decisions / _file_name(claim)

    def _draft(self, claim: str) -> Path:
        return self._decisions / f"{_file_name(claim)}+draft"  # no name of a claim has a plus

    def _write_draft(self, claim: str, content: bytes) -> None:
        descriptor = os.open(self._draft(claim), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self._draft(claim).unlink(missing_ok=True)
            raise

    def _too_late(self, claim: str) -> Exception:
        """Say what has been decided already; a claim handed over once is not handed over again."""
        return HalfWayError() if self._decision(claim).is_file() else GivenUpError()

    def _finish(self, claim: str) -> None:
        """Move the draft to its place, unless somebody has already; durable once this returns."""
        _sync(self._decisions)
        with suppress(FileNotFoundError):
            self._draft(claim).rename(self.folder / f"{_file_name(claim)}.csv")
        _sync(self.folder)


def _file_name(claim: str) -> str:
    """Write a claim so that it is one name of a file, and no hidden one."""
    name = quote(claim, safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync(folder: Path) -> None:
    """Make renames in a folder outlast a failure of the power."""
    if os.name == "nt":
        return  # Windows does not open folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The files of an SQLite database: for their owner only, and never made in the place of one that was emptied."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import N_, Sentence

_EVERYBODY = 0o007


def database_files(url: str | URL) -> tuple[Path, ...]:
    """Return the SQLite file that `url` names and what stands beside it, there or not; none of another database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return ()
    place = (parsed.database or "").removeprefix("file:").partition("?")[0]
    if parsed.get_backend_name() != "sqlite" or place in {"", ":memory:"}:
        return ()
    return tuple(Path(place + ending) for ending in ("", "-wal", "-shm", "-journal"))


def own_file(files: tuple[Path, ...]) -> None:
    """Make the database where there is none, and keep everybody but its owner out; a group that alone was let in stays.

    Raises PolicyserveError where its folder cannot be made, or where a book was and is no more.
    """
    place, *beside = files
    _make_folder(place.parent)
    if place.exists():
        _refuse_emptied(place)
    else:
        _refuse_widowed(place, beside[0])
        with suppress(OSError, sqlite3.Error):  # SQLite says it better, as soon as it connects
            _make(place)
    for file in files:
        with suppress(OSError):
            mode = file.stat().st_mode
            if mode & _EVERYBODY:
                file.chmod(mode & 0o700)


def _refuse_emptied(place: Path) -> None:
    if place.is_file() and not place.stat().st_size:
        raise PolicyserveError(
            "The database '{place}' is empty: a book that was there is gone. Put a back-up in its place; "
            "or remove the file, and a new book is made.",
            place=place,
        )


def _refuse_widowed(place: Path, log: Path) -> None:
    """Refuse a log without its database: SQLite would throw away what is in it."""
    with suppress(FileNotFoundError):
        if log.stat().st_size:
            raise PolicyserveError(
                "The database '{place}' is gone, and its log '{log}' is there. Put a back-up in its place; "
                "or move the log away, and a new book is made.",
                place=place,
                log=log,
            )


def _make(place: Path) -> None:
    """Make a database that is one from the moment at which it is seen; what stands beside it gets its rights."""
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}-")  # for the owner only
    os.close(descriptor)
    try:
        connection = sqlite3.connect(name)
        connection.execute("pragma journal_mode=wal")
        connection.close()
        with suppress(FileExistsError):  # another one was faster
            os.link(name, place)
    finally:
        Path(name).unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = of_system(error) if isinstance(error, OSError) else Sentence(N_("it is no name of a folder"))
        raise PolicyserveError(
            "The folder {folder!r} of the database cannot be made: {reason}. Name another file with --db.",
            folder=str(folder),
            reason=reason,
        ) from error

"""Files that the product writes: whole or not at all, for their owner only, and never over what is somebody else's.

A file is written beside its place and renamed once it is whole, so that a full disk or a kill leaves the former one as
it was. It replaces only what the product wrote itself, which its own mark tells: the header of a CSV file, the name of
the product in a workbook, page or document.
"""

from __future__ import annotations

import errno
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import N_

PRODUCT: Final = "policyserve"
"""What stands as the author of workbooks, pages and documents."""

REPORT: Final = ("severity", "line", "field", "value", "reason")
"""The columns that a reject file has before the list's own; they are skipped when it is imported again."""

REJECTS: Final = ",".join(REPORT).encode()
"""The mark of a reject file."""

FIGURE: Final = b",as_of,"
"""The mark of a figure as CSV: it has a column with the day that it was asked for, which no list has."""

_HEAD = 1 << 16
"""Bytes in which a mark is looked for."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BOM = b"\xef\xbb\xbf"


@contextmanager
def replacing(path: Path, *, kept: Collection[Path] = ()) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when the `with` block ends well; until then nothing is changed.

    A link is followed; a device or a pipe is written to directly. `kept`: files that must stay whatever is in them.
    Raises PolicyserveError where the file is not the product's own, or cannot be written.
    """
    check_target(path, kept=kept)
    place = path.resolve()
    if place.exists() and not place.is_file():
        with _in_words(path), path.open("wb") as device:
            yield device
        return
    with _in_words(path):
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{PRODUCT}-", suffix=".part")
    try:
        with _in_words(path), os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        _refuse_strangers(place, mark(Path(name)))
        with _in_words(path):
            Path(name).replace(place)
    finally:
        with suppress(OSError):
            Path(name).unlink()


def write(path: Path, content: bytes, *, kept: Collection[Path] = ()) -> None:
    """Write a file at once; see `replacing`."""
    with replacing(path, kept=kept) as file:
        file.write(content)


def check_target(path: Path, *, kept: Collection[Path] = (), bears: bytes | None = None) -> None:
    """Raise PolicyserveError where a file could not be written, or would be written over one of `kept`.

    `bears`: the mark that it will have, where that is known; then strangers are refused as well.
    """
    if any(_same(path, one) for one in kept):
        raise PolicyserveError(
            "'{path}' is the database, the settings or a list that is read, and would be lost; name another file.",
            path=path,
        )
    place = path.resolve()
    if place.is_dir():
        raise PolicyserveError("'{path}' is a folder; name a file in it.", path=path)
    if place.exists() and not place.is_file():
        return
    if bears is not None:
        _refuse_strangers(place, bears)
    with _in_words(path), tempfile.TemporaryFile(dir=place.parent):
        pass


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return path.resolve() == other.resolve()


def _refuse_strangers(place: Path, bears: bytes) -> None:
    """Refuse to replace a file that bears another mark than the new one; an empty one holds nothing to lose."""
    if place.exists() and place.stat().st_size and mark(place) != bears:
        raise PolicyserveError(
            "'{path}' is there already and was not written by this command, so it stays as it is; "
            "name another file, or move that one away.",
            path=place,
        )


def mark(path: Path) -> bytes:
    """Return by what a file is known as the product's own; two files with one mark may replace each other."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(path.stat().st_size - _HEAD, 0))
        tail = file.read(_HEAD)
    stranger = os.fsencode(path)
    if head.startswith(b"PK"):
        return b"workbook" if _is_our_workbook(path) else stranger
    if head.startswith(b"%PDF"):
        return b"document" if PRODUCT.encode() in head + tail else stranger
    if head[:9].lower() == b"<!doctype":
        return b"page" if b'content="%s"' % PRODUCT.encode() in head else stranger
    if head.startswith(b"PAR1"):
        return b"touches" if b"earliest" in tail and b"latest" in tail else stranger
    line = head.removeprefix(_BOM).partition(b"\n")[0].rstrip(b"\r")
    if FIGURE in b",%s," % line:
        return FIGURE
    return REJECTS if line.startswith(REJECTS) else line


def _is_our_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as core:
            return f"<dc:creator>{PRODUCT}</dc:creator>".encode() in core.read(_HEAD)
    except (OSError, zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say what the system refuses while a file is written."""
    try:
        yield
    except OSError as error:
        raise PolicyserveError(_sentence(error), path=path, folder=path.parent, reason=of_system(error)) from error


def _sentence(error: OSError) -> str:
    if error.errno in _FULL:
        return N_("The disk of '{path}' is full; what was there before is as it was. Make room and run it again.")
    if error.errno == errno.ENOENT:
        return N_("'{path}' cannot be written: there is no folder '{folder}'; make it, or name another file.")
    return N_("'{path}' cannot be written ({reason}); name another file.")

"""Receipts that come back as CSV files: reference, state, at, reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from policyserve.files import write
from policyserve.messages.gateways.file.options import FileOptions
from policyserve.messages.gateways.gateway import Receipt
from policyserve.signs import harmless

COLUMNS: Final = ("reference", "state", "at", "reason")
PROBLEM: Final = "problem"
LONGEST: Final = 200

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A file as it was read."""

    path: Path
    version: tuple[int, int]
    """Time of change and size, by which a file that was changed since is known."""
    receipts: Sequence[Receipt] = ()
    rejects: Sequence[Row] = ()
    """The rows that cannot be read, each with its `problem`."""


def waiting(folder: Path, now: datetime, settle_seconds: float) -> Sequence[Path]:
    """List the files that have come and are no longer being written, by name. Raises OSError."""
    last = now - timedelta(seconds=settle_seconds)
    files = sorted(path for path in folder.glob("*.csv") if path.is_file() and not path.name.startswith("."))
    return [path for path in files if datetime.fromtimestamp(path.stat().st_mtime, UTC) <= last]


def version(path: Path) -> tuple[int, int]:
    """Return time of change and size. Raises OSError."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def read(path: Path, options: FileOptions) -> Reading:
    """Read a file, UTF-8 or GB18030; an empty time is that of the file. Raises OSError."""
    before, content = version(path), path.read_bytes()
    came = datetime.fromtimestamp(before[0] / 1e9, UTC)
    try:
        rows = _rows(_text(content))
    except (UnicodeDecodeError, csv.Error):
        problem = {PROBLEM: "the file is no CSV file in UTF-8 or GB18030"}
        return Reading(path=path, version=before, rejects=[problem])
    receipts, rejects = [], []
    for row in rows:
        try:
            receipts.append(_receipt(row, came, options))
        except ValueError as error:
            rejects.append({PROBLEM: str(error), **row})
    return Reading(path=path, version=before, receipts=receipts, rejects=rejects)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _rows(text: str) -> Sequence[Row]:
    """Read rows by the names in the header, case and space ignored."""
    lines = csv.reader(io.StringIO(text, newline=""))
    names = [name.strip().lower() for name in next(lines, [])]
    return [dict(zip(names, (cell.strip() for cell in line), strict=False)) for line in lines if any(line)]


def _receipt(row: Row, came: datetime, options: FileOptions) -> Receipt:
    """Read a row; raises ValueError with what is wrong with it."""
    states = {word.lower(): state for word, state in options.states.items()}
    if not (reference := row.get("reference", "").replace("\0", "")):
        raise ValueError("reference is missing")
    if (state := states.get(row.get("state", "").lower())) is None:
        raise ValueError(f"state is none of {', '.join(states)}")
    at = _time(row["at"], ZoneInfo(options.zone)) if row.get("at") else came
    reason = row.get("reason", "").replace("\0", "")[:LONGEST] or None
    return Receipt(state=state, at=at, reference=reference[:LONGEST], reason=reason)


def _time(text: str, zone: ZoneInfo) -> datetime:
    try:
        read = datetime.fromisoformat(text.replace("/", "-"))
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("at is no time; a right one is 2026-11-02 10:30:00") from error


def put_away(reading: Reading) -> None:
    """Move a file that was read to `done`, and its bad rows to a file in `rejects`.

    One that was changed since it was read stays and is read again. Raises OSError.
    """
    if not reading.path.exists() or version(reading.path) != reading.version:
        return
    if reading.rejects:
        _write_rejects(_free(reading.path.parent / "rejects", reading.path.name), reading.rejects)
    reading.path.rename(_free(reading.path.parent / "done", reading.path.name))


def _write_rejects(path: Path, rejects: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rejects for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rejects)
    write(path, text.getvalue().encode("utf-8-sig", "replace"))


def _free(folder: Path, name: str) -> Path:
    """Return the path of a name in a folder, with a number where there is such a file already."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path

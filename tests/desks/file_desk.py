"""The file gateway for tests, and what is dropped into its folder."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from policyserve.messages.gateways.file.gateway import FileGateway
from policyserve.messages.gateways.file.options import FileOptions
from policyserve.settings_file import checked


def opened(folder: Path, **options: Any) -> FileGateway:
    given = {"folder": folder / "sms", "settle_seconds": 0, **options}
    return FileGateway("file", checked(FileOptions, given, "gateways.file"))


def rows(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))

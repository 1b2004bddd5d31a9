"""What must not stand in a process list or a shell's history: read from standard input, or warned of."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from policyserve.errors import QuestionError
from policyserve.locale import N_

INPUT = "-"
"""What is typed in place of a secret that comes by standard input, a line each."""

PASSWORD_SHOWN = N_(
    "The password in --db stands in the process list and in the shell's history. Put the URL into "
    "POLICYSERVE_DATABASE_URL, or into a file that POLICYSERVE_DATABASE_URL_FILE names."
)
SETTINGS_OPEN = N_("Everybody on this machine can read the settings file {path}; run `chmod 600` on it.")

_PASSWORD = re.compile(r"://[^/@:]*:[^/]+@")
_EVERYBODY_READS = 0o004


def read_secret(given: str) -> str:
    """Return what was given, or for `-` the next line of standard input. Raises QuestionError where there is none."""
    if given != INPUT:
        return given
    if not (line := sys.stdin.readline().strip()):
        raise QuestionError("Nothing came by standard input; write what '-' stands for there, on a line of its own.")
    return line


def holds_password(url: str) -> bool:
    """Whether the URL of a database holds a password."""
    return _PASSWORD.search(url) is not None


def is_open(path: Path) -> bool:
    """Whether everybody on this machine can read a file."""
    try:
        return bool(path.stat().st_mode & _EVERYBODY_READS)
    except OSError:
        return False

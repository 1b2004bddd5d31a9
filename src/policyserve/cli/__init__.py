"""The command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; stopped while its modules are still being read, it says so too."""
    try:
        from policyserve.cli.main import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was done yet.\n")
        sys.exit(1)

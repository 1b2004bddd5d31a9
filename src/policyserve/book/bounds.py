"""The bounds of a list: the memory that reading it may take, and the most columns."""

from __future__ import annotations

from policyserve.errors import PolicyserveError
from policyserve.memory import MEGABYTE

MEGABYTES = 1500
"""The memory that reading a list takes at most, unless a setting says otherwise."""

COPIES, CELL = 4, 17
"""What reading a CSV file takes: its size so many times, and so many bytes for every cell."""

WIDEST = 16_384
"""Columns that a list has at most, as a spreadsheet has."""


def check_size(size: int, cells: int, name: str, megabytes: int) -> None:
    """Raise PolicyserveError where a file of `size` bytes with so many cells takes more than its memory."""
    if COPIES * size + cells * CELL > megabytes * MEGABYTE:
        raise PolicyserveError(
            "The file {name} takes more than {megabytes:,} MB of memory to read. Cut it into several lists; "
            "the setting lists.memory_mb allows more.",
            name=name,
            megabytes=megabytes,
        )


def check_width(columns: int, name: str) -> None:
    """Raise PolicyserveError for a header that no spreadsheet could hold."""
    if columns > WIDEST:
        raise PolicyserveError("The header of the file {name} has more than {most:,} columns.", name=name, most=WIDEST)

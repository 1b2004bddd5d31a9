"""Lists of the core system, taken into the book."""

from __future__ import annotations

from policyserve.book.list_import import ImportReport, import_list

__all__ = ["ImportReport", "import_list"]

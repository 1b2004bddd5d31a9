"""The section `[lists]`: how lists are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from policyserve.settings_file.section import Section


class ColumnSettings(Section):
    """What the columns of a branch's own lists are called, for one kind of list."""

    columns: Mapping[str, str] = {}
    """The field of the list for each header that is not known, like `--column`."""
    ignore: tuple[str, ...] = ()
    """Headers of columns that are left out, like `--ignore`."""


class ListSettings(Section):
    """How lists are read."""

    memory_mb: Annotated[int, Field(ge=100, le=1_000_000)] = 1500
    """The memory that reading a list takes at most; a larger one is refused."""
    agents: ColumnSettings = ColumnSettings()
    customers: ColumnSettings = ColumnSettings()
    policies: ColumnSettings = ColumnSettings()
    premiums: ColumnSettings = ColumnSettings()
    events: ColumnSettings = ColumnSettings()
    referrals: ColumnSettings = ColumnSettings()

    def of(self, kind: str) -> ColumnSettings:
        """Return what is said of the columns of one kind of list."""
        found: ColumnSettings = getattr(self, kind)
        return found

"""The section `[visits]`: how visits are joined and laid on even days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policyserve.settings_file.section import Section


class VisitSettings(Section):
    """How visits are joined and laid on even days."""

    level: bool = False
    """The release chooses the day of each visit inside its window; needs the extra `level`."""
    capacity: Annotated[float, Field(gt=0, le=100)] = 6
    """Visits that an agent makes a day, where the list of agents does not say so (`daily_capacity`)."""
    together: Literal["household", "customer"] = "household"
    """Whose services make one visit: those of a household (`family_no`), or of one customer."""

"""Priorities: how much each target weighs for the work of a manager's teams."""

from datetime import date, datetime

from sqlmodel import Field

from policyserve.tables.model import Model


class TargetWeights(Model, table=True):
    """The weights that a manager has given the targets, from a day on; the last one of before a day holds on it.

    Rows are only added: weights that are taken back are a row without weights.
    """

    __tablename__ = "target_weights"

    id: int | None = Field(default=None, primary_key=True)
    manager_id: int = Field(foreign_key="agents.id", index=True)
    """Below whom they hold, down to whoever has weights of their own."""
    as_of: date
    persistency: float | None = None
    """Empty, as the others then are: those of the next manager above hold, else those of the standard."""
    referrals: float | None = None
    add_ons: float | None = None
    actor: str
    """Who decided it."""
    at: datetime

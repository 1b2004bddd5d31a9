"""A piece of a standard: a frozen value with nothing unknown in it, and what several pieces are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PaidMode = Literal["annual", "semi-annual", "quarterly", "monthly"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]


class Part(BaseModel):
    """A piece of the standard: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

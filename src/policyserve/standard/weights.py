"""Weights of the targets, and how strongly a service bears on each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policyserve.standard.part import Part


class Bearing(Part):
    """How strongly it bears on each target: 5 strong, 3 medium, 1 weak, 0 none."""

    persistency: Literal[0, 1, 3, 5] = 1
    referrals: Literal[0, 1, 3, 5] = 1
    add_ons: Literal[0, 1, 3, 5] = 1


class Weights(Part):
    """How much each target weighs when tasks are put in order."""

    persistency: Annotated[float, Field(ge=0)] = 1
    referrals: Annotated[float, Field(ge=0)] = 1
    add_ons: Annotated[float, Field(ge=0)] = 1

"""Grades of customers as a standard writes them: who has which, by rules that are data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policyserve.locale import in_language
from policyserve.standard.part import Code, Name, Part


class GradeRule(Part):
    """What a customer has who is given a grade: all that is asked for together; a rule that asks nothing fits all."""

    vip: bool = False
    """A mark in the VIP column of the customers list, whatever it says."""
    marks: tuple[Name, ...] = ()
    """A mark there that holds one of these words, in capitals or not."""
    premium: Annotated[int, Field(ge=1)] | None = None
    """At least so much a year for policies and riders in force, in whole units of `currency`."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    years: Annotated[int, Field(ge=1, le=120)] | None = None
    """So many full years since the first policy took effect."""
    referrals: Annotated[int, Field(ge=1)] | None = None
    """At least so many people whom the customer referred and who are customers themselves."""


class Grade(Part):
    """A grade of customers (客户分级): whoever one of its rules fits, and no rule of a grade before it."""

    code: Code
    name: Name
    name_zh: Name
    rules: Annotated[tuple[GradeRule, ...], Field(min_length=1)]

    def said(self, language: str) -> str:
        """Return its name in a language."""
        return str(in_language(self, "name", language))

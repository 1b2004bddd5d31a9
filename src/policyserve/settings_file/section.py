"""A part of the settings file, and what is said of one that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from policyserve.errors import PolicyserveError
from policyserve.locale import N_, Listed, Sentence
from policyserve.model_errors import clause


class SettingsError(PolicyserveError):
    """A settings file that cannot be used; names the field and what is allowed."""


class Section(BaseModel):
    """A part of the file: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Options = TypeVar("Options", bound=Section)


def checked(options: type[Options], given: Mapping[str, Any], where: str) -> Options:
    """Read the options of one gateway or channel; `where` names them in the error.

    Raises SettingsError with the field and what is wrong.
    """
    try:
        return options.model_validate(dict(given))
    except ValidationError as error:
        raise SettingsError("{where} is wrong in the settings: {error}.", where=where, error=in_words(error)) from error


def in_words(error: ValidationError) -> Sentence:
    """Say what is wrong with each field; values are not repeated, for they may be secrets."""
    found = error.errors(include_url=False, include_input=False)
    return Listed(
        [
            Sentence(
                "{where}: {wrong}", where=".".join(map(str, one["loc"])) or Sentence("the file"), wrong=clause(one)
            )
            for one in found
        ],
        N_("; "),
    )

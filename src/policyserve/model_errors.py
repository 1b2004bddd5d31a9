"""What pydantic finds wrong with a value, as a clause in the language of whoever reads it."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from policyserve.locale import N_, Sentence

CLAUSES = {
    "missing": N_("field required"),
    "extra_forbidden": N_("there is no setting of this name"),
    "string_type": N_("input should be a valid string"),
    "int_type": N_("input should be a valid integer"),
    "int_parsing": N_("input should be a valid integer, unable to parse string as an integer"),
    "int_from_float": N_("input should be a valid integer, got a number with a fractional part"),
    "float_type": N_("input should be a valid number"),
    "float_parsing": N_("input should be a valid number, unable to parse string as a number"),
    "decimal_type": N_("decimal input should be an integer, float, string or Decimal object"),
    "decimal_parsing": N_("input should be a valid decimal"),
    "decimal_max_places": N_("decimal input should have no more than {decimal_places} decimal places"),
    "finite_number": N_("input should be a finite number"),
    "bool_type": N_("input should be a valid boolean"),
    "bool_parsing": N_("input should be a valid boolean, unable to interpret input"),
    "list_type": N_("input should be a valid list"),
    "tuple_type": N_("input should be a valid tuple"),
    "dict_type": N_("input should be a valid dictionary"),
    "model_type": N_("input should be a valid dictionary or instance of {class_name}"),
    "date_type": N_("input should be a valid date"),
    "time_type": N_("input should be in a valid time format"),
    "literal_error": N_("input should be {expected}"),
    "enum": N_("input should be {expected}"),
    "greater_than": N_("input should be greater than {gt}"),
    "greater_than_equal": N_("input should be greater than or equal to {ge}"),
    "less_than": N_("input should be less than {lt}"),
    "less_than_equal": N_("input should be less than or equal to {le}"),
    "string_too_short": N_("string should have at least {min_length} characters"),
    "string_too_long": N_("string should have at most {max_length} characters"),
    "string_pattern_mismatch": N_("string should match pattern '{pattern}'"),
    "too_short": N_("there should be at least {min_length} items, not {actual_length}"),
    "too_long": N_("there should be at most {max_length} items, not {actual_length}"),
}
"""By pydantic's type of the error, whose context fills the places."""


class UnfitError(ValueError):
    """A value that a check of ours refuses."""

    def __init__(self, words: str | Sentence, /, **values: object) -> None:
        """`words` are a clause without a full stop, with {places} for the values."""
        self.sentence = words if isinstance(words, Sentence) else Sentence(words, **values)
        super().__init__(str(self.sentence))


def clause(error: ErrorDetails) -> Sentence:
    """Say what is wrong with one value; the value itself is not repeated, for it may be a secret."""
    words = CLAUSES.get(error["type"])
    if words is not None:
        return Sentence(words, **error.get("ctx", {}))
    ours = error.get("ctx", {}).get("error")
    if isinstance(ours, UnfitError):
        return ours.sentence
    said = error["msg"].removeprefix("Value error, ")
    return Sentence(said[:1].lower() + said[1:])


def place(error: ErrorDetails, between: str) -> Sentence | str:
    """Return the way to a value; items are counted from 1."""
    steps = [str(step + 1) if isinstance(step, int) else str(step) for step in error["loc"]]
    return between.join(steps) or Sentence("the file")

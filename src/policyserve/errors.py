"""The root of all errors: each says what is wrong and what to do."""

from __future__ import annotations


class PolicyserveError(Exception):
    """Something that a user can mend; its text is shown as it stands, without a traceback."""


class QuestionError(PolicyserveError):
    """A question that cannot be asked so: wrong usage, whatever the book holds."""


class NotFoundError(PolicyserveError):
    """A number that the book does not know."""

    def __init__(self, noun: str, number: object) -> None:
        """`noun` is the kind of thing ("policy"), `number` what the user typed."""
        super().__init__(f"No {noun} has the number '{number}'. Check the number, or import the list that holds it.")


class DatabaseBusyError(PolicyserveError):
    """Another process is writing and did not finish in time."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long the command has waited."""
        super().__init__(
            f"Another command is writing to the database and did not finish within {seconds:g} seconds. "
            "Nothing was changed; run the command again when the other one has ended."
        )

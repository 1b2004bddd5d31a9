"""The root of all errors: each says what is wrong and what to do."""

from __future__ import annotations

from policyserve.locale import N_all, N_in, Sentence


class PolicyserveError(Exception):
    """Something that a user can mend; its sentence is shown as it stands, without a traceback."""

    def __init__(self, words: str | Sentence, /, **values: object) -> None:
        """`words` are a sentence in English with {places} for the values, translated where it is shown."""
        self.sentence = words if isinstance(words, Sentence) else Sentence(words, **values)
        super().__init__(str(self.sentence))

    def told(self, language: str) -> str:
        """Return the sentence in a language; `str` gives the English one."""
        return self.sentence.told(language)


class QuestionError(PolicyserveError):
    """A question that cannot be asked so: wrong usage, whatever the book holds."""


NOUNS = N_all("thing with a number", "policy", "customer", "agent", "branch", "task", "event", "message")


class NotFoundError(PolicyserveError):
    """A number that the book does not know."""

    def __init__(self, noun: str, number: object) -> None:
        """`noun` is the kind of thing ("policy"), `number` what the user typed."""
        super().__init__(
            "No {noun} has the number '{number}'. Check the number, or import the list that holds it.",
            noun=Sentence(N_in("thing with a number", noun)),
            number=number,
        )


class DatabaseBusyError(PolicyserveError):
    """Another process is writing and did not finish in time."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long the command has waited."""
        super().__init__(
            "Another command is writing to the database and did not finish within {seconds:g} seconds. "
            "Nothing was changed; run the command again when the other one has ended.",
            seconds=seconds,
        )

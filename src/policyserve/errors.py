"""The root of all errors: each says what is wrong and what to do."""

from __future__ import annotations

from typing import Self

from policyserve.locale import N_, N_all, N_in, Sentence


class PolicyserveError(Exception):
    """Something that a user can mend; its sentence is shown as it stands, without a traceback."""

    def __init__(self, words: str | Sentence, /, **values: object) -> None:
        """`words` are a sentence in English with {places} for the values, translated where it is shown."""
        self.sentence = words if isinstance(words, Sentence) else Sentence(words, **values)
        self.fact = self.sentence
        super().__init__(str(self.sentence))

    def on_pages(self, fact: Sentence) -> Self:
        """Say `fact` on pages, where advice for a terminal helps nobody."""
        self.fact = fact
        return self

    def told(self, language: str) -> str:
        """Return the sentence in a language; `str` gives the English one."""
        return self.sentence.told(language)


class ClauseError(Exception):
    """Something told as a clause without a full stop, inside of another sentence."""

    def __init__(self, words: str, /, **values: object) -> None:
        """`words` are English with {places} for the values."""
        self.sentence = Sentence(words, **values)
        super().__init__(str(self.sentence))


class NoPastError(PolicyserveError):
    """The book has no past from which an answer could be learnt."""


class QuestionError(PolicyserveError):
    """A question that cannot be asked so: wrong usage, whatever the book holds."""


SYSTEM = N_all(
    "fault of the system",
    "Permission denied", "No such file or directory", "File exists", "Not a directory", "Is a directory",
    "No space left on device", "Disk quota exceeded", "Read-only file system", "File name too long",
    "Too many open files", "Input/output error", "Connection refused", "Connection reset by peer",
    "Connection timed out", "timed out", "Network is unreachable", "No route to host", "Name or service not known",
    "Temporary failure in name resolution", "Address already in use", "Broken pipe",
)  # fmt: skip
"""What the system says of a file or a connection, for the languages that it does not speak itself."""


def of_system(error: OSError) -> Sentence:
    """Return what the system says of a fault, without the name of what it befell."""
    return Sentence(N_in("fault of the system", error.strerror or str(error) or type(error).__name__))


NOUNS = N_all(
    "thing with a number",
    "letter",
    "policy",
    "customer",
    "agent",
    "branch",
    "task",
    "event",
    "message",
    "user",
    "token",
    "import",
    "job",
    "hand-over",
    "list",
    "complaint",
)


class NotFoundError(PolicyserveError):
    """A number that the book does not know."""

    def __init__(self, noun: str, number: object) -> None:
        """`noun` is the kind of thing ("policy"), `number` what the user typed."""
        super().__init__(
            "No {noun} has the number '{number}'. Check the number, or import the list that holds it.",
            noun=Sentence(N_in("thing with a number", noun)),
            number=number,
        )


class DatabaseAwayError(PolicyserveError):
    """The database does not answer: it is being started again, or out of reach."""


class DatabaseBusyError(PolicyserveError):
    """Another process is writing and did not finish in time."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long the command has waited."""
        super().__init__(
            "Another command is writing to the database and did not finish within {seconds:g} seconds. "
            "Nothing was changed; run the command again when the other one has ended.",
            seconds=seconds,
        )
        self.on_pages(Sentence("The system is busy and nothing was changed; try again in a minute."))


PASSING = (DatabaseBusyError, DatabaseAwayError)
"""What passes by itself: the same is asked once more later, and is no fault of what was asked."""

UNEXPECTED = N_("Something went wrong that we did not expect; nothing half-done was kept.")
"""What people are told of a fault of ours."""

"""What can go wrong, as facts: a rule says no, or a thing is not there for this person."""

from click import ClickException


class DomainError(Exception):
    """A rule says no. The text is written for the person who asked, and names nobody else."""

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class NotFound(Exception):
    """There is no such thing, or not for this person: both are the same page."""


class Unreachable(Exception):
    """Another server cannot be worked with just now; ``words`` say what to look at.

    Nothing was handed over to it, and it refused nobody.
    """

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotSetUp(ClickException):
    """A setting or key is missing. The text says what and how to mend it.

    As an exception of click it ends a command with that sentence, also when the app could not
    even be made.
    """

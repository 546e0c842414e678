"""What became of a letter, in words."""

import pytest

from core.refusals import Reason
from scheduling.letters.delivery_words import UNEXPECTED, parked_words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("mailbox_full", Reason.MAILBOX_FULL.words),
        ("Interrupted", "Alcove was stopped while it was being sent; it may have arrived."),
        ("KeyError", UNEXPECTED),
        (None, UNEXPECTED),
    ],
)
def test_what_was_set_aside_is_put_into_words(reason: str | None, words: str) -> None:
    assert parked_words(reason) == words

"""Questions with answers to pick from, in words that suit whoever picks none of them."""

from collections.abc import Mapping
from typing import Any, Final

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag

CHOOSE_ONE: Final = "Choose one of these"
#: As keywords, because the stubs of WTForms do not know of it yet.
WORDS: Final[dict[str, Any]] = {"invalid_choice_message": CHOOSE_ONE}


def choices_of(words: Mapping[str, str]) -> list[SelectChoice]:
    """Return what can be chosen, given as words by value."""
    return [SelectChoice(value, label) for value, label in words.items()]


def radios(label: str, words: Mapping[str, str] | None = None, **more: Any) -> RadioField:
    """Return one question with an answer to pick; ``words`` may still be set later."""
    return RadioField(label, choices=choices_of(words or {}), **WORDS, **more)


def select(label: str, words: Mapping[str, str] | None = None, **more: Any) -> SelectField:
    """Return a list to pick from; ``words`` may still be set later."""
    return SelectField(label, choices=choices_of(words or {}), **WORDS, **more)

"""Questions with answers to pick, and what a name, a place and a link have to be."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from wtforms import Field, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag
from wtforms.validators import StopValidation, ValidationError

from core.text import without_controls
from scheduling.models import PlaceKind

CHOOSE_ONE: Final = "Choose one of these"
#: As keywords, because the stubs of WTForms do not know of them yet.
WORDS: Final[dict[str, Any]] = {
    "invalid_choice_message": CHOOSE_ONE,
    "invalid_value_message": CHOOSE_ONE,
}


def choices_of(words: Mapping[Any, str]) -> list[SelectChoice]:
    """Return what can be chosen, given as words by value."""
    return [SelectChoice(value, label) for value, label in words.items()]


def radios(label: str, words: Mapping[str, str] | None = None, **more: Any) -> RadioField:
    """Return one question with an answer to pick; ``words`` may still be set later. With the type
    of the answers as ``coerce``, what was picked is one of it.
    """
    return RadioField(label, choices=choices_of(words or {}), **WORDS, **more)


def select(label: str, words: Mapping[str, str] | None = None, **more: Any) -> SelectField:
    """Return a list to pick from; ``words`` may still be set later."""
    return SelectField(label, choices=choices_of(words or {}), **WORDS, **more)


LONGEST_LINK: Final = 500
PLACE_KINDS: Final = {PlaceKind.ONLINE.value: "Online", PlaceKind.IN_PERSON.value: "In person"}


def as_sent(field: Field) -> str:
    """Return what was sent for a field before any of it was cleaned."""
    return str((field.raw_data or [""])[0])


def plain_name(_form: Any, field: Field) -> None:
    """Refuse a name that would not read as one plain line in a diary."""
    typed = as_sent(field)
    if without_controls(typed) != typed.replace("\t", " ") or "\n" in typed.strip():
        raise StopValidation(
            "The name had line breaks or hidden characters in it. They are gone now, "
            "so check it and carry on"
        )
    if not field.data:
        raise StopValidation("Enter a name for the group")
    if "<" in field.data or ">" in field.data:
        raise StopValidation("Leave out < and >, which calendars may misread")


def https_link(_form: Any, field: Field) -> None:
    """Refuse a link that a browser would open without encryption, or not at all."""
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
        reachable = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        reachable = False
    if not reachable or " " in field.data:
        raise ValidationError("Write a link that begins with https://")
    if len(field.data) > LONGEST_LINK:
        raise ValidationError(f"Keep the link to {LONGEST_LINK} characters or fewer")


def door_in_words(form: Any, field: Field) -> None:
    """Ask for words where there is a door to find."""
    if form.place_kind.data == PlaceKind.IN_PERSON and not field.data:
        raise ValidationError("Say where you meet")

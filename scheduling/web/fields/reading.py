"""How single answers about a group are read, each with words for the person who typed it."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag
from wtforms.validators import StopValidation, ValidationError

from core.text import without_controls
from scheduling.dates.recurrence import LAST, MonthlyByWeekday, occurrences
from scheduling.dates.wording import (
    WEEKDAYS,
    NotUnderstood,
    read_date,
    read_time,
    say_date,
    say_month,
)

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


LONGEST_LINK: Final = 500
LONGEST_SESSION: Final = timedelta(hours=8)


class PastedText(TextAreaField):
    """A pasted list: ``raw_data`` as it came, for the reader of addresses; what is shown again
    keeps its tabs and loses what no page can show.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the first value that was sent."""
        if valuelist:
            columns = str(valuelist[0]).split("\t")
            self.data = "\t".join(without_controls(column) for column in columns)


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


def time_of_day(field: Field) -> time:
    """Return the time of day that was typed; raises ``ValidationError``."""
    if not field.data:
        raise ValidationError("Write a time like 6pm or 18:00")
    try:
        return read_time(field.data)
    except NotUnderstood as problem:
        raise ValidationError(str(problem)) from None


def day_of(field: Field, today: date) -> date:
    """Return the date that was typed, completed by ``today``; raises ``ValidationError``."""
    try:
        return read_date(field.data or "", today)
    except NotUnderstood as problem:
        raise ValidationError(str(problem)) from None


def kind_of_date_field(typed: str | None) -> str:
    """Return the type of a date field: a native one would drop what is not an ISO date."""
    try:
        date.fromisoformat(typed or "2027-01-14")
    except ValueError:
        return "text"
    return "date"


def check_last(first: date, today: date) -> None:
    """Refuse a first date that is not the last such weekday of its month, naming the one it is."""
    last = next(occurrences(MonthlyByWeekday(first.weekday(), LAST), first.replace(day=1)))
    if last != first:
        raise ValidationError(
            f"The last {WEEKDAYS[last.weekday()]} of {say_month(last)} is "
            f"{say_date(last, today)}. Make that the first session, or choose another rhythm"
        )


def check_length(starts: time, ends: time) -> None:
    """Refuse a session that ends before it starts, or goes on for half a day."""
    lasts = _since_midnight(ends) - _since_midnight(starts)
    if lasts <= timedelta():
        raise ValidationError("A session ends after it starts, on the same day")
    if lasts > LONGEST_SESSION:
        raise ValidationError("A session lasts eight hours at most")


def whole_number(field: Field, most: int, *, least: int = 1) -> int:
    """Return the whole number that was typed; raises ``ValidationError`` outside its bounds."""
    typed = field.data or ""
    if not typed.isdecimal() or len(typed) > len(str(most)) or not least <= int(typed) <= most:
        raise ValidationError(f"Write a number from {least} to {most}")
    return int(typed)


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


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)

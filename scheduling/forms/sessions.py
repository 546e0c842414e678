"""What a facilitator types about single sessions: when, where, and how many came."""

from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the class
from wtforms.validators import ValidationError

from core.forms import CleanString, Understandable
from scheduling.forms.reading import check_length, https_link, time_of_day, whole_number
from scheduling.models import PlaceKind
from scheduling.sessions import MOST_PEOPLE
from scheduling.wording import NotUnderstood, read_date

LONGEST_PLACE = 100
PLACE_KINDS = {PlaceKind.ONLINE.value: "Online", PlaceKind.IN_PERSON.value: "In person"}


class CheckedForm(FlaskForm):
    """A form in two steps: the page that checks it sends it again with ``confirmed``, or ``back``
    to change something.
    """

    confirmed = HiddenField()
    back = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        """Whether the check page has been agreed to."""
        return bool(self.confirmed.data) and not self.back.data


class MoveForm(CheckedForm):
    """When a session is to be. ``today`` completes a date without a year."""

    on = CleanString("New date")
    starts = CleanString("Starts")
    ends = CleanString("Ends")

    def __init__(self, *, today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today
        self.day = today
        self.from_time = self.to_time = time()

    def validate_on(self, field: Field) -> None:
        """Read the date."""
        try:
            self.day = read_date(field.data or "", self.today)
        except NotUnderstood as problem:
            raise ValidationError(str(problem)) from None

    def validate_starts(self, field: Field) -> None:
        """Read when it starts."""
        self.from_time = time_of_day(field)

    def validate_ends(self, field: Field) -> None:
        """Read when it ends, which is after it starts and within eight hours."""
        self.to_time = time_of_day(field)
        if not self.starts.errors:
            check_length(self.from_time, self.to_time)


class PlaceForm(CheckedForm):
    """Where one session is: only where it differs from its run."""

    place = CleanString("Where, in words", [Understandable(LONGEST_PLACE, optional=True)])
    room = CleanString("Link of the room", [https_link])
    quiet = BooleanField("Save without sending a message")


class RunPlaceForm(PlaceForm):
    """Where a whole run meets."""

    place_kind = RadioField(
        "How you meet",
        choices=[SelectChoice(value, words) for value, words in PLACE_KINDS.items()],
        default=PlaceKind.ONLINE.value,
    )

    def validate_place(self, field: Field) -> None:
        """Ask for words where there is a door to find."""
        if self.place_kind.data == PlaceKind.IN_PERSON and not field.data:
            raise ValidationError("Say where you meet")


class CameForm(FlaskForm):
    """How many came: a number, or nothing to forget it."""

    came = CleanString("How many came?")

    def validate_came(self, field: Field) -> None:
        """Read the number."""
        if field.data:
            whole_number(field, MOST_PEOPLE, least=0)

    @property
    def number(self) -> int | None:
        """What was typed."""
        return int(self.came.data) if self.came.data else None

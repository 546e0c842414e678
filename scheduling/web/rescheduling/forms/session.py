"""What a facilitator types about single sessions: when, where, and how many came."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, Field
from wtforms.validators import ValidationError

from core.forms import CleanString, PageForm, Understandable
from scheduling.models import PlaceKind
from scheduling.rescheduling.change_plan import Scope
from scheduling.runs.to_come import MOST_PEOPLE
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.reading import (
    PLACE_KINDS,
    choices_of,
    door_in_words,
    https_link,
    radios,
)
from scheduling.web.fields.typed import ClockField, CountField, DayField

LONGEST_PLACE = 100
#: A session that meets as its run does.
SAME = "same"


class WhichForm(CheckedForm):
    """A change that one session or several can have. ``which`` words every scope on offer."""

    which = radios("Which sessions?", default=Scope.ONE, coerce=Scope)

    def __init__(self, *, which: Mapping[Scope, str], **more: Any) -> None:
        super().__init__(**more)
        self.which.choices = choices_of(which)


class MoveForm(CheckedForm):
    """When a session is to be. ``today`` completes a date without a year."""

    on = DayField("New date")
    starts = ClockField("Starts")
    ends = ClockField("Ends", after="starts")

    def __init__(self, *, today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today


class PlaceForm(WhichForm):
    """Where one session is, or it and those after it: only what differs from the run so far.

    ``run_kind`` is how the run meets, and ``None`` for a session without one.
    """

    place_kind = radios(
        "How you meet", {SAME: "As in the other sessions"} | PLACE_KINDS, default=SAME
    )
    place = CleanString("Where, in words", [Understandable(LONGEST_PLACE, optional=True)])
    room = CleanString("Link of the room", [https_link])
    quiet = BooleanField("Save without sending a message")

    def __init__(self, *, run_kind: PlaceKind | None, **more: Any) -> None:
        super().__init__(**more)
        self.run_kind = run_kind
        if run_kind is None:
            self.place_kind.choices = list(PLACE_KINDS.items())

    @property
    def kind(self) -> PlaceKind:
        """How people meet then."""
        chosen = self.place_kind.data
        as_run = self.run_kind or PlaceKind.ONLINE
        return as_run if chosen in (None, SAME) else PlaceKind(chosen)

    @property
    def is_as_run(self) -> bool:
        """Whether people meet in the same way as in the other sessions."""
        return self.kind == self.run_kind

    def validate_place(self, field: Field) -> None:
        """Ask for words where there is another door to find."""
        known = {PlaceKind.ONLINE.value, PlaceKind.IN_PERSON.value, SAME, None}
        if self.place_kind.data not in known or field.data:
            return
        if self.kind == PlaceKind.IN_PERSON and not self.is_as_run:
            raise ValidationError("Say where you meet")


class RunPlaceForm(CheckedForm):
    """Where a whole run meets."""

    place_kind = radios("How you meet", PLACE_KINDS, default=PlaceKind.ONLINE, coerce=PlaceKind)
    place = CleanString(
        "Where, in words", [Understandable(LONGEST_PLACE, optional=True), door_in_words]
    )
    room = CleanString("Link of the room", [https_link])
    quiet = BooleanField("Save without sending a message")


class CameForm(PageForm):
    """How many came: a number, or nothing to forget it."""

    came = CountField("How many came?", MOST_PEOPLE, least=0, optional=True)

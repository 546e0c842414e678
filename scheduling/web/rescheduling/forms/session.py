"""What a facilitator types about single sessions: when, where, and how many came."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import ValidationError

from core.forms import CleanString, PageForm, Understandable
from scheduling.models import PlaceKind
from scheduling.rescheduling.change_plan import Scope
from scheduling.runs.to_come import MOST_PEOPLE
from scheduling.web.fields.reading import (
    check_length,
    choices_of,
    day_of,
    https_link,
    radios,
    time_of_day,
    whole_number,
)

LONGEST_PLACE = 100
QUIETLY = "quietly"
#: A session that meets as its run does.
SAME = "same"
PLACE_KINDS = {PlaceKind.ONLINE.value: "Online", PlaceKind.IN_PERSON.value: "In person"}


class CheckedForm(PageForm):
    """A form in two steps: the page that checks it sends it again with ``confirmed`` ("quietly"
    where no message is wanted), or ``back`` to change something.
    """

    confirmed = HiddenField()
    back = HiddenField()
    #: What was looked at, by ``ChangePlan.digest``.
    seen = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        """Whether the check page has been agreed to."""
        return bool(self.confirmed.data) and not self.back.data

    @property
    def is_quiet(self) -> bool:
        """Whether whoever agreed wants nobody written to, as far as that is theirs to say."""
        return bool(self.confirmed.data == QUIETLY)


class WhichForm(CheckedForm):
    """A change that one session or several can have. ``which`` words every scope on offer."""

    which = radios("Which sessions?", default=Scope.ONE.value)

    def __init__(self, *, which: Mapping[Scope, str], **more: Any) -> None:
        super().__init__(**more)
        self.which.choices = choices_of({scope.value: words for scope, words in which.items()})

    @property
    def scope(self) -> Scope:
        """Which sessions are meant, once the form has been found to be in order."""
        return Scope(self.which.data)


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
        self.day = day_of(field, self.today)

    def validate_starts(self, field: Field) -> None:
        """Read when it starts."""
        self.from_time = time_of_day(field)

    def validate_ends(self, field: Field) -> None:
        """Read when it ends, which is after it starts and within eight hours."""
        self.to_time = time_of_day(field)
        if not self.starts.errors:
            check_length(self.from_time, self.to_time)


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

    place_kind = radios("How you meet", PLACE_KINDS, default=PlaceKind.ONLINE.value)
    place = CleanString("Where, in words", [Understandable(LONGEST_PLACE, optional=True)])
    room = CleanString("Link of the room", [https_link])
    quiet = BooleanField("Save without sending a message")

    def validate_place(self, field: Field) -> None:
        """Ask for words where there is a door to find."""
        if self.place_kind.data == PlaceKind.IN_PERSON and not field.data:
            raise ValidationError("Say where you meet")


class CameForm(PageForm):
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

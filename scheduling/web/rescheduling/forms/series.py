"""What a facilitator types to change several dates of a run, or the run itself."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from wtforms import BooleanField
from wtforms.validators import InputRequired, ValidationError

from groups.web.account.forms import ZoneField
from scheduling.dates.wording import ORDINALS, WEEKDAYS
from scheduling.rescheduling.series_state import MOST_TO_COME
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.reading import choices_of, radios, select
from scheduling.web.fields.rhythm import dates_are_chosen, how_often_field, weeks_field
from scheduling.web.fields.typed import ClockField, CountField, DayField, DaysField
from scheduling.web.rescheduling.forms.session import MoveForm, WhichForm
from scheduling.web.set_up.forms.set_up import MOST_SESSIONS

MOST_DAYS: Final = 366

LATER, EARLIER = "later", "earlier"
WAYS: Final = {LATER: "Later", EARLIER: "Earlier"}
MORE, GOES_ON = "more", "goes_on"
HOW_LONG: Final = {MORE: "A number of sessions more", GOES_ON: "Until I end it"}


class DaysForm(WhichForm):
    """By how many days sessions move, and which way."""

    days = CountField("How many days?", MOST_DAYS, default=7)
    way = radios("Which way?", WAYS, default=LATER)

    @property
    def shift(self) -> int:
        """The days to move by, negative for earlier."""
        return -self.days.data if self.way.data == EARLIER else self.days.data


class WeekdayForm(WhichForm):
    """Which weekday of the month sessions are to be on."""

    nth = select(
        "Which one of the month?",
        {str(nth): words for nth, words in ORDINALS.items()},
        coerce=int,
    )
    weekday = select("Weekday", {str(day): words for day, words in enumerate(WEEKDAYS)}, coerce=int)


class HoursForm(WhichForm):
    """From when to when sessions are, and by which clock."""

    starts = ClockField("Starts")
    ends = ClockField("Ends", after="starts")
    time_zone = ZoneField("Time zone")


class AddForm(MoveForm):
    """When a session beside the pattern is to be."""

    on = DayField("Date")


class PauseForm(CheckedForm):
    """From when until when a run has no sessions; both days belong to the break."""

    from_on = DayField("First day of the break")
    until_on = DayField("Last day of the break", since="from_on")
    make_up = BooleanField("Add as many sessions at the end")

    def __init__(self, *, today: date, **more: Any) -> None:
        super().__init__(**more)
        self.today = today

    def validate_until_on(self, field: DayField) -> None:
        """Refuse a last day before the first."""
        if self.from_on.data is not None and field.data < self.from_on.data:
            raise ValidationError("A break ends on or after its first day")


class PatternForm(CheckedForm):
    """Another rhythm, from one of the coming sessions on. ``since`` words them by public id."""

    since = select("From which session on?")
    first_on = DayField("New date of that session")
    how_often = how_often_field("How often from then on?")
    weeks = weeks_field()
    dates = DaysField("Dates after that one", fewer_than=MOST_TO_COME, when=dates_are_chosen)

    def __init__(self, *, today: date, since: Mapping[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.today = today
        self.since.choices = choices_of(since)

    def validate_dates(self, field: DaysField) -> None:
        """Refuse dates that are not each after the first, or that are there twice."""
        first = self.first_on.data
        if first is not None and any(day <= first for day in field.data):
            raise ValidationError("These dates come after the one above")
        if len(set(field.data)) < len(field.data):
            raise ValidationError("One of these dates is on the list twice")


class LastForm(CheckedForm):
    """Which of the coming sessions is the last one. ``sessions`` words them by public id."""

    last = select(
        "Which session is the last one?",
        validators=[InputRequired("Choose which session is the last one")],
    )

    def __init__(self, *, sessions: Mapping[str, str], **more: Any) -> None:
        super().__init__(**more)
        # None is chosen beforehand: the first would end the run at once.
        self.last.choices = choices_of({"": "Choose a session", **sessions})


class ExtendForm(CheckedForm):
    """How long a run goes on after its last session."""

    how_long = radios("How long does it go on?", HOW_LONG, default=MORE)
    #: ``None`` for a run that goes on until it is ended.
    number = CountField(
        "How many more", MOST_SESSIONS, default=12, when=lambda form: form.how_long.data == MORE
    )

"""What a facilitator types to change several dates of a run, or the run itself."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from wtforms import BooleanField, Field
from wtforms.validators import InputRequired, ValidationError

from core.forms import CleanString
from groups.web.account.forms import ZoneField
from scheduling.dates.recurrence import (
    LAST,
    ChosenDates,
    EveryWeeks,
    MonthlyByWeekday,
    Pattern,
    pattern_of,
)
from scheduling.dates.wording import ORDINALS, WEEKDAYS, NotUnderstood, read_dates
from scheduling.rescheduling.series_state import MOST_TO_COME
from scheduling.web.fields.reading import (
    PastedText,
    check_last,
    check_length,
    choices_of,
    day_of,
    radios,
    select,
    time_of_day,
    whole_number,
)
from scheduling.web.rescheduling.forms.session import CheckedForm, MoveForm, WhichForm
from scheduling.web.set_up.forms.set_up import HOW_OFTEN, MOST_SESSIONS, MOST_WEEKS

MOST_DAYS: Final = 366

LATER, EARLIER = "later", "earlier"
WAYS: Final = {LATER: "Later", EARLIER: "Earlier"}
MORE, GOES_ON = "more", "goes_on"
HOW_LONG: Final = {MORE: "A number of sessions more", GOES_ON: "Until I end it"}


class DaysForm(WhichForm):
    """By how many days sessions move, and which way."""

    days = CleanString("How many days?", default="7")
    way = radios("Which way?", WAYS, default=LATER)

    def validate_days(self, field: Field) -> None:
        """Read the number."""
        whole_number(field, MOST_DAYS)

    @property
    def shift(self) -> int:
        """The days to move by, negative for earlier."""
        number = int(self.days.data or 0)
        return -number if self.way.data == EARLIER else number


class WeekdayForm(WhichForm):
    """Which weekday of the month sessions are to be on."""

    nth = select("Which one of the month?", {str(nth): words for nth, words in ORDINALS.items()})
    weekday = select("Weekday", {str(day): words for day, words in enumerate(WEEKDAYS)})


class HoursForm(WhichForm):
    """From when to when sessions are, and by which clock."""

    starts = CleanString("Starts")
    ends = CleanString("Ends")
    time_zone = ZoneField("Time zone")

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.from_time = self.to_time = time()

    def validate_starts(self, field: Field) -> None:
        """Read when they start."""
        self.from_time = time_of_day(field)

    def validate_ends(self, field: Field) -> None:
        """Read when they end, on the same day."""
        self.to_time = time_of_day(field)
        if not self.starts.errors:
            check_length(self.from_time, self.to_time)


class AddForm(MoveForm):
    """When a session beside the pattern is to be."""

    on = CleanString("Date")


class PauseForm(CheckedForm):
    """From when until when a run has no sessions; both days belong to the break."""

    from_on = CleanString("First day of the break")
    until_on = CleanString("Last day of the break")
    make_up = BooleanField("Add as many sessions at the end")

    def __init__(self, *, today: date, **more: Any) -> None:
        super().__init__(**more)
        self.today = today
        self.from_day = self.until_day = today

    def validate_from_on(self, field: Field) -> None:
        """Read the first day."""
        self.from_day = day_of(field, self.today)

    def validate_until_on(self, field: Field) -> None:
        """Read the last day, which is not before the first."""
        after = self.today if self.from_on.errors else self.from_day
        self.until_day = day_of(field, after)
        if not self.from_on.errors and self.until_day < self.from_day:
            raise ValidationError("A break ends on or after its first day")


class PatternForm(CheckedForm):
    """Another rhythm, from one of the coming sessions on. ``since`` words them by public id."""

    since = select("From which session on?")
    first_on = CleanString("New date of that session")
    how_often = radios("How often from then on?", HOW_OFTEN, default="monthly")
    weeks = CleanString("How many weeks apart", default="4")
    dates = PastedText("Dates after that one")

    def __init__(self, *, today: date, since: Mapping[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.today = self.first_day = today
        self.later_days: Sequence[date] = ()
        self.since.choices = choices_of(since)

    def validate_first_on(self, field: Field) -> None:
        """Read the date from which the rhythm follows."""
        self.first_day = day_of(field, self.today)

    def validate_how_often(self, field: Field) -> None:
        """Refuse a last weekday that the date is not."""
        if field.data == "last" and not self.first_on.errors:
            check_last(self.first_day, self.today)

    def validate_weeks(self, field: Field) -> None:
        """Read how many weeks lie between two sessions."""
        if self.how_often.data == "weeks":
            whole_number(field, MOST_WEEKS)

    def validate_dates(self, field: Field) -> None:
        """Read the dates chosen one by one, each after the first."""
        if self.how_often.data != "chosen":
            return
        try:
            self.later_days = read_dates(field.data or "", self.today)
        except NotUnderstood as problem:
            field.errors = str(problem).splitlines()
            return
        if len(self.later_days) >= MOST_TO_COME:
            raise ValidationError(f"Choose up to {MOST_TO_COME} dates")
        if any(day <= self.first_day for day in self.later_days):
            raise ValidationError("These dates come after the one above")
        if len(set(self.later_days)) < len(self.later_days):
            raise ValidationError("One of these dates is on the list twice")

    @property
    def pattern(self) -> Pattern:
        """The rhythm, once the form has been found to be in order."""
        match self.how_often.data:
            case "chosen":
                return ChosenDates((self.first_day, *self.later_days))
            case "weeks":
                return EveryWeeks(int(self.weeks.data or 0))
            case "last":
                return MonthlyByWeekday(self.first_day.weekday(), LAST)
        return pattern_of(self.first_day)


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
    number = CleanString("How many more", default="12")

    def validate_number(self, field: Field) -> None:
        """Read the number, where one is asked for."""
        if self.how_long.data == MORE:
            whole_number(field, MOST_SESSIONS)

    @property
    def more(self) -> int | None:
        """How many sessions are added; ``None`` for a run that goes on until it is ended."""
        return int(self.number.data or 0) if self.how_long.data == MORE else None

"""The first screen of setting up a group: what is asked, and how it is read.

Nothing is stored from here. A form that is in order gives one ``Draft``.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import ValidationError

from core.addresses import Paste, read_addresses
from core.forms import CleanString, PageForm, Understandable
from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import (
    LAST,
    ChosenDates,
    EveryWeeks,
    MonthlyByWeekday,
    Pattern,
    TooFewDates,
    instant,
    pattern_of,
)
from scheduling.dates.wording import NotUnderstood, read_date, read_dates, say_date, say_zone
from scheduling.models import PlaceKind
from scheduling.places.drafts import Draft
from scheduling.runs.set_up import DEFAULT_PROMPT_DAYS, SetUp, planned
from scheduling.web.fields.pasted import problems_of
from scheduling.web.fields.reading import (
    PastedText,
    as_sent,
    check_last,
    check_length,
    https_link,
    plain_name,
    time_of_day,
    whole_number,
)

LONGEST_NAME: Final = 60
LONGEST_PLACE: Final = 100
MOST_SESSIONS: Final = 60
MOST_WEEKS: Final = 52
MOST_YEARS: Final = 60
MOST_PLACES: Final = 100
#: A year further away than this has most likely been mistyped.
FURTHEST: Final = timedelta(days=5 * 366)
#: How far a run that goes on is looked at to see whether it has dates at all.
LOOK_AHEAD: Final = timedelta(days=450)

HOW_OFTEN: Final = {
    "monthly": "Same weekday each month (for example, second Thursday)",
    "last": "Last such weekday of each month",
    "weeks": "Every few weeks",
    "chosen": "I’ll choose each date",
}
NO_BANK_HOLIDAYS: Final = "none"
BANK_HOLIDAYS: Final = {
    **{division.value: division.words for division in Division},
    NO_BANK_HOLIDAYS: "Meet on bank holidays too",
}
PLACE_KINDS: Final = {PlaceKind.ONLINE.value: "Online", PlaceKind.IN_PERSON.value: "In person"}


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class SetUpForm(PageForm):
    """Name, dates, place and people of a group."""

    name = CleanString("Name of the group", [plain_name, Understandable(LONGEST_NAME)])
    first_on = CleanString("First session")
    starts = CleanString("Starts", default="6pm")
    ends = CleanString("Ends", default="7:30pm")
    sessions = CleanString("Sessions", default="12")
    goes_on = BooleanField("Keeps going until I end it")
    how_often = RadioField("How often?", choices=_choices(HOW_OFTEN), default="monthly")
    weeks = CleanString("How many weeks apart", default="4")
    dates = PastedText("Dates after the first")
    bank_holidays = SelectField(
        "Bank holidays to leave out",
        choices=_choices(BANK_HOLIDAYS),
        default=Division.ENGLAND_AND_WALES.value,
    )
    august = BooleanField("Leave out August", default=True)
    court_vacations = BooleanField("Tell me which dates fall in court vacations")
    place_kind = RadioField("Where?", choices=_choices(PLACE_KINDS), default=PlaceKind.ONLINE.value)
    place = CleanString("Place", [Understandable(LONGEST_PLACE, optional=True)])
    room = CleanString("Link to the room", [https_link])
    pqe_most = CleanString("Years since qualifying, at most", default="10")
    places = CleanString("Places")
    people = PastedText("Who to invite")
    #: The other button: keep what is there and come back to it.
    later = BooleanField("Save and finish later")

    def __init__(
        self, *, now: datetime, zone_name: str, prompt_days: int = DEFAULT_PROMPT_DAYS, **more: Any
    ) -> None:
        super().__init__(**more)
        self.now = now
        self.zone_name = zone_name
        self.prompt_days = prompt_days
        self.zone = ZoneInfo(zone_name)
        self.today = now.astimezone(self.zone).date()
        self.first_day: date | None = None
        self.from_time: time | None = None
        self.to_time: time | None = None
        self.later_days: list[date] = []
        self.paste = Paste()

    @property
    def zone_words(self) -> str:
        """By which clock the hours are meant: "UK time"."""
        return say_zone(self.zone_name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check field by field, then whether everything together leaves any dates."""
        if not super().validate(extra_validators):
            return False
        try:
            first = self.first_day or self.today
            found = planned(self.set_up(), until=first + LOOK_AHEAD).occurrences
        except TooFewDates:
            found = ()
        if not found:
            self.first_on.errors = ["These choices leave no dates. Leave out less"]
        return bool(found)

    def validate_first_on(self, field: Field) -> None:
        """Read the first date, which lies ahead."""
        if not field.data:
            raise ValidationError("Enter the date of the first session")
        try:
            day = read_date(field.data, self.today)
        except NotUnderstood as problem:
            raise ValidationError(str(problem)) from None
        self._refuse_out_of_reach(day)
        self.first_day = day

    def validate_starts(self, field: Field) -> None:
        """Read the start; on the first day it lies ahead."""
        self.from_time = time_of_day(field)
        if self.first_day and instant(self.first_day, self.from_time, self.zone).at <= self.now:
            raise ValidationError("By then it would already have begun. Choose a later start")

    def validate_ends(self, field: Field) -> None:
        """Read the end, which follows the start on the same day."""
        self.to_time = time_of_day(field)
        if self.from_time is not None:
            check_length(self.from_time, self.to_time)

    def validate_sessions(self, field: Field) -> None:
        """Read how many, where a number is asked for."""
        if not self.goes_on.data and self.how_often.data != "chosen":
            whole_number(field, MOST_SESSIONS)

    def validate_how_often(self, field: Field) -> None:
        """Refuse a last weekday that the first date is not."""
        if field.data == "last" and self.first_day is not None:
            check_last(self.first_day, self.today)

    def validate_weeks(self, field: Field) -> None:
        """Read how many weeks lie between two sessions."""
        if self.how_often.data == "weeks":
            whole_number(field, MOST_WEEKS)

    def validate_dates(self, field: Field) -> None:
        """Read the dates chosen one by one, each after the first and none twice."""
        if self.how_often.data != "chosen":
            return
        try:
            days = read_dates(field.data or "", self.today)
        except NotUnderstood as problem:
            field.errors = str(problem).splitlines()
            return
        self.later_days = [day for day in days if day != self.first_day]
        # Each of them is compared with all others, so their number comes first.
        if len(self.later_days) >= MOST_SESSIONS:
            raise ValidationError(f"Choose up to {MOST_SESSIONS} dates")
        for day in self.later_days:
            self._check_later(day)

    def _check_later(self, day: date) -> None:
        self._refuse_out_of_reach(day)
        if self.later_days.count(day) > 1:
            raise ValidationError(f"{say_date(day, self.today)} is on the list twice")
        if self.first_day and day < self.first_day:
            raise ValidationError(f"{say_date(day, self.today)} is before the first session")

    def _refuse_out_of_reach(self, day: date) -> None:
        if day < self.today:
            raise ValidationError(f"{say_date(day, self.today)} has passed. Choose a later date")
        if day > self.today + FURTHEST:
            raise ValidationError(f"{say_date(day, self.today)} is over five years away")

    def validate_place(self, field: Field) -> None:
        """Ask for words where there is a door to find."""
        if self.place_kind.data == PlaceKind.IN_PERSON and not field.data:
            raise ValidationError("Say where you meet")

    def validate_pqe_most(self, field: Field) -> None:
        """Read the number of years; nothing means everybody."""
        if field.data:
            whole_number(field, MOST_YEARS, least=0)

    def validate_places(self, field: Field) -> None:
        """Read how many can belong; nothing means no limit."""
        if field.data:
            whole_number(field, MOST_PLACES)

    def validate_people(self, field: Field) -> None:
        """Read the list, and number the lines that cannot be read."""
        self.paste = read_addresses(as_sent(field))
        field.errors = problems_of(self.paste)

    def set_up(self) -> SetUp:
        """Return the run, once the form has been found to be in order."""
        if self.first_day is None or self.from_time is None or self.to_time is None:
            raise ValueError("the form has not been checked")
        online = self.place_kind.data == PlaceKind.ONLINE
        return SetUp(
            pattern=self._pattern(self.first_day),
            first_on=self.first_day,
            starts=self.from_time,
            ends=self.to_time,
            time_zone=self.zone_name,
            sessions=None if self.goes_on.data else self._number_of_sessions(),
            leave_outs=self._leave_outs(),
            place_kind=PlaceKind(self.place_kind.data),
            place=self.place.data or None,
            room=(self.room.data or None) if online else None,
            prompt_days=self.prompt_days,
        )

    def draft(self) -> Draft:
        """Return all that was asked, once the form has been found to be in order."""
        return Draft(
            name=self.name.data or "",
            set_up=self.set_up(),
            pqe_most=int(self.pqe_most.data) if self.pqe_most.data else None,
            places=int(self.places.data) if self.places.data else None,
            mailboxes=self.paste.mailboxes,
        )

    def _pattern(self, first: date) -> Pattern:
        match self.how_often.data:
            case "chosen":
                return ChosenDates((first, *self.later_days))
            case "weeks":
                return EveryWeeks(int(self.weeks.data or 0))
            case "last":
                return MonthlyByWeekday(first.weekday(), LAST)
        return pattern_of(first)

    def _number_of_sessions(self) -> int:
        chosen = self.how_often.data == "chosen"
        return 1 + len(self.later_days) if chosen else int(self.sessions.data or 0)

    def _leave_outs(self) -> LeaveOuts:
        chosen = self.bank_holidays.data
        return LeaveOuts(
            bank_holidays=None if chosen == NO_BANK_HOLIDAYS else Division(chosen),
            august=bool(self.august.data),
            court_vacations=bool(self.court_vacations.data),
        )


class OneDateForm(PageForm):
    """The day on which a session is held instead; ``today`` is that of its time zone."""

    held_on = CleanString("Another day")

    def __init__(self, *, today: date, **more: Any) -> None:
        super().__init__(**more)
        self.today = today
        self.day: date | None = None

    def validate_held_on(self, field: Field) -> None:
        """Read the day that was typed."""
        if not field.data:
            raise ValidationError("Enter another day, or go back")
        try:
            self.day = read_date(field.data, self.today)
        except NotUnderstood as problem:
            raise ValidationError(str(problem)) from None

"""The first screen of setting up a group: what is asked, and how it is read.

Nothing is stored from here. A form that is in order gives one ``Draft``.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from wtforms import BooleanField
from wtforms.validators import ValidationError

from core.forms import CleanString, PageForm, Understandable
from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import TooFewDates, instant
from scheduling.dates.wording import say_date, say_zone
from scheduling.models import PlaceKind
from scheduling.places.drafts import Draft
from scheduling.runs.set_up import DEFAULT_PROMPT_DAYS, SetUp, planned
from scheduling.web.fields.reading import (
    PLACE_KINDS,
    door_in_words,
    https_link,
    plain_name,
    radios,
    select,
)
from scheduling.web.fields.rhythm import (
    dates_are_chosen,
    how_often_field,
    pattern_in,
    weeks_field,
)
from scheduling.web.fields.typed import (
    ClockField,
    CountField,
    DayField,
    DaysField,
    PeopleField,
)

LONGEST_NAME: Final = 60
LONGEST_PLACE: Final = 100
MOST_SESSIONS: Final = 60
MOST_YEARS: Final = 60
MOST_PLACES: Final = 100
#: A year further away than this has most likely been mistyped.
FURTHEST: Final = timedelta(days=5 * 366)
#: How far a run that goes on is looked at to see whether it has dates at all.
LOOK_AHEAD: Final = timedelta(days=450)

NO_BANK_HOLIDAYS: Final = "none"
BANK_HOLIDAYS: Final = {
    **{division.value: division.words for division in Division},
    NO_BANK_HOLIDAYS: "Meet on bank holidays too",
}


class SetUpForm(PageForm):
    """Name, dates, place and people of a group."""

    name = CleanString("Name of the group", [plain_name, Understandable(LONGEST_NAME)])
    first_on = DayField("First session", missing="Enter the date of the first session")
    starts = ClockField("Starts", default=time(18))
    ends = ClockField("Ends", default=time(19, 30), after="starts")
    sessions = CountField(
        "Sessions",
        MOST_SESSIONS,
        default=12,
        when=lambda form: not form.goes_on.data and not dates_are_chosen(form),
    )
    goes_on = BooleanField("Keeps going until I end it")
    how_often = how_often_field("How often?")
    weeks = weeks_field()
    dates = DaysField(
        "Dates after the first",
        fewer_than=MOST_SESSIONS,
        beside="first_on",
        when=dates_are_chosen,
    )
    bank_holidays = select(
        "Bank holidays to leave out", BANK_HOLIDAYS, default=Division.ENGLAND_AND_WALES.value
    )
    august = BooleanField("Leave out August", default=True)
    court_vacations = BooleanField("Tell me which dates fall in court vacations")
    place_kind = radios("Where?", PLACE_KINDS, default=PlaceKind.ONLINE, coerce=PlaceKind)
    place = CleanString("Place", [Understandable(LONGEST_PLACE, optional=True), door_in_words])
    room = CleanString("Link to the room", [https_link])
    #: Nothing means everybody, and no limit.
    pqe_most = CountField(
        "Years since qualifying, at most", MOST_YEARS, least=0, optional=True, default=10
    )
    places = CountField("Places", MOST_PLACES, optional=True)
    people = PeopleField("Who to invite")
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

    @property
    def zone_words(self) -> str:
        """By which clock the hours are meant: "UK time"."""
        return say_zone(self.zone_name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check field by field, then whether everything together leaves any dates."""
        if not super().validate(extra_validators):
            return False
        try:
            found = planned(self.set_up(), until=self.first_on.data + LOOK_AHEAD).occurrences
        except TooFewDates:
            found = ()
        if not found:
            self.first_on.errors = ["These choices leave no dates. Leave out less"]
        return bool(found)

    def validate_first_on(self, field: DayField) -> None:
        """Refuse a first date that has passed, or is far away."""
        self._refuse_out_of_reach(field.data)

    def validate_starts(self, field: ClockField) -> None:
        """Refuse a start that has passed on the first day."""
        first = self.first_on.data
        if first is not None and instant(first, field.data, self.zone).at <= self.now:
            raise ValidationError("By then it would already have begun. Choose a later start")

    def validate_dates(self, field: DaysField) -> None:
        """Refuse dates that are not each after the first, or that are there twice."""
        first = self.first_on.data
        for day in field.data:
            self._refuse_out_of_reach(day)
            if field.data.count(day) > 1:
                raise ValidationError(f"{say_date(day, self.today)} is on the list twice")
            if first is not None and day < first:
                raise ValidationError(f"{say_date(day, self.today)} is before the first session")

    def _refuse_out_of_reach(self, day: date) -> None:
        if day < self.today:
            raise ValidationError(f"{say_date(day, self.today)} has passed. Choose a later date")
        if day > self.today + FURTHEST:
            raise ValidationError(f"{say_date(day, self.today)} is over five years away")

    def set_up(self) -> SetUp:
        """Return the run, once the form has been found to be in order."""
        online = self.place_kind.data == PlaceKind.ONLINE
        count = 1 + len(self.dates.data) if dates_are_chosen(self) else self.sessions.data
        return SetUp(
            pattern=pattern_in(self),
            first_on=self.first_on.data,
            starts=self.starts.data,
            ends=self.ends.data,
            time_zone=self.zone_name,
            sessions=None if self.goes_on.data else count,
            leave_outs=self._leave_outs(),
            place_kind=self.place_kind.data,
            place=self.place.data or None,
            room=(self.room.data or None) if online else None,
            prompt_days=self.prompt_days,
        )

    def draft(self) -> Draft:
        """Return all that was asked, once the form has been found to be in order."""
        return Draft(
            name=self.name.data or "",
            set_up=self.set_up(),
            pqe_most=self.pqe_most.data,
            places=self.places.data,
            mailboxes=self.people.data.mailboxes,
        )

    def _leave_outs(self) -> LeaveOuts:
        chosen = self.bank_holidays.data
        return LeaveOuts(
            bank_holidays=None if chosen == NO_BANK_HOLIDAYS else Division(chosen),
            august=bool(self.august.data),
            court_vacations=bool(self.court_vacations.data),
        )


class OneDateForm(PageForm):
    """The day on which a session is held instead; ``today`` is that of its time zone."""

    held_on = DayField("Another day", missing="Enter another day, or go back")

    def __init__(self, *, today: date, **more: Any) -> None:
        super().__init__(**more)
        self.today = today

"""Fields in which a day, a time, a number or a list is typed.

``data`` is what was read, once the form has been found to be in order; ``typed`` is what stands in
the box, which stays as it was typed. A form with days has ``today``, which completes them.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any, ClassVar, Final, Generic, TypeVar

from wtforms import StringField
from wtforms.validators import StopValidation
from wtforms.widgets import TextArea

from core.addresses import Paste, read_addresses
from core.text import clean_line, without_controls
from scheduling.dates.wording import (
    MONTHS,
    NotUnderstood,
    read_date,
    read_dates,
    read_time,
    say_time,
)
from scheduling.web.fields.pasted import problems_of
from scheduling.web.fields.reading import as_sent

LONGEST_SESSION: Final = timedelta(hours=8)

Value = TypeVar("Value")


class TypedField(StringField, Generic[Value]):
    """One thing that is typed and read; how is said by ``read`` and ``say`` of each kind.

    ``when`` says of a form whether the question counts in it; if not, ``data`` is ``None``. So it
    is where nothing was typed into an ``optional`` one, and ``missing`` are the words for nothing
    elsewhere. ``width``, ``inputmode`` and ``shown_as`` are what ``components/field.html`` asks.
    """

    data: Value  # type: ignore[assignment]  # the stubs know only of text
    typed: str
    width: ClassVar[str | None] = None
    inputmode: ClassVar[str | None] = None
    #: The type of the box.
    shown_as: str | None = None

    def __init__(
        self,
        label: str,
        *,
        when: Callable[[Any], bool] = lambda _form: True,
        optional: bool = False,
        missing: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.when, self.optional, self.missing = when, optional, missing

    def process_data(self, value: Any) -> None:
        """Begin with a value, in the words in which it is typed."""
        self.data, self.typed = value, "" if value is None else self.say(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the first value that was sent, cleaned."""
        if valuelist:
            self.typed = self.clean(str(valuelist[0]))

    def pre_validate(self, form: Any) -> None:
        """Read what was typed, if it counts; raises ``StopValidation`` where nothing was read."""
        self.data = None  # type: ignore[assignment]  # nothing is read yet
        if not self.when(form) or (self.optional and not self.typed):
            raise StopValidation
        try:
            if self.missing and not self.typed:
                raise NotUnderstood(self.missing)
            self.data = self.read(form)
        except NotUnderstood as problem:
            self.errors = [*self.errors, *str(problem).splitlines()]
            raise StopValidation from None

    def _value(self) -> str:
        return self.typed

    def clean(self, text: str) -> str:
        """Return what was sent as it stands in the box."""
        return clean_line(text)

    def say(self, value: Value) -> str:
        """Return how a value is typed."""
        return str(value)

    def read(self, form: Any) -> Value:
        """Return what ``typed`` means; raises ``NotUnderstood``."""
        raise NotImplementedError


class DayField(TypedField[date]):
    """A day; one without a year is the first such day from ``today``, or from the ``since`` field.

    A native date box would drop what it cannot show, so such words stand in one for text.
    """

    width = "date"

    def __init__(self, label: str, *, since: str | None = None, **more: Any) -> None:
        super().__init__(label, **more)
        self.since = since

    @property
    def shown_as(self) -> str:  # type: ignore[override]  # it depends on what was typed
        """The type of the box."""
        try:
            date.fromisoformat(self.typed or "2027-01-14")
        except ValueError:
            return "text"
        return "date"

    def read(self, form: Any) -> date:
        """Return the day."""
        start = form[self.since].data if self.since else None
        return read_date(self.typed, start or form.today)


class ClockField(TypedField[time]):
    """A time of day; one of an end comes after the one in the ``after`` field."""

    width = "time"

    def __init__(self, label: str, *, after: str | None = None, **more: Any) -> None:
        super().__init__(label, **more)
        self.after = after

    def say(self, value: time) -> str:
        """Return such as "7:30pm"."""
        return say_time(value)

    def read(self, form: Any) -> time:
        """Return the time; raises ``NotUnderstood`` for an end before the start, or much later."""
        at = read_time(self.typed)
        starts = form[self.after].data if self.after else None
        lasts = _since_midnight(at) - _since_midnight(starts) if starts is not None else None
        if lasts is not None and lasts <= timedelta():
            raise NotUnderstood("A session ends after it starts, on the same day")
        if lasts is not None and lasts > LONGEST_SESSION:
            raise NotUnderstood("A session lasts eight hours at most")
        return at


class CountField(TypedField[int]):
    """A whole number from ``least`` to ``most``."""

    width, inputmode = "num", "numeric"

    def __init__(self, label: str, most: int, *, least: int = 1, **more: Any) -> None:
        super().__init__(label, **more)
        self.least, self.most = least, most

    def read(self, form: Any) -> int:
        """Return the number."""
        fits = self.typed.isdecimal() and len(self.typed) <= len(str(self.most))
        if not fits or not self.least <= int(self.typed) <= self.most:
            raise NotUnderstood(f"Write a number from {self.least} to {self.most}")
        return int(self.typed)


class PastedField(TypedField[Value]):
    """A pasted list; what is shown again keeps its tabs and loses what no page can show."""

    widget = TextArea()

    def clean(self, text: str) -> str:
        """Return the list without what no page can show."""
        return "\t".join(without_controls(column) for column in text.split("\t"))


class DaysField(PastedField[list[date]]):
    """Fewer than ``fewer_than`` days, one a line; that of the ``beside`` field is passed over."""

    def __init__(
        self, label: str, *, fewer_than: int, beside: str | None = None, **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.fewer_than, self.beside = fewer_than, beside

    def say(self, value: list[date]) -> str:
        """Return such as "14 January 2027", line by line."""
        return "\n".join(f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in value)

    def read(self, form: Any) -> list[date]:
        """Return the days in the order written."""
        own = form[self.beside].data if self.beside else None
        days = [day for day in read_dates(self.typed, form.today) if day != own]
        # Each of them is compared with all others, so their number comes first.
        if len(days) >= self.fewer_than:
            raise NotUnderstood(f"Choose up to {self.fewer_than} dates")
        return days


class PeopleField(PastedField[Paste]):
    """A list of people; ``data`` has its problems too, so that a page can show line by line how it
    was read. ``missing`` are the words for a list of nobody.
    """

    def process_data(self, value: Any) -> None:
        """Begin with the text of a list, of which nothing is read yet."""
        self.data, self.typed = Paste(), value or ""

    def pre_validate(self, form: Any) -> None:
        """Read the list as it came, and number the lines that cannot be read."""
        self.data = read_addresses(as_sent(self))
        self.errors = problems_of(self.data)
        if self.missing and not self.data.problems and not self.data.mailboxes:
            raise StopValidation(self.missing)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)

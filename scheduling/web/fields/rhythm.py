"""How often a group meets: the question, and the pattern that its answer means.

A form that asks has ``first_on``, ``how_often``, ``weeks`` and ``dates``.
"""

from typing import Any, Final

from wtforms import Field, RadioField
from wtforms.validators import ValidationError

from scheduling.dates.recurrence import (
    LAST,
    ChosenDates,
    EveryWeeks,
    MonthlyByWeekday,
    Pattern,
    occurrences,
    pattern_of,
)
from scheduling.dates.wording import WEEKDAYS, say_date, say_month
from scheduling.web.fields.reading import radios
from scheduling.web.fields.typed import CountField

MOST_WEEKS: Final = 52
HOW_OFTEN: Final = {
    "monthly": "Same weekday each month (for example, second Thursday)",
    "last": "Last such weekday of each month",
    "weeks": "Every few weeks",
    "chosen": "I’ll choose each date",
}


def how_often_field(label: str) -> RadioField:
    """Return the question how often people meet."""
    return radios(label, HOW_OFTEN, default="monthly", validators=[_last_is_last])


def weeks_field() -> CountField:
    """Return the question how many weeks lie between two sessions."""
    return CountField(
        "How many weeks apart",
        MOST_WEEKS,
        default=4,
        when=lambda form: form.how_often.data == "weeks",
    )


def dates_are_chosen(form: Any) -> bool:
    """Return whether each date is chosen one by one."""
    return bool(form.how_often.data == "chosen")


def pattern_in(form: Any) -> Pattern:
    """Return the pattern that was asked for, once the form has been found to be in order."""
    first = form.first_on.data
    match form.how_often.data:
        case "chosen":
            return ChosenDates((first, *form.dates.data))
        case "weeks":
            return EveryWeeks(form.weeks.data)
        case "last":
            return MonthlyByWeekday(first.weekday(), LAST)
    return pattern_of(first)


def _last_is_last(form: Any, field: Field) -> None:
    """Refuse a first date that is not the last such weekday of its month, naming the one it is."""
    first = form.first_on.data
    if field.data != "last" or first is None:
        return
    last = next(occurrences(MonthlyByWeekday(first.weekday(), LAST), first.replace(day=1)))
    if last != first:
        raise ValidationError(
            f"The last {WEEKDAYS[last.weekday()]} of {say_month(last)} is "
            f"{say_date(last, form.today)}. Make that the first session, or choose another rhythm"
        )

"""How dates, times and numbers are said to people, and how those that people type are read.

Pure: no page, no database; whoever needs "today" passes it in.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

from groups.zones import say_zone as say_zone  # said with the dates and times below
from scheduling.dates.recurrence import ChosenDates, EveryWeeks, Pattern, Shift

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
ONE_BY_ONE = "Dates chosen one by one"
ORDINALS = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", -1: "Last"}
NAMED_TIMES = {"midday": time(12), "noon": time(12), "midnight": time(0)}
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
# The longest gap between two 29 Februaries, around a century that is no leap year.
LEAP_YEAR_GAP = 8
LONGEST_LINE = 100
TOO_LONG = "…"
MOST_PROBLEMS = 5

HOW_TO_WRITE_A_TIME = "Write a time like 6pm or 18:00"
HOW_TO_WRITE_A_DATE = "Write a date like 14 January 2027"
CLOCK = re.compile(r"([0-9]{1,2})(?:[:. ]?([0-9]{2}))? ?(am|pm)?")
HALF_OF_DAY = re.compile(r"(?<![a-z])([ap])\.? ?m\b\.?")
#: Spreadsheets add an hour that nobody typed.
MIDNIGHT = re.compile(r"[t ]00:00(?::00(?:\.0+)?)?z?$")
ISO_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})"
)
NUMBERED_DATE = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9})\.?,? )?(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})"
    r"(?:[/.-](?P<year>[0-9]{4}|[0-9]{2}))?"
)
#: With spaces, or with hyphens or slashes as a spreadsheet turns it: "14-Jan-27".
WRITTEN_DATE = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9})\.?,? )?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?[ /.-]?(?:of )?"
    r"(?P<month>[a-z]{3,9})\.?,?(?:[ /.-]'?(?P<year>[0-9]{4}|[0-9]{2}))?"
)
#: The month first only where nothing else can be meant: "Jan-27" is a month to a spreadsheet.
MONTH_FIRST_DATE = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9})\.?,? )?(?P<month>[a-z]{3,9})\.?[ -](?P<day>[0-9]{1,2})"
    r"(?:st|nd|rd|th)?,?[ -](?P<year>[0-9]{4})"
)
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-") | {ord("’"): "'"}


class NotUnderstood(ValueError):
    """What was typed is not a date or a time; the text is fit for the person who typed it."""


def say_time(clock: time) -> str:
    """Say a time of day: "6pm", "7:30pm", "midday", "midnight"."""
    if clock.minute == 0 and clock.hour in (0, 12):
        return "midday" if clock.hour else "midnight"
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{(clock.hour - 1) % 12 + 1}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def say_times(start: time, end: time) -> str:
    """Say from when to when: "6pm to 7:30pm"."""
    return f"{say_time(start)} to {say_time(end)}"


def say_date(day: date, today: date) -> str:
    """Say a date: "Thursday 10 December", with its year only when that is not this year."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def say_month(day: date) -> str:
    """Say the month a day belongs to: "December 2026"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def say_until(day: date, today: date) -> str:
    """Say how far off a day is: "today", "tomorrow", "in 19 days"; "yesterday", "3 days ago"."""
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return near or (f"in {days} days" if days > 0 else f"{-days} days ago")


def say_pattern(pattern: Pattern, first: date) -> str:
    """Say how often a run meets: "Second Thursday of each month", "Every 4 weeks, on Tuesday"."""
    if isinstance(pattern, ChosenDates):
        return ONE_BY_ONE
    if isinstance(pattern, EveryWeeks):
        often = "Every week" if pattern.weeks == 1 else f"Every {pattern.weeks} weeks"
        return f"{often}, on {WEEKDAYS[first.weekday()]}"
    said = f"{ORDINALS[pattern.nth]} {WEEKDAYS[pattern.weekday]} of each month"
    if not pattern.days_later:
        return said
    which = "after" if pattern.days_later > 0 else "before"
    number = abs(pattern.days_later)
    days = "The day" if number == 1 else say_count(number, "day", "days").capitalize()
    return f"{days} {which} the {said[0].lower()}{said[1:]}"


def say_count(number: int, singular: str, plural: str) -> str:
    """Say how many: "no sessions", "one session", "twelve sessions", "13 sessions"."""
    words = NUMBERS[number] if 0 <= number < len(NUMBERS) else str(number)
    return f"{words} {singular if number == 1 else plural}"


def say_shift(shift: Shift, clock: time, begins: time | None = None) -> str:
    """Explain what a change of the clocks does to a start; nothing when it does nothing.

    ``clock`` is the time of day that was asked for, ``begins`` what the clocks show when the
    session then begins.
    """
    said = say_time(clock)
    begins_words = "as soon as they have changed" if begins is None else f"at {say_time(begins)}"
    if shift == "missing" and begins == clock:
        # The hour that was asked for is not known any more, only the one that took its place.
        return f"The clocks go forward that day. It begins just after, at {said}."
    return {
        "none": "",
        "missing": f"The clocks go forward that day, so {said} does not exist. "
        f"It begins {begins_words}.",
        "doubled": f"The clocks go back that day and show {said} twice. It begins the first time.",
    }[shift]


def read_time(text: str) -> time:
    """Read a time of day: "6pm", "6.30 pm", "18:00", "1830", "midday", "noon", "midnight".

    Raises NotUnderstood; also for "6" and "6:30", which could be morning or evening.
    """
    plain = HALF_OF_DAY.sub(r"\1m", _plain(text))
    plain = plain.removeprefix("12 ") if plain.removeprefix("12 ") in NAMED_TIMES else plain
    if plain in NAMED_TIMES:
        return NAMED_TIMES[plain]
    found = CLOCK.fullmatch(plain)
    if found is None:
        raise NotUnderstood(HOW_TO_WRITE_A_TIME)
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > (12 if found[3] else 23) or minute > 59 or (found[3] and hour == 0):
        raise NotUnderstood(f"There is no such time of day. {HOW_TO_WRITE_A_TIME}")
    if found[3]:
        return time(hour % 12 + (12 if found[3] == "pm" else 0), minute)
    _refuse_either_half_of_day(found, hour, minute)
    return time(hour, minute)


def _refuse_either_half_of_day(found: re.Match[str], hour: int, minute: int) -> None:
    """Raise NotUnderstood for an hour on the twelve-hour dial without "am" or "pm".

    Two digits and minutes ("09:30", "12:00") are the twenty-four-hour clock; so is 13 and later.
    """
    by_twenty_four = found[2] and (len(found[1]) == 2 or hour == 0)
    if by_twenty_four or hour > 12:
        return
    if hour == 0:
        raise NotUnderstood(HOW_TO_WRITE_A_TIME)
    if (hour, minute) == (12, 0):
        raise NotUnderstood("Write midday or midnight")
    dial = f"{hour}:{minute:02}" if minute else f"{hour}"
    raise NotUnderstood(f"Write {dial}am or {dial}pm")


def read_date(text: str, today: date) -> date:
    """Read a date: "14 January 2027", "Thursday 14 Jan", "14/1/2027" (day first), "2027-01-14",
    "14-Jan-27" as spreadsheets write it.

    Without a year it is the next such day, today included. Raises NotUnderstood, also for a day
    that is not in the calendar and for a weekday that is not that of the date.
    """
    plain = MIDNIGHT.sub("", _plain(text))
    shapes = (ISO_DATE, NUMBERED_DATE, WRITTEN_DATE, MONTH_FIRST_DATE)
    found = next(filter(None, (shape.fullmatch(plain) for shape in shapes)), None)
    if found is None:
        raise NotUnderstood(HOW_TO_WRITE_A_DATE)
    parts = found.groupdict()
    day_number, month = int(parts["day"]), _month(parts["month"])
    if parts["year"]:
        century = 2000 if len(parts["year"]) == 2 else 0
        day = _dated(century + int(parts["year"]), month, day_number)
    else:
        day = _next_such_day(month, day_number, today)
    _check_weekday(day, parts.get("weekday"))
    return day


def is_either_way(text: str) -> bool:
    """Return whether a date in figures would be another one with its month first."""
    found = NUMBERED_DATE.fullmatch(MIDNIGHT.sub("", _plain(text)))
    if found is None or found["weekday"]:
        return False
    day, month = int(found["day"]), int(found["month"])
    return day != month and 1 <= day <= 12 and 1 <= month <= 12


def read_dates(text: str, today: date) -> list[date]:
    """Read one date a line, in the order written; empty lines are passed over.

    Raises NotUnderstood with one line of text for each problem, "Line 2: There is no 31 April";
    after five of them the rest can wait.
    """
    days: list[date] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            if _plain(line):
                days.append(read_date(line, today))
        except NotUnderstood as problem:
            problems.append(f"Line {number}: {problem}")
        if len(problems) == MOST_PROBLEMS:
            break
    if problems:
        raise NotUnderstood("\n".join(problems))
    return days


def _plain(text: str) -> str:
    """Return text in lower case with single spaces; marks nobody can see are gone.

    Dates copied from other programs carry marks for the direction of writing. What is far too
    long to be a date becomes a sign that is part of none, so that it costs nothing.
    """
    if len(text.strip()) > LONGEST_LINE:
        return TOO_LONG
    visible = (
        "" if unicodedata.category(sign) == "Cf" else sign if sign.isprintable() else " "
        for sign in unicodedata.normalize("NFKC", text.strip())
    )
    return " ".join("".join(visible).translate(DASHES).lower().split())


def _month(text: str) -> int:
    """Return the number of a month that was written as a number or a name of three letters up."""
    if text.isdecimal():
        if not 1 <= int(text) <= 12:
            raise NotUnderstood(f"There is no month {int(text)}. {HOW_TO_WRITE_A_DATE}")
        return int(text)
    for number, name in enumerate(MONTHS, start=1):
        if name.lower().startswith(text):
            return number
    raise NotUnderstood(HOW_TO_WRITE_A_DATE)


def _dated(year: int, month: int, day: int) -> date:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotUnderstood(f"Write a year between {EARLIEST_YEAR} and {LATEST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError:
        of_year = f" in {year}" if (month, day) == (2, 29) else ""
        raise NotUnderstood(f"There is no {day} {MONTHS[month - 1]}{of_year}") from None


def _next_such_day(month: int, day: int, today: date) -> date:
    if (month, day) != (2, 29):
        this_year = _dated(today.year, month, day)
        return this_year if this_year >= today else _dated(today.year + 1, month, day)
    years = range(today.year, today.year + LEAP_YEAR_GAP + 1)
    leap_days = (date(year, 3, 1) - timedelta(days=1) for year in years)
    return next(leap for leap in leap_days if leap.day == day and leap >= today)


def _check_weekday(day: date, written: str | None) -> None:
    """Raise NotUnderstood if a weekday was written and is not that of the day."""
    if written is None:
        return
    # Without its s, "Weds" is a beginning of Wednesday as "Tues" is of Tuesday.
    beginning = written.removesuffix("s")
    meant = [name for name in WEEKDAYS if name.lower().startswith(beginning)]
    if not meant:
        raise NotUnderstood(HOW_TO_WRITE_A_DATE)
    actual = WEEKDAYS[day.weekday()]
    if actual not in meant:
        said = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        raise NotUnderstood(f"{said} is a {actual}, not a {meant[0]}")

"""The terms of the High Court of England and Wales, worked out by rule.

They bind the High Court and the Court of Appeal only, so they are advice and never move a date.
Source: Practice Direction 2F to the Civil Procedure Rules; dates as published by the judiciary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter
from dateutil.relativedelta import MO, relativedelta

SATURDAY = 5


@dataclass(frozen=True)
class Term:
    """One sitting of the High Court; both days belong to it."""

    name: str
    starts_on: date
    ends_on: date


# In these years the published dates depart from the rule: 2011 began its Easter term a day late,
# and the Jubilee of 2012 moved the spring bank holiday on which two terms depend.
PUBLISHED: Mapping[int, Mapping[str, tuple[date, date]]] = {
    2011: {"Easter": (date(2011, 5, 4), date(2011, 5, 27))},
    2012: {
        "Easter": (date(2012, 4, 17), date(2012, 6, 1)),
        "Trinity": (date(2012, 6, 12), date(2012, 7, 31)),
    },
}


def _roll_forward(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _roll_back(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


@lru_cache(maxsize=32)
def terms(year: int) -> tuple[Term, ...]:
    """Return the four terms of a calendar year, in order: Hilary, Easter, Trinity, Michaelmas."""
    easter_sunday = easter(year)
    spring_holiday = date(year, 5, 31) + relativedelta(weekday=MO(-1))
    by_rule = {
        "Hilary": (date(year, 1, 11), easter_sunday - timedelta(days=4)),
        "Easter": (easter_sunday + timedelta(days=9), spring_holiday - timedelta(days=3)),
        "Trinity": (spring_holiday + timedelta(days=8), date(year, 7, 31)),
        "Michaelmas": (date(year, 10, 1), date(year, 12, 21)),
    }
    dates = {**by_rule, **PUBLISHED.get(year, {})}
    return tuple(
        Term(name, _roll_forward(starts_on), _roll_back(ends_on))
        for name, (starts_on, ends_on) in dates.items()
    )


def court_vacation(day: date) -> str | None:
    """Name the vacation of the High Court that a day falls in; None in term.

    A weekend between two sitting days of one term is in term.
    """
    hilary, spring, trinity, michaelmas = terms(day.year)
    if day < hilary.starts_on or day > michaelmas.ends_on:
        return "Christmas vacation in the High Court"
    if hilary.ends_on < day < spring.starts_on:
        return "Easter vacation in the High Court"
    if spring.ends_on < day < trinity.starts_on:
        return "Whitsun vacation in the High Court"
    if trinity.ends_on < day < michaelmas.starts_on:
        return "Long vacation in the High Court"
    return None

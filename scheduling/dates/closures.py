"""Days a group would rather not meet: bank holidays, August, breaks, and vacations of the courts.

Bank holidays, August and breaks are left out of a run; a vacation of the courts is only remarked
upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from scheduling.dates.terms import court_vacation

AUGUST = 8

# The names people know from gov.uk, where those of the library differ.
FAMILIAR_NAMES = {
    "May Day": "Early May Bank Holiday",
    "Late Summer Bank Holiday": "Summer Bank Holiday",
    "Scotland's participation in the FIFA World Cup final": "World Cup Bank Holiday",
}


class Division(StrEnum):
    """The three parts of the United Kingdom that keep bank holidays of their own."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"

    @property
    def words(self) -> str:
        """Return the name as it is written in a sentence, for example "England and Wales"."""
        return self.value.replace("-", " ").title().replace(" And ", " and ")


# England and Wales keep the same days, so the table of England stands for both.
SUBDIVISIONS = {
    Division.ENGLAND_AND_WALES: "ENG",
    Division.SCOTLAND: "SCT",
    Division.NORTHERN_IRELAND: "NIR",
}


@lru_cache(maxsize=64)
def _bank_holidays(division: Division, year: int) -> Mapping[date, str]:
    from holidays import country_holidays  # noqa: PLC0415 - half a second that most runs never need

    named = country_holidays("GB", subdiv=SUBDIVISIONS[division], years=year, expand=False)
    return {day: _readable(name) for day, name in named.items()}


def _readable(name: str) -> str:
    plain = name.removesuffix(" (observed)")
    familiar = FAMILIAR_NAMES.get(plain, plain)
    return familiar if plain == name else f"{familiar} (substitute day)"


def bank_holiday(day: date, division: Division) -> str | None:
    """Name the bank holiday of a division on a day, or None.

    The day itself counts as well as its substitute: nobody meets on a Christmas Day that happens
    to be a Saturday.
    """
    return _bank_holidays(division, day.year).get(day)


@dataclass(frozen=True, order=True)
class Break:
    """A time in which a group does not meet; both days belong to it."""

    from_on: date
    until_on: date

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True)
class LeaveOuts:
    """What a group leaves out of its run of dates, as its facilitator chose."""

    bank_holidays: Division | None = None
    august: bool = False
    court_vacations: bool = False
    breaks: tuple[Break, ...] = ()

    def reason(self, day: date) -> str | None:
        """Say in plain words why no session is held on this day; None when one can be.

        A break and August come first, so that the whole of them reads alike.
        """
        if any(day in each for each in self.breaks):
            return "The group has a break"
        if self.august and day.month == AUGUST:
            return "August"
        if self.bank_holidays is None:
            return None
        name = bank_holiday(day, self.bank_holidays)
        return f"{name} in {self.bank_holidays.words}" if name else None

    def advice(self, day: date) -> str | None:
        """Say what is worth knowing about a day that is kept; None when there is nothing."""
        return court_vacation(day) if self.court_vacations else None

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` turns back into an equal object."""
        plain: dict[str, Any] = {
            "bank_holidays": self.bank_holidays.value if self.bank_holidays else None,
            "august": self.august,
            "court_vacations": self.court_vacations,
        }
        if self.breaks:
            plain["breaks"] = [
                [each.from_on.isoformat(), each.until_on.isoformat()] for each in self.breaks
            ]
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> LeaveOuts:
        """Read what `to_json` wrote; an absent key means "not left out".

        Raises ValueError for a key or a value that no version of this class writes.
        """
        unknown = set(stored) - set(cls.__dataclass_fields__)
        if unknown:
            raise ValueError(f"Unknown leave-outs: {', '.join(sorted(unknown))}")
        division = stored.get("bank_holidays")
        return cls(
            bank_holidays=None if division is None else Division(str(division)),
            august=_flag(stored, "august"),
            court_vacations=_flag(stored, "court_vacations"),
            breaks=tuple(_break(each) for each in _list(stored, "breaks")),
        )


def _flag(stored: Mapping[str, object], key: str) -> bool:
    value = stored.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is either true or false")
    return value


def _list(stored: Mapping[str, object], key: str) -> list[object]:
    value = stored.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"{key} is a list")
    return value


def _break(stored: object) -> Break:
    match stored:
        case [str(from_on), str(until_on)]:
            return Break(date.fromisoformat(from_on), date.fromisoformat(until_on))
    raise ValueError("A break has a first and a last day")

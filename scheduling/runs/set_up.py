"""What a facilitator decides when setting up a run, the plan that follows, and its stored form.

Pure, except that it knows the kinds of place.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.dates.closures import LeaveOuts
from scheduling.dates.recurrence import (
    ChosenDates,
    EveryWeeks,
    MonthlyByWeekday,
    Pattern,
    Plan,
    plan,
)
from scheduling.models import PlaceKind

DEFAULT_PROMPT_DAYS = 7
LONDON = "Europe/London"


@dataclass(frozen=True)
class SetUp:
    """One run as it was set up: wall-clock times in an IANA zone.

    ``sessions`` is how many there are, and ``None`` for a run that goes on until it is ended.
    Dates chosen one by one are all held, so they need no number.
    """

    pattern: Pattern
    first_on: date
    starts: time
    ends: time
    time_zone: str = LONDON
    sessions: int | None = 12
    leave_outs: LeaveOuts = field(default_factory=LeaveOuts)
    place_kind: PlaceKind = PlaceKind.ONLINE
    place: str | None = None
    room: str | None = None
    prompt_days: int = DEFAULT_PROMPT_DAYS

    @property
    def goes_on(self) -> bool:
        """Whether new sessions keep being added until somebody ends the run."""
        return self.sessions is None and not isinstance(self.pattern, ChosenDates)


@dataclass(frozen=True)
class Exceptions:
    """What was decided about single dates, by the date the pattern gives."""

    instead: Mapping[date, date] = field(default_factory=dict)
    left_out: Set[date] = frozenset()

    def moving(self, planned_on: date, held_on: date) -> "Exceptions":
        """Return these with one date held on another day."""
        return Exceptions({**self.instead, planned_on: held_on}, self.left_out - {planned_on})

    def leaving_out(self, planned_on: date) -> "Exceptions":
        """Return these with one date dropped."""
        kept = self.without(planned_on)
        return Exceptions(kept.instead, kept.left_out | {planned_on})

    def without(self, planned_on: date) -> "Exceptions":
        """Return these with nothing decided about one date."""
        instead = {day: held_on for day, held_on in self.instead.items() if day != planned_on}
        return Exceptions(instead, self.left_out - {planned_on})


NO_EXCEPTIONS = Exceptions()


def planned(
    set_up: SetUp,
    *,
    until: date | None = None,
    exceptions: Exceptions = NO_EXCEPTIONS,
    after: date | None = None,
) -> Plan:
    """Return the sessions of a run; one that goes on needs ``until``, the last day to plan, and
    with ``after`` gives only what its pattern holds later than that day.

    Raises ``recurrence.TooFewDates`` when the choices leave fewer dates than were asked for.
    """
    instead = dict(exceptions.instead)
    count = set_up.sessions
    if isinstance(set_up.pattern, ChosenDates):
        # Somebody who picks a bank holiday by hand is told that it is one, and keeps it.
        by_hand = set(set_up.pattern.dates) - exceptions.left_out
        instead = {**{day: day for day in by_hand}, **instead}
        count = until = None
    return plan(
        set_up.pattern,
        set_up.first_on,
        starts=set_up.starts,
        ends=set_up.ends,
        zone=ZoneInfo(set_up.time_zone),
        count=count,
        until=until,
        leave_outs=set_up.leave_outs,
        instead=instead,
        left_out=exceptions.left_out,
        after=after,
    )


def pattern_to_json(pattern: Pattern) -> dict[str, Any]:
    """Return plain values that ``pattern_from_json`` turns back into an equal pattern."""
    match pattern:
        case MonthlyByWeekday(weekday, nth, 0):
            return {"kind": "monthly", "weekday": weekday, "nth": nth}
        case MonthlyByWeekday(weekday, nth, later):
            return {"kind": "monthly", "weekday": weekday, "nth": nth, "days_later": later}
        case EveryWeeks(weeks):
            return {"kind": "weeks", "weeks": weeks}
        case ChosenDates(dates):
            return {"kind": "chosen", "dates": [day.isoformat() for day in dates]}


def pattern_from_json(stored: Mapping[str, Any]) -> Pattern:
    """Read what ``pattern_to_json`` wrote; raises ``ValueError`` for anything else."""
    match stored:
        case {"kind": "monthly", "weekday": int(weekday), "nth": int(nth)}:
            return MonthlyByWeekday(weekday, nth, int(stored.get("days_later", 0)))
        case {"kind": "weeks", "weeks": int(weeks)}:
            return EveryWeeks(weeks)
        case {"kind": "chosen", "dates": list(dates)}:
            return ChosenDates(tuple(date.fromisoformat(day) for day in dates))
    raise ValueError("This is no pattern that was ever stored")


def exceptions_to_json(exceptions: Exceptions) -> dict[str, Any]:
    """Return plain values that ``exceptions_from_json`` turns back into an equal object."""
    instead = {day.isoformat(): held.isoformat() for day, held in exceptions.instead.items()}
    return {
        "instead": dict(sorted(instead.items())),
        "left_out": sorted(day.isoformat() for day in exceptions.left_out),
    }


def exceptions_from_json(stored: Mapping[str, Any]) -> Exceptions:
    """Read what ``exceptions_to_json`` wrote; an absent key means that nothing was decided."""
    instead = stored.get("instead", {})
    return Exceptions(
        instead={date.fromisoformat(day): date.fromisoformat(to) for day, to in instead.items()},
        left_out=frozenset(date.fromisoformat(day) for day in stored.get("left_out", [])),
    )

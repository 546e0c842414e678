"""What an invited person may know of a group before they answer, in words.

Nobody who has been asked is named, nor how many they are, nor the link of the room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.lookup import all_in
from groups.models import Cohort, PlaceOffer, Role
from scheduling.access import sessions_offered
from scheduling.dates.when import when
from scheduling.dates.wording import (
    ONE_BY_ONE,
    say_count,
    say_date,
    say_pattern,
    say_times,
    say_zone,
)
from scheduling.models import PeerSession, PlaceKind, Series
from scheduling.runs.laying_out import rule_of
from scheduling.runs.series import current_series
from scheduling.web.home.view.member import facilitator_names
from scheduling.web.set_up.view.words import run_note

PLACES = {
    PlaceKind.ONLINE: "Online. You get the link of the room when you have a place.",
    PlaceKind.IN_PERSON: "In person. You see where when you have a place.",
}


@dataclass(frozen=True)
class DateRow:
    """One date as ``components/dates.html`` shows it."""

    date_words: str


@dataclass(frozen=True)
class Offered:
    """A group as the page of an invited person shows it."""

    name: str
    #: "Amara and Tom"; "A facilitator" where nobody has said what they are called.
    facilitators: str
    #: Their first names, one by one.
    first_names: tuple[str, ...]
    pattern_words: str
    times_words: str
    place_words: str
    count_words: str
    #: That the hours stay the same although the clocks change meanwhile.
    clock_note: str | None
    dates: tuple[DateRow, ...]
    #: Who the group is for, where that is limited; members say so themselves.
    qualifying_words: str
    #: Whether the person is asked to share the frame.
    to_facilitate: bool
    last_day_words: str


def offered(offer: PlaceOffer, *, now: datetime) -> Offered:
    """Put the group of an offer into words; ``now`` (aware, UTC) decides on what is to come."""
    cohort = offer.cohort
    sessions = all_in(sessions_offered(offer, now))
    series = sessions[0].series if sessions else current_series(cohort)
    rule = rule_of(series) if series else None
    usual = f"{say_times(rule.starts, rule.ends)}, {say_zone(rule.time_zone)}" if rule else ""
    names = first_names(cohort)
    to_facilitate = offer.role == Role.CO_FACILITATOR
    return Offered(
        name=cohort.name,
        facilitators=said_together(names),
        first_names=names,
        pattern_words=ONE_BY_ONE if rule is None else say_pattern(rule.pattern, rule.first_on),
        times_words=usual,
        place_words=PLACES[_meets(series, sessions)],
        count_words=_count_words(series, sessions),
        clock_note=run_note(series, sessions, now=now) if series else None,
        dates=tuple(_row(session, usual, now) for session in sessions),
        qualifying_words="" if to_facilitate else _qualifying_words(cohort),
        to_facilitate=to_facilitate,
        last_day_words=last_day_words(offer, now=now),
    )


def first_names(cohort: Cohort) -> tuple[str, ...]:
    """Return the first names of those who facilitate a group."""
    return tuple(name.split()[0] for name in facilitator_names(cohort))


def said_together(names: Sequence[str]) -> str:
    """Say who facilitates: "Amara", "Amara and Tom", "A facilitator" where nobody is named."""
    *others, last = names or ["A facilitator"]
    return f"{', '.join(others)} and {last}" if others else last


def last_day_words(offer: PlaceOffer, *, now: datetime) -> str:
    """Say the last day on which an offer can be answered: "Saturday 5 December"."""
    if offer.expires_at is None:
        return ""
    zone = ZoneInfo("Europe/London")
    return say_date(offer.expires_at.astimezone(zone).date(), now.astimezone(zone).date())


def _meets(series: Series | None, sessions: Sequence[PeerSession]) -> PlaceKind:
    if series is not None:
        return PlaceKind(series.place_kind)
    return sessions[0].meets if sessions else PlaceKind.ONLINE


def _count_words(series: Series | None, sessions: Sequence[PeerSession]) -> str:
    counted = say_count(len(sessions), "session", "sessions")
    # A run that goes on is planned for a year or so; the pattern says the rest.
    goes_on = series and series.sessions is None and series.ended_on is None
    return f"The next {counted}, and so on" if goes_on else counted.capitalize()


def _row(session: PeerSession, usual: str, now: datetime) -> DateRow:
    words = when(session.starts_at, session.ends_at, session.zone_name, now)
    date_only = words.times_words == usual
    return DateRow(words.date_words if date_only else f"{words.date_words}, {words.times_words}")


def _qualifying_words(cohort: Cohort) -> str:
    if cohort.pqe_most is None:
        return ""
    years = say_count(cohort.pqe_most, "year", "years")
    return (
        f"For people up to {years} after qualifying, and for those on their way there. "
        "You know best where you are; we don’t check."
    )

"""A run in words: how often it meets, when it has a break, and what clocks do meanwhile."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.dates.clock_changes import changes_words, clock_changes
from scheduling.dates.closures import Break, LeaveOuts
from scheduling.dates.wording import MONTHS, say_date, say_pattern, say_time, say_times, say_zone
from scheduling.models import PeerSession, Series
from scheduling.runs.laying_out import rule_of, today_for


@dataclass(frozen=True)
class RunWords:
    """What a page says of a run: its rhythm with its hours, and its breaks that are not over."""

    rhythm: str
    breaks: list[str]


def run_words(series: Series, *, now: datetime) -> RunWords:
    """Put a run into words: "Second Thursday of each month, 6pm to 7:30pm, UK time."."""
    rule, today = rule_of(series), today_for(series, now)
    hours = f"{say_times(rule.starts, rule.ends)}, {say_zone(rule.time_zone)}"
    goes_on = " It keeps going until you end it." if rule.goes_on and not series.ended_on else ""
    return RunWords(
        rhythm=f"{say_pattern(rule.pattern, rule.first_on)}, {hours}.{goes_on}",
        breaks=[say_break(one, today) for one in breaks_of(series, today)],
    )


def breaks_of(series: Series, today: date) -> list[Break]:
    """Return the breaks of a run that are not over yet, earliest first."""
    leave_outs = LeaveOuts.from_json(series.leave_outs)
    return sorted(one for one in leave_outs.breaks if one.until_on >= today)


def breaks_before(
    breaks: Sequence[Break], days: Sequence[date], today: date
) -> tuple[list[str], str]:
    """Return for each of these days, in order, what to say of the breaks since the day before it,
    and what to say of those after the last.
    """
    since, words = date.min, []
    for day in days:
        words.append(_said(breaks, since, day, today))
        since = day
    return words, _said(breaks, since, date.max, today)


def say_break(one: Break, today: date) -> str:
    """Say when there are no sessions: "No sessions from July to September"."""
    if not _is_of_whole_months(one):
        return f"No sessions from {say_date(one.from_on, today)} to {say_date(one.until_on, today)}"
    first, last = MONTHS[one.from_on.month - 1], MONTHS[one.until_on.month - 1]
    start_year, end_year = one.from_on.year, one.until_on.year
    ends = last if end_year == today.year else f"{last} {end_year}"
    if (one.from_on.month, start_year) == (one.until_on.month, end_year):
        return f"No sessions in {ends}"
    return (
        f"No sessions from {first if start_year == end_year else f'{first} {start_year}'} to {ends}"
    )


def _is_of_whole_months(one: Break) -> bool:
    last_of_month = monthrange(one.until_on.year, one.until_on.month)[1]
    return one.from_on.day == 1 and one.until_on.day == last_of_month


def _said(breaks: Sequence[Break], since: date, until: date, today: date) -> str:
    """Say the breaks that begin after one day and not after another; a session within a break
    was put there by hand, and comes after the words about it.
    """
    found = [say_break(one, today) for one in breaks if since < one.from_on <= until]
    return ". ".join(found)


#: A long run passes many changes of the clocks; the first two tell how it is.
NAMED: Final = 2


def run_note(series: Series, sessions: Sequence[PeerSession], *, now: datetime) -> str | None:
    """Say that sessions keep their hours although the clocks change between two of them.

    None where they do not change; ``sessions`` may be empty and in any order.
    """
    if not sessions:
        return None
    zone = ZoneInfo(series.time_zone)
    days = sorted(session.starts_at.astimezone(zone).date() for session in sessions)
    changes = clock_changes(days[0], days[-1], zone)
    if not changes:
        return None
    said = changes_words(changes[:NAMED], now.astimezone(zone).date())
    return f"{said}; it stays {say_time(series.starts)} by the clock."

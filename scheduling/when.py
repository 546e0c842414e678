"""When a session is, in the words every page, letter and diary shares."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.wording import clock_change_note, say_date, say_times, say_until, say_zone


@dataclass(frozen=True)
class When:
    """The words for one session, in one zone."""

    date_words: str
    #: With the zone: "6pm to 7:30pm, UK time".
    times_words: str
    #: "today", "tomorrow", "in 19 days"; empty once it is over.
    until_words: str
    #: For ``<time datetime>``, in UTC.
    starts_at_iso: str
    #: "The clocks go back on Sunday 25 October", when read within a week of it.
    clock_note: str | None


def when(starts_at: datetime, ends_at: datetime, zone_name: str, now: datetime) -> When:
    """Put a span of time into words as they are said in a zone; ``now`` decides on years and
    "in 19 days".
    """
    zone = ZoneInfo(zone_name)
    starts, ends, today = starts_at.astimezone(zone), ends_at.astimezone(zone), now.astimezone(zone)
    return When(
        date_words=say_date(starts.date(), today.date()),
        times_words=f"{say_times(starts.time(), ends.time())}, {say_zone(zone_name)}",
        until_words="" if ends_at <= now else say_until(starts.date(), today.date()),
        starts_at_iso=f"{starts_at:%Y-%m-%dT%H:%MZ}",
        clock_note=clock_change_note(today.date(), zone),
    )

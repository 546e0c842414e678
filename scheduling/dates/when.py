"""When a session is, in the words every page, letter and diary shares."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduling.dates.clock_changes import Reading, clock_note, shift_at
from scheduling.dates.wording import say_date, say_time, say_times, say_until, say_zone


@dataclass(frozen=True)
class When:
    """The words for one session, in one zone, for one reader."""

    date_words: str
    #: With the zone: "6pm to 7:30pm, UK time"; for a reader whose clock shows something else also
    #: with their own: "6pm to 7:30pm, UK time (1pm your time)".
    times_words: str
    #: "today", "tomorrow", "in 19 days" where the reader is; empty once it is over.
    until_words: str
    #: For ``<time datetime>``, in UTC.
    starts_at_iso: str
    #: What the clocks do to it, in whole sentences, around the days on which they change.
    clock_note: str | None
    #: "6pm", and "6pm UK time" where the reader could take it for their own.
    start_words: str
    #: "1pm your time", only where the reader's own clock or date differs.
    own_words: str | None = None


# The readers of one letter about many dates mostly live in one zone, and are told the same.
@lru_cache(maxsize=2048)
def when(
    starts_at: datetime,
    ends_at: datetime,
    zone_name: str,
    now: datetime,
    reader_zone: str | None = None,
) -> When:
    """Put a span of time into words as they are said in a zone; ``now`` decides on years and
    "in 19 days".

    ``reader_zone`` is the IANA name of the zone in which the reader lives, if it is known.
    """
    zone, own_zone = ZoneInfo(zone_name), ZoneInfo(reader_zone or zone_name)
    starts, ends, today = starts_at.astimezone(zone), ends_at.astimezone(zone), now.astimezone(zone)
    own = _own_words(starts, own_zone, now)
    times = f"{say_times(starts.time(), ends.time())}, {say_zone(zone_name)}"
    over = ends_at <= now
    own_day, own_today = starts_at.astimezone(own_zone).date(), now.astimezone(own_zone).date()
    start = say_time(starts.time())
    return When(
        date_words=say_date(starts.date(), today.date()),
        times_words=f"{times} ({own})" if own else times,
        until_words="" if over else say_until(own_day, own_today),
        starts_at_iso=f"{starts_at:%Y-%m-%dT%H:%MZ}",
        clock_note=None if over else clock_note(Reading(starts_at, zone, own_zone, now)),
        start_words=f"{start} {say_zone(zone_name)}" if own else start,
        own_words=own,
    )


def _own_words(starts: datetime, own_zone: ZoneInfo, now: datetime) -> str | None:
    own = starts.astimezone(own_zone)
    if own.replace(tzinfo=None, fold=0) == starts.replace(tzinfo=None, fold=0):
        return None
    clock = say_time(own.time())
    if shift_at(starts, own_zone) == "doubled":
        which = "after the clocks have gone back" if own.fold else "before the clocks go back"
        clock = f"{clock}, {which},"
    if own.date() == starts.date():
        return f"{clock} your time"
    return f"{clock} on {say_date(own.date(), now.astimezone(own_zone).date())}, your time"

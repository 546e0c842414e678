"""What a person reads about their private calendar links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.dates.wording import say_count, say_date
from scheduling.models import Feed

WEEKS_TILL_DOUBT: Final = 3


@dataclass(frozen=True)
class FeedRow:
    """One private link: what it is for, when it was made, and on which day it was last read."""

    public_id: str
    label: str
    made_words: str
    read_words: str


def feed_rows(feeds: Sequence[Feed], zone_name: str, *, now: datetime) -> list[FeedRow]:
    """Put private links into words, in the order given; dates are those of the reader's zone."""
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    return [
        FeedRow(
            public_id=feed.public_id,
            label=feed.label,
            made_words=f"Made on {say_date(feed.created_at.astimezone(zone).date(), today)}.",
            read_words=_read_words(feed, today),
        )
        for feed in feeds
    ]


def _read_words(feed: Feed, today: date) -> str:
    """Say on which day a link was last read, and after three weeks what that may mean.

    Calendars look at least once a day, so one that has not looked for weeks is likely gone.
    """
    if feed.last_read_on is None:
        return "No calendar has read it yet."
    words = f"Last read on {say_date(feed.last_read_on, today)}."
    weeks = (today - feed.last_read_on).days // 7
    if weeks < WEEKS_TILL_DOUBT:
        return words
    return f"{words} Not read for {say_count(weeks, 'week', 'weeks')}: it may have been removed."

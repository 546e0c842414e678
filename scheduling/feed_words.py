"""What a person reads about their private calendar links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.models import Feed
from scheduling.wording import say_date


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
            read_words=f"Last read on {say_date(feed.last_read_on, today)}."
            if feed.last_read_on
            else "No calendar has read it yet.",
        )
        for feed in feeds
    ]

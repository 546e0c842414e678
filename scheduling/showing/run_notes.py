"""What is said once about a whole list of dates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.dates.clock_changes import changes_words, clock_changes
from scheduling.dates.wording import say_time
from scheduling.models import PeerSession, Series

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

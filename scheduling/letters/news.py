"""What letters about several dates of a run tell: one piece of news for each session."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduling.models import PeerSession

#: The kind of a letter about several dates.
KIND = "new_dates"


class Happened(StrEnum):
    """What has become of a session."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    ADDED = "added"


@dataclass(frozen=True)
class News:
    """One session and what has become of it; ``was`` is from when to when one that moved was held
    before, and in which zone that was said.
    """

    session: PeerSession
    happened: Happened
    was: tuple[datetime, datetime, str] | None = None

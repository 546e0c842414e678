"""What an act has done to each session, as plain values from which everybody is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduling.models import PeerSession


class ChangeKind(StrEnum):
    """What has become of a session; ``VENUE`` is another place or room."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    ADDED = "added"
    VENUE = "venue"


class Because(StrEnum):
    """Why all of somebody's dates go at once: said once, instead of a letter about each."""

    GROUP_ENDED = "group_ended"
    REMOVED = "removed"
    PAUSED = "paused"
    LEFT = "left"


@dataclass(frozen=True)
class SessionChange:
    """One session and what has become of it; ``was`` is from when to when one that moved was held
    before, and in which zone that was said.
    """

    session: PeerSession
    kind: ChangeKind
    was: tuple[datetime, datetime, str] | None = None

"""A change of a run, worked out and not yet made: what a check page shows and ``applying`` does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from groups.models import Cohort
from scheduling.dates.recurrence import Shift
from scheduling.models import PeerSession, Series, SessionState


class Scope(StrEnum):
    """Which sessions a change concerns: one, it and all that follow, or every coming one."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class Moved:
    """A session and what it will be: the day of the pattern it answers to, and its times (UTC).

    ``zone_name`` is the IANA zone in which its hours are said, ``shift`` what the clocks did to
    the hour that was asked for, ``by_hand`` whether its place was chosen for it alone.
    """

    session: PeerSession
    planned_on: date
    starts_at: datetime
    ends_at: datetime
    zone_name: str
    shift: Shift = "none"
    by_hand: bool = False
    #: From when to when it was held as the plan was made, and in which zone that was said.
    was: tuple[datetime, datetime, str] = field(init=False)
    takes_place: bool = field(init=False)

    def __post_init__(self) -> None:
        session = self.session
        was = (session.starts_at, session.ends_at, session.zone_name)
        object.__setattr__(self, "was", was)
        object.__setattr__(self, "takes_place", session.state == SessionState.PLANNED)

    @property
    def changes_times(self) -> bool:
        """Whether it starts or ends at another moment, so that a diary has to change."""
        return self.was[:2] != (self.starts_at, self.ends_at)

    @property
    def is_seen(self) -> bool:
        """Whether anybody notices: it takes place, and at another moment."""
        return self.takes_place and self.changes_times


@dataclass(frozen=True)
class Added:
    """A session that is not there yet; an extra one stands beside the pattern."""

    planned_on: date
    starts_at: datetime
    ends_at: datetime
    shift: Shift = "none"
    is_extra: bool = False


@dataclass(frozen=True)
class Turn:
    """A session that stays where it is and only answers to another day of the pattern."""

    session: PeerSession
    planned_on: date


@dataclass(frozen=True)
class RunPlan:
    """Everything one change would do to a run, or to a session of a group that has none.

    Sessions stand in the order of their dates.

    ``columns`` are those of ``Series``, so that rolling forward goes on from there. ``in_pattern``
    says whether sessions that are dropped or put back belong to the pattern afterwards; ``None``
    leaves that as it is.
    """

    together: Series | Cohort
    moved: tuple[Moved, ...] = ()
    added: tuple[Added, ...] = ()
    #: To cancel.
    dropped: tuple[PeerSession, ...] = ()
    #: Cancelled, and to take place after all.
    put_back: tuple[PeerSession, ...] = ()
    #: Left where somebody put them on their own.
    kept_by_hand: tuple[PeerSession, ...] = ()
    turns: tuple[Turn, ...] = ()
    #: Cancelled already, and no longer part of the pattern.
    let_go: tuple[PeerSession, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    in_pattern: bool | None = None

    @property
    def series(self) -> Series | None:
        """The run; none for a session that stands alone."""
        return self.together if isinstance(self.together, Series) else None

    @property
    def cohort(self) -> Cohort:
        """The group whose dates they are."""
        return self.together if isinstance(self.together, Cohort) else self.together.cohort

    @property
    def zone_name(self) -> str:
        """The IANA zone in which the hours of the run, or of the session, are said from then on."""
        if self.series is not None:
            return str(self.columns.get("time_zone", self.series.time_zone))
        if self.moved:
            return self.moved[0].zone_name
        return (*self.dropped, *self.put_back)[0].zone_name

    @property
    def is_empty(self) -> bool:
        """Whether everything is like that already."""
        sessions = (self.moved, self.added, self.dropped, self.put_back, self.turns, self.let_go)
        return not any(sessions) and not self.columns

    @property
    def seen(self) -> tuple[Moved, ...]:
        """The moves that somebody notices: of sessions that take place, to another moment."""
        return tuple(move for move in self.moved if move.is_seen)

    @property
    def changed_count(self) -> int:
        """How many dates change for those who have them."""
        return len(self.seen) + len(self.added) + len(self.dropped) + len(self.put_back)

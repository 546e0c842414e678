"""The rule from which a group's sessions come."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models import Cohort

#: How many days before a session its prompts can be seen, and for how many coming sessions
#: calendar invitations are out at a time: what a run begins with, and sessions outside of one keep.
PROMPT_DAYS = 7
INVITATIONS_AHEAD = 3


class PlaceKind(StrEnum):
    """Where a group meets: in a room on line, or in a room with a door."""

    ONLINE = "online"
    IN_PERSON = "in_person"


class Series(Base):
    """A run of sessions: wall-clock times in an IANA zone, from which UTC is derived.

    A group can have several, one after another (``scheduling.runs.series.renew``), or none.
    ``pattern``, ``leave_outs`` and ``exceptions`` hold plain values; ``scheduling.runs.set_up``
    turns them into the types of ``scheduling.dates`` and back.
    """

    __tablename__ = "series"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    cohort_id: Mapped[Technical[int]] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), index=True
    )
    cohort: Mapped[Cohort] = relationship()
    #: {"kind": "monthly", "weekday": 3, "nth": 2} | {"kind": "weeks", "weeks": 4}
    #: | {"kind": "chosen", "dates": ["2027-01-14", …]}
    pattern: Mapped[Technical[dict[str, Any]]] = mapped_column(JSON)
    first_on: Mapped[Technical[date]]
    starts: Mapped[Technical[time]]
    ends: Mapped[Technical[time]]
    time_zone: Mapped[Technical[str]]
    #: How many sessions the run has; ``None`` is a run that goes on until it is ended.
    sessions: Mapped[Technical[int | None]]
    leave_outs: Mapped[Technical[dict[str, Any]]] = mapped_column(JSON)
    #: {"instead": {"2027-05-03": "2027-05-04"}, "left_out": ["2027-06-07"]}: what the
    #: facilitator decided about single dates, by the date the pattern gives.
    exceptions: Mapped[Technical[dict[str, Any]]] = mapped_column(JSON, default=dict)
    place_kind: Mapped[Technical[str]] = mapped_column(default=PlaceKind.ONLINE)
    #: Where, in words; and the link of the room. Both only ever shown behind sign-in.
    place_sealed: Mapped[Belongs[bytes | None]]
    place = Sealed()
    room_sealed: Mapped[Belongs[bytes | None]]
    room = Sealed()
    prompt_days: Mapped[Technical[int]] = mapped_column(default=PROMPT_DAYS)
    invitations_ahead: Mapped[Technical[int]] = mapped_column(default=INVITATIONS_AHEAD)
    created_at: Mapped[Technical[datetime]]
    ended_on: Mapped[Technical[date | None]]

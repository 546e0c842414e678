"""What stood in some rows before a change, in plain values that JSON can hold."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from groups.models import Cohort, PlaceOffer
from scheduling.models import PeerSession, Reply, Series

Row = PeerSession | Series | Cohort | PlaceOffer
KINDS: dict[str, type[Row]] = {
    "session": PeerSession,
    "series": Series,
    "cohort": Cohort,
    "offer": PlaceOffer,
}
SAID = ("answer", "answered_at", "is_earlier", "notes")
#: Columns of a session that every diary shows.
SHOWN = ("starts_at", "ends_at", "state")


@dataclass
class Kept:
    """What stood in some columns of one row."""

    kind: str
    id: int
    columns: dict[str, Any]

    @property
    def is_place(self) -> bool:
        """Whether it is about where a session or a run meets."""
        return "place_sealed" in self.columns


@dataclass
class KeptReply:
    """One answer: who gave it for which session, and what stood in it.

    ``member`` is the public id of the place: its number can be another's once it is forgotten.
    """

    session_id: int
    membership_id: int
    member: str
    columns: dict[str, Any]


@dataclass
class Before:
    """What stood in some columns of some rows, and what people had said about them."""

    rows: list[Kept] = field(default_factory=list)
    #: The sessions whose calendars are settled by undoing.
    sessions: list[int] = field(default_factory=list)
    #: The sessions about which everybody is asked anew, and what had been said about them.
    asked: list[int] = field(default_factory=list)
    replies: list[KeptReply] = field(default_factory=list)
    #: The sessions that were not there before.
    added: list[int] = field(default_factory=list)

    def keep(self, row: Row, columns: Iterable[str]) -> None:
        """Remember these columns of a row; sealed ones stay sealed."""
        kind = next(name for name, model in KINDS.items() if isinstance(row, model))
        self.rows.append(Kept(kind, row.id, {name: plain(getattr(row, name)) for name in columns}))

    def keep_calendars(self, sessions: Iterable[PeerSession]) -> None:
        """Remember whose calendars are concerned, to settle them after undoing."""
        self.sessions += [session.id for session in sessions]

    def keep_answers(self, sessions: Iterable[PeerSession]) -> None:
        """Remember what was said about these sessions, of which everybody is asked anew."""
        self.asked += [session.id for session in sessions]
        self.replies = [
            KeptReply(
                reply.session_id,
                reply.membership_id,
                reply.membership.public_id,
                {name: plain(getattr(reply, name)) for name in SAID},
            )
            for reply in replies_to(self.asked)
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` turns back into an equal object."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Before":
        """Read what ``to_json`` wrote."""
        rows = [Kept(**one) for one in stored["rows"]]
        replies = [KeptReply(**one) for one in stored["replies"]]
        return cls(rows, stored["sessions"], stored["asked"], replies, stored["added"])


def replies_to(sessions: Sequence[int]) -> list[Reply]:
    """Return every answer to these sessions, by their ids, oldest first."""
    return list(
        db.session.scalars(
            select(Reply)
            .where(Reply.session_id.in_(sessions))
            .options(joinedload(Reply.membership, innerjoin=True))
            .order_by(Reply.id)
        )
    )


def plain(value: Any) -> Any:
    """Return a value that JSON can hold, with its type where that would be lost."""
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case time():
            return {"clock": value.isoformat()}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
    return value


def rich(value: Any) -> Any:
    """Return what ``plain`` was given."""
    match value:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"on": str(text)}:
            return date.fromisoformat(text)
        case {"clock": str(text)}:
            return time.fromisoformat(text)
        case {"bytes": str(text)}:
            return base64.b64decode(text)
    return value

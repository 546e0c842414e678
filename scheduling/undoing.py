"""Taking a change back while its letters still wait.

What stood there before travels with the note that offers to undo, sealed and signed, so that it
can be neither read nor altered on its way. Nothing of it is kept in the database.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.db import db
from core.encryption import Unreadable, key_ring
from core.errors import DomainError, NotFound
from core.outbox import can_recall, recall
from core.tokens import sign, unsign
from groups.models import Cohort, Membership, Person, PlaceOffer
from scheduling.calendar_parts import settle
from scheduling.changes import note_dates_changed, note_details_changed
from scheduling.models import Invitation, PeerSession, Reply, Series

PURPOSE = "undo"
LASTS = timedelta(hours=1)
#: The note travels in a cookie, and browsers drop one of more than 4096 bytes.
LONGEST = 2400
TOO_LATE = "It is too late to undo this."
HAVE_LEFT = (
    "The messages have already left, so this can no longer be undone. "
    "You can change it back, and everybody is told again."
)
CHANGED_SINCE = "This has been changed again since, so it can no longer be undone."

Row = PeerSession | Series | Cohort | PlaceOffer
KINDS: dict[str, type[Row]] = {
    "session": PeerSession,
    "series": Series,
    "cohort": Cohort,
    "offer": PlaceOffer,
}


@dataclass
class Before:
    """What stood in some columns of some rows, and what people had said about them."""

    rows: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    replies: list[tuple[int, int, str, int]] = field(default_factory=list)

    def keep(self, row: Row, columns: Sequence[str]) -> None:
        """Remember these columns of a row; sealed ones stay sealed."""
        kind = next(name for name, model in KINDS.items() if isinstance(row, model))
        self.rows.append((kind, row.id, {name: _plain(getattr(row, name)) for name in columns}))

    def keep_answers(self, sessions: Iterable[PeerSession]) -> None:
        """Remember the answers given for these sessions; their calendars are settled by undoing."""
        self.sessions = [session.id for session in sessions]
        self.replies = [
            (row.session_id, row.membership_id, row.answer, int(row.answered_at.timestamp()))
            for row in db.session.scalars(
                select(Reply).where(Reply.session_id.in_(self.sessions)).order_by(Reply.id)
            )
        ]


def ticket(before: Before, *, by: Person, parcel: str | None) -> str | None:
    """Return what lets ``by`` undo a change that has just been made, within an hour.

    ``None`` when a great many people are concerned: it would not fit into a note.
    """
    content = {
        "by": by.public_id,
        "parcel": parcel,
        "rows": before.rows,
        "sessions": before.sessions,
        "replies": before.replies,
        "mark": _mark(before.rows),
    }
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)
    sealed = base64.urlsafe_b64encode(key_ring().seal(packed, PURPOSE)).decode()
    token = sign(PURPOSE, sealed)
    return token if len(token) <= LONGEST else None


def take_back(token: str, cohort: Cohort, *, by: Person, now: datetime) -> int:
    """Put back what stood there before, and take its letters out of the outbox; returns how many.

    Raises ``DomainError`` when letters have left, when something has changed since, or when the
    ticket is too old, of another person or of another group.
    """
    content = _opened(token)
    rows = [(_row(kind, identifier), columns) for kind, identifier, columns in content["rows"]]
    if content["by"] != by.public_id or any(_group_of(row) != cohort.id for row, _ in rows):
        raise DomainError(TOO_LATE)
    if content["mark"] != _mark(content["rows"]):
        raise DomainError(CHANGED_SINCE)
    letters = _recall(content["parcel"], now)
    for row, columns in rows:
        _restore(row, columns, now)
    # Only a move asked everybody anew; after other changes what was answered since stands.
    moved = [row.id for row, columns in rows if "starts_at" in columns]
    _restore_replies(moved, content["replies"])
    _settle_calendars(content["sessions"])
    db.session.flush()
    return letters


def _recall(parcel: str | None, now: datetime) -> int:
    if parcel is None:
        return 0
    if not can_recall(parcel, now):
        raise DomainError(HAVE_LEFT)
    return recall(parcel, now)


def _opened(token: str) -> dict[str, Any]:
    try:
        sealed = base64.urlsafe_b64decode(unsign(PURPOSE, token, LASTS))
        content: dict[str, Any] = json.loads(zlib.decompress(key_ring().unseal(sealed, PURPOSE)))
    except (NotFound, Unreadable) as error:
        raise DomainError(TOO_LATE) from error
    return content


def _row(kind: str, identifier: int) -> Row:
    row: Any = db.session.get(KINDS[kind], identifier)
    if row is None:
        raise DomainError(CHANGED_SINCE)
    found: Row = row
    return found


def _group_of(row: Row) -> int:
    return row.id if isinstance(row, Cohort) else row.cohort_id


def _mark(rows: Iterable[Sequence[Any]]) -> str:
    """Return a digest of what stands in the same columns now, and of when dates last changed."""
    stands = []
    for kind, identifier, columns in rows:
        row = _row(kind, identifier)
        stands.append([_plain(getattr(row, name)) for name in columns])
        if isinstance(row, PeerSession) and not _is_place(columns):
            stands.append([_plain(row.dates_changed_at)])
    return hashlib.sha256(json.dumps(stands).encode()).hexdigest()[:20]


def _is_place(columns: Iterable[str]) -> bool:
    return "place_sealed" in columns


def _restore(row: Row, columns: dict[str, Any], now: datetime) -> None:
    for name, value in columns.items():
        setattr(row, name, _rich(value))
    if isinstance(row, PeerSession):
        (note_details_changed if _is_place(columns) else note_dates_changed)(row, now)
    if isinstance(row, Series) and _is_place(columns):
        for session in db.session.scalars(
            select(PeerSession).where(PeerSession.series_id == row.id, PeerSession.ends_at > now)
        ):
            note_details_changed(session, now)


def _restore_replies(sessions: list[int], replies: Sequence[Sequence[Any]]) -> None:
    db.session.execute(delete(Reply).where(Reply.session_id.in_(sessions)))
    members = [membership_id for _, membership_id, *_ in replies]
    known = set(db.session.scalars(select(Membership.id).where(Membership.id.in_(members))))
    for session_id, membership_id, answer, answered in replies:
        if membership_id in known:
            db.session.add(
                Reply(
                    session_id=session_id,
                    membership_id=membership_id,
                    answer=answer,
                    answered_at=_moment(answered),
                )
            )


def _settle_calendars(sessions: list[int]) -> None:
    """Let the invitations say again what calendars really hold, now that letters stayed here."""
    for told in db.session.scalars(select(Invitation).where(Invitation.session_id.in_(sessions))):
        settle(told.session, told.membership)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold, with its type where that would be lost."""
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
    return value


def _rich(value: Any) -> Any:
    match value:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"on": str(text)}:
            return date.fromisoformat(text)
        case {"bytes": str(text)}:
            return base64.b64decode(text)
    return value


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)

"""What an act has done to each session, from which everybody is told; and changes while the letters
about earlier ones still wait: people are told of both at once.

The later letter takes in what the earlier ones were to say, and says it as it is now: what its
reader knows, and what has become of that. Where everything is again as they know it, nothing is
said. Should the later change be taken back, the earlier letters leave after all, word for word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Cohort
from scheduling.letters.invitation_rows import WrittenLetter
from scheduling.models import PeerSession, SessionState


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


@dataclass(frozen=True)
class Stood:
    """What a session was before a change: from when to when, in which zone, and whether it was
    to take place.
    """

    starts_at: datetime
    ends_at: datetime
    zone_name: str
    takes_place: bool


#: What stood before each change, by its parcel: sessions by their ids, ``None`` for new ones.
Formerly = Mapping[str, Mapping[int, Stood | None]]


def parcels_waiting(cohort: Cohort) -> list[str]:
    """Return the parcels of letters about a group that wait."""
    waiting = select(OutgoingMail.parcel).where(
        OutgoingMail.topic == cohort.public_id,
        OutgoingMail.parcel.is_not(None),
        OutgoingMail.state == MailState.DUE,
    )
    return [str(parcel) for parcel in db.session.scalars(waiting.distinct())]


def was_taken_in(parcel: str) -> bool:
    """Tell whether a letter of this parcel waits no more because a later one has taken it in."""
    replaced = select(OutgoingMail.id).where(
        OutgoingMail.parcel == parcel,
        OutgoingMail.state == MailState.SUPERSEDED,
        OutgoingMail.replaced_by.is_not(None),
    )
    return db.session.scalar(replaced.limit(1)) is not None


def chain_of(letters: Iterable[WrittenLetter]) -> list[str]:
    """Return the parcels of those letters of some threads that wait, and of what these have taken
    in, newest first.
    """
    found: list[str] = []
    for letter in sorted(letters, key=lambda one: -one.id):
        if letter.parcel is None or letter.parcel in found:
            continue
        replaced = letter.state == MailState.SUPERSEDED and letter.replaced_by in found
        if letter.waits or replaced:
            found.append(letter.parcel)
    return found


def stood_before(chain: Sequence[str], session_id: int, formerly: Formerly) -> Stood | None | str:
    """Return what a reader knows a session to be who has not got the letters of these parcels,
    newest first; the empty text where these did not change it.
    """
    for parcel in reversed(chain):
        if session_id in formerly.get(parcel, {}):
            return formerly[parcel][session_id]
    return ""


def became(session: PeerSession, stood: Stood | None) -> SessionChange | None:
    """Return what has become of a session since it stood like that, if anybody notices."""
    takes_place = session.state == SessionState.PLANNED
    if stood is None or not stood.takes_place:
        kind = ChangeKind.ADDED if stood is None else ChangeKind.REINSTATED
        return SessionChange(session, kind) if takes_place else None
    if not takes_place:
        was = (stood.starts_at, stood.ends_at, stood.zone_name)
        moved = was[:2] != (session.starts_at, session.ends_at)
        return SessionChange(session, ChangeKind.CANCELLED, was if moved else None)
    if (session.starts_at, session.ends_at) == (stood.starts_at, stood.ends_at):
        return None
    was = (stood.starts_at, stood.ends_at, stood.zone_name)
    return SessionChange(session, ChangeKind.MOVED, was)

"""Two changes of a run while the letters about the first still wait: one letter tells of both.

The later letter takes in what the earlier one was to say, and says it as it is now: what its reader
knows, and what has become of that. Should the later change be taken back, the earlier letter leaves
after all, word for word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Cohort
from scheduling.letters.changes import KIND, ChangeKind, SessionChange
from scheduling.models import PeerSession, SessionState


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


def parcels_waiting(cohort: Cohort) -> dict[str, list[str]]:
    """Return, for each thread of letters about several dates, the parcels of those that wait and of
    what these have taken in, newest first.
    """
    waits = OutgoingMail.state == MailState.DUE
    taken_in = (OutgoingMail.state == MailState.SUPERSEDED) & OutgoingMail.replaced_by.is_not(None)
    rows = db.session.execute(
        select(OutgoingMail.thread, OutgoingMail.parcel, OutgoingMail.replaced_by)
        .where(
            OutgoingMail.topic == cohort.public_id,
            OutgoingMail.kind == KIND,
            OutgoingMail.parcel.is_not(None),
            or_(waits, taken_in),
        )
        .order_by(OutgoingMail.id.desc())
    )
    found = defaultdict[str, list[str]](list)
    for thread, parcel, replaced_by in rows:
        parcels = found[str(thread)]
        if replaced_by is None or replaced_by in parcels:
            parcels.append(str(parcel))
    return {thread: parcels for thread, parcels in found.items() if parcels}


def was_taken_in(parcel: str) -> bool:
    """Tell whether a letter of this parcel waits no more because a later one has taken it in."""
    replaced = select(OutgoingMail.id).where(
        OutgoingMail.parcel == parcel,
        OutgoingMail.state == MailState.SUPERSEDED,
        OutgoingMail.replaced_by.is_not(None),
    )
    return db.session.scalar(replaced.limit(1)) is not None


def taken_in(
    news: Sequence[SessionChange], parcels: Sequence[str], formerly: Formerly
) -> list[SessionChange] | None:
    """Return what somebody is told who has not got the letters of these parcels, newest first.

    ``None`` where they are told of each change by itself: when it is not known what stood before,
    and when everything is again as they know it, since no letter at all would say too little to
    who has calendar entries, and could not be taken back.
    """
    if not parcels or any(parcel not in formerly for parcel in parcels):
        return None
    known = {key: stood for parcel in parcels for key, stood in formerly[parcel].items()}
    told = [one for one in news if one.session.id not in known]
    rows = db.session.scalars(select(PeerSession).where(PeerSession.id.in_(known)))
    told += _since([(row, known[row.id]) for row in rows])
    return sorted(told, key=lambda one: (one.session.starts_at, one.session.id)) or None


def _since(pairs: Iterable[tuple[PeerSession, Stood | None]]) -> list[SessionChange]:
    found = (_became(session, stood) for session, stood in pairs)
    return [one for one in found if one is not None]


def _became(session: PeerSession, stood: Stood | None) -> SessionChange | None:
    """Return what has become of a session since it stood like that, if anybody notices."""
    takes_place = session.state == SessionState.PLANNED
    if stood is None or not stood.takes_place:
        kind = ChangeKind.ADDED if stood is None else ChangeKind.REINSTATED
        return SessionChange(session, kind) if takes_place else None
    if not takes_place:
        return SessionChange(session, ChangeKind.CANCELLED)
    if (session.starts_at, session.ends_at) == (stood.starts_at, stood.ends_at):
        return None
    return SessionChange(
        session, ChangeKind.MOVED, (stood.starts_at, stood.ends_at, stood.zone_name)
    )

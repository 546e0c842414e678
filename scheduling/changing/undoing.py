"""Taking a change back while its letters still wait.

What stood there before is kept sealed for a day (``Reversal``). A note that offers to undo carries
nothing but its random name, which is of use only to whoever made the change.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.db import db
from core.encryption import Unreadable
from core.errors import DomainError
from core.outbox import can_recall, recall
from groups.models import Cohort, Membership, MembershipState, Person
from scheduling.changing.before import (
    KINDS,
    SHOWN,
    Before,
    Kept,
    KeptReply,
    Row,
    plain,
    replies_to,
    rich,
)
from scheduling.changing.putting_right import put_right, what_newcomers_know
from scheduling.keeping.changes import note_dates_changed_in, note_details_changed_in
from scheduling.letters.book import settle_all
from scheduling.letters.taking_in import was_taken_in
from scheduling.models import PeerSession, Reply, Reversal, Series, SessionPrompt
from scheduling.runs.numbering import answer_to, put_in_order

LASTS = timedelta(hours=1)
TOO_LATE = "It is too late to undo this."
HAVE_LEFT = (
    "The messages have already left, so this can no longer be undone. "
    "You can change it back, and everybody is told again."
)
CHANGED_SINCE = "This has been changed again since, so it can no longer be undone."


def ticket(before: Before, cohort: Cohort, *, by: Person, parcel: str | None, now: datetime) -> str:
    """Return what lets ``by`` undo a change that has just been made, within an hour."""
    content = {
        "by": by.public_id,
        "cohort": cohort.public_id,
        "parcel": parcel,
        "before": before.to_json(),
        "mark": _mark(before),
    }
    packed = json.dumps(content, separators=(",", ":")).encode()
    kept = Reversal(content=packed, made_at=now)
    db.session.add(kept)
    db.session.flush()
    return kept.public_id


def take_back(token: str, cohort: Cohort, *, by: Person, now: datetime) -> int:
    """Put back what stood there before, and take its letters out of the outbox; returns how many.

    Whoever has joined in between, and so knows only the dates that are taken back, is told.
    Raises ``DomainError`` when letters have left, when something has changed since, or when the
    ticket is too old, of another person or of another group.
    """
    reversal, content = _opened(token, now)
    if content["by"] != by.public_id or content["cohort"] != cohort.public_id:
        raise DomainError(TOO_LATE)
    before = Before.from_json(content["before"])
    if content["mark"] != _mark(before):
        raise DomainError(CHANGED_SINCE)
    letters = _recall(content["parcel"], now)
    known = what_newcomers_know(before, cohort, since=reversal.made_at)
    days = _put_back(before, now)
    put_right(known, cohort, now=now)
    _remove(before.added, cohort, now)
    # Only now is every former day of the pattern free again.
    _answer_again(days)
    runs = db.session.scalars(select(Series).where(Series.cohort_id == cohort.id)).all()
    put_in_order(cohort, now=now)
    for run in runs:
        put_in_order(run, now=now)
    settle_all(before.sessions, now=now)
    db.session.delete(reversal)
    db.session.flush()
    return letters


def _recall(parcel: str | None, now: datetime) -> int:
    if parcel is None:
        return 0
    if not can_recall(parcel, now):
        raise DomainError(CHANGED_SINCE if was_taken_in(parcel) else HAVE_LEFT)
    return recall(parcel, now)


def _opened(token: str, now: datetime) -> tuple[Reversal, dict[str, Any]]:
    reversal = db.session.scalars(select(Reversal).where(Reversal.public_id == token)).first()
    if reversal is None or reversal.made_at + LASTS < now:
        raise DomainError(TOO_LATE)
    try:
        content: dict[str, Any] = json.loads(reversal.content)
    except Unreadable as error:
        raise DomainError(TOO_LATE) from error
    return reversal, content


def _rows(kept: Sequence[Kept]) -> dict[tuple[str, int], Row]:
    """Return the rows as they are now, by kind and id; one that has gone is missing."""
    found: dict[tuple[str, int], Row] = {}
    for kind in {one.kind for one in kept}:
        model: Any = KINDS[kind]
        ids = [one.id for one in kept if one.kind == kind]
        rows = db.session.scalars(select(model).where(model.id.in_(ids)))
        found |= {(kind, row.id): row for row in rows}
    return found


def _mark(before: Before) -> str:
    """Return a digest of what stands in the same columns now, and of when dates last changed."""
    rows = _rows([*before.rows, *(Kept("session", key, {}) for key in before.added)])
    stands = []
    for kept in before.rows:
        row = rows.get((kept.kind, kept.id))
        stands.append([None if row is None else plain(getattr(row, name)) for name in kept.columns])
        if isinstance(row, PeerSession) and not kept.is_place:
            stands.append([plain(row.dates_changed_at)])
    for key in before.added:
        row = rows.get(("session", key))
        stands.append([plain(getattr(row, "dates_changed_at", None))])
    return hashlib.sha256(json.dumps(stands).encode()).hexdigest()[:20]


def _put_back(before: Before, now: datetime) -> dict[int, date]:
    """Restore every column but the days sessions answer to, which are returned by their id."""
    rows = _rows(before.rows)
    days = dict[int, date]()
    dated, placed = list[PeerSession](), list[PeerSession]()
    for kept in before.rows:
        row = rows[kept.kind, kept.id]
        wanted = {name: rich(value) for name, value in kept.columns.items()}
        if "planned_on" in wanted:
            days[kept.id] = wanted.pop("planned_on")
        shows = any(getattr(row, name) != wanted[name] for name in SHOWN if name in wanted)
        for name, value in wanted.items():
            setattr(row, name, value)
        if isinstance(row, PeerSession):
            dated += [row] if shows else []
            placed += [row] if kept.is_place and row.ends_at > now else []
        elif isinstance(row, Series) and kept.is_place:
            placed += _going_on(row, now)
    note_dates_changed_in(dated, now)
    note_details_changed_in(list(dict.fromkeys(placed)), now)
    _restore_replies(before.asked, before.replies)
    return days


def _answer_again(days: dict[int, date]) -> None:
    if days:
        answer_to(db.session.get_one(PeerSession, next(iter(days))).together, days)


def _going_on(series: Series, now: datetime) -> list[PeerSession]:
    going_on = (PeerSession.series_id == series.id, PeerSession.ends_at > now)
    return list(db.session.scalars(select(PeerSession).where(*going_on)))


def _restore_replies(asked: list[int], kept: Sequence[KeptReply]) -> None:
    """Let what was said before count again, and nothing that was said about the other time."""
    found = {(reply.session_id, reply.membership_id): reply for reply in replies_to(asked)}
    for reply in found.values():
        reply.is_earlier = True
    members = {one.member for one in kept}
    known = set(
        db.session.scalars(select(Membership.public_id).where(Membership.public_id.in_(members)))
    )
    for one in kept:
        if one.member not in known:
            continue
        said = found.get((one.session_id, one.membership_id))
        if said is None:
            said = Reply(session_id=one.session_id, membership_id=one.membership_id)
            db.session.add(said)
        for name, value in one.columns.items():
            setattr(said, name, rich(value))


def _remove(added: list[int], cohort: Cohort, now: datetime) -> None:
    """Delete sessions that were added; nothing about them has left for those who were here."""
    if not added:
        return
    for session in db.session.scalars(select(PeerSession).where(PeerSession.id.in_(added))).all():
        db.session.expunge(session)
    db.session.execute(delete(SessionPrompt).where(SessionPrompt.session_id.in_(added)))
    db.session.execute(delete(PeerSession).where(PeerSession.id.in_(added)))
    active = (Membership.cohort_id == cohort.id, Membership.state == MembershipState.ACTIVE)
    for membership in db.session.scalars(select(Membership).where(*active)):
        # An entry that is gone leaves no trace by which a calendar could tell; this is one.
        membership.changed_at = max(now, membership.changed_at or now)

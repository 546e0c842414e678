"""What a private calendar link gives: which entries, which words, and when they last changed.

Everything is read and written anew here, in a fixed number of queries. ``scheduling.feeds.kept``
keeps what came of it, and ``scheduling.feeds.fast`` hands that out until something has changed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from core import config
from core.db import db
from core.errors import NotFound
from core.tokens import digest
from groups.models import Cohort, Membership
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK, sessions_in_diary, start_of_day
from scheduling.calendars import ical
from scheduling.calendars.stamps import lead, stamp
from scheduling.feeds.kept import Reading, made_of
from scheduling.keeping.entry_words import words_for
from scheduling.models import Detail, Diary, Feed, PeerSession, SessionState

#: How long a link that was ended still answers, so that calendars drop what they hold.
EMPTY_FOR: Final = timedelta(days=30)
#: What the calendar is called in other programs. It says nothing.
CALENDAR_NAME: Final = "Calendar"
#: Where SEQUENCE counts from: it is LAST-MODIFIED in whole seconds since then, and so rises with
#: it without having to be stored.
SEQUENCE_STARTS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
UID_BYTES: Final = 16
_TAG_BYTES: Final = 16
_DAY: Final = timedelta(days=1)


def feed_with(token: str, *, now: datetime) -> Feed:
    """Return the feed a private link opens, with its diary.

    Raises NotFound for a link that never was, and for one that was ended over 30 days ago.
    """
    ended_before = now - EMPTY_FOR
    feed = db.session.scalars(
        select(Feed)
        # In the statement, so that one that was ended costs no more than one that never was.
        .where(
            Feed.token_hash == digest(token),
            or_(Feed.revoked_at.is_(None), Feed.revoked_at > ended_before),
        )
        .options(joinedload(Feed.diary, innerjoin=True))
    ).one_or_none()
    if feed is None:
        raise NotFound
    return feed


def read(feed: Feed, *, now: datetime) -> Reading:
    """Return what a calendar program is given now; an ended link gives an empty calendar."""
    diary = feed.diary
    if feed.revoked_at is not None:
        body = _bytes_of([])
        return Reading(body, tag_of(diary, body), _stamp(diary, feed.revoked_at))
    # Before the entries: whoever has older bytes than their revision asks once more, with newer
    # ones nobody would ever ask again. The same goes for a date and what came with it.
    known = made_of(diary, now=now)
    moments = [*_belonging_changes(diary), *_window_departures(diary, now)]
    sessions = sessions_of(diary, now=now)
    body = _bytes_of([entry_of(session, diary) for session in sessions])
    changed_at = _stamp(diary, _changed_at(feed, sessions, moments))
    return Reading(body, tag_of(diary, body), changed_at, known)


def tag_of(diary: Diary, body: bytes) -> str:
    """Return the strong entity tag of a calendar (RFC 9110 section 8.8.3).

    It is made of the bytes, so it is right whatever happened to the database in between, a restore
    too. The diary's own id keeps apart the tags of two people who have no dates.
    """
    made = blake2b(f"{diary.public_id}\n".encode(), digest_size=_TAG_BYTES)
    made.update(body)
    return made.hexdigest()


def note_read(feed: Feed, *, now: datetime) -> None:
    """Note the day on which a calendar fetched this feed: the day, never the time."""
    feed.last_read_on = now.date()


def entries(diary: Diary, *, now: datetime) -> list[ical.Entry]:
    """Return everything this person's calendar holds, earliest first."""
    return [entry_of(session, diary) for session in sessions_of(diary, now=now)]


def sessions_of(diary: Diary, *, now: datetime) -> list[PeerSession]:
    """Return the sessions this person's calendar holds, earliest first, with what it shows."""
    scope = sessions_in_diary(diary, now)
    if diary.detail == Detail.FULL:
        scope = scope.options(
            joinedload(PeerSession.cohort, innerjoin=True),
            joinedload(PeerSession.series),
            selectinload(PeerSession.prompts),
        )
    return list(db.session.scalars(scope))


def entry_of(session: PeerSession, diary: Diary) -> ical.Entry:
    """Return one session as this person's calendar shows it."""
    words = words_for(session, diary)
    changed_at = _stamp(diary, _entry_changed_at(session, diary), session)
    return ical.Entry(
        uid=uid_of(session, diary),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        summary=words.summary,
        description=words.description,
        location=words.location,
        changed_at=changed_at,
        sequence=sequence_at(changed_at),
        cancelled=session.state == SessionState.CANCELLED,
        busy=diary.busy,
    )


def sequence_at(changed_at: datetime) -> int:
    """Return the SEQUENCE of an entry that is said to have last changed at this moment."""
    return max(0, int((changed_at - SEQUENCE_STARTS_AT).total_seconds()))


def uid_of(session: PeerSession, diary: Diary) -> str:
    """Return the identifier of a session in one person's feed (RFC 7986 section 5.3).

    The person's own key makes it (BLAKE2, RFC 7693, keyed), so the entries of two people cannot
    be linked with each other or with the session.
    """
    made = blake2b(session.public_id.encode(), key=diary.entry_key, digest_size=UID_BYTES)
    return f"{made.hexdigest()}@{config.current().host}"


def _stamp(diary: Diary, changed_at: datetime, session: PeerSession | None = None) -> datetime:
    """Return when a change is said to have happened, of one entry or of the calendar as a whole."""
    name = session.public_id if session else ""
    by = lead(diary.entry_key, diary.public_id, name)
    return stamp(changed_at, by, diary.stamps_apart_since)


def _bytes_of(found: list[ical.Entry]) -> bytes:
    return ical.feed(found, name=CALENDAR_NAME)


def _entry_changed_at(session: PeerSession, diary: Diary) -> datetime:
    changes = [session.dates_changed_at, diary.changed_at]
    if diary.detail == Detail.FULL:
        changes.append(session.details_changed_at)
    return max(changes)


def _changed_at(
    feed: Feed, sessions: list[PeerSession], comings_and_goings: list[datetime]
) -> datetime:
    """Return when the calendar last changed, from which Last-Modified is made (RFC 9110 section
    8.8.2).

    A calendar also changes when an entry comes or goes, and then the newest change among the
    entries that are left can be older than before; a program that asks "since when?" would never
    hear of it. So the moments of coming and going count as well: those of the person's places and
    groups, and those at which the window passed over a session.
    """
    diary = feed.diary
    moments = [feed.created_at, diary.changed_at, *comings_and_goings]
    moments += [_entry_changed_at(session, diary) for session in sessions]
    moments += [_next_midnight(session.starts_at - FEED_AHEAD - _DAY) for session in sessions]
    if diary.stamps_apart_since:
        moments += _told_before(sessions, diary.stamps_apart_since)
    return max(moments)


def _told_before(sessions: list[PeerSession], since: datetime) -> Iterable[datetime]:
    """Yield the moments of coming and going that an older release, whose window moved by the
    second, had told by then, so that Last-Modified does not fall.
    """
    for session in sessions:
        back = CANCELLED_BACK if session.state == SessionState.CANCELLED else FEED_BACK
        for moment in (session.starts_at - FEED_AHEAD, session.ends_at + back):
            if moment <= since:
                yield moment


def _belonging_changes(diary: Diary) -> list[datetime]:
    row = db.session.execute(
        select(
            func.max(Membership.joined_at),
            func.max(Membership.left_at),
            func.max(Membership.changed_at),
            func.max(Cohort.opened_at),
        )
        .join(Cohort)
        .where(Membership.person_id == diary.person_id)
    ).one()
    return [moment for moment in row if moment is not None]


def _window_departures(diary: Diary, now: datetime) -> list[datetime]:
    """Return when the newest sessions left the window: held ones, and cancelled ones earlier."""
    today = start_of_day(now)
    cancelled = PeerSession.state == SessionState.CANCELLED
    rows = db.session.execute(
        select(PeerSession.state, func.max(PeerSession.ends_at))
        .join(Membership, Membership.cohort_id == PeerSession.cohort_id)
        .where(
            Membership.person_id == diary.person_id,
            (PeerSession.ends_at <= today - FEED_BACK)
            | (cancelled & (PeerSession.ends_at <= today - CANCELLED_BACK)),
        )
        .group_by(PeerSession.state)
    )
    return [
        _midnight_from(ended + (CANCELLED_BACK if state == SessionState.CANCELLED else FEED_BACK))
        for state, ended in rows
    ]


def _next_midnight(moment: datetime) -> datetime:
    """Return the first midnight after a moment, in UTC."""
    return start_of_day(moment) + _DAY


def _midnight_from(moment: datetime) -> datetime:
    """Return the first midnight at or after a moment, in UTC."""
    return _next_midnight(moment - timedelta.resolution)

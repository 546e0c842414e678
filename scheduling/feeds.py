"""What a private calendar link gives: which entries, which words, and when they last changed.

This is the plain path: everything is read and written anew for each request, in a fixed number of
queries. A faster one has to give the same bytes and the same times.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from core import config
from core.db import db
from core.errors import NotFound
from core.tokens import digest
from groups.models import Cohort, Membership
from scheduling import ical
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK, sessions_in_diary
from scheduling.changes import whole_second
from scheduling.entry_words import words_for
from scheduling.models import Detail, Diary, Feed, PeerSession, SessionState

#: How long a link that was ended still answers, so that calendars drop what they hold.
EMPTY_FOR: Final = timedelta(days=30)
#: What the calendar is called in other programs. It says nothing.
CALENDAR_NAME: Final = "Calendar"
#: Where SEQUENCE counts from: it is LAST-MODIFIED in whole seconds since then, and so rises with
#: it without having to be stored.
SEQUENCE_STARTS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_UID_LENGTH: Final = 32


@dataclass(frozen=True)
class Reading:
    """One answer of a feed: its bytes, and when anything about them last changed, to the second."""

    body: bytes
    changed_at: datetime

    @property
    def etag(self) -> str:
        """The strong entity tag, without quotes: other bytes, another tag."""
        return ical.etag(self.body)


def feed_with(token: str, *, now: datetime) -> Feed:
    """Return the feed a private link opens, with its diary.

    Raises NotFound for a link that never was, and for one that was ended over 30 days ago.
    """
    feed = db.session.scalars(
        select(Feed)
        .where(Feed.token_hash == digest(token))
        .options(joinedload(Feed.diary, innerjoin=True))
    ).one_or_none()
    if feed is None or (feed.revoked_at is not None and feed.revoked_at + EMPTY_FOR <= now):
        raise NotFound
    return feed


def read(feed: Feed, *, now: datetime) -> Reading:
    """Return what a calendar program is given now; an ended link gives an empty calendar."""
    if feed.revoked_at is not None:
        return Reading(_written([]), whole_second(feed.revoked_at))
    sessions = _sessions(feed.diary, now)
    body = _written([entry_of(session, feed.diary) for session in sessions])
    return Reading(body, _changed_at(feed, sessions, now))


def note_read(feed: Feed, *, now: datetime) -> None:
    """Note the day on which a calendar fetched this feed: the day, never the time."""
    feed.last_read_on = now.date()


def entries(diary: Diary, *, now: datetime) -> list[ical.Entry]:
    """Return everything this person's calendar holds, earliest first."""
    return [entry_of(session, diary) for session in _sessions(diary, now)]


def entry_of(session: PeerSession, diary: Diary) -> ical.Entry:
    """Return one session as this person's calendar shows it."""
    words = words_for(session, diary)
    changed_at = _entry_changed_at(session, diary)
    return ical.Entry(
        uid=uid_of(session, diary),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        summary=words.summary,
        description=words.description,
        location=words.location,
        changed_at=changed_at,
        sequence=max(0, int((changed_at - SEQUENCE_STARTS_AT).total_seconds())),
        cancelled=session.state == SessionState.CANCELLED,
        busy=diary.busy,
    )


def uid_of(session: PeerSession, diary: Diary) -> str:
    """Return the identifier of a session in one person's feed (RFC 7986 section 5.3).

    The person's own key makes it, so the entries of two people cannot be linked with each other
    or with the session.
    """
    made = hmac.new(diary.entry_key, session.public_id.encode(), hashlib.sha256).hexdigest()
    return f"{made[:_UID_LENGTH]}@{config.current().host}"


def _written(found: list[ical.Entry]) -> bytes:
    # The product keeps its own name here: that of the site could say whom it is for.
    return ical.feed(found, name=CALENDAR_NAME)


def _sessions(diary: Diary, now: datetime) -> list[PeerSession]:
    scope = sessions_in_diary(diary, now)
    if diary.detail == Detail.FULL:
        scope = scope.options(
            joinedload(PeerSession.cohort, innerjoin=True),
            joinedload(PeerSession.series, innerjoin=True),
            selectinload(PeerSession.prompts),
        )
    return list(db.session.scalars(scope))


def _entry_changed_at(session: PeerSession, diary: Diary) -> datetime:
    changes = [session.dates_changed_at, diary.changed_at]
    if diary.detail == Detail.FULL:
        changes.append(session.details_changed_at)
    return whole_second(max(changes))


def _changed_at(feed: Feed, sessions: list[PeerSession], now: datetime) -> datetime:
    """Return when the calendar last changed, for Last-Modified (RFC 9110 section 8.8.2).

    A calendar also changes when an entry comes or goes, and then the newest change among the
    entries that are left can be older than before; a program that asks "since when?" would never
    hear of it. So the moments of coming and going count as well: those of the person's places and
    groups, and those at which the window passed over a session.
    """
    diary = feed.diary
    moments = [feed.created_at, diary.changed_at]
    moments += [_entry_changed_at(session, diary) for session in sessions]
    moments += [session.starts_at - FEED_AHEAD for session in sessions]
    moments += _belonging_changes(diary)
    moments += _window_departures(diary, now)
    return max(whole_second(moment) for moment in moments)


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
    cancelled = PeerSession.state == SessionState.CANCELLED
    rows = db.session.execute(
        select(PeerSession.state, func.max(PeerSession.ends_at))
        .join(Membership, Membership.cohort_id == PeerSession.cohort_id)
        .where(
            Membership.person_id == diary.person_id,
            (PeerSession.ends_at <= now - FEED_BACK)
            | (cancelled & (PeerSession.ends_at <= now - CANCELLED_BACK)),
        )
        .group_by(PeerSession.state)
    )
    return [
        ended + (CANCELLED_BACK if state == SessionState.CANCELLED else FEED_BACK)
        for state, ended in rows
    ]

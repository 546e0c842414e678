"""What a private calendar link gives: which entries, which words, and when they last changed.

This is the plain path: everything is read and written anew for each request, in a fixed number of
queries. ``scheduling.feeds.fast`` gives the same bytes, tags and times at a fraction of the cost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK, sessions_in_diary
from scheduling.calendars import ical
from scheduling.keeping.changes import whole_second
from scheduling.keeping.entry_words import words_for
from scheduling.models import Detail, Diary, Feed, PeerSession, SessionState

#: How long a link that was ended still answers, so that calendars drop what they hold.
EMPTY_FOR: Final = timedelta(days=30)
#: What the calendar is called in other programs. It says nothing.
CALENDAR_NAME: Final = "Calendar"
#: Where SEQUENCE counts from: it is LAST-MODIFIED in whole seconds since then, and so rises with
#: it without having to be stored.
SEQUENCE_STARTS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
#: Part of every tag: raise it whenever the same rows are written as other bytes.
FORMAT: Final = "1"
UID_BYTES: Final = 16
_TAG_BYTES: Final = 16


@dataclass(frozen=True)
class Reading:
    """One answer of a feed: its bytes, its strong entity tag (without the quotes), and when
    anything about it last changed, to the second.
    """

    body: bytes
    etag: str
    changed_at: datetime


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
    diary, base_url = feed.diary, config.current().base_url
    if feed.revoked_at is not None:
        etag = tag_of(base_url, about(diary), ["ended"])
        return Reading(_bytes_of([]), etag, whole_second(feed.revoked_at))
    # Before the entries: a date that is older than what came with it is asked about once more, a
    # newer one would hide a change for good.
    moments = [*_belonging_changes(diary), *_window_departures(diary, now)]
    sessions = sessions_of(diary, now=now)
    body = _bytes_of([entry_of(session, diary) for session in sessions])
    etag = tag_of(base_url, about(diary), [line_of(session, diary) for session in sessions])
    return Reading(body, etag, _changed_at(feed, sessions, moments))


def tag_of(base_url: str, about_diary: str, lines: Iterable[str]) -> str:
    """Return the strong entity tag of a calendar (RFC 9110 section 8.8.3).

    It is made of which entries there are and when each, and the diary, last changed. Both moments
    rise with every visible change (``scheduling.keeping.changes``): other bytes have another tag,
    and it can be told without writing them. The diary's own id keeps the tags of two people apart.
    """
    made_of = "\n".join((FORMAT, base_url, about_diary, *sorted(lines)))
    return blake2b(made_of.encode(), digest_size=_TAG_BYTES).hexdigest()


def about(diary: Diary) -> str:
    """Return what the tag has to know of a diary."""
    return f"{diary.public_id}{diary.detail}{diary.busy:d}{written(diary.changed_at)}"


def line_of(session: PeerSession, diary: Diary) -> str:
    """Return what the tag has to know of one session in a diary."""
    details = written(session.details_changed_at) if diary.detail == Detail.FULL else ""
    return f"{written(session.dates_changed_at)}{details}{session.public_id}"


def written(moment: datetime) -> str:
    """Return a moment in UTC as SQLite keeps it, such as ``2026-12-10 18:00:00.000000``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def note_read(feed: Feed, *, now: datetime) -> None:
    """Note the day on which a calendar fetched this feed: the day, never the time."""
    feed.last_read_on = now.date()


def entries(diary: Diary, *, now: datetime) -> list[ical.Entry]:
    """Return everything this person's calendar holds, earliest first."""
    return [entry_of(session, diary) for session in sessions_of(diary, now=now)]


def sessions_of(diary: Diary, *, now: datetime) -> list[PeerSession]:
    """Return the sessions this person's calendar holds, earliest first, with what it shows."""
    scope = sessions_in_diary(diary, whole_second(now))
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
    changed_at = _entry_changed_at(session, diary)
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
    """Return the SEQUENCE of an entry that last changed at this moment."""
    return max(0, int((changed_at - SEQUENCE_STARTS_AT).total_seconds()))


def uid_of(session: PeerSession, diary: Diary) -> str:
    """Return the identifier of a session in one person's feed (RFC 7986 section 5.3).

    The person's own key makes it (BLAKE2, RFC 7693, keyed), so the entries of two people cannot
    be linked with each other or with the session.
    """
    made = blake2b(session.public_id.encode(), key=diary.entry_key, digest_size=UID_BYTES)
    return f"{made.hexdigest()}@{config.current().host}"


def _bytes_of(found: list[ical.Entry]) -> bytes:
    # The product keeps its own name here: that of the site could say whom it is for.
    return ical.feed(found, name=CALENDAR_NAME)


def _entry_changed_at(session: PeerSession, diary: Diary) -> datetime:
    changes = [session.dates_changed_at, diary.changed_at]
    if diary.detail == Detail.FULL:
        changes.append(session.details_changed_at)
    return whole_second(max(changes))


def _changed_at(
    feed: Feed, sessions: list[PeerSession], comings_and_goings: list[datetime]
) -> datetime:
    """Return when the calendar last changed, for Last-Modified (RFC 9110 section 8.8.2).

    A calendar also changes when an entry comes or goes, and then the newest change among the
    entries that are left can be older than before; a program that asks "since when?" would never
    hear of it. So the moments of coming and going count as well: those of the person's places and
    groups, and those at which the window passed over a session.
    """
    diary = feed.diary
    moments = [feed.created_at, diary.changed_at, *comings_and_goings]
    moments += [_entry_changed_at(session, diary) for session in sessions]
    moments += [session.starts_at - FEED_AHEAD for session in sessions]
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

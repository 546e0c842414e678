"""What is held about one person's dates, for that person. Nobody else is named in it."""

from typing import Any

from core.lookup import all_in
from groups.access import memberships_of
from groups.models import Person
from scheduling.access import feeds_of, sessions_seen_by
from scheduling.answers import replies_by
from scheduling.diaries import existing_diary
from scheduling.models import Feed, PeerSession, Reply


def own_dates(person: Person) -> list[dict[str, Any]]:
    """Return the sessions of this person's groups with their own answers; moments in UTC."""
    sessions = all_in(sessions_seen_by(person))
    replies = replies_by(all_in(memberships_of(person)), sessions)
    return [_date(session, replies.get(session.id)) for session in sessions]


def own_calendar(person: Person) -> dict[str, Any] | None:
    """Return what this person chose about their calendar, or nothing if they have none yet."""
    diary = existing_diary(person)
    if diary is None:
        return None
    return {
        "kept by": diary.kept_by,
        "detail": diary.detail,
        "words of an entry": diary.words,
        "shows as busy": diary.busy,
        "reminders": diary.reminders,
        "private links": [_feed(feed) for feed in all_in(feeds_of(person))],
    }


def _date(session: PeerSession, reply: Reply | None) -> dict[str, Any]:
    return {
        "group": session.cohort.name,
        "starts at": session.starts_at.isoformat(),
        "ends at": session.ends_at.isoformat(),
        "state": session.state,
        "your answer": None if reply is None else reply.answer,
    }


def _feed(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.label,
        "made at": feed.created_at.isoformat(),
        "last read on": feed.last_read_on.isoformat() if feed.last_read_on else None,
    }

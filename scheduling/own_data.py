"""What is held about one person's dates, for that person. Nobody else is named in it."""

from datetime import datetime
from typing import Any

from core.lookup import all_in
from groups.access import memberships_of
from groups.models import Person
from scheduling.access import feeds_of, replies_of, sessions_seen_by
from scheduling.attendance.answers import Said, said_by, standing_answer
from scheduling.keeping.diaries import existing_diary
from scheduling.models import TAKEN_BACK, Feed, PeerSession, Reply, ReplyNote

NOTED = {
    ReplyNote.OTHER_ADDRESS: "it came from another address than ours for you",
    ReplyNote.UNCONFIRMED: "where it came from could not be confirmed",
    ReplyNote.NAMED_ANOTHER: "it named somebody else to come",
    ReplyNote.OTHER_TIME: "it proposed another time",
}


def own_dates(person: Person, *, now: datetime) -> list[dict[str, Any]]:
    """Return the sessions of this person's groups with their own answers; moments in UTC."""
    sessions = all_in(sessions_seen_by(person))
    said = said_by(all_in(memberships_of(person)), sessions, now=now)
    given = {reply.session_id: reply for reply in all_in(replies_of(person))}
    return [
        _date(session, said[session.id]) | _noted(given.get(session.id)) for session in sessions
    ]


def own_standing_answers(person: Person) -> list[dict[str, Any]]:
    """Return the groups to which this person said once for all that they are usually coming,
    whether or not dates are ahead; moments in UTC.
    """
    found = [(place, standing_answer(place)) for place in all_in(memberships_of(person))]
    return [
        {"group": place.cohort.name, "said at": standing.given_at.isoformat()}
        for place, standing in found
        if standing is not None
    ]


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


def _date(session: PeerSession, said: Said) -> dict[str, Any]:
    return {
        "group": session.cohort.name,
        "starts at": session.starts_at.isoformat(),
        "ends at": session.ends_at.isoformat(),
        "state": session.state,
        "your answer": said.answer,
        "because you are usually coming": said.is_usual,
        "your answer to an earlier time": said.earlier,
    }


def _noted(reply: Reply | None) -> dict[str, Any]:
    """Return when an answer was given, and what was noted about one from a calendar program."""
    if reply is None:
        return {}
    if reply.answer == TAKEN_BACK:
        return {"answer taken back at": reply.answered_at.isoformat()}
    return {
        "answered at": reply.answered_at.isoformat(),
        "noted about your answer": [NOTED[ReplyNote(note)] for note in reply.notes],
    }


def _feed(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.label,
        "made at": feed.created_at.isoformat(),
        "last read on": feed.last_read_on.isoformat() if feed.last_read_on else None,
    }

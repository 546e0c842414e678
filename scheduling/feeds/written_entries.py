"""The words of full diary entries, written down once so that a feed need not write them again.

They are the same for everybody who sees them, and good for as long as neither the session nor our
way of writing has changed.
"""

from datetime import datetime

from sqlalchemy import select

from core import config
from core.db import db
from scheduling.calendars import ical
from scheduling.feeds.contents import FORMAT, sessions_of, written
from scheduling.keeping.entry_words import words_for
from scheduling.models import Detail, Diary, PeerSession, SessionState, WrittenEntry


def made_of(changes: str, base_url: str) -> str:
    """Return what words are written from: the two moments at which a session last changed (each
    as ``contents.written`` gives it, dates before details), our address, and our way of writing.
    """
    return f"{FORMAT} {changes} {base_url}"


def unwritten(diary: Diary, *, now: datetime) -> bool:
    """Tell whether this diary shows words that are not written down as they are now."""
    if diary.detail != Detail.FULL:
        return False
    sessions = sessions_of(diary, now=now)
    known = {entry.session_id: entry.made_of for entry in _entries(sessions)}
    return any(known.get(session.id) != _made_of(session) for session in sessions)


def write_down(diary: Diary, *, now: datetime) -> None:
    """Write down the words that this diary shows and that are missing or out of date.

    Only for somebody who is shown everything: a person's own words are theirs alone.
    """
    if diary.detail != Detail.FULL:
        return
    sessions = sessions_of(diary, now=now)
    entries = {entry.session_id: entry for entry in _entries(sessions)}
    for session in sessions:
        entry = entries.get(session.id) or WrittenEntry(session_id=session.id, made_of="")
        if entry.made_of != _made_of(session):
            entry.made_of = _made_of(session)
            entry.words = _words(session, diary)
            db.session.add(entry)


def _entries(sessions: list[PeerSession]) -> list[WrittenEntry]:
    ids = [session.id for session in sessions]
    return list(db.session.scalars(select(WrittenEntry).where(WrittenEntry.session_id.in_(ids))))


def _made_of(session: PeerSession) -> str:
    changes = written(session.dates_changed_at) + written(session.details_changed_at)
    return made_of(changes, config.current().base_url)


def _words(session: PeerSession, diary: Diary) -> bytes:
    words = words_for(session, diary)
    return ical.words_lines(
        words.summary,
        words.description,
        words.location,
        cancelled=session.state == SessionState.CANCELLED,
    )

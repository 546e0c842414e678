"""One group at a glance for whoever facilitates it, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from core.outbox import OutgoingMail, can_recall
from groups.models import Cohort, Person
from scheduling.attendance.answers import Count, Said, Speaker, counts, said_about
from scheduling.dates.wording import say_count
from scheduling.letters.deliveries import in_trouble
from scheduling.models import Answer, PeerSession, ReplyNote, Series, SessionState
from scheduling.reflection.drawing import PROMPTS_DRAWN
from scheduling.reflection.themes import UnknownTheme, theme
from scheduling.runs.conflicts import conflicts_of
from scheduling.runs.series import current_series, today_for
from scheduling.web.people.view.roster import called, people_words
from scheduling.web.session_card import SessionCard, card
from scheduling.web.set_up.view.words import breaks_before, breaks_of, run_words

SAID = {
    Answer.COMING: "is coming",
    Answer.UNSURE: "is not sure yet",
    Answer.NOT_THIS_TIME: "is not coming this time",
}
#: What was said about a time the session no longer has. It is not counted.
SAID_EARLIER = {
    Answer.COMING: "was coming at the earlier time",
    Answer.UNSURE: "was not sure about the earlier time",
    Answer.NOT_THIS_TIME: "was not coming at the earlier time",
}
#: What is worth knowing about an answer that came back from a calendar program.
NOTES = {
    ReplyNote.OTHER_ADDRESS: "answered from another address",
    ReplyNote.UNCONFIRMED: "where the answer came from could not be confirmed",
    ReplyNote.NAMED_ANOTHER: "named somebody else to come, which is not possible here",
    ReplyNote.OTHER_TIME: "would like another time",
}


@dataclass(frozen=True)
class SessionLine:
    """One session in the list of all dates."""

    public_id: str
    number: int
    card: SessionCard
    theme_title: str
    prompts: int
    clash: str | None
    #: Whether it was added on its own, beside the pattern.
    is_extra: bool = False
    #: A break that lies between the date before and this one, in words.
    break_words: str = ""


@dataclass(frozen=True)
class Flag:
    """Something to look at, in words, and what it is about: "people" or "dates"."""

    words: str
    about: str


@dataclass(frozen=True)
class GroupPage:
    """Everything the group's page shows; lines are in the order of their dates."""

    next_session: PeerSession | None
    next_card: SessionCard | None
    count: Count | None
    said: list[str]
    coming: list[SessionLine]
    past: list[SessionLine]
    people_words: str
    flags: list[Flag]
    #: When the invitations of the opening leave, while they can still be taken back.
    leaves_at: datetime | None
    #: How often it meets and at what hours.
    rhythm: str
    #: A break after the last date, in words.
    last_break_words: str


def group_page(cohort: Cohort, *, viewer: Person, now: datetime) -> GroupPage:
    """Return the group as its facilitator sees it; ``now`` is aware, in UTC."""
    series, sessions = current_series(cohort), _sessions(cohort)
    to_come = [one for one in sessions if one.ends_at > now]
    # What does not take place is at the same time as nothing.
    planned = [one for one in to_come if one.state == SessionState.PLANNED]
    clashing, next_session = conflicts_of(viewer, planned), next(iter(planned), None)
    breaks, last_break = _breaks(series, sessions, now)
    lines = [
        replace(_line(one, clashing, now), break_words=words)
        for one, words in zip(sessions, breaks, strict=True)
    ]
    return GroupPage(
        next_session=next_session,
        next_card=_next_card(next_session, viewer, now),
        count=None if next_session is None else counts([next_session], now=now)[next_session.id],
        said=[] if next_session is None else who_said_what(next_session, now=now),
        coming=lines[len(sessions) - len(to_come) :],
        past=lines[: len(sessions) - len(to_come)],
        people_words=people_words(cohort, now=now),
        flags=_flags(cohort, clashing, now),
        leaves_at=_opening_leaves_at(cohort, now),
        rhythm=run_words(series, now=now).rhythm if series else "",
        last_break_words=last_break,
    )


def who_said_what(session: PeerSession, *, now: datetime) -> list[str]:
    """Say of each member who has answered what they said: "Amina is coming"."""
    everybody = said_about(session, now=now)
    return [
        "; ".join([f"{called(one.person)} {words}", *_notes_words(one)])
        for one in everybody
        if (words := _said_words(one.said))
    ]


def _notes_words(one: Speaker) -> list[str]:
    # What is known about an answer that no longer counts says nothing about the usual one.
    return [] if one.said.is_usual else [NOTES[note] for note in one.notes]


def _said_words(said: Said) -> str:
    """Say what counts now or, where nothing does, what was said about an earlier time."""
    if said.is_usual:
        return "is usually coming"
    if said.answer is not None:
        return SAID[said.answer]
    return SAID_EARLIER[said.earlier] if said.earlier is not None else ""


def count_words(count: Count) -> str:
    """Say how many said what: "Five coming, one not sure yet, two still to answer."."""
    parts = (
        (count.coming, "coming"),
        (count.unsure, "not sure yet"),
        (count.not_this_time, "not this time"),
        (count.waiting, "still to answer"),
    )
    said = [f"{say_count(number, words, words)}" for number, words in parts if number]
    return f"{', '.join(said).capitalize()}." if said else "Nobody has a place yet."


def theme_title(key: str | None) -> str:
    """Return the title of a theme, or nothing for a session without one."""
    try:
        return "" if key is None else theme(key).title
    except UnknownTheme:
        return ""


def _sessions(cohort: Cohort) -> Sequence[PeerSession]:
    return db.session.scalars(
        select(PeerSession)
        .where(PeerSession.cohort_id == cohort.id)
        .options(joinedload(PeerSession.series), selectinload(PeerSession.prompts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    ).all()


def _next_card(session: PeerSession | None, viewer: Person, now: datetime) -> SessionCard | None:
    return None if session is None else card(session, now=now, reader_zone=viewer.time_zone)


def _breaks(
    series: Series | None, sessions: Sequence[PeerSession], now: datetime
) -> tuple[list[str], str]:
    if series is None:
        return [""] * len(sessions), ""
    today = today_for(series, now)
    days = [one.starts_at.astimezone(ZoneInfo(one.zone_name)).date() for one in sessions]
    return breaks_before(breaks_of(series, today), days, today)


def _line(session: PeerSession, clashing: Mapping[int, list[str]], now: datetime) -> SessionLine:
    names = clashing.get(session.id, [])
    planned = session.state == SessionState.PLANNED
    return SessionLine(
        public_id=session.public_id,
        number=session.number,
        card=card(session, now=now),
        theme_title=theme_title(session.theme),
        prompts=len(session.prompts) if session.prompts_drawn else PROMPTS_DRAWN,
        clash=f"You have {names[0]} at that time" if names and planned else None,
        is_extra=session.is_extra,
    )


def _flags(cohort: Cohort, clashing: Mapping[int, list[str]], now: datetime) -> list[Flag]:
    flags = []
    people = in_trouble(cohort, now=now)
    if people:
        counted = say_count(people, "person", "people").capitalize()
        flags.append(Flag(f"{counted} could not be reached by e-mail.", "people"))
    sessions = sum(bool(names) for names in clashing.values())
    if sessions:
        counted = say_count(sessions, "session is", "sessions are").capitalize()
        flags.append(Flag(f"{counted} at the same time as another group of yours.", "dates"))
    return flags


def _opening_leaves_at(cohort: Cohort, now: datetime) -> datetime | None:
    if not can_recall(cohort.parcel, now):
        return None
    return db.session.scalar(
        select(OutgoingMail.due_at).where(OutgoingMail.parcel == cohort.parcel).limit(1)
    )

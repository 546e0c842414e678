"""One group at a glance for whoever facilitates it, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from core.outbox import OutgoingMail, can_recall
from groups.models import Cohort, Membership, MembershipState, Person
from scheduling.answers import Count, counts
from scheduling.cards import SessionCard, card
from scheduling.clashes import clashes_of
from scheduling.deliveries import in_trouble
from scheduling.models import Answer, PeerSession, Reply, Series, SessionState
from scheduling.roster import people_words
from scheduling.series import series_of
from scheduling.themes import UnknownTheme, theme
from scheduling.wording import say_count

SAID = {
    Answer.COMING: "is coming",
    Answer.UNSURE: "is not sure yet",
    Answer.NOT_THIS_TIME: "is not coming this time",
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


@dataclass(frozen=True)
class GroupPage:
    """Everything the group's page shows; lines are in the order of their dates."""

    series: Series
    next_session: PeerSession | None
    next_card: SessionCard | None
    count: Count | None
    said: list[str]
    coming: list[SessionLine]
    past: list[SessionLine]
    people_words: str
    flags: list[str]
    #: When the invitations of the opening leave, while they can still be taken back.
    leaves_at: datetime | None


def group_page(cohort: Cohort, *, viewer: Person, now: datetime) -> GroupPage:
    """Return the group as its facilitator sees it; ``now`` is aware, in UTC."""
    series = series_of(cohort)
    sessions = _sessions(series)
    to_come = [one for one in sessions if one.ends_at > now]
    next_session = next((one for one in to_come if one.state == SessionState.PLANNED), None)
    clashing = clashes_of(viewer, to_come)
    lines = [_line(one, clashing, now) for one in sessions]
    return GroupPage(
        series=series,
        next_session=next_session,
        next_card=None if next_session is None else card(next_session, now=now),
        count=None if next_session is None else counts([next_session])[next_session.id],
        said=[] if next_session is None else who_said_what(next_session),
        coming=lines[len(sessions) - len(to_come) :],
        past=lines[: len(sessions) - len(to_come)],
        people_words=people_words(cohort, now=now),
        flags=_flags(cohort, clashing, now),
        leaves_at=_opening_leaves_at(cohort, now),
    )


def who_said_what(session: PeerSession) -> list[str]:
    """Say of each member who has answered what they said: "Amina is coming"."""
    rows = db.session.execute(
        select(Reply.answer, Person)
        .join(Membership, Membership.id == Reply.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Reply.session_id == session.id, Membership.state == MembershipState.ACTIVE)
        .order_by(Membership.id)
    )
    return [f"{person.name or person.email} {SAID[Answer(answer)]}" for answer, person in rows]


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


def impact_words(session: PeerSession) -> str:
    """Say how many people a change would reach: "Six people said they were coming."."""
    coming = counts([session])[session.id].coming
    if not coming:
        return "Nobody has said yet that they are coming."
    return f"{say_count(coming, 'person', 'people').capitalize()} said they were coming."


def theme_title(key: str | None) -> str:
    """Return the title of a theme, or nothing for a session without one."""
    try:
        return "" if key is None else theme(key).title
    except UnknownTheme:
        return ""


def _sessions(series: Series) -> Sequence[PeerSession]:
    return db.session.scalars(
        select(PeerSession)
        .where(PeerSession.series_id == series.id)
        .options(joinedload(PeerSession.series), selectinload(PeerSession.prompts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    ).all()


def _line(session: PeerSession, clashing: Mapping[int, list[str]], now: datetime) -> SessionLine:
    names = clashing.get(session.id, [])
    planned = session.state == SessionState.PLANNED
    return SessionLine(
        public_id=session.public_id,
        number=session.number,
        card=card(session, now=now),
        theme_title=theme_title(session.theme),
        prompts=len(session.prompts),
        clash=f"You have {names[0]} at that time" if names and planned else None,
    )


def _flags(cohort: Cohort, clashing: Mapping[int, list[str]], now: datetime) -> list[str]:
    flags = []
    people = in_trouble(cohort, now=now)
    if people:
        counted = say_count(people, "person", "people").capitalize()
        flags.append(f"{counted} could not be reached by e-mail.")
    sessions = sum(bool(names) for names in clashing.values())
    if sessions:
        counted = say_count(sessions, "session is", "sessions are").capitalize()
        flags.append(f"{counted} at the same time as another group of yours.")
    return flags


def _opening_leaves_at(cohort: Cohort, now: datetime) -> datetime | None:
    if not can_recall(cohort.parcel, now):
        return None
    return db.session.scalar(
        select(OutgoingMail.due_at).where(OutgoingMail.parcel == cohort.parcel).limit(1)
    )

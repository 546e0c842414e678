"""Who may reach which sessions, answers, diaries and feeds. Read with ``groups.access``."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select

from core.outbox import OutgoingMail
from groups.access import HERE, cohorts_facilitated_by, cohorts_seen_by
from groups.models import (
    Cohort,
    CohortState,
    Membership,
    MembershipState,
    Person,
    PlaceOffer,
)
from scheduling.models import (
    Diary,
    Feed,
    PeerSession,
    Reply,
    SessionState,
)

#: How long before the start the room can be opened.
ROOM_OPENS_BEFORE = timedelta(minutes=10)
#: How far back and ahead a feed reaches.
FEED_BACK = timedelta(days=60)
FEED_AHEAD = timedelta(days=500)
#: How long a cancelled session stays in a feed after its date.
CANCELLED_BACK = timedelta(days=7)
#: More than this no calendar holds; it is far beyond what anybody has.
MOST_ENTRIES = 500


def sessions_seen_by(person: Person) -> Select[PeerSession]:
    """The sessions of the groups this person belongs to, earliest first."""
    cohorts = cohorts_seen_by(person).with_only_columns(Cohort.id).order_by(None)
    return (
        select(PeerSession)
        .where(PeerSession.cohort_id.in_(cohorts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    )


def sessions_run_by(person: Person) -> Select[PeerSession]:
    """The sessions of the groups this person facilitates, drafts among them."""
    cohorts = cohorts_facilitated_by(person).with_only_columns(Cohort.id).order_by(None)
    return (
        select(PeerSession)
        .where(PeerSession.cohort_id.in_(cohorts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    )


def letters_run_by(person: Person) -> Select[OutgoingMail]:
    """The letters about the groups this person facilitates, newest first."""
    topics = cohorts_facilitated_by(person).with_only_columns(Cohort.public_id).order_by(None)
    return (
        select(OutgoingMail).where(OutgoingMail.topic.in_(topics)).order_by(OutgoingMail.id.desc())
    )


def replies_of(person: Person) -> Select[Reply]:
    """This person's own answers, in every place they have or had."""
    return (
        select(Reply)
        .join(Membership, Membership.id == Reply.membership_id)
        .where(Membership.person_id == person.id)
        .order_by(Reply.id)
    )


def sessions_in_diary(diary: Diary, now: datetime) -> Select[PeerSession]:
    """What this person's calendar holds: sessions of open groups in which they are active, from
    60 days ago on; a cancelled one until seven days after its date. Selecting through *current*
    memberships means that leaving empties the feed without anything having to happen.

    The window moves at midnight (UTC), so that a whole day gives the same sessions.
    """
    today = start_of_day(now)
    return (
        select(PeerSession)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(
            Membership.person_id == diary.person_id,
            Membership.state == MembershipState.ACTIVE,
            Cohort.state != CohortState.DRAFT,
            # What was over before somebody came was never theirs.
            PeerSession.ends_at > Membership.joined_at,
            PeerSession.ends_at > today - FEED_BACK,
            PeerSession.starts_at < today + timedelta(days=1) + FEED_AHEAD,
            (PeerSession.state != SessionState.CANCELLED)
            | (PeerSession.ends_at > today - CANCELLED_BACK),
        )
        .order_by(PeerSession.starts_at, PeerSession.public_id)
        .limit(MOST_ENTRIES)
    )


def start_of_day(now: datetime) -> datetime:
    """Return the midnight (UTC) with which the day of a moment began."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def feeds_of(person: Person) -> Select[Feed]:
    """This person's own feeds that have not been revoked."""
    return (
        select(Feed)
        .join(Diary)
        .where(Diary.person_id == person.id, Feed.revoked_at.is_(None))
        .order_by(Feed.id)
    )


def sessions_offered(offer: PlaceOffer, now: datetime) -> Select[PeerSession]:
    """What whoever holds the link of an offer may know of its group's sessions: those to come."""
    return (
        select(PeerSession)
        .where(
            PeerSession.cohort_id == offer.cohort_id,
            PeerSession.state == SessionState.PLANNED,
            PeerSession.ends_at > now,
        )
        .order_by(PeerSession.starts_at, PeerSession.id)
    )


def active_memberships(cohort: Cohort) -> Select[Membership]:
    """Everybody who gets this group's dates, facilitators among them."""
    return (
        select(Membership)
        .where(Membership.cohort_id == cohort.id, Membership.state == MembershipState.ACTIVE)
        .order_by(Membership.id)
    )


__all__ = [
    "HERE",
    "active_memberships",
    "feeds_of",
    "letters_run_by",
    "replies_of",
    "sessions_in_diary",
    "sessions_offered",
    "sessions_run_by",
    "sessions_seen_by",
    "start_of_day",
]


def room_of(session: PeerSession, membership: Membership, now: datetime) -> str | None:
    """The link of a session's room, for who has a place in its group that is not paused, and while
    the room is open; a link that cannot be read is ``core.text.Damaged``.
    """
    belongs = membership.cohort_id == session.cohort_id
    may_enter = belongs and membership.state == MembershipState.ACTIVE
    return session.room_link if may_enter and room_is_open(session, now) else None


def room_is_open(session: PeerSession, now: datetime) -> bool:
    """Whether the room can be entered: from ten minutes before the session to its end."""
    if session.state != SessionState.PLANNED or session.room_link is None:
        return False
    return session.starts_at - ROOM_OPENS_BEFORE <= now < session.ends_at

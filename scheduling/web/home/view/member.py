"""What a member sees of their groups, read in a fixed number of queries whatever their size."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CompoundSelect, Integer, Select, and_, bindparam, func, select, union_all
from sqlalchemy.orm import joinedload

from core.db import UTCDateTime, db
from core.errors import NotFound
from groups.access import FACILITATES, HERE, WHOEVER
from groups.models import Cohort, Membership, MembershipState, Person, Role
from scheduling.access import sessions_seen_by
from scheduling.attendance.answers import NOTHING_SAID, Said, said, said_by
from scheduling.keeping.entry_words import prompts_shown, words_for
from scheduling.models import Detail, Diary, PeerSession, Series, SessionState, StandingAnswer
from scheduling.models.diary import NEUTRAL_WORDS
from scheduling.runs.series import current_series
from scheduling.web.session_card import start_words

#: How many sessions a year strip shows, and how many of them may be over.
IN_STRIP: Final = 12
PAST_IN_STRIP: Final = 3
#: How many dates stand on one page.
ON_PAGE: Final = 20
#: The time in the picture of a diary while there is no session to show.
EXAMPLE_TIME: Final = "6pm"
LINK_WORDS: Final = "A link that needs signing in"
#: What stands in a diary with full detail while there is no session to show.
EXAMPLE_FULL: Final = ("The group’s name", ("The place", "The prompts", LINK_WORDS))


# What a member's home asks each time is put together once.
_COHORT: Final = bindparam("cohort_id", type_=Integer())
_NOW: Final = bindparam("now", type_=UTCDateTime())


def _ids_around() -> CompoundSelect[int]:
    ids = select(PeerSession.id).where(PeerSession.cohort_id == _COHORT).limit(IN_STRIP)
    past = ids.where(PeerSession.ends_at <= _NOW).order_by(PeerSession.starts_at.desc())
    coming = ids.where(PeerSession.ends_at > _NOW).order_by(PeerSession.starts_at)
    return union_all(select(past.subquery("past")), select(coming.subquery("coming")))


#: Given ``cohort_id`` and ``now``: the sessions around that moment.
_AROUND: Final = (
    select(PeerSession).where(PeerSession.id.in_(_ids_around())).order_by(PeerSession.starts_at)
)
#: Given ``cohort_id`` and ``person_id``: somebody's place, and since when they are usually coming.
_PLACE: Final = (
    select(Membership, StandingAnswer.given_at)
    .outerjoin(StandingAnswer, StandingAnswer.membership_id == Membership.id)
    .where(
        Membership.cohort_id == _COHORT,
        Membership.person_id == WHOEVER.id,
        Membership.state.in_(HERE),
    )
)
#: Given ``cohort_id``: the role of everybody in a group, and those who facilitate.
_COMPANY: Final = (
    select(Membership.role, Person)
    .outerjoin(Person, and_(Person.id == Membership.person_id, FACILITATES))
    .where(Membership.cohort_id == _COHORT, Membership.state.in_(HERE))
    .order_by(Membership.id)
)
#: Given ``person_id`` and ``now``: the next session of somebody's groups.
_NEXT: Final = sessions_seen_by(WHOEVER).where(PeerSession.ends_at > _NOW).limit(1)


@dataclass(frozen=True)
class DiaryPicture:
    """One entry as somebody sees it who can open this person's diary."""

    #: "6pm", where this person lives.
    time: str
    words: str
    #: What a full entry says besides its title, line by line.
    under: tuple[str, ...] = ()
    #: Whether the time shows as taken.
    busy: bool = True


@dataclass(frozen=True)
class GroupView:
    """One group as one of its people sees it."""

    cohort: Cohort
    membership: Membership
    #: ``None`` while no run has been set up.
    series: Series | None
    #: The names of those who facilitate, in the order in which they came.
    facilitators: list[str]
    #: How many members there are, facilitators not counted.
    members: int
    #: For the year strip, earliest first.
    strip: list[PeerSession]
    #: The next session that is held, if one is planned.
    next_session: PeerSession | None
    said: Said
    #: Whether they are usually coming, to this group.
    usually: bool

    @property
    def active(self) -> bool:
        """Whether this person gets dates: not while they have paused."""
        return self.membership.state == MembershipState.ACTIVE


@dataclass(frozen=True)
class DatesView:
    """One page of somebody's coming dates in all of their groups."""

    sessions: list[PeerSession]
    #: Their own places, by the id of the group.
    memberships: dict[int, Membership]
    #: What they said, by the id of the session.
    said: dict[int, Said]
    page: int
    pages: int


def membership_in(cohort: Cohort, person: Person) -> Membership:
    """Return this person's place in a group, active or paused; raises NotFound without one."""
    membership = db.session.scalars(
        select(Membership).where(
            Membership.cohort_id == cohort.id,
            Membership.person_id == person.id,
            Membership.state.in_(HERE),
        )
    ).one_or_none()
    if membership is None:
        raise NotFound
    return membership


def group_view(cohort: Cohort, person: Person, *, now: datetime) -> GroupView:
    """Return what the member's page of a group shows; raises NotFound for anybody else."""
    membership, usually = _place_in(cohort, person)
    series = current_series(cohort)
    past, coming = _around(cohort, now)
    names, members = _company(cohort)
    next_session = next((one for one in coming if one.state == SessionState.PLANNED), None)
    return GroupView(
        cohort=cohort,
        membership=membership,
        series=series,
        facilitators=names,
        members=members,
        strip=_strip(past, coming),
        next_session=next_session,
        said=said(next_session, membership, now=now) if next_session else NOTHING_SAID,
        usually=usually,
    )


def facilitator_names(cohort: Cohort) -> list[str]:
    """Return what those who facilitate a group are called, in the order in which they came."""
    return _company(cohort)[0]


def dates_view(person: Person, *, page: int, now: datetime) -> DatesView:
    """Return one page, counted from 1, of the sessions that are not over, earliest first.

    Raises NotFound for a page that does not exist; the first one always does.
    """
    coming = sessions_seen_by(person).where(PeerSession.ends_at > now)
    pages = max(1, -(-_how_many(coming) // ON_PAGE))
    if not 1 <= page <= pages:
        raise NotFound
    sessions = list(
        db.session.scalars(
            coming.options(
                joinedload(PeerSession.series),
                joinedload(PeerSession.cohort, innerjoin=True),
            )
            .limit(ON_PAGE)
            .offset((page - 1) * ON_PAGE)
        )
    )
    memberships = list(
        db.session.scalars(
            select(Membership).where(Membership.person_id == person.id, Membership.state.in_(HERE))
        )
    )
    return DatesView(
        sessions=sessions,
        memberships={membership.cohort_id: membership for membership in memberships},
        said=said_by(memberships, sessions, now=now),
        page=page,
        pages=pages,
    )


def diary_picture(person: Person, diary: Diary | None, *, now: datetime) -> DiaryPicture:
    """Return how the next session stands in this person's diary, at the hour of their own zone."""
    names = {"person_id": person.id, "now": now}
    session = db.session.scalars(_NEXT, names).one_or_none()
    time = EXAMPLE_TIME if session is None else start_words(session, person.time_zone)
    if diary is None:
        return DiaryPicture(time, NEUTRAL_WORDS)
    if diary.detail != Detail.FULL:
        return DiaryPicture(time, diary.words or NEUTRAL_WORDS, busy=diary.busy)
    if session is None:
        return DiaryPicture(time, *EXAMPLE_FULL, busy=diary.busy)
    shown = words_for(session, diary)
    under = (shown.location, *prompts_shown(session), LINK_WORDS)
    return DiaryPicture(time, shown.summary, tuple(filter(None, under)), diary.busy)


def _around(cohort: Cohort, now: datetime) -> tuple[list[PeerSession], list[PeerSession]]:
    """Return the last sessions that are over and the next that are not, each earliest first."""
    found = db.session.scalars(_AROUND, {"cohort_id": cohort.id, "now": now}).all()
    return [one for one in found if one.ends_at <= now], [one for one in found if one.ends_at > now]


def _strip(past: list[PeerSession], coming: list[PeerSession]) -> list[PeerSession]:
    """Return up to twelve sessions: three that are over, or more where fewer are to come."""
    of_past = max(PAST_IN_STRIP, IN_STRIP - len(coming))
    shown = past[-of_past:]
    return shown + coming[: IN_STRIP - len(shown)]


def _place_in(cohort: Cohort, person: Person) -> tuple[Membership, bool]:
    """Return this person's place, and whether they are usually coming; raises NotFound."""
    names = {"cohort_id": cohort.id, "person_id": person.id}
    found = db.session.execute(_PLACE, names).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1] is not None


def _company(cohort: Cohort) -> tuple[list[str], int]:
    """Return what those who facilitate are called, first come first, and how many members there
    are; of members nothing is read.
    """
    rows = db.session.execute(_COMPANY, {"cohort_id": cohort.id}).all()
    names = [person.name for _, person in rows if person is not None and person.name]
    return names, sum(role == Role.MEMBER for role, _ in rows)


def _how_many(scope: Select[PeerSession]) -> int:
    ids = scope.with_only_columns(PeerSession.id).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(ids)) or 0

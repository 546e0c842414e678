"""The facilitator's groups in order of their next date, with what needs somebody.

However many groups there are, the number of queries is the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.db import db
from core.lookup import all_in
from core.outbox import MailState, OutgoingMail
from groups.access import cohorts_facilitated_by
from groups.models import (
    Cohort,
    CohortState,
    Membership,
    MembershipState,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from scheduling.attendance.answers import tallies
from scheduling.dates.when import When, when
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.conflicts import LONGEST

PAGE = 20
#: By then most people have answered, so a session without any answer is worth a look.
ANSWERS_BY = timedelta(days=7)
#: Trouble older than this has been seen, or does not matter any more.
RECENT = timedelta(days=14)
TROUBLE = (MailState.REFUSED, MailState.BOUNCED, MailState.PARKED, MailState.UNCERTAIN)


@dataclass(frozen=True)
class GroupRow:
    """One group in words; ``flags`` are what needs somebody, at most three."""

    public_id: str
    name: str
    next: When | None
    answers_words: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """One page of a facilitator's groups, and all of their drafts."""

    rows: tuple[GroupRow, ...]
    drafts: tuple[Cohort, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class _Next:
    """The next session of one group."""

    session_id: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str


@dataclass(frozen=True)
class _Facts:
    """What is known about the groups of one page, by their ids."""

    members: Mapping[int, int]
    invited: Mapping[int, int]
    answers: Mapping[int, Mapping[str, int]]
    troubled: Collection[str]


def overview(person: Person, *, page: int, now: datetime) -> Overview:
    """Return one page (from 1) of the groups this person facilitates, next date first."""
    mine = cohorts_facilitated_by(person).order_by(None)
    opened = mine.where(Cohort.state != CohortState.DRAFT)
    ids = opened.with_only_columns(Cohort.id).subquery()
    pages = max(1, ceil((db.session.scalar(select(func.count()).select_from(ids)) or 0) / PAGE))
    page = min(max(page, 1), pages)
    in_order = opened.order_by(*_order(now)).limit(PAGE).offset((page - 1) * PAGE)
    shown = all_in(in_order)
    nexts = _nexts([cohort.id for cohort in shown], now)
    facts = _facts(shown, nexts, now)
    rows = tuple(_row(cohort, nexts.get(cohort.id), facts, person, now) for cohort in shown)
    drafts = mine.where(Cohort.state == CohortState.DRAFT).order_by(Cohort.id)
    return Overview(rows, tuple(all_in(drafts)), page, pages)


def _order(now: datetime) -> tuple[ColumnElement[Any], ...]:
    """Return what puts groups in order: of their next dates, with those that have none last."""
    following = (
        select(PeerSession.starts_at)
        .where(
            PeerSession.cohort_id == Cohort.id,
            PeerSession.state == SessionState.PLANNED,
            # Nothing lasts so long; with it the index begins at now and not at the first date.
            PeerSession.starts_at > now - LONGEST,
            PeerSession.ends_at > now,
        )
        .order_by(PeerSession.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    return following.is_(None).asc(), following.asc(), Cohort.id.asc()


def _nexts(ids: Sequence[int], now: datetime) -> dict[int, _Next]:
    coming = (
        select(PeerSession.cohort_id, func.min(PeerSession.starts_at).label("starts_at"))
        .where(
            PeerSession.cohort_id.in_(ids),
            PeerSession.state == SessionState.PLANNED,
            PeerSession.ends_at > now,
        )
        .group_by(PeerSession.cohort_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            PeerSession.cohort_id,
            PeerSession.id,
            PeerSession.starts_at,
            PeerSession.ends_at,
            func.coalesce(PeerSession.time_zone, Series.time_zone).label("time_zone"),
        )
        .outerjoin(Series, Series.id == PeerSession.series_id)
        .join(
            coming,
            (coming.c.cohort_id == PeerSession.cohort_id)
            & (coming.c.starts_at == PeerSession.starts_at),
        )
        .where(PeerSession.state == SessionState.PLANNED)
    )
    return {row.cohort_id: _Next(row.id, row.starts_at, row.ends_at, row.time_zone) for row in rows}


def _facts(shown: Sequence[Cohort], nexts: Mapping[int, _Next], now: datetime) -> _Facts:
    ids = [cohort.id for cohort in shown]
    sessions = [nexts[cohort_id].session_id for cohort_id in ids if cohort_id in nexts]
    return _Facts(
        members=_members(ids),
        invited=_invited(ids),
        answers=tallies(sessions, now=now),
        troubled=_troubled([cohort.public_id for cohort in shown], now),
    )


def _members(ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Membership.cohort_id, func.count())
        .where(
            Membership.cohort_id.in_(ids),
            Membership.role == Role.MEMBER,
            Membership.state == MembershipState.ACTIVE,
        )
        .group_by(Membership.cohort_id)
    )
    return dict(rows.all())


def _invited(ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(PlaceOffer.cohort_id, func.count())
        .where(PlaceOffer.cohort_id.in_(ids), PlaceOffer.state == OfferState.OPEN)
        .group_by(PlaceOffer.cohort_id)
    )
    return dict(rows.all())


def _troubled(public_ids: Sequence[str], now: datetime) -> set[str]:
    topics = db.session.scalars(
        select(OutgoingMail.topic)
        .where(
            OutgoingMail.topic.in_(public_ids),
            OutgoingMail.state.in_(TROUBLE),
            OutgoingMail.created_at > now - RECENT,
        )
        .distinct()
    )
    return {topic for topic in topics if topic is not None}


def _row(
    cohort: Cohort, following: _Next | None, facts: _Facts, reader: Person, now: datetime
) -> GroupRow:
    answers = facts.answers[following.session_id] if following else {}
    members, invited = facts.members.get(cohort.id, 0), facts.invited.get(cohort.id, 0)
    flags = []
    if cohort.public_id in facts.troubled:
        flags.append("A message did not arrive")
    soon = following is not None and following.starts_at - now <= ANSWERS_BY
    if soon and members and not answers:
        flags.append("Nobody has answered")
    return GroupRow(
        public_id=cohort.public_id,
        name=cohort.name,
        next=_when(following, reader, now),
        answers_words=_answers_words(members, invited, answers) if following else "",
        flags=tuple(flags),
    )


def _when(following: _Next | None, reader: Person, now: datetime) -> When | None:
    if following is None:
        return None
    span = (following.starts_at, following.ends_at)
    return when(*span, following.time_zone, now, reader.time_zone)


def _answers_words(members: int, invited: int, answers: Mapping[str, int]) -> str:
    """Say who answered what: "5 coming, 1 not this time, 2 to answer"."""
    waiting = members - sum(answers.values())
    parts = [
        f"{answers.get('coming', 0)} coming" if members else "",
        f"{answers.get('unsure', 0)} not sure" if answers.get("unsure") else "",
        f"{answers.get('not_this_time', 0)} not this time" if answers.get("not_this_time") else "",
        f"{waiting} to answer" if waiting > 0 else "",
        f"{invited} invited" if invited else "",
    ]
    return ", ".join(part for part in parts if part) or "Nobody is invited yet"

"""Runs with their sessions, and the plainest ways to change them and to look at them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, Membership, Person
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.apply import Change, apply
from scheduling.rescheduling.change_plan import ChangePlan
from scheduling.rescheduling.undo import undo as take_back
from scheduling.runs.laying_out import lay_out
from tests import build
from tests.conftest import NOW
from tests.scheduling import invitations

SECOND_THURSDAYS = [
    *(date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11)),
    *(date(2027, 3, 11), date(2027, 4, 8), date(2027, 5, 13)),
]


def a_run(cohort: Cohort | None = None, *, count: int | None = 6, **values: Any) -> Series:
    """A run of an open group with its sessions: second Thursdays at 6pm from 10 December on."""
    series = build.a_series(cohort or build.a_cohort(), count=count, **values)
    with transaction():
        lay_out(series, NOW)
    return series


def welcomed(
    series: Series, name: str, at: datetime, *, joined_at: datetime | None = None
) -> Membership:
    """Somebody who has come to a run and has got the letters about it."""
    membership = build.a_member(series.cohort, build.a_person(name))
    with transaction():
        membership.joined_at = joined_at or membership.joined_at
        invitations.welcome(membership, now=at)
    with transaction():
        for row in db.session.query(OutgoingMail).filter_by(addressee=membership.public_id):
            row.state, row.attempts, row.final_at = MailState.SENT, 1, at
    return membership


def facilitator_of(series: Series) -> Person:
    """Who set up the group whose run it is."""
    return series.cohort.memberships[0].person


def sessions_of(series: Series) -> list[PeerSession]:
    """Every session of a run, earliest first."""
    db.session.rollback()
    found = db.session.query(PeerSession).filter_by(series_id=series.id)
    return found.order_by(PeerSession.starts_at, PeerSession.id).all()


def planned(series: Series) -> list[PeerSession]:
    """The sessions that take place, earliest first."""
    return [one for one in sessions_of(series) if one.state == SessionState.PLANNED]


def day_of(session: PeerSession) -> date:
    """The day a session is on, where it is said to be."""
    return session.starts_at.astimezone(ZoneInfo(session.zone_name)).date()


def days(series: Series) -> list[date]:
    """The days on which a run meets."""
    return [day_of(one) for one in planned(series)]


def numbers(series: Series) -> list[int]:
    """The numbers of the sessions that take place, in the order of their dates."""
    return [one.number for one in planned(series)]


def change(worked_out: Callable[[], ChangePlan], *, by: Person, now: datetime = NOW) -> Change:
    """Work a change out and make it."""
    with transaction():
        return apply(worked_out(), by=by, now=now)


def undo(done: Change, series: Series, *, by: Person, now: datetime = NOW) -> int:
    """Take a change back; returns how many letters stayed here."""
    with transaction():
        assert done.undo_token
        return take_back(done.undo_token, series.cohort, by=by, now=now).letters


def everything(series: Series) -> list[tuple[Any, ...]]:
    """All that can be seen of a run's sessions, except when they changed."""
    columns = (
        *("public_id", "planned_on", "number", "starts_at", "ends_at", "time_zone", "by_hand"),
        *("is_extra", "moved_from_at", "state", "asked_anew_at", "theme"),
    )
    return [tuple(getattr(one, name) for name in columns) for one in sessions_of(series)]

"""What the made-up people do, each act by the verb that a page would call.

Every act takes the moment at which it happens last (aware, UTC), and belongs to a transaction.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import db
from core.encryption import blind_index
from groups import grants
from groups.accounts import person_with, prove, register
from groups.models import Cohort, GrantRole, Membership, Person, PlaceOffer, Role
from scheduling.attendance.answers import give
from scheduling.dates.recurrence import EveryWeeks
from scheduling.demo import data as cast
from scheduling.demo.runs import HOLIDAYS
from scheduling.letters.posting import coming
from scheduling.models import PeerSession
from scheduling.places import departures, inviting
from scheduling.places.arrivals import DiaryChoices, arrive
from scheduling.places.drafts import Draft, save_draft
from scheduling.places.drafts import open_group as plan_opening
from scheduling.places.offering import offer_places
from scheduling.rescheduling.apply import apply
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.rescheduling.session_plans import cancel as cancel_sessions
from scheduling.rescheduling.session_plans import move_to
from scheduling.runs.set_up import LONDON, SetUp
from scheduling.runs.to_come import note_came as note_headcount

ZONE = ZoneInfo(LONDON)


def sign_up(name: str, at: datetime) -> Person:
    """Add somebody whose address was proved long ago."""
    person = register(cast.address_of(name), name=name, now=at)
    prove(person, now=at)
    return person


def people_arrive(at: datetime) -> None:
    """Add those who set up groups; they are there before any group is."""
    for name in (cast.FACILITATOR, cast.CO_FACILITATOR, cast.TUESDAY_FACILITATOR):
        grants.give(sign_up(name, at), GrantRole.FACILITATOR, now=at)


def operator_arrives(at: datetime) -> None:
    """Add who keeps it all running: last, so that their arrival says when the demo was filled."""
    grants.give(sign_up(cast.OPERATOR, at), GrantRole.OPERATOR, now=at)


def open_group(
    name: str, leader: str, set_up: SetUp, people: Sequence[cast.MadeUp], at: datetime
) -> None:
    """Set a group up and offer its places."""
    mailboxes = [cast.mailbox_of(somebody.name) for somebody in people]
    plan = Draft(name, set_up, pqe_most=10, places=12, mailboxes=mailboxes)
    cohort = save_draft(plan, by=_person(leader), now=at)
    _offer_places(plan_opening(cohort, now=at), cohort, at)


def join(group: str, name: str, choices: DiaryChoices, at: datetime) -> None:
    """Take the place that was offered, signed in."""
    person = person_with(cast.address_of(name)) or sign_up(name, at)
    arrive(_offer_to(group, name), person, choices, now=at)


def say_yes_from_letter(group: str, name: str, at: datetime) -> None:
    """Take the place that was offered with its link alone, before any code is typed."""
    arrive(_offer_to(group, name), None, DiaryChoices(), now=at)


def share(group: str, name: str, at: datetime) -> None:
    """Ask somebody to facilitate together."""
    cohort, box = group_called(group), cast.mailbox_of(name)
    _offer_places(inviting.invite(cohort, [box], role=Role.CO_FACILITATOR, now=at), cohort, at)


def offer(group: str, names: Sequence[str], at: datetime) -> None:
    """Offer places in a group that is open already."""
    cohort, boxes = group_called(group), [cast.mailbox_of(name) for name in names]
    _offer_places(inviting.invite(cohort, boxes, now=at), cohort, at)


def note_came(group: str, planned_on: str, number: int, at: datetime) -> None:
    """Note how many came to the session of a day (ISO 8601)."""
    held = db.session.scalars(
        select(PeerSession).where(PeerSession.cohort_id == group_called(group).id)
    )
    session = next(one for one in held if one.planned_on.isoformat() == planned_on)
    note_headcount(session, number, now=at)


def move_a_day_earlier(group: str, position: int, at: datetime) -> None:
    """Move one of the coming sessions, counted from 0, to the evening before."""
    session = _coming(group, at)[position]
    starts_at = session.starts_at.astimezone(ZONE)
    plan = move_to(
        session,
        on=starts_at.date() - timedelta(days=1),
        starts=starts_at.time(),
        ends=session.ends_at.astimezone(ZONE).time(),
        now=at,
    )
    apply(plan, by=_person(cast.FACILITATOR), now=at)


def cancel(group: str, position: int, at: datetime) -> None:
    """Cancel one of the coming sessions, counted from 0."""
    plan = cancel_sessions(_coming(group, at)[position], Scope.ONE, now=at)
    apply(plan, by=_person(cast.FACILITATOR), now=at)


def answer(group: str, people: Sequence[cast.MadeUp], at: datetime) -> None:
    """Let everybody who has something to say answer for the next session."""
    session = _coming(group, at)[0]
    for somebody in people:
        if somebody.answer is not None:
            give(session, _place_of(group, somebody.name), somebody.answer, now=at)


def pause(group: str, name: str, at: datetime) -> None:
    """Keep a place and get no dates."""
    departures.pause(_place_of(group, name), now=at)


def leave(group: str, name: str, at: datetime) -> None:
    """Give a place up."""
    departures.depart(_place_of(group, name), now=at)


def draft_a_clash(name: str, group: str, position: int, at: datetime) -> None:
    """Begin to set up a group one of whose dates is that of a coming session of another group."""
    clash_on = _coming(group, at)[position].starts_at.astimezone(ZONE).date()
    set_up = SetUp(
        pattern=EveryWeeks(4),
        first_on=clash_on - timedelta(weeks=4),
        starts=time(17, 30),
        ends=time(18, 45),
        sessions=6,
        leave_outs=HOLIDAYS,
        place="Online",
        room="https://rooms.example/wednesday-early",
    )
    mailboxes = [cast.mailbox_of(invited) for invited in cast.WEDNESDAY_INVITED]
    plan = Draft(name, set_up, pqe_most=10, places=8, mailboxes=mailboxes)
    save_draft(plan, by=_person(cast.FACILITATOR), now=at)


def _offer_places(plan: ChangePlan, cohort: Cohort, at: datetime) -> None:
    """Send invitations in the name of whoever opened the group."""
    assert cohort.opened_by is not None  # noqa: S101 - so it is in the demo; tells the type
    apply(plan, by=cohort.opened_by, now=at, post=offer_places)


def group_called(name: str) -> Cohort:
    """Return the made-up group of this name."""
    # Names are sealed, so they cannot be asked for; there are three groups.
    return next(cohort for cohort in db.session.scalars(select(Cohort)) if cohort.name == name)


def _person(name: str) -> Person:
    index = blind_index(cast.address_of(name))
    return db.session.scalars(select(Person).where(Person.email_index == index)).one()


def _offer_to(group: str, name: str) -> PlaceOffer:
    return db.session.scalars(
        select(PlaceOffer).where(
            PlaceOffer.cohort_id == group_called(group).id,
            PlaceOffer.email_index == blind_index(cast.address_of(name)),
        )
    ).one()


def _place_of(group: str, name: str) -> Membership:
    return db.session.scalars(
        select(Membership).where(
            Membership.cohort_id == group_called(group).id,
            Membership.person_id == _person(name).id,
        )
    ).one()


def _coming(group: str, at: datetime) -> list[PeerSession]:
    return list(db.session.scalars(coming(group_called(group).id, at)))

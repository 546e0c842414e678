"""Deleting an account with everything that belongs to it.

What names the person is forgotten by ``groups.erasure``; here are the consequences for dates and
calendars, which have to be told before the rows that know how are gone.
"""

from datetime import datetime

from sqlalchemy import delete, select

from core.db import db
from core.errors import DomainError
from core.lookup import all_in
from groups import memberships
from groups.access import HERE, memberships_of
from groups.cohorts import delete_draft
from groups.erasure import forget, needed_by
from groups.links import help_page
from groups.memberships import hold_places, holds_alone
from groups.messages import Act
from groups.models import CohortState, Membership, Person
from scheduling.letters.withdraw import withdraw_all
from scheduling.models import Diary, Feed, Invitation, Reply, StandingAnswer

NEEDED = (
    "Nobody else facilitates {groups}. Invite somebody to facilitate with you, or end the group, "
    "and then delete your account."
)


def refusal(person: Person) -> str | None:
    """Say why this person's account cannot be deleted yet; ``None`` when it can."""
    names = [cohort.name for cohort in needed_by(person)]
    if not names:
        return None
    *others, last = names
    return NEEDED.format(groups=f"{', '.join(others)} or {last}" if others else last)


def erase(person: Person, *, now: datetime, keep_wish: bool = False) -> None:
    """Delete this person's account for good, at ``now`` (aware, UTC).

    They leave every group, and calendars with upcoming dates are sent their cancellations. Drafts
    that nobody else facilitates go too. With ``keep_wish`` we still remember that the address asked
    never to be offered a place. How many came to a session stays: it names nobody.
    Raises ``DomainError`` while an open group has nobody else to facilitate it.
    """
    places = sorted(all_in(memberships_of(person)), key=lambda place: place.cohort_id)
    for place in places:
        # Always in the same order, so that two people who go at once never wait for each other.
        hold_places(place.cohort)
    problem = refusal(person)
    if problem is not None:
        raise DomainError(problem)
    for place in places:
        if place.state in HERE:
            _give_up(place, now)
    db.session.flush()
    _forget_dates(person)
    forget(person, now=now, keep_wish=keep_wish)


def _give_up(place: Membership, now: datetime) -> None:
    if place.cohort.state == CohortState.DRAFT and holds_alone(place):
        delete_draft(place.cohort)
        return
    memberships.leave(place, now=now)
    # Where these letters lead can be read without an account.
    withdraw_all(place, Act(now), more=help_page())


def _forget_dates(person: Person) -> None:
    places = select(Membership.id).where(Membership.person_id == person.id)
    diaries = select(Diary.id).where(Diary.person_id == person.id)
    for table, which in (
        (Reply, Reply.membership_id.in_(places)),
        (StandingAnswer, StandingAnswer.membership_id.in_(places)),
        (Invitation, Invitation.membership_id.in_(places)),
        (Feed, Feed.diary_id.in_(diaries)),
        (Diary, Diary.person_id == person.id),
    ):
        db.session.execute(delete(table).where(which))

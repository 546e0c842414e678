"""A plan as a value: stored and read, turned round, held to, and made only where it still holds."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.mail import Mailbox
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, CohortState, Membership, OfferState, Person, PlaceOffer
from scheduling.attendance import answers
from scheduling.dates.recurrence import ChosenDates, EveryWeeks
from scheduling.models import Answer, Invitation, PeerSession, Reply, Series
from scheduling.places import drafts, inviting
from scheduling.places.offering import offer_places
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.apply import ChangedSince, apply, tell_of_dates
from scheduling.rescheduling.change_plan import ChangePlan, Scope, Subject
from scheduling.rescheduling.undo import CannotUndo, undo
from scheduling.rescheduling.venue import Venue, change_venue
from tests import build
from tests.scheduling.made_runs import sessions_of

Planner = Callable[[Series, list[PeerSession], datetime], ChangePlan]
SIX, SEVEN = time(18), time(19)
BREAK = {"from_on": date(2027, 1, 1), "until_on": date(2027, 2, 28)}
PLANNERS: dict[str, Planner] = {
    "moved": lambda _, rows, now: session_plans.move_to(
        rows[0], on=date(2026, 12, 9), starts=SIX, ends=SEVEN, now=now
    ),
    "shifted": lambda _, rows, now: session_plans.shift_days(rows[1], Scope.FOLLOWING, 7, now=now),
    "other hours": lambda _, rows, now: session_plans.set_hours(
        rows[0], Scope.ALL, starts=SIX, ends=SEVEN, time_zone="Europe/Dublin", now=now
    ),
    "cancelled": lambda _, rows, now: session_plans.cancel(rows[2], Scope.FOLLOWING, now=now),
    "extra": lambda series, _, now: session_plans.add_date(
        series, on=date(2027, 1, 5), starts=SIX, ends=SEVEN, now=now
    ),
    "pattern": lambda _, rows, now: series_plans.set_pattern(rows[0], EveryWeeks(2), now=now),
    "chosen": lambda _, rows, now: series_plans.set_pattern(
        rows[0], ChosenDates((date(2026, 12, 15), date(2027, 1, 12))), now=now
    ),
    "break": lambda series, _, now: series_plans.pause(series, **BREAK, make_up=True, now=now),
    "shorter": lambda _, rows, now: series_plans.end_after(rows[3], now=now),
    "longer": lambda series, _, now: series_plans.extend(series, more=2, now=now),
    "going on": lambda series, _, now: series_plans.extend(series, more=None, now=now),
    "elsewhere": lambda series, _, now: change_venue(
        series, Venue("in_person", "The library", None), now=now
    ),
    "one elsewhere": lambda _, rows, now: change_venue(
        rows[1], Venue("in_person", "Room 4", None), now=now
    ),
    "ended": lambda series, _, now: series_plans.end_group(series.cohort, now=now),
    "invited": lambda series, _, now: inviting.invite(
        series.cohort, [Mailbox("One", "one@people.example"), Mailbox("", "two@x.example")], now=now
    ),
}
#: What only ever rises, and what is about a row and not about what it says.
RISING = {
    "dates_changed_at",
    "details_changed_at",
    "changed_at",
    "id",
    "stamped_at",
    "sequence",
    "revision",
}


def everything(cohort: Cohort) -> list[dict[str, Any]]:
    """Every column that a change can touch, sealed ones opened, in a fixed order."""
    db.session.rollback()
    models: list[Any] = [Cohort, Series, PeerSession, PlaceOffer, Reply, Invitation]
    rows = [row for model in models for row in db.session.scalars(select(model).order_by(model.id))]
    return [
        {
            name.removesuffix("_sealed"): getattr(row, name.removesuffix("_sealed"))
            for name in map(attrgetter("name"), type(row).__table__.columns)
            if name not in RISING
        }
        for row in rows
    ]


def made(plan: ChangePlan, by: Person, now: datetime) -> str:
    """Make a change; returns the token that undoes it."""
    post = offer_places if plan.subject is Subject.INVITATIONS else tell_of_dates
    with transaction():
        return apply(plan, by=by, now=now, post=post).undo_token


@pytest.fixture(params=PLANNERS.values(), ids=list(PLANNERS))
def plan(request: pytest.FixtureRequest, series: Series, member: Membership, now: datetime) -> Any:
    """Each kind of change of a run of which Amina's calendar has three sessions, one answered."""
    with transaction():
        answers.give(sessions_of(series)[0], member, Answer.COMING, now=now)
    planner: Planner = request.param
    found = planner(series, sessions_of(series), now)
    db.session.rollback()
    return found


def test_a_change_and_its_inverse_restore_every_column_and_answer(
    plan: ChangePlan, series: Series, amara: Person, now: datetime
) -> None:
    stood = everything(series.cohort)

    token = made(plan, amara, now)
    changed = everything(series.cohort)
    with transaction():
        undo(token, series.cohort, by=amara, now=now + timedelta(minutes=2))

    assert changed != stood
    assert everything(series.cohort) == stood


def test_a_stored_plan_is_equal_and_does_the_same(
    plan: ChangePlan, series: Series, amara: Person, now: datetime
) -> None:
    stored = json.dumps(plan.to_json())
    read = ChangePlan.from_json(json.loads(stored))

    assert read == plan
    assert read.digest == plan.digest
    assert read.inverse.inverse == plan
    made(read, amara, now)
    for one in read.slots:
        assert one.becomes is not None
        row = db.session.scalars(select(PeerSession).filter_by(public_id=one.session_id)).one()
        assert (row.starts_at, row.ends_at) == one.becomes.times


def test_a_change_is_made_once_and_refused_when_it_no_longer_holds(
    plan: ChangePlan, series: Series, amara: Person, now: datetime
) -> None:
    made(plan, amara, now)
    letters = len(db.session.scalars(select(OutgoingMail.id)).all())
    db.session.rollback()

    with pytest.raises(ChangedSince):
        made(plan, amara, now)

    assert len(db.session.scalars(select(OutgoingMail.id)).all()) == letters


def test_the_digest_tells_changes_apart_but_not_when_they_were_worked_out(
    series: Series, now: datetime
) -> None:
    found = {name: planner(series, sessions_of(series), now) for name, planner in PLANNERS.items()}
    later = now + timedelta(minutes=3)
    again = {
        name: planner(series, sessions_of(series), later) for name, planner in PLANNERS.items()
    }

    assert len({plan.digest for plan in found.values()}) == len(PLANNERS)
    assert {name: plan.digest for name, plan in again.items()} == {
        name: plan.digest for name, plan in found.items()
    }


def test_opening_a_group_and_undoing_it_restores_the_draft(amara: Person, now: datetime) -> None:
    cohort = build.a_cohort(amara, state=CohortState.DRAFT)
    build.a_session(build.a_series(cohort))
    offer, _ = build.an_offer(cohort, state=OfferState.DRAFTED)
    with transaction():
        offer.sent_at = offer.expires_at = None
    plan = drafts.open_group(cohort, now=now)
    stood = everything(cohort)

    with transaction():
        change = apply(plan, by=amara, now=now, post=offer_places)
    assert (cohort.state, cohort.parcel, change.letters) == ("open", change.undo_token, 1)
    with transaction():
        undo(change.undo_token, cohort, by=amara, now=now)

    assert everything(cohort) == stood


def test_opening_is_not_undone_once_others_were_invited(amara: Person, now: datetime) -> None:
    cohort = build.a_cohort(amara, state=CohortState.DRAFT)
    build.a_session(build.a_series(cohort))
    offer, _ = build.an_offer(cohort, state=OfferState.DRAFTED)
    with transaction():
        change = apply(drafts.open_group(cohort, now=now), by=amara, now=now, post=offer_places)
    made(inviting.invite(cohort, [Mailbox("", "late@people.example")], now=now), amara, now)

    with pytest.raises(CannotUndo, match="changed again since"), transaction():
        undo(change.undo_token, cohort, by=amara, now=now)

    assert cohort.state == "open"


def test_a_declined_offer_is_declined_again_when_inviting_is_undone(
    series: Series, amara: Person, now: datetime
) -> None:
    offer, _ = build.an_offer(series.cohort, state=OfferState.DECLINED)
    with transaction():
        offer.answered_at = now
    plan = inviting.invite(series.cohort, [Mailbox("", offer.email)], now=now)
    stood = everything(series.cohort)

    token = made(plan, amara, now)
    with transaction():
        undo(token, series.cohort, by=amara, now=now)

    assert everything(series.cohort) == stood


def test_nothing_is_changed_in_a_group_that_has_ended_meanwhile(
    series: Series, amara: Person, now: datetime
) -> None:
    plan = change_venue(series, Venue("in_person", "The library", None), now=now)
    made(series_plans.end_group(series.cohort, now=now), amara, now)

    with pytest.raises(DomainError, match="changed since you looked"):
        made(plan, amara, now)

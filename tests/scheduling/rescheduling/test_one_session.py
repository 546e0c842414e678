"""Moving, cancelling and placing one session, and taking it back while the letters wait."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, CohortState, Membership, Person
from scheduling.models import (
    Answer,
    Detail,
    Diary,
    PeerSession,
    PlaceKind,
    Reply,
    SessionState,
)
from scheduling.rescheduling import session_plans
from scheduling.rescheduling.apply import Change
from scheduling.rescheduling.venue import venue_matters
from scheduling.runs.to_come import note_came
from tests import build
from tests.scheduling import changed

NEW_DAY = date(2026, 12, 17)
PAUSE = timedelta(minutes=10)
SIX, HALF_PAST_SEVEN = time(18), time(19, 30)


def a_reply(session: PeerSession, membership: Membership, now: datetime) -> None:
    """She is coming."""
    with transaction():
        db.session.add(
            Reply(
                session_id=session.id,
                membership_id=membership.id,
                answer=Answer.COMING,
                answered_at=now,
            )
        )


def move(session: PeerSession, by: Person, now: datetime, on: date = NEW_DAY) -> Change:
    """Move it, keeping its hours."""
    with transaction():
        return changed.move(session, on=on, starts=SIX, ends=HALF_PAST_SEVEN, now=now, by=by)


def states() -> list[str]:
    """What became of the letters, oldest first."""
    return list(db.session.scalars(select(OutgoingMail.state).order_by(OutgoingMail.id)))


def replies() -> list[str]:
    """What was said about the times that sessions have now."""
    return list(db.session.scalars(select(Reply.answer).where(~Reply.is_earlier)))


def test_moving_asks_everybody_anew_and_tells_them_after_the_pause(
    session: PeerSession, amina: Membership, amara: Person, now: datetime
) -> None:
    a_reply(session, amina, now)
    stood_at, changed_at = session.starts_at, session.dates_changed_at

    change = move(session, amara, now)

    assert session.starts_at == datetime(2026, 12, 17, 18, tzinfo=UTC)
    assert session.ends_at == datetime(2026, 12, 17, 19, 30, tzinfo=UTC)
    assert session.moved_from_at == stood_at
    assert session.dates_changed_at > changed_at
    assert (replies(), session.asked_anew_at, session.by_hand) == ([], now, True)
    assert (change.letters, change.leaves_at) == (2, now + PAUSE)
    assert states() == [MailState.DUE, MailState.DUE]
    assert set(db.session.scalars(select(OutgoingMail.due_at))) == {now + PAUSE}


def test_moving_only_the_end_does_not_say_it_was_moved(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    with transaction():
        changed.move(
            session,
            on=date(2026, 12, 10),
            starts=SIX,
            ends=time(20),
            now=now,
            by=amara,
        )

    assert session.moved_from_at is None
    assert session.ends_at == datetime(2026, 12, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "starts", "ends", "words"),
    [
        (date(2026, 11, 20), SIX, HALF_PAST_SEVEN, "That time has passed."),
        (date(2026, 12, 10), SIX, HALF_PAST_SEVEN, "That is when it is already."),
        (NEW_DAY, SIX, SIX, "A session ends after it starts"),
    ],
)
def test_moving_is_refused_to_an_impossible_time(
    session: PeerSession,
    now: datetime,
    on: date,
    starts: time,
    ends: time,
    words: str,
) -> None:
    with pytest.raises(DomainError, match=words):
        session_plans.move_to(session, on=on, starts=starts, ends=ends, now=now)


def test_nothing_changes_once_a_session_has_begun(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    later = session.starts_at

    for verb in (changed.cancel, changed.reinstate):
        with pytest.raises(DomainError, match="has begun"), transaction():
            verb(session, now=later, by=amara)
    with pytest.raises(DomainError, match="has begun"):
        session_plans.move_to(session, on=NEW_DAY, starts=SIX, ends=time(19), now=later)


def test_a_time_the_clocks_jump_over_starts_when_they_have(
    session: PeerSession, now: datetime
) -> None:
    plan = session_plans.move_to(
        session, on=date(2027, 3, 28), starts=time(1, 15), ends=time(1, 45), now=now
    )

    [move] = plan.seen
    assert move.shift == "missing"
    assert move.slot.starts_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert move.slot.ends_at - move.slot.starts_at == timedelta(minutes=30)


def test_advice_names_bank_holidays_vacations_and_own_groups(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    other = build.a_cohort(amara, name="Mondays")
    monday = date(2026, 12, 28)
    build.a_session(build.a_series(other), monday)
    with transaction():
        series = build.series_of(session)
        series.leave_outs = {**series.leave_outs, "court_vacations": True}
    plan = session_plans.move_to(session, on=monday, starts=SIX, ends=time(19), now=now)

    assert session_plans.conflicts_with(plan, session.series, amara) == [
        "Monday 28 December is left out of this run: "
        "Boxing Day (substitute day) in England and Wales.",
        "Monday 28 December is in the Christmas vacation in the High Court.",
        "You have Mondays at that time on Monday 28 December.",
    ]


def test_reinstating_tells_everybody_and_is_refused_for_what_takes_place(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    with pytest.raises(DomainError, match="nothing to put back"), transaction():
        changed.reinstate(session, now=now, by=amara)
    with transaction():
        changed.cancel(session, now=now, tell=False, by=amara)

    with transaction():
        change = changed.reinstate(session, now=now, by=amara)

    assert session.state == SessionState.PLANNED
    assert change.letters == 2


def test_a_draft_is_changed_where_it_is_set_up(app: Flask, amara: Person, now: datetime) -> None:
    draft = build.a_cohort(amara, state=CohortState.DRAFT)
    session = build.a_session(build.a_series(draft))

    with pytest.raises(DomainError, match="not been opened yet"):
        move(session, amara, now)
    assert states() == []


def test_the_place_that_is_there_already_is_refused(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    with pytest.raises(DomainError, match="already"), transaction():
        changed.change_place(
            build.series_of(session),
            place_kind=PlaceKind.ONLINE,
            place="Online",
            room="https://rooms.example/thursday",
            now=now,
            by=amara,
        )


def test_the_place_matters_as_soon_as_one_diary_shows_it(
    session: PeerSession, cohort: Cohort, amina: Membership
) -> None:
    assert venue_matters(cohort) is False

    with transaction():
        diary = db.session.scalars(select(Diary).where(Diary.person_id == amina.person_id)).one()
        diary.detail = Detail.FULL

    assert venue_matters(cohort) is True


def test_how_many_came_is_noted_only_after_the_end(session: PeerSession, now: datetime) -> None:
    with pytest.raises(DomainError, match="once the session is over"):
        note_came(session, 6, now=now)

    with transaction():
        note_came(session, 6, now=session.ends_at)

    assert session.came == 6

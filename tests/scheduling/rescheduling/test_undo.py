"""Taking changes back while their letters wait, and rehearsing them beforehand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.retention import purge
from core.transaction import transaction
from groups.models import Cohort, CohortState, Membership, Person
from scheduling.attendance import answers
from scheduling.calendars.ical import Method
from scheduling.erasure import erase
from scheduling.letters.bulk_invitations import issue
from scheduling.letters.recipients import recipients_of
from scheduling.models import (
    Answer,
    Invitation,
    PeerSession,
    PlaceKind,
    Reply,
    Reversal,
    Series,
    SessionState,
)
from scheduling.rescheduling.apply import Change
from scheduling.rescheduling.preview import preview
from scheduling.rescheduling.undo import undo as take_back
from scheduling.retention import RULES
from tests import build
from tests.scheduling import changed
from tests.scheduling.changed import end_group

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


def undo(change: Change, cohort: Cohort, by: Person, now: datetime) -> None:
    """Take it back."""
    with transaction():
        take_back(change.undo_token or "", cohort, by=by, now=now)


def states() -> list[str]:
    """What became of the letters, oldest first."""
    return list(db.session.scalars(select(OutgoingMail.state).order_by(OutgoingMail.id)))


def replies() -> list[str]:
    """What was said."""
    return list(db.session.scalars(select(Reply.answer)))


def test_undoing_a_move_restores_times_and_answers_and_keeps_letters_here(
    session: PeerSession, cohort: Cohort, amina: Membership, amara: Person, now: datetime
) -> None:
    a_reply(session, amina, now)
    stood_at = session.starts_at
    change = move(session, amara, now)
    moved_at = session.dates_changed_at

    undo(change, cohort, amara, now + timedelta(minutes=5))

    assert (session.starts_at, session.moved_from_at) == (stood_at, None)
    assert session.dates_changed_at > moved_at
    assert replies() == [Answer.COMING]
    assert states() == [MailState.RECALLED, MailState.RECALLED]


def test_nobody_gets_the_answer_of_somebody_who_was_forgotten_meanwhile(
    session: PeerSession, cohort: Cohort, amina: Membership, amara: Person, now: datetime
) -> None:
    a_reply(session, amina, now)
    number, change = amina.id, move(session, amara, now)
    with transaction():
        erase(amina.person, now=now)
    # A database may give the number of a row that has gone to the next one.
    dev = build.a_member(cohort, build.a_person("Dev"))
    with transaction():
        db.session.execute(update(Membership).where(Membership.id == dev.id).values(id=number))

    undo(change, cohort, amara, now + timedelta(minutes=5))

    assert replies() == []


def test_undoing_is_refused_once_a_letter_has_left(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    change = move(session, amara, now)
    with transaction():
        mail = db.session.scalars(select(OutgoingMail)).first()
        assert mail is not None
        mail.state = MailState.SENT

    with pytest.raises(DomainError, match="have already left"):
        undo(change, cohort, amara, now)
    assert session.starts_at == datetime(2026, 12, 17, 18, tzinfo=UTC)


def test_undoing_is_refused_after_another_change(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    first = move(session, amara, now)
    move(session, amara, now + timedelta(minutes=1), on=date(2026, 12, 18))

    with pytest.raises(DomainError, match="changed again since"):
        undo(first, cohort, amara, now)


def test_a_ticket_is_of_no_use_to_anybody_else_or_elsewhere(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    tom = build.a_facilitator("Tom")
    elsewhere = build.a_cohort(tom)
    change = move(session, amara, now)

    for where, who in ((cohort, tom), (elsewhere, amara)):
        with pytest.raises(DomainError, match="too late"):
            undo(change, where, who, now)
    with pytest.raises(DomainError, match="too late"), transaction():
        take_back("forged", cohort, by=amara, now=now)


def test_a_ticket_can_be_read_by_nobody(session: PeerSession, amara: Person, now: datetime) -> None:
    with transaction():
        change = changed.change_place(
            session,
            place_kind=PlaceKind.ONLINE,
            place="Canary Wharf",
            room="https://rooms.example/canary",
            now=now,
            by=amara,
        )

    assert change.undo_token is not None
    assert len(change.undo_token) < 1200
    assert "anary" not in change.undo_token


def test_cancelling_keeps_the_row_and_undoing_revives_the_calendar_entry(
    session: PeerSession, cohort: Cohort, amina: Membership, amara: Person, now: datetime
) -> None:
    with transaction():
        issue(session, amina, now=now)
        for mail in db.session.scalars(select(OutgoingMail)):
            mail.state, mail.attempts, mail.final_at = MailState.SENT, 1, now
    with transaction():
        change = changed.cancel(session, now=now, by=amara)
    told = db.session.scalars(select(Invitation)).one()
    assert (session.state, told.method) == (SessionState.CANCELLED, Method.CANCEL)

    undo(change, cohort, amara, now)

    told = db.session.scalars(select(Invitation)).one()
    assert (session.state, told.method) == (SessionState.PLANNED, Method.REQUEST)


def test_the_place_of_a_run_is_told_once_to_each_and_can_be_undone(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    series, changed_at = build.series_of(session), session.details_changed_at
    with transaction():
        change = changed.change_place(
            series,
            place_kind=PlaceKind.IN_PERSON,
            place="12 High Street",
            room=None,
            now=now,
            by=amara,
        )
    assert (series.place, series.room, series.place_kind) == ("12 High Street", None, "in_person")
    assert session.details_changed_at > changed_at
    assert change.letters == 2

    undo(change, cohort, amara, now)

    assert (series.place, series.place_kind) == ("Online", PlaceKind.ONLINE)
    assert series.room == "https://rooms.example/thursday"


def test_what_was_answered_since_stands_when_a_change_of_place_is_undone(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    amina = build.a_member(cohort, build.a_person("Nadia"))
    with transaction():
        change = changed.change_place(
            build.series_of(session),
            place_kind=PlaceKind.IN_PERSON,
            place="12 High Street",
            room=None,
            now=now,
            by=amara,
        )
    with transaction():
        answers.give(session, amina, Answer.COMING, now=now)

    undo(change, cohort, amara, now)

    reply = answers.reply_of(session, amina)
    assert reply is not None
    assert reply.answer == Answer.COMING


def test_ending_a_group_cancels_what_is_to_come_and_can_be_undone(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    series: Series = build.series_of(session)
    later = [build.a_session(series, date(2027, month, 14), number=month) for month in range(1, 5)]
    with transaction():
        change = end_group(series.cohort, now=now, by=amara)
    assert cohort.state == CohortState.ENDED
    assert {one.state for one in (session, *later)} == {SessionState.CANCELLED}
    assert change.letters == 2

    undo(change, cohort, amara, now)

    assert (cohort.state, cohort.ended_at, series.ended_on) == (CohortState.OPEN, None, None)
    assert {one.state for one in (session, *later)} == {SessionState.PLANNED}


def test_a_rehearsal_shows_the_letter_and_changes_nothing(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    found = preview(lambda: changed.cancel(session, now=now, by=amara), session.cohort)

    assert found.letters == len(recipients_of(session.cohort, now=now)) == 2
    assert found.message is not None
    assert "10 December" in found.message.subject
    assert (session.state, states()) == (SessionState.PLANNED, [])


def test_what_stood_there_before_is_kept_sealed_and_only_for_a_day(
    session: PeerSession, amara: Person, now: datetime
) -> None:
    with transaction():
        changed.change_place(
            session,
            place_kind=PlaceKind.ONLINE,
            place="Canary Wharf",
            room=None,
            now=now,
            by=amara,
        )
    kept = db.session.scalars(select(Reversal)).one()
    assert amara.public_id.encode() not in kept.content_sealed

    purge(RULES, now + timedelta(hours=23))
    after_hours = db.session.scalar(select(func.count(Reversal.id)))
    purge(RULES, now + timedelta(hours=25))

    assert after_hours == 1
    assert db.session.scalar(select(func.count(Reversal.id))) == 0


def test_a_ticket_is_good_for_an_hour_and_once(
    session: PeerSession, cohort: Cohort, amara: Person, now: datetime
) -> None:
    change = move(session, amara, now)
    with pytest.raises(DomainError, match="too late"):
        undo(change, cohort, amara, now + timedelta(minutes=61))
    undo(change, cohort, amara, now)

    with pytest.raises(DomainError, match="too late"):
        undo(change, cohort, amara, now)


def test_what_was_said_about_the_other_time_counts_no_more_once_it_is_undone(
    session: PeerSession, cohort: Cohort, amina: Membership, amara: Person, now: datetime
) -> None:
    dev = build.a_member(cohort, build.a_person("Dev"))
    a_reply(session, amina, now)
    change = move(session, amara, now)
    with transaction():
        answers.give(session, amina, Answer.NOT_THIS_TIME, now=now)
        answers.give(session, dev, Answer.COMING, now=now)

    undo(change, cohort, amara, now)

    kept = {reply.membership_id: reply for reply in db.session.scalars(select(Reply))}
    assert (kept[amina.id].answer, kept[amina.id].is_earlier) == (Answer.COMING, False)
    assert (kept[dev.id].answer, kept[dev.id].is_earlier) == (Answer.COMING, True)
    assert session.asked_anew_at is None

"""A change is worked out before the write lock, and again if something changes meanwhile."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select, text

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import prepared, writes
from groups.messages import Act
from groups.models import Membership, Person
from scheduling.models import Diary, PeerSession, Series
from scheduling.rescheduling.apply import Messages, PreparedChange, tell_of_dates
from scheduling.rescheduling.rows import Rows
from scheduling.rescheduling.session_plans import move_to


def moved(series: Series, by: Person, now: datetime, meanwhile: list[str]) -> list[bool]:
    """Move the first session while somebody else runs these statements, one at each attempt;
    return, for each attempt, whether it was made under the lock.
    """
    attempts: list[bool] = []

    def post(rows: Rows, act: Act) -> Messages:
        attempts.append(writes())
        found = tell_of_dates(rows, act)
        if len(attempts) <= len(meanwhile):
            with db.engine.connect().execution_options(writes=True) as other:
                other.execute(text(meanwhile[len(attempts) - 1]))
                other.commit()
        return found

    def work() -> PreparedChange:
        held = select(PeerSession).where(PeerSession.series_id == series.id)
        first = db.session.scalars(held.order_by(PeerSession.starts_at)).first()
        assert first is not None
        plan = move_to(first, on=date(2026, 12, 9), starts=time(18), ends=time(19), now=now)
        return PreparedChange(plan, by=by, now=now, post=post, ahead=True)

    prepared(work)
    return attempts


SOMETHING_ELSE = "UPDATE cohort SET revision = revision + 1"
A_LETTER_LEFT = "UPDATE outgoing_mail SET attempts = attempts + 1"
SOMEBODY_MOVED = "UPDATE person SET time_zone = 'Europe/Paris'"


@pytest.mark.parametrize(
    ("what", "times"),
    [
        (SOMETHING_ELSE, 0),
        (SOMETHING_ELSE, 1),
        (SOMETHING_ELSE, 2),
        (A_LETTER_LEFT, 1),
        (A_LETTER_LEFT, 2),
        (SOMEBODY_MOVED, 1),
    ],
)
def test_what_changes_meanwhile_is_seen_and_it_begins_again(
    series: Series, member: Membership, amara: Person, now: datetime, times: int, what: str
) -> None:
    attempts = moved(series, amara, now, [what] * times)

    assert attempts == [[False], [False, False], [False, False, True]][times]
    starts = [one.starts_at.day for one in db.session.scalars(select(PeerSession))]
    assert 9 in starts
    moves = select(OutgoingMail.recipient_sealed).where(OutgoingMail.kind == "moved")
    assert len(db.session.scalars(moves).all()) == 2


def test_where_a_diary_has_to_be_made_first_it_is_worked_out_under_the_lock(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    db.session.execute(text("DELETE FROM feed"))
    db.session.execute(text("DELETE FROM diary"))
    db.session.commit()

    assert moved(series, amara, now, []) == [True]
    assert db.session.query(Diary).count() == 2

"""Two changes of a run while the letters about the first still wait."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from core.db import db
from core.errors import DomainError
from core.outbox import MailState
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.models import PeerSession, Series
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.apply import Change, apply
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.rescheduling.preview import preview
from tests import build
from tests.scheduling import changed
from tests.scheduling.made_runs import change, everything, undo, welcomed
from tests.scheduling.post import Opened, all_left, letters, only

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

MINUTE = timedelta(minutes=1)
#: A plan from the sessions of a run, earliest first.
WorkOut = Callable[[list[PeerSession], datetime], ChangePlan]


def later(rows: list[PeerSession], now: datetime) -> ChangePlan:
    return session_plans.shift_days(rows[0], Scope.ALL, 7, now=now)


def back(rows: list[PeerSession], now: datetime) -> ChangePlan:
    return session_plans.shift_days(rows[0], Scope.ALL, -7, now=now)


def cancelled(rows: list[PeerSession], now: datetime) -> ChangePlan:
    return session_plans.cancel(rows[4], Scope.FOLLOWING, now=now)


def two_more(rows: list[PeerSession], now: datetime) -> ChangePlan:
    return series_plans.extend(build.series_of(rows[0]), more=2, now=now)


def last_two_later(rows: list[PeerSession], now: datetime) -> ChangePlan:
    return session_plans.shift_days(rows[4], Scope.FOLLOWING, 7, now=now)


def a_break_before(rows: list[PeerSession], now: datetime) -> ChangePlan:
    days = {"from_on": date(2026, 12, 1), "until_on": date(2027, 1, 31)}
    return series_plans.pause(build.series_of(rows[0]), **days, make_up=False, now=now)


def done(series: Series, work_out: WorkOut, now: datetime) -> Change:
    """Make a change."""
    by = series.cohort.memberships[0].person
    return change(lambda: work_out(sessions_of_now(series), now), by=by, now=now)


def sessions_of_now(series: Series) -> list[PeerSession]:
    found = db.session.query(PeerSession).filter_by(series_id=series.id)
    return found.order_by(PeerSession.starts_at).all()


def told(letter: Opened) -> list[str]:
    """The lines about dates, with their headings."""
    lines = letter.text.replace("\r\n", "\n").split("\n\n")[1:-2]
    return "\n".join(lines).replace(", 6pm to 7:30pm, UK time", "").splitlines()


def test_the_later_letter_tells_of_both_changes(
    series: Series, member: Membership, now: datetime
) -> None:
    done(series, later, now)
    second = done(series, cancelled, now + MINUTE)

    letter = only("new_dates", member=member)
    assert told(letter) == [
        "Moved:",
        *("Thursday 17 December", "  before: Thursday 10 December"),
        *("Thursday 21 January 2027", "  before: Thursday 14 January 2027"),
        *("Thursday 18 February 2027", "  before: Thursday 11 February 2027"),
        *("Thursday 18 March 2027", "  before: Thursday 11 March 2027"),
        *("Cancelled:", "Thursday 15 April 2027", "Thursday 20 May 2027"),
    ]
    assert "Updates for your calendar come with this" in letter.text
    assert letter.row.due_at == second.leaves_at
    assert len(letters("new_dates")) == 2, "one for each of the two people"
    assert len(letters("moved", to=member.person)) == 3


def test_three_changes_are_one_letter_too(
    series: Series, member: Membership, now: datetime
) -> None:
    done(series, later, now)
    done(series, two_more, now + MINUTE)
    done(series, later, now + 2 * MINUTE)

    lines = told(only("new_dates", member=member))
    assert lines[:3] == ["Moved:", "Thursday 24 December", "  before: Thursday 10 December"]
    assert lines[-3:] == ["New:", "Thursday 24 June 2027", "Thursday 22 July 2027"]


def test_undoing_the_later_change_brings_the_earlier_letter_back(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    done(series, later, now)
    stood, first = everything(series), {one.row.id: one.row.body for one in letters()}
    second = done(series, cancelled, now + MINUTE)

    undo(second, series, by=amara, now=now + 2 * MINUTE)

    assert {one.row.id: one.row.body for one in letters()} == first
    assert everything(series) == stood


def test_an_earlier_change_cannot_be_undone_before_the_later_one(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    first = done(series, last_two_later, now)
    done(series, a_break_before, now + MINUTE)

    with pytest.raises(DomainError, match="changed again since"):
        undo(first, series, by=amara, now=now + 2 * MINUTE)

    assert only("new_dates", member=member).row.state == MailState.DUE


def test_what_has_left_is_not_said_again(series: Series, member: Membership, now: datetime) -> None:
    done(series, later, now)
    all_left(now)
    done(series, cancelled, now + MINUTE)

    lines = told(only("new_dates", member=member))
    assert lines == ["Cancelled:", "Thursday 15 April 2027", "Thursday 20 May 2027"]


def test_dates_that_came_and_went_in_between_are_not_mentioned(
    series: Series, member: Membership, now: datetime
) -> None:
    done(series, two_more, now)
    done(series, cancelled, now + MINUTE)

    lines = told(only("new_dates", member=member))
    assert lines == ["Cancelled:", "Thursday 8 April 2027", "Thursday 13 May 2027"]


def test_a_change_that_takes_the_first_one_back_is_told_to_nobody_who_never_heard_of_that(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    done(series, later, now)
    second = done(series, back, now + MINUTE)
    assert letters(to=member.person) == []

    undo(second, series, by=amara, now=now + 2 * MINUTE)

    assert told(only("new_dates", member=member))[1] == "Thursday 17 December"


def test_whoever_came_in_between_is_told_of_the_later_change_alone(
    series: Series, now: datetime
) -> None:
    done(series, later, now)
    dev = welcomed(series, "Dev", now + MINUTE)
    done(series, later, now + 2 * MINUTE)

    lines = told(only("new_dates", member=dev))
    assert lines[1:3] == ["Thursday 24 December", "  before: Thursday 17 December"]


def test_whoever_has_left_gets_nothing_when_the_later_change_is_undone(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    done(series, later, now)
    second = done(series, cancelled, now + MINUTE)
    with transaction():
        changed.remove(member, now=now + MINUTE)

    undo(second, series, by=amara, now=now + 2 * MINUTE)

    assert {one.kind for one in letters(to=member.person)} == {"ended", "withdrawn"}
    assert len(letters("new_dates", to=amara)) == 1


def test_the_check_page_shows_the_letter_that_tells_of_both(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    done(series, later, now)
    at, own = now + MINUTE, amara.email

    found = preview(
        lambda: apply(cancelled(sessions_of_now(series), at), by=amara, now=at),
        series.cohort,
        own=own,
    )
    done(series, cancelled, at)

    assert found.message is not None
    shown = "\n\n".join(found.message.paragraphs)
    [real] = letters("new_dates", to=amara)
    assert " ".join(shown.split()) == " ".join(real.text.split())
    assert "before: Thursday 10 December" in shown

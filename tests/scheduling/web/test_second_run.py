"""A group that renews: a second run after the first, in every page and calendar."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.dates.recurrence import EveryWeeks
from scheduling.feeds import contents
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import Invitation, PeerSession, Series, SessionState
from scheduling.rescheduling.undo import undo as take_back
from scheduling.runs.series import current_series, renew
from scheduling.runs.set_up import SetUp
from scheduling.web.set_up.view.earlier import earlier_groups
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.changed import end_group
from tests.scheduling.undoing import press_undo
from tests.scheduling.web.runs import Run, a_run

pytestmark = pytest.mark.usefixtures("clock")

#: In time for the last session of the first run, 13 May 2027, and after it.
LATER = datetime(2027, 5, 14, 9, 0, tzinfo=NOW.tzinfo)
TUESDAYS = SetUp(EveryWeeks(2), date(2027, 6, 1), time(12), time(13), sessions=4)
FIRST_TUESDAY = date(2027, 6, 1)


def renewed(run: Run, set_up: SetUp = TUESDAYS, *, now: datetime = NOW) -> Series:
    """Give the group of a run another one."""
    with transaction():
        return renew(run.cohort, set_up, now=now)


def rows(series: Series) -> list[PeerSession]:
    """The sessions of a run, in order."""
    db.session.rollback()
    found = select(PeerSession).where(PeerSession.series_id == series.id)
    return list(db.session.scalars(found.order_by(PeerSession.starts_at)))


def entries(person: Person) -> dict[str, date]:
    """What the feed of a person holds: the day of each entry, by its UID."""
    db.session.rollback()
    read: Any = Calendar.from_ical(contents.read(build.a_feed(person)[0], now=NOW).body)
    return {str(one["UID"]): one["DTSTART"].dt.date() for one in read.events}


def member_of(run: Run) -> Membership:
    """Amina's place."""
    return next(one for one in run.cohort.memberships if one.person.name == "Amina")


def test_the_feed_holds_both_and_the_first_keeps_its_uids(run: Run) -> None:
    before = entries(member_of(run).person)

    second = renewed(run)

    after = entries(member_of(run).person)
    assert before.items() <= after.items()
    assert [one.number for one in rows(second)] == [1, 2, 3, 4]
    assert sorted(after.values())[len(before) :] == [
        FIRST_TUESDAY + timedelta(weeks=2 * one) for one in range(4)
    ]


def test_three_dates_of_the_group_are_invited_to_whichever_run_they_come_from(run: Run) -> None:
    second = renewed(run)
    with transaction():
        for session in run.sessions[:4]:
            session.starts_at, session.ends_at = NOW - timedelta(days=9), NOW - timedelta(days=8)

    issue_due(NOW + timedelta(minutes=11))

    invited = set(db.session.scalars(select(Invitation.session_id)))
    assert invited == {run.sessions[4].id, run.sessions[5].id, rows(second)[0].id}


def test_the_group_page_shows_the_current_run_and_every_date(
    run: Run, amaras_browser: PageClient
) -> None:
    renewed(run)

    page = words(amaras_browser.get(run.at()))

    assert "Every 2 weeks, on Tuesday, midday to 1pm, UK time." in page
    assert "Thursday 10 December" in page
    assert "Tuesday 1 June" in page


def test_the_group_is_offered_once_to_set_up_another_like_it(run: Run) -> None:
    renewed(run)

    assert [one.words for one in earlier_groups(run.facilitator)] == ["two members, midday"]


def test_a_run_that_was_ended_is_not_the_current_one(run: Run) -> None:
    second = renewed(run)
    with transaction():
        second.ended_on = NOW.date()

    assert current_series(run.cohort) is run.series


def test_a_session_of_the_second_run_moves_and_moves_back(
    run: Run, amaras_browser: PageClient
) -> None:
    [first, *_] = rows(renewed(run))
    at = run.at(f"/sessions/{first.public_id}")
    uids = entries(member_of(run).person)
    typed = {"on": "2027-06-02", "starts": "12pm", "ends": "1pm", "confirmed": "yes"}

    amaras_browser.post(f"{at}/move", data=typed)
    page = amaras_browser.get(at).text
    moved = entries(member_of(run).person)
    press_undo(amaras_browser, page)

    assert set(moved.values()) - set(uids.values()) == {date(2027, 6, 2)}
    assert moved.keys() == uids.keys()
    assert entries(member_of(run).person) == uids


def test_ending_the_group_ends_both_runs_and_can_be_undone(run: Run) -> None:
    second = renewed(run)
    with transaction():
        done = end_group(run.cohort, now=NOW, by=run.facilitator)
    assert {one.state for one in [*run.sessions, *rows(second)]} == {SessionState.CANCELLED}
    assert None not in (run.series.ended_on, second.ended_on)

    with transaction():
        take_back(done.undo_token, run.cohort, by=run.facilitator, now=NOW)

    assert {one.state for one in [*run.sessions, *rows(second)]} == {SessionState.PLANNED}
    assert (run.series.ended_on, second.ended_on) == (None, None)


def test_themes_and_prompts_go_on_from_the_first_run(run: Run) -> None:
    first, second = renewed(run), renewed(run, later(TUESDAYS))

    themes = [one.theme for one in [*rows(first)[:-1], *rows(second)[:-1]]]
    drawn = [prompt.key for one in [*rows(first), *rows(second)] for prompt in one.prompts]

    assert len(set(themes)) == len(themes)
    assert len(set(drawn)) == len(drawn)


def later(set_up: SetUp) -> SetUp:
    """The same, half a year on."""
    return SetUp(set_up.pattern, date(2027, 12, 7), set_up.starts, set_up.ends, sessions=4)


@pytest.mark.parametrize(
    ("first_on", "problem"),
    [(date(2027, 5, 11), "after all the other sessions"), (date(2026, 11, 3), "after all")],
)
def test_a_run_that_begins_before_the_other_is_over_is_refused(
    run: Run, first_on: date, problem: str
) -> None:
    with pytest.raises(DomainError, match=problem):
        renewed(run, SetUp(EveryWeeks(2), first_on, time(12), time(13), sessions=4))

    assert db.session.scalars(select(Series)).all() == [run.series]


def test_a_run_that_goes_on_needs_no_other(amara: Person) -> None:
    with pytest.raises(DomainError, match="needs no other"):
        renewed(a_run(amara, count=None))

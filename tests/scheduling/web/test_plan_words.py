"""A plan in words: rows, what stays, what the clocks do, the button and the note."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduling.dates.recurrence import Shift
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.change_plan import (
    ChangePlan,
    RowChange,
    Slot,
    SlotChange,
    Subject,
)
from scheduling.web.plan_words import ChangeRow, Reader, button_words, done_words, plan_words
from tests import build
from tests.conftest import NOW

READER = Reader(NOW)
WEEK = timedelta(days=7)


@pytest.fixture
def sessions(series: Series) -> list[PeerSession]:
    """Its first three sessions."""
    days = (date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11))
    return [build.a_session(series, day, number=number) for number, day in enumerate(days, 1)]


def became(session: PeerSession, shift: Shift = "none", **changed: Any) -> SlotChange:
    """The session with something else about it."""
    was = Slot.of(session)
    return SlotChange(session.public_id, was, replace(was, **changed), shift)


def moved(session: PeerSession, by: timedelta = WEEK, **values: Any) -> SlotChange:
    """The session, later."""
    times = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    return became(session, **{**times, **values})


def cancelled(session: PeerSession) -> SlotChange:
    """The session, which takes place no more."""
    return became(session, takes_place=False)


def reinstated(session: PeerSession) -> SlotChange:
    """The session, which was cancelled and takes place after all."""
    change = became(session)
    return replace(change, was=replace(change.slot, takes_place=False))


def added(on: date) -> SlotChange:
    """A session from 6pm to 7:30pm on a day of winter."""
    starts_at = datetime(on.year, on.month, on.day, 18, tzinfo=UTC)
    ends_at = starts_at + timedelta(minutes=90)
    slot = Slot(on, starts_at, ends_at, "Europe/London", pinned=True, ad_hoc=True)
    return SlotChange(f"added-{on}", None, slot)


def plan_of(*slots: SlotChange, **more: Any) -> ChangePlan:
    """A plan of these changes."""
    return ChangePlan(Subject.DATES, "a-group", "a-run", slots=slots, **more)


def test_rows_stand_in_the_order_of_dates_and_leave_hours_out_that_all_share(
    series: Series, sessions: list[PeerSession]
) -> None:
    first, second, third = sessions
    extra = added(date(2026, 12, 21))
    plan = plan_of(moved(second), extra, cancelled(first), reinstated(third))

    said = plan_words(plan, people=8, reader=READER)

    assert said.rows == [
        ChangeRow("Thursday 10 December", "", "cancelled"),
        ChangeRow("", "Monday 21 December", "added"),
        ChangeRow("Thursday 14 January 2027", "Thursday 21 January 2027", "moved"),
        ChangeRow("Thursday 11 February 2027", "Thursday 11 February 2027", "put back"),
    ]
    assert said.times_words == "6pm to 7:30pm, UK time, as before."
    assert said.impact == "Four sessions change, for eight people. Everybody is asked again."


def test_rows_tell_hours_once_they_differ(series: Series, sessions: list[PeerSession]) -> None:
    plan = plan_of(moved(sessions[0], timedelta(hours=1)))

    said = plan_words(plan, people=1, reader=READER)

    assert said.rows == [
        ChangeRow(
            "Thursday 10 December, 6pm to 7:30pm, UK time",
            "Thursday 10 December, 7pm to 8:30pm, UK time",
            "moved",
        )
    ]
    assert said.times_words == ""


def test_another_clock_for_the_same_moment_is_no_move(
    series: Series, sessions: list[PeerSession]
) -> None:
    plan = plan_of(moved(sessions[0], timedelta(), zone_name="Europe/Lisbon"))

    said = plan_words(plan, people=8, reader=READER)

    assert said.rows[0].state == "same moment"
    assert said.rows[0].becomes == "Thursday 10 December, 6pm to 7:30pm, Lisbon time"
    assert said.impact == "No date that people have changes."
    assert button_words(plan, letters=0) == "Save"
    assert done_words(plan, READER) == "Saved."


def test_what_is_cancelled_and_moves_along_stays_cancelled(
    series: Series, sessions: list[PeerSession]
) -> None:
    sessions[0].state = SessionState.CANCELLED
    plan = plan_of(moved(sessions[0]), moved(sessions[1]))

    said = plan_words(plan, people=8, reader=READER)

    assert [row.state for row in said.rows] == ["still cancelled", "moved"]
    assert button_words(plan, letters=8) == "Change one date and tell everybody"


def test_dates_chosen_by_hand_are_named(series: Series, sessions: list[PeerSession]) -> None:
    plan = plan_of(moved(sessions[0]), pinned=(became(sessions[2]),))

    said = plan_words(plan, people=8, reader=READER)

    assert said.kept == ["Thursday 11 February 2027, 6pm to 7:30pm, UK time"]


def test_what_the_clocks_do_is_said_with_the_day(
    series: Series, sessions: list[PeerSession]
) -> None:
    spring, autumn = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)
    hour = timedelta(hours=1)
    plan = plan_of(
        moved(sessions[0], starts_at=spring, ends_at=spring + hour, shift="missing"),
        moved(sessions[1], starts_at=autumn, ends_at=autumn + hour, shift="doubled"),
    )

    assert plan_words(plan, people=8, reader=READER).shifts == [
        "Sunday 28 March 2027: The clocks go forward that day. It begins just after, at 2am.",
        "Sunday 31 October 2027: The clocks go back that day and show 1am twice. "
        "It begins the first time.",
    ]


def test_a_reader_elsewhere_is_told_their_own_hours(
    series: Series, sessions: list[PeerSession]
) -> None:
    plan = plan_of(moved(sessions[0]))

    said = plan_words(plan, people=8, reader=Reader(NOW, "America/New_York"))

    assert said.times_words == "6pm to 7:30pm, UK time (1pm your time), as before."


def test_the_button_says_the_act(series: Series, sessions: list[PeerSession]) -> None:
    first, second, third = sessions
    plans = {
        "Change two dates": plan_of(moved(first), moved(second)),
        "Change three dates": plan_of(moved(first), moved(second), cancelled(third)),
        "Cancel three dates": plan_of(*map(cancelled, sessions)),
        "Put one date back": plan_of(reinstated(first)),
        "Add one date": plan_of(added(date(2026, 12, 21))),
        "Save": plan_of(rows=(RowChange("series", "a-run", {"sessions": 6}, {"sessions": None}),)),
    }

    assert {button_words(plan, letters=0) for plan in plans.values()} == set(plans)
    for words, plan in plans.items():
        assert button_words(plan, letters=2) == f"{words} and tell everybody"


def test_the_note_says_what_was_done(series: Series, sessions: list[PeerSession]) -> None:
    first, second, third = sessions
    extra = added(date(2026, 12, 21))

    assert [
        done_words(plan, READER)
        for plan in (
            plan_of(moved(first)),
            plan_of(cancelled(first)),
            plan_of(reinstated(first)),
            plan_of(extra),
            plan_of(cancelled(first), cancelled(second)),
            plan_of(moved(first), moved(second), cancelled(third)),
            plan_of(moved(first), cancelled(third), extra, extra),
        )
    ] == [
        "Moved to Thursday 17 December, 6pm to 7:30pm, UK time.",
        "Thursday 10 December is cancelled.",
        "Thursday 10 December takes place after all.",
        "Monday 21 December is added.",
        "Two dates are cancelled.",
        "Two dates are changed and one is cancelled.",
        "One date is changed, one is cancelled and two are added.",
    ]

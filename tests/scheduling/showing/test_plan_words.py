"""A plan in words: rows, what stays, what the clocks do, the button and the note."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduling.changing.run_plan import Added, Moved, RunPlan
from scheduling.models import PeerSession, Series, SessionState
from scheduling.showing.plan_words import ChangeRow, Reader, button_words, done_words, plan_words
from tests import build
from tests.conftest import NOW

READER = Reader(NOW)
WEEK = timedelta(days=7)


@pytest.fixture
def sessions(series: Series) -> list[PeerSession]:
    """Its first three sessions."""
    days = (date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11))
    return [build.a_session(series, day, number=number) for number, day in enumerate(days, 1)]


def moved(session: PeerSession, by: timedelta = WEEK, **values: Any) -> Moved:
    """The session, later."""
    defaults = {
        "planned_on": session.planned_on,
        "starts_at": session.starts_at + by,
        "ends_at": session.ends_at + by,
        "zone_name": session.zone_name,
    }
    return Moved(session, **{**defaults, **values})


def added(on: date) -> Added:
    """A session from 6pm to 7:30pm on a day of winter."""
    starts_at = datetime(on.year, on.month, on.day, 18, tzinfo=UTC)
    return Added(on, starts_at, starts_at + timedelta(minutes=90), is_extra=True)


def test_rows_stand_in_the_order_of_dates_and_leave_hours_out_that_all_share(
    series: Series, sessions: list[PeerSession]
) -> None:
    first, second, third = sessions
    extra = added(date(2026, 12, 21))
    plan = RunPlan(series, moved=(moved(second),), added=(extra,), dropped=(first,))
    plan = RunPlan(series, plan.moved, plan.added, plan.dropped, put_back=(third,))

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
    plan = RunPlan(series, moved=(moved(sessions[0], timedelta(hours=1)),))

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
    plan = RunPlan(series, moved=(moved(sessions[0], timedelta(), zone_name="Europe/Lisbon"),))

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
    plan = RunPlan(series, moved=(moved(sessions[0]), moved(sessions[1])))

    said = plan_words(plan, people=8, reader=READER)

    assert [row.state for row in said.rows] == ["still cancelled", "moved"]
    assert button_words(plan, letters=8) == "Change one date and tell everybody"


def test_dates_chosen_by_hand_are_named(series: Series, sessions: list[PeerSession]) -> None:
    plan = RunPlan(series, moved=(moved(sessions[0]),), kept_by_hand=(sessions[2],))

    said = plan_words(plan, people=8, reader=READER)

    assert said.kept == ["Thursday 11 February 2027, 6pm to 7:30pm, UK time"]


def test_what_the_clocks_do_is_said_with_the_day(
    series: Series, sessions: list[PeerSession]
) -> None:
    spring, autumn = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)
    hour = timedelta(hours=1)
    plan = RunPlan(
        series,
        moved=(
            moved(sessions[0], starts_at=spring, ends_at=spring + hour, shift="missing"),
            moved(sessions[1], starts_at=autumn, ends_at=autumn + hour, shift="doubled"),
        ),
    )

    assert plan_words(plan, people=8, reader=READER).shifts == [
        "Sunday 28 March 2027: The clocks go forward that day. It begins just after, at 2am.",
        "Sunday 31 October 2027: The clocks go back that day and show 1am twice. "
        "It begins the first time.",
    ]


def test_a_reader_elsewhere_is_told_their_own_hours(
    series: Series, sessions: list[PeerSession]
) -> None:
    plan = RunPlan(series, moved=(moved(sessions[0]),))

    said = plan_words(plan, people=8, reader=Reader(NOW, "America/New_York"))

    assert said.times_words == "6pm to 7:30pm, UK time (1pm your time), as before."


def test_the_button_says_the_act(series: Series, sessions: list[PeerSession]) -> None:
    first, second, third = sessions
    plans = {
        "Change two dates": RunPlan(series, moved=(moved(first), moved(second))),
        "Change three dates": RunPlan(
            series, moved=(moved(first), moved(second)), dropped=(third,)
        ),
        "Cancel three dates": RunPlan(series, dropped=(first, second, third)),
        "Put one date back": RunPlan(series, put_back=(first,)),
        "Add one date": RunPlan(series, added=(added(date(2026, 12, 21)),)),
        "Save": RunPlan(series, columns={"sessions": None}),
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
            RunPlan(series, moved=(moved(first),)),
            RunPlan(series, dropped=(first,)),
            RunPlan(series, put_back=(first,)),
            RunPlan(series, added=(extra,)),
            RunPlan(series, dropped=(first, second)),
            RunPlan(series, moved=(moved(first), moved(second)), dropped=(third,)),
            RunPlan(series, moved=(moved(first),), dropped=(third,), added=(extra, extra)),
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

"""Rolling runs forward: what is appended, for how many at once, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import event, select

from core.db import db
from core.transaction import transaction
from groups.cohorts import draft_cohort
from groups.models import CohortState, Person
from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import EveryWeeks, MonthlyByWeekday, Pattern
from scheduling.models import PeerSession, Series
from scheduling.reflection import prompts
from scheduling.reflection.drawing import NEAR, draw_due, draw_waiting, prompts_of
from scheduling.runs.rolling import roll_forward, roll_forward_due
from scheduling.runs.series import plan_of, start_series
from scheduling.runs.set_up import SetUp
from scheduling.web.prompts.view import prompt_plan
from tests.build import a_cohort, a_facilitator, a_series, a_session

SECOND_THURSDAY = MonthlyByWeekday(3, 2)
FIRST = date(2027, 1, 14)
YEAR = timedelta(days=365)


def a_set_up(pattern: Pattern = SECOND_THURSDAY, **values: object) -> SetUp:
    return SetUp(pattern, FIRST, time(18), time(19, 30), **values)  # type: ignore[arg-type]  # each test names real parts


def an_open_run(set_up: SetUp, now: datetime, by: Person | None = None) -> Series:
    with transaction():
        cohort = draft_cohort(name="Thursday evenings", by=by or a_facilitator(), now=now)
        series = start_series(cohort, set_up, now=now)
        cohort.state, cohort.opened_at = CohortState.OPEN, now
    return series


def sessions_of(series: Series) -> list[PeerSession]:
    return list(
        db.session.scalars(
            select(PeerSession)
            .where(PeerSession.series_id == series.id)
            .order_by(PeerSession.starts_at)
        )
    )


def held_on(series: Series) -> list[date]:
    return [session.starts_at.date() for session in sessions_of(series)]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what the database is asked to do in the block."""
    said: list[str] = []

    def record(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", record)
    yield said
    event.remove(db.engine, "before_cursor_execute", record)


@pytest.mark.usefixtures("app")
def test_rolling_forward_appends_once_and_goes_on_counting(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    before = sessions_of(series)
    later = now + timedelta(days=120)

    with transaction():
        first, second = roll_forward([series.id], later), roll_forward([series.id], later)

    sessions = sessions_of(series)
    assert (first, second) == (len(sessions) - len(before), 0)
    assert first > 0
    assert [session.number for session in sessions] == list(range(1, len(sessions) + 1))
    assert sessions[-1].theme is not None


@pytest.mark.usefixtures("app")
def test_rolling_forward_after_a_long_rest_makes_no_session_in_the_past(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    known = len(sessions_of(series))
    later = now + timedelta(days=365 * 3)

    with transaction():
        roll_forward([series.id], later)

    new = sessions_of(series)[known:]
    assert new[0].starts_at > later
    assert new[0].number == known + 1


@pytest.mark.usefixtures("app")
def test_rolling_forward_leaves_a_counted_run_and_an_ended_one_alone(now: datetime) -> None:
    counted = an_open_run(a_set_up(), now)
    with transaction():
        ended = start_series(
            draft_cohort(name="Ended", by=counted.cohort.memberships[0].person, now=now),
            a_set_up(sessions=None),
            now=now,
        )
        ended.ended_on = date(2027, 3, 1)
    later = now + timedelta(days=400)

    with transaction():
        assert (roll_forward([counted.id], later), roll_forward([ended.id], later)) == (0, 0)


@pytest.mark.usefixtures("app")
def test_job_rolls_open_runs_without_end_and_no_other(now: datetime) -> None:
    going_on = an_open_run(a_set_up(sessions=None), now)
    facilitator = going_on.cohort.memberships[0].person
    draft = a_series(a_cohort(facilitator, state=CohortState.DRAFT), count=None)

    added = roll_forward_due(now + timedelta(days=120))

    assert added > 0
    assert held_on(going_on)[-1] >= date(2028, 4, 20)
    assert sessions_of(draft) == []


@pytest.mark.usefixtures("app")
def test_job_asks_one_question_when_there_is_nothing_to_do(now: datetime) -> None:
    an_open_run(a_set_up(sessions=None), now)
    db.session.rollback()
    statements: list[str] = []

    def record(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", record)
    added = roll_forward_due(now)
    event.remove(db.engine, "before_cursor_execute", record)

    questions = [words for words in statements if words.startswith("SELECT")]
    assert (added, len(questions)) == (0, 1)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "pattern", [SECOND_THURSDAY, MonthlyByWeekday(0, -1), EveryWeeks(5)], ids=repr
)
def test_runs_rolled_bit_by_bit_are_what_their_plan_says(now: datetime, pattern: Pattern) -> None:
    leave_outs = LeaveOuts(Division.ENGLAND_AND_WALES, august=True)
    series = an_open_run(a_set_up(pattern, sessions=None, leave_outs=leave_outs), now)

    for months in range(3, 40, 3):
        roll_forward_due(now + timedelta(days=30 * months))

    planned = plan_of(series, until=sessions_of(series)[-1].planned_on).occurrences
    assert [(one.planned_on, one.starts_at, one.ends_at) for one in sessions_of(series)] == [
        (held.planned_on, held.starts_at, held.ends_at) for held in planned
    ]


@pytest.mark.usefixtures("app")
def test_extra_date_is_neither_the_last_one_nor_made_twice(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    on_the_pattern, beside_it = date(2028, 5, 11), date(2029, 1, 5)
    a_session(series, on_the_pattern, number=90, is_extra=True)
    a_session(series, beside_it, number=91, is_extra=True)

    roll_forward_due(now + YEAR)

    found = [session.planned_on for session in sessions_of(series)]
    assert found.count(on_the_pattern) == 1
    assert date(2028, 6, 8) in found


@pytest.mark.usefixtures("app")
def test_many_runs_are_rolled_in_as_many_statements_as_one(now: datetime) -> None:
    facilitator = a_facilitator()
    an_open_run(a_set_up(sessions=None), now, facilitator)
    with statements() as for_one:
        one = roll_forward_due(now + YEAR)
    for weeks in (4, 5, 6):
        an_open_run(a_set_up(EveryWeeks(weeks), sessions=None), now, facilitator)

    with statements() as for_four:
        four = roll_forward_due(now + 2 * YEAR)

    assert four > 3 * one
    assert len(for_four) == len(for_one)


@pytest.mark.usefixtures("app")
def test_run_that_was_ended_meanwhile_is_left_alone(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    known = len(sessions_of(series))
    with transaction():
        series.ended_on = date(2027, 5, 13)

    assert roll_forward_due(now + YEAR) == 0
    assert len(sessions_of(series)) == known


@pytest.mark.usefixtures("app")
def test_rolled_sessions_have_themes_and_get_the_prompts_that_were_shown_before(
    now: datetime,
) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    known = len(sessions_of(series))
    roll_forward_due(now + YEAR)
    rolled = sessions_of(series)[known:]
    expected = [[prompt.words for prompt in prompts_of(session)] for session in rolled]

    with transaction():
        drawn = draw_waiting(series)

    assert drawn == len(rolled) == 10
    assert all(session.theme for session in rolled)
    assert [[prompt.words for prompt in session.prompts] for session in rolled] == expected
    assert {len(words) for words in expected} == {2}


@pytest.mark.usefixtures("app")
def test_prompts_are_drawn_when_sessions_come_near(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    known = len(sessions_of(series))
    roll_forward_due(now + YEAR)
    first, second = sessions_of(series)[known : known + 2]
    expected = [prompt.key for prompt in prompts_of(second)]

    drawn = draw_due(first.starts_at - NEAR)

    assert (drawn, first.prompts_drawn, second.prompts_drawn) == (1, True, False)
    assert [prompt.key for prompt in prompts_of(second)] == expected
    assert draw_due(first.starts_at - NEAR) == 0


@pytest.mark.usefixtures("app")
def test_changing_a_far_session_first_draws_what_its_page_shows(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    roll_forward_due(now + YEAR)
    last = sessions_of(series)[-1]
    first, second = prompts_of(last)

    with transaction():
        prompts.remove_prompt(last, first.public_id, now=now)

    assert [prompt.words for prompt in last.prompts] == [second.words]
    assert all(session.prompts_drawn for session in sessions_of(series))


@pytest.mark.usefixtures("app")
def test_plan_of_prompts_shows_far_sessions_and_writes_nothing(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    roll_forward_due(now + YEAR)

    lines = prompt_plan(series, now=now)

    assert {len(line.words) for line in lines} == {2}
    assert not sessions_of(series)[-1].prompts_drawn


@pytest.mark.usefixtures("app")
def test_prompts_that_still_wait_when_they_are_to_be_seen_are_drawn_then(now: datetime) -> None:
    series = an_open_run(a_set_up(sessions=None), now)
    roll_forward_due(now + YEAR)
    last = sessions_of(series)[-1]
    expected = [prompt.words for prompt in prompts_of(last)]
    with transaction():
        for session in sessions_of(series)[:-1]:
            session.prompts_shown_at = now

    prompts.reveal_due(last.starts_at - timedelta(days=1))

    assert last.prompts_shown_at is not None
    assert [prompt.words for prompt in last.prompts] == expected

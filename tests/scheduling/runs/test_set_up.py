"""What was set up comes back from storage as it went in, and gives the dates it should."""

from datetime import date, time

import pytest

from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import ChosenDates, EveryWeeks, MonthlyByWeekday, Pattern
from scheduling.runs.set_up import (
    Exceptions,
    SetUp,
    exceptions_from_json,
    exceptions_to_json,
    pattern_from_json,
    pattern_to_json,
    planned,
)

EARLY_MAY = date(2027, 5, 3)
DAY_AFTER = date(2027, 5, 4)


@pytest.mark.parametrize(
    "pattern",
    [
        MonthlyByWeekday(3, 2),
        MonthlyByWeekday(0, -1),
        MonthlyByWeekday(0, -1, days_later=-3),
        EveryWeeks(4),
        ChosenDates((date(2027, 1, 14), date(2027, 2, 11))),
    ],
)
def test_pattern_survives_storage(pattern: Pattern) -> None:
    assert pattern_from_json(pattern_to_json(pattern)) == pattern


@pytest.mark.parametrize("stored", [{}, {"kind": "yearly"}, {"kind": "weeks", "weeks": "four"}])
def test_pattern_that_was_never_stored_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="never|pattern"):
        pattern_from_json(stored)


def test_exceptions_survive_storage() -> None:
    exceptions = Exceptions({EARLY_MAY: DAY_AFTER}, frozenset({date(2027, 6, 7)}))

    assert exceptions_from_json(exceptions_to_json(exceptions)) == exceptions


def test_exceptions_absent_from_storage_are_none() -> None:
    assert exceptions_from_json({}) == Exceptions()


def test_later_decision_about_a_date_takes_the_place_of_an_earlier_one() -> None:
    moved = Exceptions().leaving_out(EARLY_MAY).moving(EARLY_MAY, DAY_AFTER)

    assert moved == Exceptions({EARLY_MAY: DAY_AFTER}, frozenset())
    assert moved.leaving_out(EARLY_MAY) == Exceptions({}, frozenset({EARLY_MAY}))
    assert moved.without(EARLY_MAY) == Exceptions()


def test_chosen_bank_holiday_is_kept_and_remarked_upon() -> None:
    set_up = SetUp(
        pattern=ChosenDates((EARLY_MAY,)),
        first_on=EARLY_MAY,
        starts=time(18),
        ends=time(19, 30),
        leave_outs=LeaveOuts(Division.ENGLAND_AND_WALES),
    )

    plan = planned(set_up)

    assert [held.held_on for held in plan.occurrences] == [EARLY_MAY]
    assert plan.occurrences[0].advice == ("Early May Bank Holiday in England and Wales",)


def test_chosen_date_left_out_is_passed_over() -> None:
    days = (EARLY_MAY, date(2027, 6, 7))
    set_up = SetUp(ChosenDates(days), EARLY_MAY, time(18), time(19, 30))

    plan = planned(set_up, exceptions=Exceptions().leaving_out(EARLY_MAY))

    assert [held.held_on for held in plan.occurrences] == [days[1]]

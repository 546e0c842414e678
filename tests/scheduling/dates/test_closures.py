"""Bank holidays, August and what a group leaves out."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduling.dates.closures import Break, Division, LeaveOuts, bank_holiday

PROJECT = Path(__file__).parents[3]
ENGLAND_AND_WALES = LeaveOuts(bank_holidays=Division.ENGLAND_AND_WALES)
SUMMER = Break(date(2027, 7, 1), date(2027, 8, 31))

# Weekdays off work, as gov.uk lists them: substitute days stand for those that fall on a weekend.
BANK_HOLIDAYS = {
    (Division.ENGLAND_AND_WALES, 2026): "1/1 3/4 6/4 4/5 25/5 31/8 25/12 28/12",
    (Division.ENGLAND_AND_WALES, 2027): "1/1 26/3 29/3 3/5 31/5 30/8 27/12 28/12",
    (Division.ENGLAND_AND_WALES, 2028): "3/1 14/4 17/4 1/5 29/5 28/8 25/12 26/12",
    (Division.SCOTLAND, 2026): "1/1 2/1 3/4 4/5 25/5 15/6 3/8 30/11 25/12 28/12",
    (Division.SCOTLAND, 2027): "1/1 4/1 26/3 3/5 31/5 2/8 30/11 27/12 28/12",
    (Division.SCOTLAND, 2028): "3/1 4/1 14/4 1/5 29/5 7/8 30/11 25/12 26/12",
    (Division.NORTHERN_IRELAND, 2026): "1/1 17/3 3/4 6/4 4/5 25/5 13/7 31/8 25/12 28/12",
    (Division.NORTHERN_IRELAND, 2027): "1/1 17/3 26/3 29/3 3/5 31/5 12/7 30/8 27/12 28/12",
    (Division.NORTHERN_IRELAND, 2028): "3/1 17/3 14/4 17/4 1/5 29/5 12/7 28/8 25/12 26/12",
}


@pytest.mark.parametrize(("division", "year"), BANK_HOLIDAYS)
def test_bank_holidays_on_weekdays_are_those_of_the_division(division: Division, year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=offset) for offset in range(366))
    weekdays = [day for day in days if day.year == year and day.weekday() < 5]

    found = [f"{day.day}/{day.month}" for day in weekdays if bank_holiday(day, division)]

    assert " ".join(found) == BANK_HOLIDAYS[division, year]


@pytest.mark.parametrize(
    ("day", "division", "reason"),
    [
        (date(2027, 5, 31), "england-and-wales", "Spring Bank Holiday in England and Wales"),
        (date(2027, 5, 3), "scotland", "Early May Bank Holiday in Scotland"),
        (date(2027, 8, 30), "northern-ireland", "Summer Bank Holiday in Northern Ireland"),
        (
            date(2026, 12, 28),
            "england-and-wales",
            "Boxing Day (substitute day) in England and Wales",
        ),
        (date(2026, 6, 15), "scotland", "World Cup Bank Holiday in Scotland"),
        (date(2026, 7, 13), "scotland", None),
    ],
)
def test_reason_names_the_bank_holiday_and_where(
    day: date, division: str, reason: str | None
) -> None:
    assert LeaveOuts(bank_holidays=Division(division)).reason(day) == reason


def test_reason_counts_a_holiday_on_a_weekend_as_well_as_its_substitute() -> None:
    christmas = date(2027, 12, 25)

    assert ENGLAND_AND_WALES.reason(christmas) == "Christmas Day in England and Wales"
    assert (
        ENGLAND_AND_WALES.reason(date(2027, 12, 27))
        == "Christmas Day (substitute day) in England and Wales"
    )


def test_reason_is_august_for_its_first_day_to_its_last_even_on_a_bank_holiday() -> None:
    leave_outs = LeaveOuts(bank_holidays=Division.ENGLAND_AND_WALES, august=True)
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 31), date(2026, 9, 1)]

    assert [leave_outs.reason(day) for day in days] == [None, "August", "August", None]


def test_nothing_is_left_out_unless_it_was_chosen() -> None:
    christmas, in_august = date(2026, 12, 25), date(2026, 8, 13)

    assert [LeaveOuts().reason(day) for day in (christmas, in_august)] == [None, None]
    assert LeaveOuts().advice(christmas) is None


def test_court_vacation_is_advice_and_no_reason_to_leave_a_day_out() -> None:
    leave_outs = LeaveOuts(court_vacations=True)
    day = date(2027, 9, 9)

    assert leave_outs.reason(day) is None
    assert leave_outs.advice(day) == "Long vacation in the High Court"


@pytest.mark.parametrize(
    "leave_outs",
    [
        LeaveOuts(),
        LeaveOuts(bank_holidays=Division.SCOTLAND, august=True),
        LeaveOuts(bank_holidays=Division.ENGLAND_AND_WALES, court_vacations=True),
        LeaveOuts(breaks=(SUMMER, Break(date(2027, 12, 20), date(2028, 1, 7)))),
    ],
)
def test_leave_outs_come_back_equal_from_what_was_stored(leave_outs: LeaveOuts) -> None:
    assert LeaveOuts.from_json(leave_outs.to_json()) == leave_outs


def test_a_break_leaves_out_both_its_days_and_all_between() -> None:
    leave_outs = LeaveOuts(breaks=(SUMMER,))
    days = [date(2027, 6, 30), date(2027, 7, 1), date(2027, 8, 9), date(2027, 9, 1)]

    said = [leave_outs.reason(day) for day in days]

    assert said == [None, "The group has a break", "The group has a break", None]


def test_leave_outs_are_stored_as_plain_values() -> None:
    assert LeaveOuts(bank_holidays=Division.NORTHERN_IRELAND, august=True).to_json() == {
        "bank_holidays": "northern-ireland",
        "august": True,
        "court_vacations": False,
    }


def test_leave_outs_that_were_not_stored_are_not_left_out() -> None:
    assert LeaveOuts.from_json({"august": True}) == LeaveOuts(august=True)


@pytest.mark.parametrize(
    "stored",
    [
        {"half_terms": True},
        {"bank_holidays": "wales"},
        {"august": "no"},
        {"court_vacations": 1},
        {"breaks": "2027-07-01"},
        {"breaks": [["2027-07-01"]]},
    ],
)
def test_leave_outs_refuse_what_they_never_wrote(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="half_terms|wales|august|court_vacations|break"):
        LeaveOuts.from_json(stored)


@pytest.mark.parametrize(
    ("division", "words"),
    [
        (Division.ENGLAND_AND_WALES, "England and Wales"),
        (Division.SCOTLAND, "Scotland"),
        (Division.NORTHERN_IRELAND, "Northern Ireland"),
    ],
)
def test_division_is_written_as_people_write_it(division: Division, words: str) -> None:
    assert division.words == words


def test_bank_holidays_are_not_loaded_until_somebody_asks() -> None:
    # A fresh interpreter is needed: in this one other tests have asked already.
    program = "import scheduling.dates.closures, sys; print('holidays' in sys.modules)"

    loaded = subprocess.run(  # noqa: S603 - our own interpreter, and text that is all our own
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "False\n"

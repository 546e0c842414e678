"""Terms and vacations of the High Court, against the dates the judiciary published."""

from datetime import date, timedelta

import pytest

from scheduling.dates.terms import Term, court_vacation, terms


def _as_written(year: int) -> list[str]:
    """Write the terms of a year as short text, so that a table of them can be read."""
    return [f"{term.starts_on:%a %d %b} to {term.ends_on:%a %d %b}" for term in terms(year)]


@pytest.mark.parametrize(
    ("year", "published"),
    [
        (
            2010,
            [
                "Mon 11 Jan to Wed 31 Mar",
                "Tue 13 Apr to Fri 28 May",
                "Tue 08 Jun to Fri 30 Jul",
                "Fri 01 Oct to Tue 21 Dec",
            ],
        ),
        (
            2011,
            [
                "Tue 11 Jan to Wed 20 Apr",
                "Wed 04 May to Fri 27 May",
                "Tue 07 Jun to Fri 29 Jul",
                "Mon 03 Oct to Wed 21 Dec",
            ],
        ),
        (
            2012,
            [
                "Wed 11 Jan to Wed 04 Apr",
                "Tue 17 Apr to Fri 01 Jun",
                "Tue 12 Jun to Tue 31 Jul",
                "Mon 01 Oct to Fri 21 Dec",
            ],
        ),
        (
            2013,
            [
                "Fri 11 Jan to Wed 27 Mar",
                "Tue 09 Apr to Fri 24 May",
                "Tue 04 Jun to Wed 31 Jul",
                "Tue 01 Oct to Fri 20 Dec",
            ],
        ),
        (
            2014,
            [
                "Mon 13 Jan to Wed 16 Apr",
                "Tue 29 Apr to Fri 23 May",
                "Tue 03 Jun to Thu 31 Jul",
                "Wed 01 Oct to Fri 19 Dec",
            ],
        ),
        (
            2024,
            [
                "Thu 11 Jan to Wed 27 Mar",
                "Tue 09 Apr to Fri 24 May",
                "Tue 04 Jun to Wed 31 Jul",
                "Tue 01 Oct to Fri 20 Dec",
            ],
        ),
        (
            2025,
            [
                "Mon 13 Jan to Wed 16 Apr",
                "Tue 29 Apr to Fri 23 May",
                "Tue 03 Jun to Thu 31 Jul",
                "Wed 01 Oct to Fri 19 Dec",
            ],
        ),
    ],
)
def test_terms_are_those_the_judiciary_published(year: int, published: list[str]) -> None:
    assert _as_written(year) == published


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (
            2026,
            [
                "Mon 12 Jan to Wed 01 Apr",
                "Tue 14 Apr to Fri 22 May",
                "Tue 02 Jun to Fri 31 Jul",
                "Thu 01 Oct to Mon 21 Dec",
            ],
        ),
        (
            2027,
            [
                "Mon 11 Jan to Wed 24 Mar",
                "Tue 06 Apr to Fri 28 May",
                "Tue 08 Jun to Fri 30 Jul",
                "Fri 01 Oct to Tue 21 Dec",
            ],
        ),
        (
            2028,
            [
                "Tue 11 Jan to Wed 12 Apr",
                "Tue 25 Apr to Fri 26 May",
                "Tue 06 Jun to Mon 31 Jul",
                "Mon 02 Oct to Thu 21 Dec",
            ],
        ),
    ],
)
def test_terms_of_coming_years_follow_the_rule(year: int, expected: list[str]) -> None:
    assert _as_written(year) == expected


def test_terms_are_named_in_the_order_of_the_year() -> None:
    assert [term.name for term in terms(2027)] == ["Hilary", "Easter", "Trinity", "Michaelmas"]


@pytest.mark.parametrize("year", range(2000, 2100))
def test_terms_never_begin_or_end_on_a_weekend(year: int) -> None:
    ends = [day for term in terms(year) for day in (term.starts_on, term.ends_on)]

    assert [day for day in ends if day.weekday() >= 5] == []
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("day", "vacation"),
    [
        (date(2027, 1, 10), "Christmas vacation in the High Court"),
        (date(2027, 1, 11), None),
        (date(2027, 3, 24), None),
        (date(2027, 3, 25), "Easter vacation in the High Court"),
        (date(2027, 4, 5), "Easter vacation in the High Court"),
        (date(2027, 4, 6), None),
        (date(2027, 5, 29), "Whitsun vacation in the High Court"),
        (date(2027, 6, 7), "Whitsun vacation in the High Court"),
        (date(2027, 6, 8), None),
        (date(2027, 7, 31), "Long vacation in the High Court"),
        (date(2027, 9, 30), "Long vacation in the High Court"),
        (date(2027, 10, 1), None),
        (date(2027, 12, 21), None),
        (date(2027, 12, 22), "Christmas vacation in the High Court"),
    ],
)
def test_court_vacation_is_named_from_the_day_after_a_term(day: date, vacation: str | None) -> None:
    assert court_vacation(day) == vacation


def test_court_vacation_and_terms_share_out_every_weekday() -> None:
    year = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]

    def in_a_term(day: date, sittings: tuple[Term, ...]) -> bool:
        return any(term.starts_on <= day <= term.ends_on for term in sittings)

    in_vacation = [day for day in year if court_vacation(day)]

    assert in_vacation == [day for day in year if not in_a_term(day, terms(2026))]

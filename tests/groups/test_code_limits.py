"""The arithmetic of codes: chances to guess, and letters that strangers can cause."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from groups.code_limits import (
    DAY,
    HOUR,
    LENGTHS,
    MOST_TRIES,
    Cause,
    Past,
    cause_for,
    length_after,
    seats_for,
)

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)
ACCEPTABLE = 1 / 10_000


def a_code(asked_at: datetime, **known: object) -> Past:
    """Return a code of which only what matters is said."""
    values: dict[str, object] = {
        "cause": Cause.FIRST,
        "used": False,
        "browsers": 1,
        "tries": 0,
    }
    return Past(asked_at, **{**values, **known})  # type: ignore[arg-type]  # tests name real fields


def of_the_day(past: list[Past], now: datetime) -> list[Past]:
    return [code for code in past if code.asked_at > now - DAY]


def chance(past: list[Past], digits: list[int]) -> float:
    """Return the chance that one of all tries was right."""
    return sum(code.tries / float(10**long) for code, long in zip(past, digits, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_whoever_has_every_network_guesses_once_in_ten_thousand_days(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - a test that can be repeated
    past, digits = list[Past](), list[int]()
    for minute in range(3 * 24 * 60):
        now = BEGIN + timedelta(minutes=minute)
        today = of_the_day(past, now)
        # A network of its own for each letter, which is the most that anybody can have.
        if cause_for(today, asked_in_vain=False, now=now) == Cause.NONE or chosen.random() < 0.5:
            continue
        length = length_after(today).digits
        # Every seat is taken, or so few that the next code is no longer than this one.
        browsers = seats_for(length) if seed % 2 else chosen.randint(1, seats_for(length))
        used = chosen.random() < 0.2
        tries = MOST_TRIES * browsers
        past.append(a_code(now, browsers=browsers, tries=tries, used=used))
        digits.append(length)
        day = [n for n, code in enumerate(past) if code.asked_at > now - DAY]
        assert chance([past[n] for n in day], [digits[n] for n in day]) < ACCEPTABLE
    assert len(past) > 40
    assert len(set(digits)) > 1


def test_the_worst_that_limits_allow_is_less_than_one_in_ten_thousand() -> None:
    worst = sum(
        ((length.until or 20 * MOST_TRIES * length.seats) + MOST_TRIES * length.seats)
        / 10**length.digits
        for length in LENGTHS
    )

    assert worst < ACCEPTABLE


def test_codes_get_longer_while_somebody_guesses_and_shorter_a_day_later() -> None:
    guessed = [a_code(BEGIN, browsers=8, tries=40)]

    assert length_after([]).digits == 6
    assert length_after([*guessed]).digits == 8
    assert length_after([*guessed, a_code(BEGIN, browsers=100)]).digits == 10
    assert length_after([*guessed, a_code(BEGIN, browsers=10_000)]).digits == 12
    assert length_after(of_the_day(guessed, BEGIN + DAY)).digits == 6


def test_her_own_right_codes_make_none_longer() -> None:
    hers = [a_code(BEGIN, used=True, browsers=2, tries=1) for _ in range(19)]

    assert length_after(hers).digits == 6


def test_strangers_leave_letters_to_any_other_network_all_day() -> None:
    past: list[Past] = []
    for minute in range(24 * 60):
        now = BEGIN + timedelta(minutes=minute)
        if minute % 30 == 0:
            cause = cause_for(of_the_day(past, now), asked_in_vain=minute > 0, now=now)
            past += [a_code(now, cause=cause)] * (cause != Cause.NONE)
        lately = [code for code in past if code.asked_at > now - HOUR]
        assert cause_for(of_the_day(past, now), asked_in_vain=False, now=now) == Cause.FIRST
        assert len(lately) <= 4
    assert len(past) == 5


@pytest.mark.parametrize(("within", "most"), [(HOUR, 6), (DAY, 20)])
def test_letters_have_an_end_whoever_asks(within: timedelta, most: int) -> None:
    past = [a_code(BEGIN + within * n / most, used=True) for n in range(most)]
    now = BEGIN + within - timedelta(seconds=1)

    assert cause_for(past[1:], asked_in_vain=False, now=now) == Cause.FIRST
    assert cause_for(past, asked_in_vain=False, now=now) == Cause.NONE

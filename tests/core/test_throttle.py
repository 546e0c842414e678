"""Throttles: how often is enough, for how long, and what the table gives away."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.retention import purge
from core.throttle import RULE, Limit, Throttle, network_of, take, wait_words
from core.transaction import transaction

THREE_AN_HOUR = (Limit(3, timedelta(hours=1)),)


def _take(key: str, now: datetime, limits: tuple[Limit, ...] = THREE_AN_HOUR) -> datetime | None:
    with transaction():
        return take("asking", key, limits, now)


def test_take_allows_exactly_as_many_as_the_limit(app: Flask, now: datetime) -> None:
    outcomes = [_take("amina", now + timedelta(minutes=minute)) for minute in range(4)]

    assert outcomes == [None, None, None, now + timedelta(hours=1)]


def test_take_slides_so_that_no_hour_holds_more(app: Flask, now: datetime) -> None:
    for minute in (0, 50, 55):
        _take("amina", now + timedelta(minutes=minute))

    free_again = _take("amina", now + timedelta(minutes=60))
    too_soon = _take("amina", now + timedelta(minutes=61))

    assert free_again is None
    assert too_soon == now + timedelta(minutes=110)


def test_take_counts_what_a_clock_ahead_counted_from_now(app: Flask, now: datetime) -> None:
    for _ in range(3):
        _take("amina", now + timedelta(days=1))

    at_once = _take("amina", now)
    still = _take("amina", now + timedelta(minutes=59))
    free_again = _take("amina", now + timedelta(minutes=60))

    assert (at_once, still, free_again) == (now + timedelta(hours=1),) * 2 + (None,)


def test_take_does_not_count_what_it_refuses(app: Flask, now: datetime) -> None:
    for _ in range(3):
        _take("amina", now)
    for minute in range(1, 59):
        assert _take("amina", now + timedelta(minutes=minute)) == now + timedelta(hours=1)

    assert _take("amina", now + timedelta(minutes=60)) is None


def test_take_counts_each_key_apart(app: Flask, now: datetime) -> None:
    for _ in range(3):
        _take("amina", now)

    assert _take("dev", now) is None


def test_take_keeps_the_longest_of_several_limits(app: Flask, now: datetime) -> None:
    limits = (Limit(2, timedelta(minutes=15)), Limit(3, timedelta(days=1)))
    for minute in (0, 20, 40):
        _take("amina", now + timedelta(minutes=minute), limits)

    assert _take("amina", now + timedelta(hours=2), limits) == now + timedelta(days=1)


def test_take_stores_nothing_that_can_be_read(app: Flask, now: datetime) -> None:
    _take("amina@people.example", now)

    stored = db.session.scalars(select(Throttle.key)).one()

    assert "amina" not in stored
    assert len(stored) == 43


def test_rule_forgets_counts_that_no_longer_matter(app: Flask, now: datetime) -> None:
    _take("amina", now)

    before = purge([RULE], now + timedelta(minutes=59))
    after = purge([RULE], now + timedelta(minutes=60))

    assert (before, after) == ({"throttles": 0}, {"throttles": 1})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        (None, "not an address", True),
    ],
)
def test_network_of_takes_a_household_as_one(
    one: str | None, other: str, same: bool, now: datetime
) -> None:
    assert (network_of(one, now) == network_of(other, now)) is same


def test_network_of_is_another_tomorrow(now: datetime) -> None:
    assert network_of("192.0.2.1", now) != network_of("192.0.2.1", now + timedelta(days=1))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "in 1 minute"),
        (60, "in 1 minute"),
        (61, "in 2 minutes"),
        (3540, "in 59 minutes"),
        (3541, "in 1 hour"),
        (3601, "in 2 hours"),
    ],
)
def test_wait_words_round_up(seconds: int, words: str) -> None:
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    assert wait_words(now + timedelta(seconds=seconds), now) == words

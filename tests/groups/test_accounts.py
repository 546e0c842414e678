"""People by their address, and the browsers in which they are signed in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.lookup import all_in
from core.tokens import digest
from core.transaction import transaction
from groups import accounts
from groups.access import sign_ins_of
from groups.models import Person, SignIn
from tests.build import a_person


def _signed_in(person: Person, now: datetime) -> dict[str, Any]:
    session: dict[str, Any] = {"left over": "from before"}
    with transaction():
        secret = accounts.start_sign_in(person, device="Firefox on Windows", now=now)
    accounts.remember(session, secret, now)
    return session


def _holder(session: dict[str, Any], now: datetime) -> Person | None:
    sign_in = accounts.remembered(session, now)
    return None if sign_in is None else sign_in.person


@pytest.mark.parametrize(
    "typed", ["amina@people.example", "AMINA@People.Example", " amina@people.example "]
)
def test_person_with_finds_an_address_however_it_is_written(app: Flask, typed: str) -> None:
    amina = a_person("Amina")

    assert accounts.person_with(typed) == amina


def test_person_with_knows_nobody_else(app: Flask) -> None:
    a_person("Amina")

    assert accounts.person_with("dev@people.example") is None


def test_register_adds_somebody_unproved(app: Flask, now: datetime) -> None:
    with transaction():
        dev = accounts.register("dev@people.example", name="Dev", now=now)

    assert (dev.name, dev.email, dev.created_at) == ("Dev", "dev@people.example", now)
    assert dev.proved_at is None
    assert accounts.person_with("dev@people.example") == dev


def test_to_be_reached_is_not_to_be_proved(app: Flask, now: datetime) -> None:
    with transaction():
        dev = accounts.register("dev@people.example", name="Dev", now=now)
        accounts.reach(dev, now=now)

    assert (dev.reached_at, dev.proved_at) == (now, None)


def test_an_address_that_is_proved_is_reached_too(app: Flask, now: datetime) -> None:
    with transaction():
        dev = accounts.register("dev@people.example", name="Dev", now=now)
        accounts.prove(dev, now=now)

    assert (dev.reached_at, dev.proved_at) == (now, now)


def test_nobody_is_signed_in_before_the_address_is_proved(app: Flask, now: datetime) -> None:
    with transaction():
        dev = accounts.register("dev@people.example", name="Dev", now=now)
        accounts.reach(dev, now=now)

    with pytest.raises(DomainError), transaction():
        accounts.start_sign_in(dev, device=None, now=now)

    assert db.session.scalars(select(SignIn)).all() == []


def test_a_sign_in_of_an_address_that_is_not_proved_opens_nothing(
    app: Flask, now: datetime
) -> None:
    dev, session = a_person("Dev"), dict[str, Any]()
    with transaction():
        accounts.remember(session, accounts.start_sign_in(dev, device=None, now=now), now)
    before = accounts.remembered(session, now)
    with transaction():
        dev.proved_at = None

    assert (before is None, accounts.remembered(session, now)) == (False, None)


def test_register_refuses_an_address_that_is_taken(app: Flask, now: datetime) -> None:
    a_person("Amina")

    with pytest.raises(DomainError) as raised, transaction():
        accounts.register("amina@people.example", name="Somebody", now=now)

    assert raised.value.field == "address"


def test_start_sign_in_stores_only_a_hash(app: Flask, now: datetime) -> None:
    session = _signed_in(a_person("Amina"), now)

    row = db.session.query(SignIn).one()

    assert row.secret_hash == digest(session["sign_in"])
    assert (row.device, row.ends_at) == ("Firefox on Windows", now + timedelta(hours=12))


def test_remember_forgets_what_the_session_held(app: Flask, now: datetime) -> None:
    session = _signed_in(a_person("Amina"), now)

    assert sorted(session) == ["seen", "sign_in"]


def test_remembered_gives_the_sign_in_of_this_session(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    session = _signed_in(amina, now)

    assert _holder(session, now) == amina
    assert accounts.remembered({}, now) is None
    assert accounts.remembered({**session, "sign_in": "another"}, now) is None


@pytest.mark.parametrize(("minutes", "is_idle"), [(29, False), (30, True), (60 * 24, True)])
def test_remembered_ends_after_thirty_idle_minutes(
    app: Flask, now: datetime, minutes: int, is_idle: bool
) -> None:
    session = _signed_in(a_person("Amina"), now)
    later = now + timedelta(minutes=minutes)

    assert (accounts.remembered(session, later) is None) is is_idle
    assert accounts.idle(session, later) is is_idle
    assert accounts.was_signed_in(session)


def test_remembered_keeps_going_with_pages_for_twelve_hours_at_most(
    app: Flask, now: datetime
) -> None:
    session = _signed_in(a_person("Amina"), now)
    moments = [now + timedelta(minutes=20 * step) for step in range(1, 40)]

    usable = [moment for moment in moments if accounts.remembered(session, moment) is not None]

    assert usable == [moment for moment in moments if moment < now + timedelta(hours=12)]


def test_remembered_leaves_the_session_alone_within_a_minute(app: Flask, now: datetime) -> None:
    session = _signed_in(a_person("Amina"), now)
    before = dict(session)

    accounts.remembered(session, now + timedelta(seconds=59))

    assert session == before


def test_end_sign_in_ends_a_copied_session_too(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    session = _signed_in(amina, now)
    copied = dict(session)
    with transaction():
        accounts.end_sign_in(all_in(sign_ins_of(amina))[0], now)

    assert accounts.remembered(copied, now) is None


def test_end_others_keeps_one(app: Flask, now: datetime) -> None:
    amina, dev = a_person("Amina"), a_person("Dev")
    here, there = _signed_in(amina, now), _signed_in(amina, now)
    elsewhere = _signed_in(dev, now)
    keep = accounts.remembered(here, now)
    assert keep is not None
    with transaction():
        ended = accounts.end_others(all_in(sign_ins_of(amina)), keep, now)

    assert ended == 1
    assert [_holder(session, now) for session in (here, there, elsewhere)] == [amina, None, dev]

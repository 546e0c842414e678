"""Another address for an account: proved by a code, and no oracle about who has which."""

import quopri
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from core.db import db
from core.encryption import blind_index
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups import new_address
from groups.accounts import start_sign_in
from groups.codes import ask_code
from groups.models import DoNotWrite, OfferState, Person, PlaceOffer, SignIn
from groups.new_address import LIMITS_OF_PERSON
from groups.proving import Refusal, prove_code
from tests.build import a_cohort, a_member, a_person, an_offer

NEW = "amina.new@people.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def amina(app: Flask) -> Person:
    """Somebody with an account."""
    return a_person()


def ask(
    person: Person,
    address: str,
    now: datetime,
    browser: str = "hers",
    network: str = "192.0.2.1",
) -> datetime | None:
    """Ask for a code to an address."""
    with transaction():
        return new_address.ask(person, address, browser=browser, network=network, now=now)


def prove(address: str, typed: str, now: datetime, browser: str = "hers") -> Refusal | None:
    """Type a code."""
    with transaction():
        return new_address.prove(address, typed, browser=browser, now=now)


def take_over(person: Person, address: str, now: datetime) -> None:
    """Give the account its new address."""
    with transaction():
        new_address.take_over(person, address, now=now)


def mails() -> list[OutgoingMail]:
    """Return every letter, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def latest_code() -> str:
    """Return the digits of the newest letter."""
    found = re.search(rb"Subject: Your code is (\d{3}) (\d{3})\r\n", mails()[-1].body)
    assert found is not None
    return (found[1] + found[2]).decode()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_code_goes_to_the_new_address_and_proves_it(amina: Person, now: datetime) -> None:
    ask(amina, NEW, now)
    [mail] = mails()

    assert (mail.recipient, mail.state) == (NEW, MailState.DUE)
    assert prove(NEW, latest_code(), now) is None


def test_a_wrong_code_and_another_browser_prove_nothing(amina: Person, now: datetime) -> None:
    ask(amina, NEW, now)
    right = latest_code()

    assert prove(NEW, f"{(int(right) + 1) % 10**6:06d}", now) == Refusal.WRONG
    assert prove(NEW, right, now, browser="another") == Refusal.WRONG
    assert prove(NEW, right, now + 10 * MINUTE) == Refusal.EXPIRED


def test_a_code_for_a_new_address_signs_nobody_in(amina: Person, now: datetime) -> None:
    ask(amina, NEW, now)
    code = latest_code()
    dev = a_person("Dev", NEW)

    with transaction():
        proved = prove_code(NEW, code, browser="hers", now=now)

    assert (proved, dev.email) == (Refusal.WRONG, NEW)


def test_a_code_to_sign_in_proves_no_new_address(amina: Person, now: datetime) -> None:
    a_person("Dev", NEW)
    with transaction():
        ask_code(NEW, browser="hers", network=None, now=now)

    assert prove(NEW, latest_code(), now) == Refusal.WRONG


def test_an_address_that_is_taken_gets_a_letter_that_says_so(amina: Person, now: datetime) -> None:
    a_person("Dev", NEW)

    answer = ask(amina, NEW, now)

    [mail] = mails()
    assert (answer, mail.recipient, mail.kind) == (None, NEW, "code")
    assert b"Subject: Your address\r\n" in mail.body
    assert re.search(rb"\d{3} \d{3}", mail.body.partition(b"\r\n\r\n")[2]) is None


def test_asking_does_the_same_work_for_every_address(amina: Person, now: datetime) -> None:
    a_person("Dev", NEW)
    unwilling("quiet@people.example", now)

    with statements() as taken:
        ask(amina, NEW, now)
    with statements() as free:
        ask(amina, "nobody@people.example", now + MINUTE)
    with statements() as unwanted:
        ask(amina, "quiet@people.example", now + 2 * MINUTE)

    assert taken == free
    assert unwanted == free


def test_others_who_want_an_address_keep_nobody_from_moving_there(
    amina: Person, now: datetime
) -> None:
    others = [a_person(f"Other {n}") for n in range(5)]
    for n in range(15):
        ask(others[n % 5], NEW, now, browser=f"another {n}", network=f"198.51.100.{n}")

    answer = ask(amina, NEW, now)

    assert answer is None
    sent = [mail for mail in mails() if mail.kind == "code"]
    assert len(sent) == 2
    code = re.search(rb"Subject: Your code is (\d+) (\d+)\r\n", sent[-1].body)
    assert code is not None
    assert prove(NEW, (code[1] + code[2]).decode(), now) is None


def unwilling(address: str, now: datetime) -> None:
    """Let an address ask us never to write to it."""
    with transaction():
        db.session.add(DoNotWrite(email_index=blind_index(address), asked_at=now))


def test_an_address_that_asked_never_to_be_written_to_gets_no_code(
    amina: Person, now: datetime
) -> None:
    unwilling(NEW, now)

    answer = ask(amina, NEW, now)

    [mail] = mails()
    assert (answer, mail.kind, mail.state) == (None, "noop", MailState.SUPERSEDED)


def test_ones_own_address_is_no_new_one(amina: Person, now: datetime) -> None:
    with pytest.raises(DomainError, match="you have now"):
        ask(amina, "AMINA@people.example", now)

    assert mails() == []


def test_asking_too_often_has_to_wait(amina: Person, now: datetime) -> None:
    answers = [ask(amina, f"a{n}@people.example", now) for n in range(LIMITS_OF_PERSON[0].most)]

    assert answers == [None] * LIMITS_OF_PERSON[0].most
    assert ask(amina, NEW, now) == now + LIMITS_OF_PERSON[0].within


def test_taking_over_changes_the_address_and_tells_the_former_one(
    amina: Person, now: datetime
) -> None:
    take_over(amina, NEW, now)

    [mail] = mails()
    assert (amina.email, amina.email_index, amina.proved_at) == (NEW, blind_index(NEW), now)
    assert (mail.recipient, mail.promise) == ("amina@people.example", "must_arrive")
    assert quopri.decodestring(mail.body).count(b"/not-me/") == 2
    assert not [word for word in (NEW, "Amina", "Thursday") if word in str(mail.body)]
    assert b"help@alcove.example" in mail.body


def test_taking_over_ends_every_sign_in_and_every_code(amina: Person, now: datetime) -> None:
    with transaction():
        start_sign_in(amina, device="Firefox", now=now)
        ask_code(amina.email, browser="his", network=None, now=now)
    code = latest_code()

    take_over(amina, NEW, now)

    assert db.session.scalars(select(SignIn.ended_at)).all() == [now]
    assert mails()[0].state == MailState.SUPERSEDED
    with transaction():
        assert prove_code("amina@people.example", code, browser="his", now=now) == Refusal.WRONG


def test_an_address_that_was_taken_meanwhile_is_refused(amina: Person, now: datetime) -> None:
    a_person("Dev", NEW)

    with pytest.raises(DomainError, match="Sign in with it instead"):
        take_over(amina, NEW, now)

    db.session.rollback()
    assert (amina.email, mails()) == ("amina@people.example", [])


def test_no_offer_that_was_taken_keeps_the_old_address(amina: Person, now: datetime) -> None:
    member = a_member(a_cohort(), amina)
    taken, _ = an_offer(
        member.cohort, amina.email, state=OfferState.ACCEPTED, membership_id=member.id
    )
    open_one, _ = an_offer(a_cohort(a_person("Tom")), amina.email)

    take_over(amina, NEW, now)

    assert (taken.email, taken.email_index) == (NEW, blind_index(NEW))
    assert open_one.email == "amina@people.example"


def test_an_offer_to_the_new_address_takes_the_place_of_the_taken_one(
    amina: Person, now: datetime
) -> None:
    member = a_member(a_cohort(), amina)
    an_offer(member.cohort, amina.email, state=OfferState.ACCEPTED, membership_id=member.id)
    other, _ = an_offer(member.cohort, NEW)

    take_over(amina, NEW, now)

    assert db.session.scalars(select(PlaceOffer.id)).all() == [other.id]

"""Codes that prove an address: nobody learns who belongs, and nobody guesses one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from core.db import db
from core.delivery import deliver_due
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.codes import Refusal, ask_code, prove_code
from groups.models import Person, SignInCode
from tests.build import a_person

AMINA = "amina@people.example"
STRANGER = "nobody@people.example"
MINUTE = timedelta(minutes=1)


def _ask(
    address: str, now: datetime, *, browser: str = "hers", network: str = "192.0.2.1", **how: bool
) -> datetime | None:
    with transaction():
        return ask_code(address, browser=browser, network=network, now=now, **how)


def _prove(address: str, typed: str, now: datetime, *, browser: str = "hers") -> Person | Refusal:
    with transaction():
        return prove_code(address, typed, browser=browser, now=now)


def _mails() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def _latest_code() -> str:
    found = re.search(rb"Subject: Your code is (\d{3}) (\d{3})\r\n", _mails()[-1].body)
    assert found is not None
    return (found[1] + found[2]).decode()


def _other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_ask_code_posts_one_letter_that_is_due_at_once(app: Flask, now: datetime) -> None:
    a_person("Amina")

    _ask(AMINA, now)

    (mail,) = _mails()
    assert (mail.kind, mail.promise, mail.state) == ("code", "once", MailState.DUE)
    assert (mail.due_at, mail.useful_until) == (now, now + 10 * MINUTE)
    assert mail.recipient == AMINA


def test_ask_code_sends_nothing_to_an_address_nobody_has(app: Flask, now: datetime) -> None:
    _ask(STRANGER, now)

    (mail,) = _mails()
    assert (mail.kind, mail.state) == ("noop", MailState.SUPERSEDED)
    assert deliver_due(now + MINUTE, opens=_refuse_to_open) == 0


def _refuse_to_open() -> Any:
    raise AssertionError("something was to be sent")


def test_ask_code_does_the_same_work_for_everybody(app: Flask, now: datetime) -> None:
    a_person("Amina")
    with _statements() as for_amina:
        _ask(AMINA, now, network="192.0.2.1")
    with _statements() as for_a_stranger:
        _ask(STRANGER, now, network="192.0.2.2")

    assert for_amina == for_a_stranger
    assert len(for_amina) > 5
    known, unknown = (mail.body.replace(mail.recipient.encode(), b"") for mail in _mails())
    assert len(known) == len(unknown)


def test_ask_code_stores_no_code_and_no_browser(app: Flask, now: datetime) -> None:
    a_person("Amina")
    _ask(AMINA, now, browser="the secret of a browser")

    row = db.session.query(SignInCode).one()

    stored = f"{row.code_hash} {row.browser_hash} {row.email_index}"
    assert _latest_code() not in stored
    assert "secret" not in stored
    assert "amina" not in stored


def test_prove_code_gives_the_person_and_proves_the_address(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    with transaction():
        amina.proved_at = None
    _ask(AMINA, now)

    proved = _prove(AMINA, _latest_code(), now + MINUTE)

    assert proved == amina
    assert amina.proved_at == now + MINUTE


def test_prove_code_works_once(app: Flask, now: datetime) -> None:
    a_person("Amina")
    _ask(AMINA, now)
    code = _latest_code()
    _prove(AMINA, code, now)

    assert _prove(AMINA, code, now) == Refusal.USED


@pytest.mark.parametrize(("seconds", "proves"), [(599, True), (600, False)])
def test_prove_code_lasts_ten_minutes(
    app: Flask, now: datetime, seconds: int, proves: bool
) -> None:
    amina = a_person("Amina")
    _ask(AMINA, now)

    outcome = _prove(AMINA, _latest_code(), now + timedelta(seconds=seconds))

    assert outcome == (amina if proves else Refusal.EXPIRED)


def test_prove_code_allows_five_tries(app: Flask, now: datetime) -> None:
    a_person("Amina")
    _ask(AMINA, now)
    code = _latest_code()

    wrong = [_prove(AMINA, _other_than(code), now) for _ in range(6)]

    assert wrong == [Refusal.WRONG] * 5 + [Refusal.TOO_MANY]
    assert _prove(AMINA, code, now) == Refusal.TOO_MANY


def test_prove_code_takes_the_right_code_at_the_fifth_try(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    _ask(AMINA, now)
    code = _latest_code()
    for _ in range(4):
        _prove(AMINA, _other_than(code), now)

    assert _prove(AMINA, code, now) == amina


def test_prove_code_refuses_another_browser(app: Flask, now: datetime) -> None:
    a_person("Amina")
    _ask(AMINA, now, browser="hers")
    code = _latest_code()
    _ask(AMINA, now, browser="somebody else’s")

    assert _prove(AMINA, code, now, browser="somebody else’s") == Refusal.WRONG
    assert _prove(AMINA, code, now, browser="one that never asked") == Refusal.WRONG


def test_prove_code_refuses_another_address(app: Flask, now: datetime) -> None:
    a_person("Amina")
    a_person("Dev")
    _ask(AMINA, now)

    assert _prove("dev@people.example", _latest_code(), now) == Refusal.WRONG


def test_prove_code_takes_only_the_latest_of_a_browser(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    _ask(AMINA, now)
    older = _latest_code()
    _ask(AMINA, now + MINUTE)
    newer = _latest_code()

    outcomes = [_prove(AMINA, code, now + 2 * MINUTE) for code in (older, newer)]

    assert older != newer
    assert outcomes == [Refusal.WRONG, amina]


def test_prove_code_never_lets_in_an_address_nobody_has(app: Flask, now: datetime) -> None:
    _ask(STRANGER, now)

    assert _prove(STRANGER, _latest_code(), now) == Refusal.WRONG


def test_ask_code_pauses_after_three_for_one_address(app: Flask, now: datetime) -> None:
    a_person("Amina")

    for address in (AMINA, STRANGER):
        asked = [_ask(address, now, browser=f"b{n}", network=f"192.0.2.{n}") for n in range(4)]
        assert asked == [None, None, None, now + 15 * MINUTE]


def test_ask_code_sends_ten_a_day_at_most(app: Flask, now: datetime) -> None:
    a_person("Amina")
    moments = [now + 5 * MINUTE * step for step in range(12 * 24)]

    sent = [moment for moment in moments if _ask(AMINA, moment) is None]

    assert len(sent) == len(_mails()) == 10


def test_ask_code_pauses_a_network_after_thirty(app: Flask, now: datetime) -> None:
    asked = [_ask(f"person{n}@people.example", now) for n in range(31)]

    assert asked == [None] * 30 + [now + timedelta(hours=1)]


def test_ask_code_lets_a_known_browser_in_while_strangers_ask(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    for n in range(20):
        _ask(AMINA, now, browser=f"stranger {n}", network=f"198.51.100.{n}")

    asked = _ask(AMINA, now, browser="hers", known=True)

    assert asked is None
    assert _prove(AMINA, _latest_code(), now) == amina


def test_brute_force_gets_few_tries(app: Flask, now: datetime) -> None:
    a_person("Amina")
    for n in range(200):
        browser = f"attacker {n}"
        _ask(AMINA, now, browser=browser, network=f"198.51.100.{n % 250}")
        for guess in range(5):
            with transaction():
                prove_code(AMINA, f"{guess:06d}", browser=browser, now=now)
    accepted = sum(row.tries for row in db.session.query(SignInCode))

    assert accepted <= 15

"""A recipient whose mail server hangs holds one sender, and no letter but its own thread's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest
from flask import Flask

from core import senders
from core.db import db
from core.delivery import Carrier, deliver_due, deliver_others, deliver_urgent
from core.errors import Unreachable
from core.outbox import Lane
from core.outbox_queue import Line
from tests.core.letters import a_letter, a_mail, states
from tests.core.test_delivery import Script

PATIENCE = 0.2


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "STUCK_AFTER", {Line.URGENT: PATIENCE, Line.OTHERS: PATIENCE})


def post(now: datetime, *names: str, lane: Lane = Lane.USUAL, thread: str | None = None) -> None:
    for name in names:
        letter = a_letter(f"{name}@people.example")
        a_mail(now, name, letter=letter, lane=lane, thread=thread)


@contextmanager
def one_that_hangs(app: Flask, now: datetime) -> Iterator[Script]:
    """Run a sender in a thread of its own that hangs at its first letter."""
    hung, goes_on = threading.Event(), threading.Event()

    def act(_recipient: str) -> None:
        hung.set()
        goes_on.wait(30)

    carrier = Script(act)

    def run() -> None:
        with app.app_context():
            deliver_others(now, carrier)
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    assert hung.wait(10)
    try:
        yield carrier
    finally:
        goes_on.set()
        thread.join(30)


def test_another_sender_is_let_in_only_where_one_is_stuck(app: Flask, now: datetime) -> None:
    post(now, "hangs", "next", thread="one")
    post(now, "other")
    second = Script()

    with one_that_hangs(app, now) as first:
        at_once = deliver_others(now, second)
        threading.Event().wait(PATIENCE)
        then = deliver_others(now, second)

    assert (at_once, then) == (0, 1)
    assert [to for to, _ in second.taken] == ["other@people.example"]
    # What belongs to the same thread waits for the letter before it, whoever has that.
    assert [to for to, _ in first.taken] == ["hangs@people.example", "next@people.example"]


def test_urgent_letters_do_not_wait_for_a_sender_of_others(app: Flask, now: datetime) -> None:
    post(now, "hangs", "usual")
    post(now, "code", lane=Lane.URGENT)
    carrier = Script()

    with one_that_hangs(app, now):
        sent = deliver_urgent(now, carrier)
        assert states() == {"hangs": "sending", "usual": "due", "code": "sent"}

    assert (sent, set(states().values())) == (1, {"sent"})


def test_an_urgent_letter_overtakes_no_earlier_one_of_its_thread(app: Flask, now: datetime) -> None:
    post(now, "first", thread="one")
    post(now, "second", thread="one", lane=Lane.URGENT)
    carrier = Script()

    early = deliver_urgent(now, carrier)
    deliver_due(now, carrier)

    assert early == 0
    assert [to for to, _ in carrier.taken] == ["first@people.example", "second@people.example"]


def test_a_server_that_is_away_is_not_rung_twice_a_second(app: Flask, now: datetime) -> None:
    post(now, "code", lane=Lane.URGENT)
    rung: list[int] = []

    def away() -> AbstractContextManager[Carrier]:
        rung.append(1)
        raise Unreachable("We couldn’t reach the mail server.")

    for _ in range(3):
        with pytest.raises(Unreachable, match="couldn’t reach"):
            deliver_urgent(now, away)

    assert (len(rung), states()) == (1, {"code": "due"})


def test_there_are_no_more_senders_than_a_mail_server_puts_up_with(app: Flask) -> None:
    def let_in(count: int, act: Callable[[int], None]) -> None:
        if not count:
            return
        with senders.let_in(Line.URGENT) as sender:
            act(0 if sender is None else 1)
            if sender is not None:
                sender.since -= PATIENCE
            let_in(count - 1, act)

    seen: list[int] = []
    let_in(senders.MOST[Line.URGENT] + 2, seen.append)

    assert seen == [1] * senders.MOST[Line.URGENT] + [0, 0]

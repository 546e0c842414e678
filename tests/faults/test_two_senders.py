"""Two senders on one database: a wrong clock and a pause at the worst moment double nothing."""

import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

from flask import Flask

from core.db import db
from core.outbox_queue import FRESH
from tests.core.letters import a_letter, a_mail, let_leases_run_out, states
from tests.core.mail_servers import serving as receiving
from tests.core.test_clock import wait_until
from tests.faults.processes import WallClock, working
from tests.faults.test_urgent_letters import HANGS, SlowDesk

AHEAD = 11 * 60


def taken(desk: SlowDesk) -> Counter[str]:
    """How often each person got a letter."""
    return Counter(to[0] for _, to, _ in desk.taken)


def test_a_sender_eleven_minutes_ahead_doubles_nothing(app: Flask, tmp_path: Path) -> None:
    now, desk, clock = datetime.now(UTC), SlowDesk("dot"), WallClock(tmp_path / "clock")
    clock.set(AHEAD)
    people = [HANGS, *(f"reader{number}@people.example" for number in range(30))]
    for one in people:
        a_mail(now, one, letter=a_letter(one))
    a_mail(now, "later", letter=a_letter("later@people.example"), due_at=now + timedelta(hours=1))
    with receiving(desk) as port:
        there = {"SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with (
            working(app, tmp_path / "right", there),
            working(app, tmp_path / "ahead", {**there, **clock.environment}),
        ):
            assert desk.hung.wait(60)
            assert wait_until(lambda: len(desk.taken) == len(people) - 1, 60)
            # Long enough for both to have looked several times at what the other one holds.
            sleep(20)
            desk.goes_on.set()
            assert wait_until(lambda: states()[HANGS] == "sent", 30)

    assert taken(desk) == Counter(people)
    assert states()["later"] == "due"


def test_a_sender_that_was_stopped_before_data_does_not_send_what_another_one_has(
    app: Flask, tmp_path: Path
) -> None:
    desk, other = SlowDesk("RCPT"), SlowDesk("nowhere")
    a_mail(datetime.now(UTC), "one", letter=a_letter(HANGS))
    with (
        receiving(desk) as port,
        working(app, tmp_path / "first", {"SMTP_URL": f"smtp://127.0.0.1:{port}"}) as first,
    ):
        assert desk.hung.wait(60)
        os.kill(first.pid, signal.SIGSTOP)
        let_leases_run_out()
        with (
            receiving(other) as port_of_other,
            working(app, tmp_path / "other", {"SMTP_URL": f"smtp://127.0.0.1:{port_of_other}"}),
        ):
            assert wait_until(lambda: states()["one"] == "sent", 60)
        sleep(FRESH.total_seconds())
        desk.goes_on.set()
        os.kill(first.pid, signal.SIGCONT)
        sleep(5)

    assert (taken(desk), taken(other)) == (Counter(), Counter([HANGS]))
    db.session.rollback()
    assert states() == {"one": "sent"}


def test_on_postgresql_a_sender_ahead_sends_nothing_before_its_time(
    app: Flask, tmp_path: Path
) -> None:
    now, desk, clock = datetime.now(UTC), SlowDesk("nowhere"), WallClock(tmp_path / "clock")
    clock.set(AHEAD)
    a_mail(now, "undone", letter=a_letter(HANGS), due_at=now + timedelta(minutes=10))
    a_mail(now, "due")
    with receiving(desk) as port:
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{port}", **clock.environment}
        with working(app, tmp_path / "ahead", settings):
            assert wait_until(lambda: states()["due"] == "sent", 60)
            sleep(10)

    # The processes of one SQLite file are on one machine, whose clock they share.
    expected = "due" if db.engine.dialect.name == "postgresql" else "sent"
    assert states()["undone"] == expected

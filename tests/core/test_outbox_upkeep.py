"""Letters that a wrong clock dated, and what was due before a long stop."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from flask import Flask

from core.db import db
from core.delivery import deliver_due, deliver_others, deliver_urgent
from core.outbox import Lane, MailState
from core.outbox_upkeep import (
    BACKOFF,
    LONG_STOP,
    is_kept_waiting,
    lapse,
    note_long_stop,
    put_right_due,
)
from core.transaction import transaction
from core.worker import JobRun
from tests.core.letters import a_letter, a_mail, mail, states
from tests.core.test_delivery import Script

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def went_well(at: datetime) -> None:
    """Leave the heartbeat of the job that delivers."""
    with transaction():
        db.session.merge(JobRun(name="deliver", started_at=at, finished_at=at, done=1))


def test_a_letter_dated_ahead_keeps_its_wait_from_now(app: Flask, now: datetime) -> None:
    a_mail(now + DAY, "ahead", due_at=now + DAY + 10 * MINUTE)
    a_mail(now, "planned", due_at=now + 7 * DAY)

    count = put_right_due(now)

    assert count == 1
    assert (mail("ahead").due_at, mail("ahead").created_at) == (now + 10 * MINUTE, now)
    assert mail("planned").due_at == now + 7 * DAY
    assert put_right_due(now) == 0


def test_a_letter_to_be_tried_again_waits_no_longer_than_it_ever_would(
    app: Flask, now: datetime
) -> None:
    for attempts in (1, len(BACKOFF) + 3):
        row = a_mail(now, str(attempts))
        with transaction():
            row.attempts, row.due_at = attempts, now + DAY

    put_right_due(now)

    assert mail("1").due_at == now + 10 * MINUTE
    assert mail(str(len(BACKOFF) + 3)).due_at == now + BACKOFF[-1]


def test_a_letter_dropped_as_out_of_date_by_a_clock_ahead_leaves_after_all(
    app: Flask, now: datetime
) -> None:
    a_mail(now, "useful", useful_until=now + timedelta(hours=5))
    a_mail(now, "past", useful_until=now + MINUTE)
    gone = a_mail(now, "replaced", useful_until=now + timedelta(hours=5))
    with transaction():
        gone.state, gone.final_at = MailState.SUPERSEDED, now + DAY
        lapse(now + DAY)

    count = put_right_due(now + 2 * MINUTE)

    assert count == 1
    assert states() == {"useful": "due", "past": "superseded", "replaced": "superseded"}
    assert (mail("useful").final_at, mail("useful").reason) == (None, None)


@pytest.mark.parametrize(("stopped", "paced"), [(LONG_STOP, False), (LONG_STOP + MINUTE, True)])
def test_what_was_due_before_a_long_stop_leaves_at_a_measured_pace(
    make_app: Callable[..., Flask], now: datetime, stopped: timedelta, *, paced: bool
) -> None:
    with make_app(mail_pace=240).app_context():
        went_well(now - stopped)
        for number in range(5):
            a_mail(now - MINUTE, str(number))
        begun = monotonic()

        sent = deliver_due(now, Script())

        # One at once, and the others a quarter of a second after each other.
        took_its_time = monotonic() - begun >= 0.9
        stops = db.session.connection().exec_driver_sql("SELECT id FROM mail_backlog").all()
        assert (sent, bool(stops)) == (5, paced)
        assert took_its_time or not paced


def test_urgent_letters_and_what_falls_due_since_do_not_wait_for_the_backlog(
    make_app: Callable[..., Flask], now: datetime
) -> None:
    with make_app(mail_pace=1).app_context():
        went_well(now - DAY)
        for number in range(3):
            a_mail(now - MINUTE, f"old{number}", letter=a_letter(f"old{number}@people.example"))
        a_mail(now - MINUTE, "code", letter=a_letter("code@people.example"), lane=Lane.URGENT)
        carrier = Script(_stop_after(2))

        urgent = deliver_urgent(now, carrier)
        a_mail(now + MINUTE, "new", letter=a_letter("new@people.example"))
        with transaction():
            note_long_stop("deliver", now)
        with pytest.raises(KeyboardInterrupt):
            deliver_others(now + MINUTE, carrier)

        assert urgent == 1
        assert [to for to, _ in carrier.taken] == ["code@people.example", "new@people.example"]


def _stop_after(count: int) -> Callable[[str], None]:
    seen: list[str] = []

    def act(recipient: str) -> None:
        seen.append(recipient)
        if len(seen) == count:
            # Or the sender would wait a minute for the next turn.
            raise KeyboardInterrupt

    return act


def test_cancellations_and_near_dates_leave_first_after_a_long_stop(
    make_app: Callable[..., Flask], now: datetime
) -> None:
    with make_app(mail_pace=1200).app_context():
        went_well(now - DAY)
        near, far = now + timedelta(hours=20), now + timedelta(days=20)
        kinds: dict[str, dict[str, Any]] = {
            "far": {"useful_until": far},
            "open": {},
            "near": {"useful_until": near},
            "off": {"useful_until": far, "lane": Lane.FIRST},
        }
        for key, values in kinds.items():
            a_mail(now - MINUTE, key, letter=a_letter(f"{key}@people.example"), **values)
        carrier = Script()

        deliver_due(now, carrier)

        names = [to.partition("@")[0] for to, _ in carrier.taken]
        assert names == ["near", "off", "far", "open"]


def test_a_stop_is_noted_once_however_often_delivery_begins(app: Flask, now: datetime) -> None:
    went_well(now - DAY)
    for minutes in (0, 5):
        with transaction():
            note_long_stop("deliver", now + minutes * MINUTE)

    [ended_at] = db.session.connection().exec_driver_sql("SELECT ended_at FROM mail_backlog").one()
    assert str(ended_at).startswith(f"{now:%Y-%m-%d %H:%M}")


def test_a_letter_that_nobody_sends_keeps_somebody_waiting(app: Flask, now: datetime) -> None:
    a_mail(now)

    assert (is_kept_waiting(now), is_kept_waiting(now + MINUTE)) == (False, True)

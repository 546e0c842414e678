"""Every letter leaves once; what a mail server or a crash can do to it is recorded honestly."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from core.db import db
from core.delivery import MOST_REFUSALS, Carrier, deliver_due, hand_over
from core.errors import Unreachable
from core.outbox import MailState, Promise
from core.outbox_queue import FRESH, LEASE, queue
from core.outbox_statements import ANYTHING_TO_DO, NEXT_OF_BACKLOG, NEXT_URGENT, NEXT_USUAL
from core.outbox_upkeep import BACKOFF, MOST_ATTEMPTS, release_stale
from core.service_urls import SmtpSettings
from core.smtp import Connection, Uncertain, Withheld
from core.transaction import transaction
from tests.core.letters import a_letter, a_mail, let_leases_run_out, mail, states
from tests.core.mail_servers import Desk, serving

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Opens = Callable[[], AbstractContextManager[Carrier]]


class Script:
    """A carrier that does what a test says, and notes what it was given."""

    def __init__(self, act: Callable[[str], None] = lambda _recipient: None) -> None:
        self.act = act
        self.taken: list[tuple[str, bytes]] = []

    def send(self, sender: str, recipient: str, raw: bytes, may_go: Callable[[], bool]) -> None:
        if not may_go():
            raise Withheld
        self.taken.append((recipient, raw))
        self.act(recipient)

    def __call__(self) -> "Script":
        return self

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *_details: object) -> None:
        return None


def raising(error: Exception) -> Script:
    """A carrier to which the same thing always happens."""

    def act(_recipient: str) -> None:
        raise error

    return Script(act)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opens(desk: Desk) -> Iterator[Opens]:
    with serving(desk) as port:
        yield lambda: Connection(SmtpSettings("127.0.0.1", port, timeout=5))


def test_everybody_gets_exactly_one_message_with_one_recipient(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    people = [f"p{number}@people.example" for number in range(5)]
    for person in people:
        a_mail(now, person, letter=a_letter(person))

    sent = deliver_due(now, opens)
    again = deliver_due(now, opens)

    assert (sent, again) == (5, 0)
    assert [to for _, to, _ in desk.taken] == [[person] for person in people]
    assert {sender for sender, _, _ in desk.taken} == {"hello@alcove.example"}
    assert len(desk.connections) == 1


def test_letter_leaves_only_when_it_is_due(app: Flask, now: datetime) -> None:
    a_mail(now, due_at=now + timedelta(minutes=10))
    carrier = Script()

    early = deliver_due(now + timedelta(minutes=9), carrier)
    on_time = deliver_due(now + timedelta(minutes=10), carrier)

    assert (early, on_time) == (0, 1)


def test_temporary_refusal_is_tried_again_after_growing_waits(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    desk.at_recipient["amina@people.example"] = "451 4.7.1 come back later"
    a_mail(now)
    waits = []
    for _ in range(3):
        deliver_due(now, opens)
        waits.append((mail("one").due_at - now) // timedelta(minutes=1))
        now = mail("one").due_at
    desk.at_recipient.clear()

    assert waits == [1, 5, 15]
    assert deliver_due(now, opens) == 1
    assert mail("one").attempts == 4


def test_temporary_refusal_ends_after_three_days(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    desk.at_recipient["amina@people.example"] = "451 4.7.1 come back later"
    row = a_mail(now)
    with transaction():
        row.attempts = MOST_REFUSALS - 1

    deliver_due(now, opens)

    waited = sum(BACKOFF, timedelta()) + (MOST_REFUSALS - 1 - len(BACKOFF)) * BACKOFF[-1]
    assert mail("one").state == MailState.REFUSED
    assert timedelta(days=2, hours=12) < waited < timedelta(days=3, hours=12)


def test_permanent_refusal_is_final_and_says_why(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    desk.at_recipient["gone@people.example"] = "550 5.1.1 no such user"
    a_mail(now, "gone", letter=a_letter("gone@people.example"))
    a_mail(now, "here")

    sent = deliver_due(now, opens)

    assert sent == 1
    assert (mail("gone").state, mail("gone").reason) == (MailState.REFUSED, "mailbox_unknown")
    assert mail("here").state == MailState.SENT


def test_poison_is_parked_after_five_attempts_and_holds_up_nobody(
    app: Flask, now: datetime
) -> None:
    poison = a_mail(now, "poison")
    a_mail(now, "good", letter=a_letter("good@people.example"))
    with transaction():
        poison.body_sealed = b"not an envelope"

    carrier = Script()
    first = deliver_due(now, carrier)
    for _ in range(MOST_ATTEMPTS - 1):
        now = mail("poison").due_at
        deliver_due(now, carrier)

    assert first == 1
    assert (mail("poison").state, mail("poison").attempts) == (MailState.PARKED, MOST_ATTEMPTS)
    assert [to for to, _ in carrier.taken] == ["good@people.example"]


def test_unreachable_server_loses_nothing(app: Flask, now: datetime) -> None:
    a_mail(now)

    with pytest.raises(Unreachable, match="No mail server is set up"):
        deliver_due(now)

    assert (mail("one").state, mail("one").attempts) == (MailState.DUE, 0)


def test_connection_that_breaks_off_leaves_the_letter_due(app: Flask, now: datetime) -> None:
    a_mail(now, "a")
    a_mail(now, "b")

    with pytest.raises(Unreachable):
        deliver_due(now, raising(Unreachable("gone")))

    assert states() == {"a": MailState.DUE, "b": MailState.DUE}
    waited = mail("a").due_at - now
    assert BACKOFF[0] <= waited < BACKOFF[0] + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("promise", "expected"), [(Promise.MUST_ARRIVE, "due"), (Promise.ONCE, "uncertain")]
)
def test_letter_whose_sender_died_is_repeated_only_if_it_must_arrive(
    app: Flask, now: datetime, promise: Promise, expected: str
) -> None:
    before = a_mail(now, promise=promise).body
    with queue() as waiting:
        waiting.claim(now)
    carrier = Script()

    # However far the clock of whoever looks is ahead, a lease lasts as long as it lasts.
    meanwhile = deliver_due(now + 2 * LEASE, carrier)
    let_leases_run_out()
    later = deliver_due(now, carrier)

    assert meanwhile == 0
    assert [raw for _, raw in carrier.taken] == ([before] if expected == "due" else [])
    assert later == (expected == "due")
    assert mail("one").state == (MailState.SENT if expected == "due" else MailState.UNCERTAIN)


def test_missing_answer_repeats_what_must_arrive_once_and_byte_for_byte(
    app: Flask, now: datetime
) -> None:
    a_mail(now)
    carrier = raising(Uncertain())

    for _ in range(5):
        deliver_due(now, carrier)
        now += LEASE

    assert len(carrier.taken) == 2
    assert carrier.taken[0] == carrier.taken[1]
    assert mail("one").state == MailState.UNCERTAIN


def test_missing_answer_never_repeats_what_is_sent_once(app: Flask, now: datetime) -> None:
    a_mail(now, promise=Promise.ONCE)
    carrier = raising(Uncertain())

    deliver_due(now, carrier)
    deliver_due(now + LEASE, carrier)

    assert len(carrier.taken) == 1
    assert (mail("one").state, mail("one").final_at is not None) == (MailState.UNCERTAIN, True)


def test_server_that_hangs_up_after_the_message_leaves_it_uncertain(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    desk.at_message["amina@people.example"] = "hang up"
    a_mail(now, promise=Promise.ONCE)

    sent = deliver_due(now, opens)

    assert (sent, mail("one").state) == (0, MailState.UNCERTAIN)


def test_letters_of_a_thread_leave_in_the_order_they_were_posted(app: Flask, now: datetime) -> None:
    a_mail(now, "request", thread="t", due_at=now + timedelta(minutes=10))
    a_mail(now, "cancel", thread="t", letter=a_letter(subject="second"))
    carrier = Script()

    early = deliver_due(now, carrier)
    later = deliver_due(now + timedelta(minutes=10), carrier)

    assert (early, later) == (0, 2)
    assert [b"Subject: second" in raw for _, raw in carrier.taken] == [False, True]


def test_letter_that_has_outlived_its_use_is_dropped(app: Flask, now: datetime) -> None:
    a_mail(now, useful_until=now + timedelta(hours=1))
    carrier = Script()

    sent = deliver_due(now + timedelta(hours=1), carrier)

    assert (sent, carrier.taken) == (0, [])
    assert mail("one").state == MailState.SUPERSEDED


def test_process_that_was_stopped_beyond_its_lease_sends_nothing(app: Flask, now: datetime) -> None:
    a_mail(now)
    mine, other = Script(), Script()
    with queue() as waiting:
        held = waiting.claim(now)
        assert held is not None
        let_leases_run_out()
        deliver_due(now, other)
        stopped = replace(held, claimed_at=held.claimed_at - FRESH.total_seconds())

        settle = hand_over(mine, waiting, stopped, lambda: now)

    assert (settle, mine.taken, len(other.taken)) == (None, [], 1)
    assert mail("one").state == MailState.SENT


def test_a_machine_that_was_paused_asks_where_others_may_have_gone_on(
    app: Flask, now: datetime
) -> None:
    a_mail(now)
    with queue() as waiting:
        held = waiting.claim(now)
        assert held is not None
        assert waiting.is_ours(held)
        let_leases_run_out()
        deliver_due(now, Script())

        # By its own clock the claim is a moment old.
        assert waiting.is_ours(held) == (db.engine.dialect.name == "sqlite")


def test_trouble_with_a_letter_that_somebody_else_has_changes_nothing(
    app: Flask, now: datetime
) -> None:
    a_mail(now)

    def lose_it_and_fail(_recipient: str) -> None:
        let_leases_run_out()
        deliver_due(now, Script())
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        deliver_due(now, Script(lose_it_and_fail))

    assert mail("one").state == MailState.SENT


def test_letter_that_takes_its_sender_down_each_time_is_parked(app: Flask, now: datetime) -> None:
    one = a_mail(now)
    with transaction():
        one.state, one.attempts, one.leased_until = MailState.SENDING, MOST_ATTEMPTS, LONG_AGO

    with transaction():
        release_stale(now)

    parked = mail("one")
    assert (parked.state, parked.reason) == (MailState.PARKED, "Interrupted")


def test_letter_known_to_be_accepted_is_not_sent_again(app: Flask, now: datetime) -> None:
    a_mail(now)

    def outlast_the_lease(_recipient: str) -> None:
        let_leases_run_out()
        with transaction():
            release_stale(now)

    deliver_due(now, Script(outlast_the_lease))
    again = deliver_due(now + 3 * LEASE, Script())

    assert (again, mail("one").state) == (0, MailState.SENT)


def test_two_processes_send_each_letter_exactly_once(
    app: Flask, now: datetime, desk: Desk, opens: Opens
) -> None:
    people = [f"p{number}@people.example" for number in range(60)]
    for person in people:
        a_mail(now, person, letter=a_letter(person))

    def deliver() -> None:
        with app.app_context():
            deliver_due(now, opens)
            db.session.remove()

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(to[0] for _, to, _ in desk.taken) == Counter(people)
    assert set(states().values()) == {MailState.SENT}


def test_demo_keeps_letters_on_the_machine(make_app: Callable[..., Flask], now: datetime) -> None:
    with make_app(demo=True).app_context():
        a_mail(now)

        sent = deliver_due(now)

        assert (sent, mail("one").state) == (1, MailState.SENT)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("statement", [ANYTHING_TO_DO, NEXT_URGENT, NEXT_USUAL, NEXT_OF_BACKLOG])
def test_outbox_index_serves_the_search_for_what_is_due(
    app: Flask, now: datetime, statement: Any
) -> None:
    a_mail(now)
    dialect = db.engine.dialect
    said = statement.compile(dialect=dialect)
    inline = {"literal_binds": True}
    times = {"now": now, "soon": now, "stop_ended": now - LEASE}
    wanted = {name: times[name] for name in said.params.keys() & times}
    plain = str(statement.params(**wanted).compile(dialect=dialect, compile_kwargs=inline))
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    connection = db.session.connection()
    if dialect.name == "postgresql":
        # It would rather read a table of one row as a whole.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")

    plan = [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {plain}")]

    # Both hold nothing but what is due.
    indexes = ["ix_outgoing_mail_lane"]
    if statement is not NEXT_URGENT:
        indexes.append("ix_outgoing_mail_due")
    assert any(index in line for line in plan for index in indexes)
    # A state that is passed as a value keeps the index from being used.
    assert MailState.DUE not in said.params.values()


def test_nothing_due_takes_one_look(app: Flask, now: datetime) -> None:
    a_mail(now, due_at=now + timedelta(hours=1))
    db.session.rollback()
    looks: list[str] = []

    def note(*said: object) -> None:
        looks.append(str(said[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    sent = deliver_due(now, raising(AssertionError()))
    event.remove(db.engine, "before_cursor_execute", note)

    assert (sent, len([look for look in looks if not look.startswith("BEGIN")])) == (0, 1)


def test_fate_of_a_letter_and_the_claim_of_the_next_are_committed_together(
    app: Flask, now: datetime
) -> None:
    for key in ("one", "two", "three"):
        a_mail(now, key)
    seen: list[dict[str, str]] = []

    deliver_due(now, Script(lambda _recipient: seen.append(states())))

    due, sending, sent = MailState.DUE, MailState.SENDING, MailState.SENT
    assert seen == [
        {"one": sending, "two": due, "three": due},
        {"one": sent, "two": sending, "three": due},
        {"one": sent, "two": sent, "three": sending},
    ]


def test_blanked_letter_is_parked_in_the_end_and_holds_up_nobody(app: Flask, now: datetime) -> None:
    empty = a_mail(now, "empty")
    a_mail(now, "full")
    with transaction():
        empty.body_sealed = None

    sent = deliver_due(now, Script())

    assert (sent, mail("full").state, mail("empty").reason) == (1, MailState.SENT, "Unreadable")

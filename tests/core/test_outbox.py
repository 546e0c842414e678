"""What is posted is kept once, sealed, and can be taken back while it waits."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from core.db import db
from core.errors import DomainError
from core.outbox import (
    About,
    MailState,
    OutgoingMail,
    Posting,
    Promise,
    blank,
    can_recall,
    post,
    post_many,
    recall,
    supersede,
    under_way,
)
from core.transaction import transaction
from tests.core.letters import a_letter, a_mail, mail, states

PAUSE = timedelta(minutes=10)


def test_post_twice_under_one_key_keeps_the_first(app: Flask, now: datetime) -> None:
    with transaction():
        first = post(a_letter(), key="k", kind="test", promise=Promise.ONCE, now=now)
        second = post(
            a_letter(subject="Other"), key="k", kind="test", promise=Promise.ONCE, now=now
        )

    assert (first, second) == (True, False)
    assert b"Subject: Thursday, 6pm" in mail("k").body


def test_post_is_gone_when_its_transaction_fails(app: Flask, now: datetime) -> None:
    def change_that_is_refused() -> None:
        with transaction():
            post(a_letter(), key="k", kind="test", promise=Promise.ONCE, now=now)
            raise DomainError("No.")

    with pytest.raises(DomainError):
        change_that_is_refused()

    assert states() == {}


def test_body_and_recipient_are_sealed_where_they_are_stored(app: Flask, now: datetime) -> None:
    row = a_mail(now)

    assert b"amina" not in (row.recipient_sealed or b"amina")
    assert b"amina" not in (row.body_sealed or b"amina")
    assert row.recipient == "amina@people.example"


def test_bytes_and_message_id_follow_from_the_key(app: Flask, now: datetime) -> None:
    row = a_mail(now, "offer:secret")

    assert row.message_id in row.body.decode()
    assert "secret" not in row.body.decode()


def test_recall_takes_back_a_whole_parcel(app: Flask, now: datetime) -> None:
    a_mail(now, "a", parcel="p", due_at=now + PAUSE)
    a_mail(now, "b", parcel="p", due_at=now + PAUSE)
    a_mail(now, "c")

    with transaction():
        count = recall("p", now)

    assert count == 2
    assert states() == {"a": MailState.RECALLED, "b": MailState.RECALLED, "c": MailState.DUE}


@pytest.mark.parametrize("change", [{"state": MailState.SENDING}, {"attempts": 1}])
def test_recall_refuses_when_one_letter_may_have_left(
    app: Flask, now: datetime, change: dict[str, object]
) -> None:
    a_mail(now, "a", parcel="p", due_at=now + PAUSE)
    left = a_mail(now, "b", parcel="p", due_at=now + PAUSE)
    with transaction():
        for name, value in change.items():
            setattr(left, name, value)

    with pytest.raises(DomainError), transaction():
        recall("p", now)

    assert mail("a").state == MailState.DUE
    assert not can_recall("p", now)


def test_recall_of_nothing_is_refused(app: Flask, now: datetime) -> None:
    with pytest.raises(DomainError), transaction():
        recall("p", now)


def test_recall_brings_back_what_its_letters_replaced(app: Flask, now: datetime) -> None:
    a_mail(now, "old", thread="t")
    with transaction():
        supersede(now, thread="t", by="p")
    a_mail(now, "new", thread="t", parcel="p", due_at=now + PAUSE)

    with transaction():
        recall("p", now)

    assert states() == {"old": MailState.DUE, "new": MailState.RECALLED}
    assert mail("old").final_at is None


def test_somebody_who_left_meanwhile_keeps_nobody_from_taking_a_parcel_back(
    app: Flask, now: datetime
) -> None:
    a_mail(now, "stays", parcel="p", due_at=now + PAUSE)
    a_mail(now, "left", parcel="p", due_at=now + PAUSE, addressee="gone")
    with transaction():
        supersede(now, addressee="gone")
    could = can_recall("p", now)

    with transaction():
        count = recall("p", now)

    assert (could, count) == (True, 1)
    assert states() == {"stays": MailState.RECALLED, "left": MailState.SUPERSEDED}


@pytest.mark.parametrize(
    ("later", "expected"), [(PAUSE - timedelta(seconds=1), True), (PAUSE, False)]
)
def test_can_recall_until_the_letters_are_due(
    app: Flask, now: datetime, later: timedelta, expected: bool
) -> None:
    a_mail(now, parcel="p", due_at=now + PAUSE)

    assert can_recall("p", now + later) is expected
    assert not can_recall(None, now)


def test_supersede_drops_only_what_has_not_left(app: Flask, now: datetime) -> None:
    a_mail(now, "waiting", addressee="m")
    a_mail(now, "other", addressee="n")
    sending = a_mail(now, "sending", addressee="m")
    with transaction():
        sending.state = MailState.SENDING

    with transaction():
        dropped = supersede(now, addressee="m")

    assert dropped == 1
    assert states() == {"waiting": "superseded", "other": "due", "sending": "sending"}


def test_under_way_are_letters_whose_fate_is_open(app: Flask, now: datetime) -> None:
    a_mail(now, "due", thread="t")
    gone = a_mail(now, "sent", thread="t")
    with transaction():
        gone.state = MailState.SENT

    assert [row.key for row in under_way(thread="t")] == ["due"]


def test_blank_forgets_words_and_recipient_but_not_that_it_was_sent(
    app: Flask, now: datetime
) -> None:
    row = a_mail(now)

    with transaction():
        blank([row.id])

    assert (mail("one").body, mail("one").recipient) == (None, None)
    assert db.session.query(OutgoingMail).count() == 1


def test_letters_posted_together_are_what_each_would_be_alone(app: Flask, now: datetime) -> None:
    about = About(topic="group", addressee="member", parcel="parcel", thread="thread")
    values = {"kind": "test", "promise": Promise.MUST_ARRIVE, "due_at": now + PAUSE}
    with transaction():
        post(a_letter(), key="alone", now=now, **values, **about)  # type: ignore[arg-type]  # the keys are right

    with transaction():
        posted = post_many([Posting(a_letter(), key="alone ", about=about, **values)], now)  # type: ignore[arg-type]  # the keys are right

    alone, together = mail("alone"), mail("alone ")
    own = {"id", "public_id", "key", "recipient_sealed", "body_sealed"}
    own |= {"message_id_sealed", "message_index"}
    columns = {column.name for column in OutgoingMail.__table__.columns} - own
    assert posted == 1
    assert together.recipient == alone.recipient
    assert len(together.body) == len(alone.body)
    assert {name: getattr(together, name) for name in columns} == {
        name: getattr(alone, name) for name in columns
    }


def test_letters_posted_together_twice_are_kept_once(app: Flask, now: datetime) -> None:
    postings = [
        Posting(a_letter(f"{key}@people.example"), key, "test", Promise.ONCE, About())
        for key in ("one", "two", "two")
    ]

    with transaction():
        first, second = post_many(postings[:1], now), post_many(postings, now)

    assert (first, second, set(states())) == (1, 1, {"one", "two"})

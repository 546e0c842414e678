"""Each rule of forgetting by the clock: kept until its day, gone after it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.encryption import EXTENSION, KeyRing
from core.outbox import MailState, OutgoingMail
from core.retention import purge
from core.transaction import transaction
from groups.models import Cohort, CohortState
from scheduling.attendance.answers import KEPT
from scheduling.feeds.contents import read
from scheduling.feeds.kept import keep
from scheduling.models import Answer, Diary, Feed, KeptFeed, PeerSession, Reply
from scheduling.retention import (
    DRAFTS,
    LETTER_ROWS,
    LETTER_WORDS,
    PARKED_WORDS,
    REVOKED_FEEDS,
    RULES,
)
from tests import build
from tests.build import rotated
from tests.core.letters import a_mail, mail

SECOND = timedelta(seconds=1)


def forgotten(name: str, kept: datetime) -> tuple[int, int]:
    """How many rows a rule meets just before the end of their time, and just after."""
    rules = [rule for rule in RULES if rule.name == name]
    return purge(rules, kept - SECOND)[name], purge(rules, kept + SECOND)[name]


def test_answers_go_30_days_after_the_session(app: Flask, now: datetime) -> None:
    cohort = build.a_cohort()
    session = build.a_session(build.a_series(cohort))
    with transaction():
        db.session.add(
            Reply(
                session=session,
                membership=build_member(cohort),
                answer=Answer.COMING,
                answered_at=now,
            )
        )

    assert forgotten("replies", session.ends_at + KEPT) == (0, 1)
    assert db.session.query(Reply).count() == 0


def build_member(cohort: Cohort) -> object:
    """The facilitator's own place; somebody to give an answer."""
    return cohort.memberships[0]


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (MailState.SENT, LETTER_WORDS),
        (MailState.REFUSED, LETTER_WORDS),
        (MailState.RECALLED, LETTER_WORDS),
        (MailState.PARKED, PARKED_WORDS),
    ],
)
def test_words_of_a_letter_go_after_its_final_state(
    app: Flask, now: datetime, state: MailState, kept: timedelta
) -> None:
    row = a_mail(now)
    with transaction():
        row.state, row.final_at = state, now

    assert forgotten("letter-words", now + kept) == (0, 1)
    assert (mail("one").body, mail("one").recipient) == (None, None)


def test_words_of_a_waiting_letter_stay(app: Flask, now: datetime) -> None:
    a_mail(now)

    assert forgotten("letter-words", now + timedelta(days=400)) == (0, 0)


def test_words_stay_in_the_mailbox_of_the_demo(
    make_app: Callable[..., Flask], now: datetime
) -> None:
    with make_app(demo=True).app_context():
        row = a_mail(now)
        with transaction():
            row.state, row.final_at = MailState.SENT, now

        assert forgotten("letter-words", now + LETTER_WORDS) == (0, 0)
        db.session.remove()
        db.engine.dispose()


def test_letters_are_deleted_after_90_days(app: Flask, now: datetime) -> None:
    row = a_mail(now)
    with transaction():
        row.state, row.final_at = MailState.SENT, now

    assert forgotten("letter-rows", now + LETTER_ROWS) == (0, 1)
    assert db.session.query(OutgoingMail).count() == 0


def test_revoked_links_are_deleted_after_30_days(app: Flask, now: datetime) -> None:
    person = build.a_person()
    feed, _ = build.a_feed(person)
    build.a_feed(person, "Laptop")
    with transaction():
        feed.revoked_at = now

    assert forgotten("revoked-feeds", now + REVOKED_FEEDS) == (0, 1)
    assert [left.label for left in db.session.query(Feed)] == ["Laptop"]
    assert db.session.query(Diary).count() == 1


def test_untouched_drafts_are_deleted_with_everything_in_them(app: Flask) -> None:
    cohort = build.a_cohort(state=CohortState.DRAFT)
    session = build.a_session(build.a_series(cohort))
    build.an_offer(cohort)

    assert forgotten("drafts", session.dates_changed_at + DRAFTS) == (0, 1)
    assert db.session.query(Cohort).count() == 0


@pytest.mark.parametrize("touch", ["dates", "people"])
def test_draft_that_somebody_went_on_with_stays(app: Flask, now: datetime, touch: str) -> None:
    cohort = build.a_cohort(state=CohortState.DRAFT)
    session = build.a_session(build.a_series(cohort))
    later = cohort.created_at + timedelta(days=30)
    if touch == "people":
        build.an_offer(cohort, now=later)
    else:
        with transaction():
            session.dates_changed_at = later

    assert forgotten("drafts", cohort.created_at + DRAFTS) == (0, 0)


def test_open_groups_are_never_deleted(app: Flask, now: datetime) -> None:
    build.a_cohort()

    assert forgotten("drafts", now + timedelta(days=4000)) == (0, 0)


@pytest.mark.parametrize(("days", "counts"), [(29, (0, 1)), (31, (1, 0))])
def test_what_a_feed_gave_goes_when_nobody_has_read_it_for_thirty_days(
    session: PeerSession, feed: Feed, now: datetime, days: int, counts: tuple[int, int]
) -> None:
    with transaction():
        feed.last_read_on = now.date()
        keep(feed.diary, read(feed, now=now), now=now)

    met, _ = forgotten("kept-feeds", now + timedelta(days=days))
    db.session.rollback()

    assert (met, db.session.scalar(select(func.count(KeptFeed.diary_id)))) == counts


def test_what_another_key_sealed_goes_with_the_next_round(
    app: Flask, session: PeerSession, feed: Feed, now: datetime
) -> None:
    with transaction():
        feed.last_read_on = now.date()
        keep(feed.diary, read(feed, now=now), now=now)
    ring: KeyRing = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = rotated(ring)
    try:
        assert forgotten("kept-feeds", now)[0] == 1
    finally:
        app.extensions[EXTENSION] = ring

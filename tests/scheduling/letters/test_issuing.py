"""Invitations that fall due together: written in few queries, each as if it were alone."""

import re
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import event

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, Membership
from scheduling.attendance import answers
from scheduling.letters.bulk_invitations import issue, issue_due
from scheduling.models import Answer, Detail, Diary, PeerSession
from tests import build
from tests.scheduling.post import Opened, letters, opened

#: An address differs in every letter: the links to answer and to stop are sealed for one person.
ADDRESS = re.compile(r"http://alcove\.example/\S+?(?=[\s\"<])")


class TakenBackError(Exception):
    """Ends a transaction that is to leave nothing."""


@pytest.fixture
def session(app: Flask) -> PeerSession:
    """A session of a group whose members read their letters in different ways."""
    cohort = build.a_cohort()
    series = build.a_series(cohort)
    session = build.a_session(series, date(2026, 12, 10))
    build.a_member(cohort, build.a_person("Plain"))
    full = build.a_member(cohort, build.a_person("Full"))
    build.a_member(cohort, build.a_person("Abroad", time_zone="America/New_York"))
    unsure = build.a_member(cohort, build.a_person("Unsure"))
    with transaction():
        diary = db.session.query(Diary).filter_by(person_id=full.person_id).one()
        diary.detail = Detail.FULL
        answers.give(session, unsure, Answer.UNSURE, now=build.CREATED)
    return session


def said(letter: Opened) -> tuple[object, ...]:
    """Everything a letter says but for what is random in it."""
    lines = [
        line
        for line in letter.event.to_ical().decode().split("\r\n")
        if not line.startswith(("UID:", " "))
    ]
    parts = (ADDRESS.sub("", letter.text), ADDRESS.sub("", letter.html))
    columns = (letter.row.kind, letter.row.promise, letter.row.thread, letter.row.useful_until)
    return (letter.to, letter.subject, *parts, letter.method, lines, *columns)


def alone(session: PeerSession, now: datetime) -> list[tuple[object, ...]]:
    """Write the letter to each member by itself, read them all, and take everything back."""
    found: list[tuple[object, ...]] = []
    places = [place.id for place in session.cohort.memberships]

    def write_and_take_back() -> None:
        for identifier in places:
            issue(session, db.session.get_one(Membership, identifier), now=now)
        rows = db.session.query(OutgoingMail).order_by(OutgoingMail.id)
        found.extend(said(opened(row)) for row in rows)
        raise TakenBackError

    with pytest.raises(TakenBackError), transaction():
        write_and_take_back()
    return found


def test_letters_written_together_say_what_each_would_alone(
    session: PeerSession, now: datetime
) -> None:
    one_by_one = alone(session, now)

    issued = issue_due(now)

    together = letters("invitation")
    assert issued == len(together) == 5
    assert [said(letter) for letter in together] == one_by_one


def test_more_members_take_no_more_statements(session: PeerSession, now: datetime) -> None:
    first = statements_of(now)
    other = build.a_session(build.a_series(_larger(session)), date(2026, 12, 10))

    second = statements_of(now)

    assert len(letters("invitation")) == 5 + 9
    assert second == first
    assert other.cohort.memberships


def _larger(session: PeerSession) -> Cohort:
    cohort = build.a_cohort(session.cohort.opened_by, name="Another")
    for number in range(8):
        build.a_member(cohort, build.a_person(f"Member {number}"))
    return cohort


def statements_of(now: datetime) -> int:
    """Issue what is due, and return how many statements that took."""
    count = 0

    def record(*_arguments: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", record)
    issue_due(now)
    event.remove(db.engine, "before_cursor_execute", record)
    return count

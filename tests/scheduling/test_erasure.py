"""Deleting an account: nothing is left that knows the person, and nobody else loses anything."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from core.db import Base, db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.codes import ask_code
from groups.erasure import needed_by
from groups.models import (
    CodeBrowser,
    Cohort,
    CohortState,
    DoNotWrite,
    Membership,
    MembershipState,
    Person,
    PlaceOffer,
    Role,
    SignInCode,
)
from scheduling import erasure
from scheduling.attendance import answers
from scheduling.models import Answer, Diary, Feed, Invitation, PeerSession, Reply, Series
from tests.build import (
    a_cohort,
    a_facilitator,
    a_feed,
    a_member,
    a_person,
    a_series,
    a_session,
    an_offer,
)
from tests.scheduling import changed, invitations
from tests.scheduling.post import all_left, letters

pytestmark = pytest.mark.usefixtures("app")

AN_HOUR = timedelta(hours=1)


def a_running_group(leader: Person | None = None) -> Cohort:
    """A group with two sessions to come."""
    cohort = a_cohort(leader)
    series = a_series(cohort)
    a_session(series, date(2026, 12, 10))
    a_session(series, date(2027, 1, 14), number=2)
    return cohort


def a_known_member(now: datetime) -> Membership:
    """A member with a row in every table that can know somebody, whose letters have left."""
    cohort = a_running_group()
    membership = a_member(cohort)
    person = membership.person
    an_offer(cohort, person.email, state="accepted", membership=membership)
    an_offer(a_cohort(a_facilitator("Rhys"), name="Elsewhere"), person.email)
    a_feed(person)
    with transaction():
        invitations.welcome(membership, now=now)
        session = db.session.query(PeerSession).order_by(PeerSession.id).limit(1).one()
        answers.give(session, membership, Answer.COMING, now=now)
        db.session.add(DoNotWrite(email_index=person.email_index, asked_at=now))
        ask_code(person.email, browser="b", network=None, now=now)
    all_left(now)
    return membership


def erased(person: Person, now: datetime) -> None:
    with transaction():
        erasure.erase(person, now=now)


def everything() -> str:
    """Every row of every table as text."""
    db.session.rollback()
    rows = [
        repr(tuple(row))
        for table in sorted(Base.metadata.tables)
        for row in db.session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - the names are our own tables
    ]
    return "\n".join(rows)


def rows_of(model: type[Base]) -> int:
    return db.session.query(model).count()


def test_no_row_knows_the_person_afterwards(now: datetime) -> None:
    membership = a_known_member(now)
    ids = [membership.person.email_index, membership.person.public_id]
    before = everything()

    erased(membership.person, now + AN_HOUR)

    assert [known in before for known in ids] == [True, True]
    assert [known in everything() for known in ids] == [False, False]
    assert [rows_of(model) for model in (Reply, Invitation, Feed, PlaceOffer)] == [0, 0, 0, 0]
    assert [rows_of(model) for model in (SignInCode, CodeBrowser, DoNotWrite)] == [0, 0, 0]
    # Amara and Rhys are still there, each with a place and a diary.
    assert [rows_of(model) for model in (Person, Membership, Diary)] == [2, 2, 2]


def test_the_file_holds_no_byte_of_it_once_its_log_is_emptied(app: Flask, now: datetime) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite is one file that can be read")
    membership = a_known_member(now)
    index = membership.person.email_index.encode()
    path = Path(str(db.engine.url.database))

    def content() -> bytes:
        db.session.remove()
        with db.engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # it is open
        return path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()

    before = content()
    erased(db.session.query(Person).filter_by(email_index=index.decode()).one(), now + AN_HOUR)

    assert (index in before, index in content()) == (True, False)


def test_calendars_get_their_cancellations_with_exactly_this_address(now: datetime) -> None:
    membership = a_known_member(now)
    address = membership.person.email
    uids = {str(row.uid) for row in db.session.query(Invitation)}

    erased(membership.person, now + AN_HOUR)

    sent = letters()
    assert [(letter.kind, letter.to, letter.method) for letter in sent] == [
        ("withdrawn", address, "CANCEL")
    ] * 2
    assert {str(letter.event["UID"]) for letter in sent} == uids
    assert {str(letter.event["ATTENDEE"]) for letter in sent} == {f"mailto:{address}"}
    assert {"/help" in letter.text for letter in sent} == {True}


def test_nothing_ties_a_letter_to_the_person_or_the_group(now: datetime) -> None:
    membership = a_known_member(now)

    erased(membership.person, now + AN_HOUR)

    ties = {(row.topic, row.addressee, row.parcel) for row in db.session.query(OutgoingMail)}
    assert ties == {(None, None, None)}


def test_what_waits_for_the_person_is_not_sent(now: datetime) -> None:
    person = a_person()
    offer, _ = an_offer(a_running_group(), person.email, state="drafted")
    with transaction():
        changed.send_offer(offer, now=now, due_at=now + AN_HOUR, parcel="p")
        ask_code(person.email, browser="b", network=None, now=now)
    kinds = sorted(letter.kind for letter in letters())

    erased(person, now)

    assert kinds == ["code", "offer"]
    assert letters() == []


def test_a_letter_that_was_given_up_is_not_kept_longer_than_others(now: datetime) -> None:
    membership = a_known_member(now)
    with transaction():
        db.session.query(OutgoingMail).filter_by(kind="dates").one().state = MailState.PARKED

    erased(membership.person, now + AN_HOUR)

    letter = db.session.query(OutgoingMail).filter_by(kind="dates").one()
    assert (letter.state, letter.final_at) == (MailState.SUPERSEDED, now + AN_HOUR)


def test_a_cancellation_that_still_waits_reaches_the_calendar(now: datetime) -> None:
    membership = a_known_member(now)
    session = db.session.query(PeerSession).order_by(PeerSession.id).limit(1).one()
    with transaction():
        facilitator = membership.cohort.memberships[0].person
        changed.cancel(session, now=now + AN_HOUR, by=facilitator)

    erased(membership.person, now + AN_HOUR)

    theirs = [letter.method for letter in letters() if letter.to == "amina@people.example"]
    assert theirs == ["CANCEL", "CANCEL"]


def test_the_only_facilitator_of_an_open_group_is_asked_to_hand_it_over(now: datetime) -> None:
    leader = a_facilitator()
    a_running_group(leader)
    before = everything()

    with pytest.raises(DomainError) as refused:
        erased(leader, now)

    assert refused.value.words == (
        "Nobody else facilitates Thursday evenings. Invite somebody to facilitate with you, or "
        "end the group, and then delete your account."
    )
    assert everything() == before


def test_a_group_passes_to_whoever_facilitates_it_too(now: datetime) -> None:
    leader = a_facilitator()
    cohort = a_running_group(leader)
    tom = a_member(cohort, a_person("Tom"), Role.CO_FACILITATOR)

    erased(leader, now)

    assert cohort.opened_by == tom.person
    assert cohort.memberships == [tom]
    assert needed_by(tom.person) == [cohort]


def test_a_group_that_has_ended_does_not_hold_anybody(now: datetime) -> None:
    leader = a_facilitator()
    cohort = a_running_group(leader)
    member = a_member(cohort)
    with transaction():
        cohort.state, cohort.ended_at = CohortState.ENDED, now

    erased(leader, now)

    assert (cohort.opened_by, cohort.memberships) == (None, [member])
    assert member.state == MembershipState.ACTIVE


def test_drafts_go_with_whoever_works_on_them_alone(now: datetime) -> None:
    leader = a_facilitator()
    draft = a_cohort(leader, state=CohortState.DRAFT)
    a_session(a_series(draft))
    an_offer(draft, state="drafted")

    erased(leader, now)

    assert [rows_of(model) for model in (Cohort, Membership, PlaceOffer, Person)] == [0, 0, 0, 0]


def test_somebody_who_left_before_can_be_forgotten(now: datetime) -> None:
    membership = a_member(a_running_group())
    with transaction():
        membership.state, membership.left_at = MembershipState.LEFT, now

    erased(membership.person, now)

    assert [rows_of(model) for model in (Person, Membership)] == [1, 1]
    assert letters() == []


def test_how_many_came_stays(now: datetime) -> None:
    membership = a_known_member(now)
    series = db.session.query(Series).filter_by(cohort_id=membership.cohort_id).one()
    session = a_session(series, date(2026, 11, 12), came=6)

    erased(membership.person, now + AN_HOUR)

    assert session.came == 6

"""Builders: rows with sensible values, each in a transaction of its own. No random data."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.db import db
from core.encryption import KeyRing, blind_index, key_ring
from core.tokens import digest
from core.transaction import transaction
from groups.agreement_text import STARTER_CLAUSES
from groups.models import (
    AgreementVersion,
    Cohort,
    CohortState,
    Grant,
    GrantRole,
    Membership,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from scheduling.models import Diary, Feed, PeerSession, PlaceKind, Series, SessionPrompt

CREATED = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
TASKS = (("opens_groups", GrantRole.FACILITATOR), ("operates", GrantRole.OPERATOR))
LONDON = ZoneInfo("Europe/London")
FIRST = date(2026, 12, 10)


def a_person(name: str = "Amina", email: str | None = None, **values: Any) -> Person:
    """Somebody with an account and a diary."""
    tasks = [role for task, role in TASKS if values.pop(task, False)]
    address = email or f"{name.lower().replace(' ', '.')}@people.example"
    with transaction():
        person = Person(
            name=name,
            email=address,
            email_index=blind_index(address),
            created_at=CREATED,
            **{"reached_at": CREATED, "proved_at": CREATED, **values},
        )
        diary = Diary(person=person, entry_key=b"k" * 16 + name.encode(), changed_at=CREATED)
        grants = [Grant(person=person, role=role, given_at=CREATED) for role in tasks]
        db.session.add_all([person, diary, *grants])
    return person


def a_facilitator(name: str = "Amara") -> Person:
    """Somebody who may set up groups."""
    return a_person(name, opens_groups=True)


def a_cohort(
    facilitator: Person | None = None,
    *,
    name: str = "Thursday evenings",
    state: CohortState = CohortState.OPEN,
    **values: Any,
) -> Cohort:
    """A group with its facilitator and an agreement."""
    leader = facilitator or a_facilitator()
    with transaction():
        cohort = Cohort(name=name, state=state, opened_by=leader, created_at=CREATED, **values)
        if state != CohortState.DRAFT:
            cohort.opened_at = CREATED
        db.session.add(cohort)
        db.session.flush()
        clauses = [[clause.title, clause.words] for clause in STARTER_CLAUSES]
        db.session.add(
            AgreementVersion(cohort=cohort, number=1, clauses=clauses, created_at=CREATED)
        )
        db.session.add(_membership(cohort, leader, Role.FACILITATOR))
    return cohort


def _membership(cohort: Cohort, person: Person, role: Role) -> Membership:
    return Membership(
        cohort=cohort,
        person=person,
        role=role,
        joined_at=CREATED,
        agreed_version=1,
        agreed_at=CREATED,
    )


def a_member(cohort: Cohort, person: Person | None = None, role: Role = Role.MEMBER) -> Membership:
    """A place that somebody has taken."""
    somebody = person or a_person()
    with transaction():
        membership = _membership(cohort, somebody, role)
        db.session.add(membership)
    return membership


def an_offer(
    cohort: Cohort, email: str = "dev@people.example", *, now: datetime = CREATED, **values: Any
) -> tuple[PlaceOffer, str]:
    """A place that was offered, and the secret of its link."""
    with transaction():
        offer = PlaceOffer(
            cohort=cohort,
            email=email,
            email_index=blind_index(email),
            state=values.pop("state", OfferState.OPEN),
            token_hash="",
            created_at=now,
            sent_at=now,
            expires_at=values.pop("expires_at", now + timedelta(days=60)),
            **values,
        )
        token = key_ring().private_token("offer", offer.public_id)
        offer.token_hash = digest(token)
        db.session.add(offer)
    return offer, token


def a_series(
    cohort: Cohort, *, first: date = FIRST, count: int | None = 12, **values: Any
) -> Series:
    """A run on the second Thursday of each month, 6pm to 7:30pm in London, without its sessions."""
    defaults: dict[str, Any] = {
        "pattern": {"kind": "monthly", "weekday": 3, "nth": 2},
        "first_on": first,
        "starts": time(18, 0),
        "ends": time(19, 30),
        "time_zone": "Europe/London",
        "sessions": count,
        "leave_outs": {"bank_holidays": "england-and-wales", "august": True},
        "exceptions": {"instead": {}, "left_out": []},
        "place": "Online",
        "room": "https://rooms.example/thursday",
        "created_at": CREATED,
    }
    with transaction():
        series = Series(cohort=cohort, **{**defaults, **values})
        db.session.add(series)
    return series


def a_session(series: Series, on: date = FIRST, *, number: int = 1, **values: Any) -> PeerSession:
    """One session of a run, 6pm to 7:30pm in London."""
    starts_at = datetime.combine(on, time(18, 0), LONDON).astimezone(UTC)
    defaults: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=90),
        "dates_changed_at": CREATED,
        "details_changed_at": CREATED,
    }
    with transaction():
        session = PeerSession(
            series=series,
            cohort_id=series.cohort_id,
            planned_on=on,
            number=number,
            **{**defaults, **values},
        )
        db.session.add(session)
    return session


def series_of(session: PeerSession) -> Series:
    """The run a session belongs to."""
    assert session.series is not None
    return session.series


def a_lone_session(cohort: Cohort, on: date = FIRST, **values: Any) -> PeerSession:
    """One session that was arranged on its own and belongs to no run, 6pm to 7:30pm in London."""
    starts_at = datetime.combine(on, time(18, 0), LONDON).astimezone(UTC)
    defaults: dict[str, Any] = {
        "number": 1,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=90),
        "time_zone": LONDON.key,
        "place_kind": PlaceKind.ONLINE,
        "dates_changed_at": CREATED,
        "details_changed_at": CREATED,
    }
    with transaction():
        session = PeerSession(cohort=cohort, planned_on=on, **{**defaults, **values})
        db.session.add(session)
    return session


def a_prompt(session: PeerSession, words: str, *, key: str | None = None) -> SessionPrompt:
    """A prompt of a session, after those it has."""
    with transaction():
        prompt = SessionPrompt(
            session_id=session.id, position=len(session.prompts) + 1, key=key, words=words
        )
        db.session.add(prompt)
    return prompt


def a_feed(person: Person, label: str = "Phone") -> tuple[Feed, str]:
    """A private calendar link of this person, and its secret."""
    with transaction():
        diary = db.session.query(Diary).filter_by(person_id=person.id).one()
        feed = Feed(diary=diary, label=label, token_hash="", created_at=CREATED)
        token = key_ring().private_token("feed", feed.public_id)
        feed.token_hash = digest(token)
        db.session.add(feed)
    return feed, token


def rotated(ring: KeyRing) -> KeyRing:
    """The ring with a new sealing key in front; the old ones still open."""
    name = f"k{len(ring.sealing) + 1}"
    return replace(ring, current=name, sealing={**ring.sealing, name: KeyRing.generate().index})

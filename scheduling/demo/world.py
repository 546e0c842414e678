"""The made-up world of ``flask demo``: an installation of its own, filled once.

Who is in it is in ``data``, what happens in ``story``, the letters in ``mail``.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy import Select, delete, select

from core import config, guard, installation, server
from core.config import Config
from core.db import Base, db
from core.encryption import KeyRing
from core.installation import Installation
from core.locks import alone
from core.transaction import transaction
from core.web import link
from groups.access import HERE
from groups.accounts import person_with
from groups.models import Cohort, Membership, OfferState, Person, PlaceOffer, Role
from groups.offer_answers import said_from_letter
from groups.offers import token_of
from scheduling.access import feeds_of
from scheduling.demo import data as cast
from scheduling.demo.mail import MailboxItem, mailbox
from scheduling.demo.story import tell
from scheduling.keeping.diaries import feed_token
from scheduling.models import PeerSession, SessionState

__all__ = ["MailboxItem", "age", "describe", "is_empty", "load", "made_up_app", "mailbox", "people"]

MAILBOX_PATH = "/demo/mail"
#: For someone who said yes with a letter's link and has typed no code since.
FROM_LETTER = "yes, from the e-mail"
#: Held by the process that makes the installation or loads it.
LOCK = "load.lock"
ROLES = {
    Role.FACILITATOR: "facilitator",
    Role.CO_FACILITATOR: "co-facilitator",
    Role.MEMBER: "member",
}


def made_up_app(port: int) -> Flask:
    """Return the app of the demo, with its key ring and tables made if they were missing."""
    settings = config.current()
    if not settings.demo:
        settings = Config.made_up(settings.instance / "demo", {"PORT": str(port)})
    with alone(settings.instance / LOCK):
        if settings.key_ring is not None and not settings.key_ring.exists():
            KeyRing.generate().write(settings.key_ring)
        app: Flask = current_app.extensions[server.FACTORY](settings)
        with app.app_context():
            with guard.making():
                installation.update_tables()
            guard.verify()
    return app


def load(now: datetime, afresh: bool) -> bool:
    """Fill an empty demo; with ``afresh`` also one that is not. Returns whether it was filled.

    ``now`` is an aware date-time in UTC, around which everything is arranged. A second process
    waits until the first is done, and finds everything there.
    """
    with alone(config.current().instance / LOCK):
        # What was read while waiting for one's turn may have been the half of it.
        db.session.rollback()
        if afresh:
            with transaction():
                for table in reversed(Base.metadata.sorted_tables):
                    if table.name != Installation.__tablename__:
                        db.session.execute(delete(table))
        if not is_empty():
            return False
        tell(now)
        return True


def is_empty() -> bool:
    """Tell whether the demo has not been filled yet."""
    return db.session.scalar(select(Person.id).limit(1)) is None


def age(now: datetime) -> timedelta:
    """Return how long ago the demo was filled; its dates were arranged around that moment."""
    operator = person_with(cast.address_of(cast.OPERATOR))
    return timedelta() if operator is None else now - operator.created_at


def made_up_people() -> Select[Person]:
    """The people anyone may be in the demo: all whose address was proved, since none is real."""
    return select(Person).where(Person.proved_at.is_not(None)).order_by(Person.id)


def people() -> list[dict[str, Any]]:
    """Return the people to try the demo as: those with an account, those who said yes from the
    letter, and those who have been invited.
    """
    everybody = db.session.scalars(made_up_people()).all()
    said_yes = [_invited(offer, FROM_LETTER) for offer in _offers(OfferState.ACCEPTED)]
    asked = [_invited(offer, "invited") for offer in _offers(OfferState.OPEN)]
    return [*map(_person, everybody), *said_yes, *asked]


def describe(now: datetime) -> dict[str, Any]:
    """Return everything a program needs to walk through the demo; times are UTC, ISO 8601."""
    cohorts = db.session.scalars(select(Cohort).order_by(Cohort.id)).all()
    return {
        "people": people(),
        "groups": [{"name": one.name, "sessions": _sessions(one, now)} for one in cohorts],
        "mailbox_path": MAILBOX_PATH,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name or "",
        "email": person.email,
        "roles": _roles(person),
        "sign_in_path": _path("demo.enter", person_id=person.public_id),
        "feed_paths": [
            _path("feeds.show", token=feed_token(feed))
            for feed in db.session.scalars(feeds_of(person))
        ],
    }


def _roles(person: Person) -> list[str]:
    held = db.session.scalars(
        select(Membership.role).where(Membership.person_id == person.id, Membership.state.in_(HERE))
    )
    roles = sorted({ROLES[Role(role)] for role in held})
    return [*roles, "operator"] if person.operates else roles


def _offers(state: OfferState) -> list[PlaceOffer]:
    offers = select(PlaceOffer).where(PlaceOffer.state == state)
    found = db.session.scalars(offers.order_by(PlaceOffer.id)).all()
    return [one for one in found if state == OfferState.OPEN or said_from_letter(one)]


def _invited(offer: PlaceOffer, role: str) -> dict[str, Any]:
    return {
        "name": offer.name or "",
        "email": offer.email,
        "roles": [role],
        "sign_in_path": _path("offers.show", token=token_of(offer)),
        "feed_paths": [],
    }


def _sessions(cohort: Cohort, now: datetime) -> list[dict[str, str]]:
    sessions = db.session.scalars(
        select(PeerSession)
        .where(PeerSession.cohort_id == cohort.id)
        .order_by(PeerSession.starts_at, PeerSession.id)
    )
    return [
        {
            "starts_at": f"{session.starts_at:%Y-%m-%dT%H:%M:%SZ}",
            "ends_at": f"{session.ends_at:%Y-%m-%dT%H:%M:%SZ}",
            "status": _status(session, now),
        }
        for session in sessions
    ]


def _status(session: PeerSession, now: datetime) -> str:
    if session.state == SessionState.CANCELLED:
        return "cancelled"
    if session.ends_at <= now:
        return "held"
    return "planned" if session.moved_from_at is None else "moved"


def _path(endpoint: str, **values: str) -> str:
    return urlsplit(link(endpoint, **values)).path

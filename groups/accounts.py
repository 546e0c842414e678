"""Accounts: people known by an address, and the browsers in which they are signed in.

We keep two facts about an address apart. It is *reached* once someone has said yes from a letter
to it: that is enough to write to it. It is *proved* once a code that was sent to it has been typed
into a browser: only then is anything shown. How that is done is in ``groups.codes``.
"""

from collections.abc import Callable, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from core.db import UTCDateTime, db
from core.encryption import blind_index
from core.errors import DomainError
from core.text import readable
from core.tokens import digest, secret
from groups.models import Person, SignIn

#: A sign-in ends after this long without a page, and after this long in any case.
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
#: What cannot be taken back is done only this soon after signing in.
FRESH: Final = timedelta(minutes=15)
#: How exactly the time of the last page is kept: a cookie need not change with every page.
_GRAIN: Final = timedelta(minutes=1)

_HELD: Final = "sign_in"
_SEEN: Final = "seen"

#: How long the name may be by which somebody is called.
LONGEST_NAME: Final = 60
UNREADABLE: Final = (
    "Your address can’t be read any more. Ask whoever invited you to invite you again."
)
HAS_ACCOUNT: Final = "There is an account with this address already."

Session = MutableMapping[str, Any]

#: Every page asks it: given ``hash`` and ``now``, the sign-in with its person and their tasks.
_HELD_BY: Final = (
    select(SignIn)
    .options(joinedload(SignIn.person, innerjoin=True).joinedload(Person.grants))
    .where(
        SignIn.secret_hash == bindparam("hash"),
        SignIn.ended_at.is_(None),
        SignIn.ends_at > bindparam("now", type_=UTCDateTime()),
    )
)

#: What follows when someone proves their address for the first time, in the same transaction. Other
#: packages add to it when they are loaded.
WHEN_PROVED: list[Callable[[Person, datetime], None]] = []


def person_with(address: str) -> Person | None:
    """Return the person with this address, or nothing."""
    return person_at(blind_index(address))


def person_at(email_index: str) -> Person | None:
    """Return the person whose address has this index, or nothing."""
    return db.session.scalars(select(Person).where(Person.email_index == email_index)).one_or_none()


def register(address: str, *, name: str | None, now: datetime) -> Person:
    """Add a person whose address has not been proved yet.

    Raises ``DomainError`` if somebody has this address already, or nobody can read it.
    """
    if not readable(address):
        raise DomainError(UNREADABLE)
    if person_with(address) is not None:
        raise DomainError(HAS_ACCOUNT, field="address")
    person = Person(
        name=name or None, email=address, email_index=blind_index(address), created_at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        # Two groups offered a place to one address, and both were taken at the same moment.
        raise DomainError(HAS_ACCOUNT, field="address") from None
    return person


def reach(person: Person, *, now: datetime) -> None:
    """Note that someone said yes from a letter to this person's address; once is enough."""
    person.reached_at = person.reached_at or now


def prove(person: Person, *, now: datetime) -> None:
    """Note that this person's address was proved by a code; the first time has consequences."""
    reach(person, now=now)
    if person.proved_at is not None:
        return
    person.proved_at = now
    for follow in WHEN_PROVED:
        follow(person, now)


def call(person: Person, name: str) -> None:
    """Change what others call a person; the name has been cleaned by the form it came from."""
    person.name = name


def change(person: Person, *, name: str, theme: str, time_zone: str) -> None:
    """Change what a person is called, how pages look to them and the zone they live in."""
    call(person, name)
    person.theme = theme
    person.time_zone = time_zone


def start_sign_in(person: Person, *, device: str | None, now: datetime) -> str:
    """Start a sign-in and return its secret, of which only a hash is stored.

    ``device`` is the family of browser and system in words, for the list of sign-ins. Raises
    ``DomainError`` for somebody whose address has not been proved.
    """
    if person.proved_at is None:
        raise DomainError("This address has not been proved yet.")
    made = secret()
    row = SignIn(
        person=person,
        secret_hash=digest(made),
        device=device,
        started_at=now,
        ends_at=now + LONGEST,
    )
    db.session.add(row)
    db.session.flush()
    return made


def end_sign_in(sign_in: SignIn, now: datetime) -> None:
    """End a sign-in at once, wherever it is; ending it twice changes nothing."""
    sign_in.ended_at = sign_in.ended_at or now


def end_others(sign_ins: Sequence[SignIn], keep: SignIn, now: datetime) -> int:
    """End all of these sign-ins but one; returns how many."""
    others = [sign_in for sign_in in sign_ins if sign_in.id != keep.id]
    for sign_in in others:
        end_sign_in(sign_in, now)
    return len(others)


def remember(session: Session, secret: str, now: datetime) -> None:
    """Put a new sign-in into this browser's session, after forgetting all it held."""
    session.clear()
    session[_HELD] = secret
    session[_SEEN] = int(now.timestamp())


def remembered(session: Session, now: datetime) -> SignIn | None:
    """Return the sign-in that this browser's session holds, if it can still be used.

    Reads only: when a page was last seen travels in the signed session, so that no page has to
    write to the database for it.
    """
    held = session.get(_HELD)
    if held is None or idle(session, now):
        return None
    found = db.session.scalars(_HELD_BY, {"hash": digest(held), "now": now})
    sign_in = found.unique().one_or_none()
    if sign_in is not None and sign_in.person.proved_at is None:
        return None
    if sign_in is not None and now - _seen(session) >= _GRAIN:
        session[_SEEN] = int(now.timestamp())
    return sign_in


def held(session: Session) -> SignIn | None:
    """Return the sign-in that this browser's session holds, even if it has ended; for a day after
    that it is known.
    """
    found = session.get(_HELD)
    if found is None:
        return None
    row = select(SignIn).where(SignIn.secret_hash == digest(found))
    return db.session.scalars(row).one_or_none()


def idle(session: Session, now: datetime) -> bool:
    """Tell whether this browser was signed in and has shown no page for too long."""
    return _HELD in session and now - _seen(session) >= IDLE


def was_signed_in(session: Session) -> bool:
    """Tell whether this browser still holds a sign-in, ended or not."""
    return _HELD in session


def _seen(session: Session) -> datetime:
    return datetime.fromtimestamp(session.get(_SEEN, 0), UTC)


def is_fresh(sign_in: SignIn, now: datetime) -> bool:
    """Tell whether somebody has just proved who they are, in case the browser was left open."""
    return now - sign_in.started_at <= FRESH

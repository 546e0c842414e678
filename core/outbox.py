"""The outbox: letters are written once, kept sealed, and sent when they are due.

``post()`` belongs to the transaction of the change it tells about, so neither exists without the
other. ``core.delivery`` is the only thing that sends. What must arrive is never lost, and doubled
at most once by a crash, byte for byte the same; reminders and codes are never doubled.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from core import config
from core.db import db, insert_many, public_id
from core.encryption import index_of, key_ring
from core.errors import DomainError
from core.mail import NOBODY, Letter, Mailbox, compose, message_id, readdressed
from core.outgoing import UNDER_WAY, Lane, MailState, OutgoingMail, Promise

__all__ = [
    "UNDER_WAY",
    "About",
    "Lane",
    "MailState",
    "OutgoingMail",
    "Posting",
    "Promise",
    "blank",
    "can_recall",
    "detach",
    "for_the_gone",
    "has_replaced",
    "post",
    "post_many",
    "posted_here",
    "recall",
    "redirect",
    "supersede",
    "supersede_keys",
    "under_way",
    "was_tried",
]

#: Before the parcel of an act that removed a letter's reader.
GONE: Final = "gone:"
_posted: ContextVar[list[str] | None] = ContextVar("posted", default=None)


class About(TypedDict, total=False):
    """How to find a letter again, what it belongs to, and who is waiting; see ``OutgoingMail``."""

    lane: Lane
    topic: str | None
    addressee: str | None
    parcel: str | None
    thread: str | None


def post(
    letter: Letter,
    *,
    key: str,
    kind: str,
    promise: Promise,
    now: datetime,
    due_at: datetime | None = None,
    useful_until: datetime | None = None,
    **about: Unpack[About],
) -> bool:
    """Put a letter into the outbox, due at once unless ``due_at`` says when.

    Returns whether it was put there: not one to ``NOBODY`` or whose ``key`` has been posted before,
    so a job may run twice. The caller's transaction decides whether it stays.
    """
    known = select(OutgoingMail.id).where(OutgoingMail.key == key)
    if letter.to.address == NOBODY or db.session.scalar(known) is not None:
        return False
    identifier = _identifier(key)
    mail = OutgoingMail(
        key=key,
        kind=kind,
        promise=promise,
        recipient=letter.to.address,
        body=_bytes(letter, identifier, now),
        message_id=identifier,
        message_index=index_of(identifier),
        created_at=now,
        due_at=due_at or now,
        useful_until=useful_until,
        **about,
    )
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:  # on PostgreSQL another process can have posted the same key since
        return False
    _note_posted(key)
    return True


@contextmanager
def posted_here() -> Iterator[list[str]]:
    """Collect the keys of the letters that are posted in the block, by whoever runs it and by
    nobody else: on PostgreSQL others can post between two of its statements.
    """
    keys: list[str] = []
    token = _posted.set(keys)
    try:
        yield keys
    finally:
        _posted.reset(token)


def _note_posted(*keys: str) -> None:
    collected = _posted.get()
    if collected is not None:
        collected.extend(keys)


@dataclass(frozen=True, repr=False)
class Posting:
    """One letter of many, and what ``post`` is told about it."""

    letter: Letter
    key: str
    kind: str
    promise: Promise
    about: About
    due_at: datetime | None = None
    useful_until: datetime | None = None


def post_many(postings: Iterable[Posting], now: datetime) -> int:
    """Put letters into the outbox in one statement, each as ``post`` would; returns how many are
    new. Raises ``IntegrityError`` if another process is posting one of them at this moment: then
    none of the caller's transaction stays.
    """
    by_key = {one.key: one for one in postings if one.letter.to.address != NOBODY}
    known = set(
        db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(list(by_key))))
    )
    rows = [_row(posting, now) for key, posting in by_key.items() if key not in known]
    insert_many(OutgoingMail, rows)
    _note_posted(*(row["key"] for row in rows))
    return len(rows)


def _row(posting: Posting, now: datetime) -> dict[str, Any]:
    name, address = public_id(), posting.letter.to.address.encode()
    identifier = _identifier(posting.key)
    return {
        "public_id": name,
        "key": posting.key,
        "kind": posting.kind,
        "promise": posting.promise,
        "recipient_sealed": OutgoingMail.recipient.seal(address, name),
        "body_sealed": OutgoingMail.body.seal(_bytes(posting.letter, identifier, now), name),
        "message_id_sealed": OutgoingMail.message_id.seal(identifier.encode(), name),
        "message_index": index_of(identifier),
        "created_at": now,
        "due_at": posting.due_at or now,
        "useful_until": posting.useful_until,
        **{column: posting.about.get(column) for column in About.__annotations__},
        "lane": posting.about.get("lane", Lane.USUAL),
    }


def _identifier(key: str) -> str:
    """Return the Message-ID for a key: always the same one, and only this installation can tell
    which key it belongs to.
    """
    return message_id(key_ring().private_token("message", key), config.current().host)


def _bytes(letter: Letter, identifier: str, now: datetime) -> bytes:
    settings = config.current()
    sender = Mailbox(settings.site_name, settings.mail_from)
    return compose(letter, sender=sender, message_id=identifier, sent_at=now)


def recall(parcel: str, now: datetime) -> int:
    """Take back a parcel that has not left, and let the letters it had replaced leave after all;
    returns how many letters were taken back: none, if all it did was to replace others.

    Raises ``DomainError`` if one of them has left already: then it is too late for all.
    """
    # Locked, so that on PostgreSQL none can be claimed between this look and the commit.
    parcelled = select(OutgoingMail).where(OutgoingMail.parcel == parcel).with_for_update()
    found = db.session.scalars(parcelled.execution_options(populate_existing=True)).all()
    mails = [mail for mail in found if not _dropped(mail.state, mail.replaced_by)]
    # A letter that was tried may have arrived, whatever the mail server said.
    if not (mails or (not found and has_replaced(parcel))) or any(
        mail.state != MailState.DUE or mail.attempts for mail in mails
    ):
        raise DomainError("These messages can no longer be taken back.")
    for mail in mails:
        mail.state = MailState.RECALLED
        mail.final_at = now
    _keep_from_the_gone(found, parcel)
    db.session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.replaced_by.in_((parcel, for_the_gone(parcel))),
            OutgoingMail.state == MailState.SUPERSEDED,
        )
        .values(state=MailState.DUE, final_at=None, replaced_by=None)
    )
    return len(mails)


def _keep_from_the_gone(mails: Sequence[OutgoingMail], parcel: str) -> None:
    """Let what a parcel had replaced not leave after all to readers who have gone meanwhile; it
    may when they come back, which what the parcel itself said to them never does.
    """
    gone = [mail for mail in mails if mail.replaced_by and mail.replaced_by.startswith(GONE)]
    for mail in gone:
        db.session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.replaced_by == parcel, OutgoingMail.addressee == mail.addressee)
            .values(replaced_by=mail.replaced_by)
        )
        mail.replaced_by = None


def has_replaced(parcel: str) -> bool:
    """Return whether letters that had not left made way for this parcel."""
    replaced = select(OutgoingMail.id).where(
        OutgoingMail.replaced_by.in_((parcel, for_the_gone(parcel))),
        OutgoingMail.state == MailState.SUPERSEDED,
    )
    return db.session.scalar(replaced.limit(1)) is not None


def can_recall(parcel: str | None, now: datetime) -> bool:
    """Return whether every letter of a parcel is still waiting for its time."""
    if parcel is None:
        return False
    columns = (OutgoingMail.state, OutgoingMail.replaced_by, OutgoingMail.due_at)
    found = db.session.execute(
        select(*columns, OutgoingMail.attempts).where(OutgoingMail.parcel == parcel)
    ).all()
    mails = [row for row in found if not _dropped(row.state, row.replaced_by)]
    if not found:
        return has_replaced(parcel)
    return bool(mails) and all(
        row.state == MailState.DUE and row.due_at > now and row.attempts == 0 for row in mails
    )


def _dropped(state: str, replaced_by: str | None) -> bool:
    """Tell whether a letter was dropped because its reader has gone: it keeps nobody waiting."""
    gone = replaced_by is None or replaced_by.startswith(GONE)
    return state == MailState.SUPERSEDED and gone


def for_the_gone(parcel: str | None) -> str | None:
    """Return what takes the place of letters whose reader an act removes: nothing, unless the
    parcel of that act is recalled.
    """
    return None if parcel is None else f"{GONE}{parcel}"


def supersede(
    now: datetime,
    *,
    thread: str | None = None,
    addressee: str | None = None,
    topic: str | None = None,
    by: str | None = None,
) -> int:
    """Drop letters that have not left because something newer, or nothing, is to be said.

    Give the thread, or the addressee to whom, or the topic about which, nothing more is to be sent.
    ``by`` is the parcel of what takes their place: when that is recalled, they leave after all. To
    an addressee to whom nothing more is to be sent for good, what was dropped before does not leave
    after all either. Returns how many.
    """
    if addressee is not None and by is None:
        db.session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.addressee == addressee, OutgoingMail.replaced_by.is_not(None))
            .values(replaced_by=None)
        )
    result = db.session.execute(
        update(OutgoingMail)
        .where(_of(thread, addressee, topic), OutgoingMail.state == MailState.DUE)
        .values(state=MailState.SUPERSEDED, final_at=now, replaced_by=by)
    )
    return int(getattr(result, "rowcount", 0))


def supersede_keys(now: datetime, keys: Sequence[str]) -> None:
    """Drop the letters with these keys that have not left."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.key.in_(keys), OutgoingMail.state == MailState.DUE)
        .values(state=MailState.SUPERSEDED, final_at=now)
    )


def redirect(mail: OutgoingMail, to: Mailbox, *, unsubscribe_url: str) -> None:
    """Let a letter that has not left go to another address of its reader after all."""
    mail.body = readdressed(mail.body, to, unsubscribe_url=unsubscribe_url)
    mail.recipient, mail.state = to.address, MailState.DUE
    mail.attempts, mail.reason, mail.final_at = 0, None, None


def detach(addressees: Sequence[str], now: datetime) -> None:
    """Cut every tie between letters and these addressees, who are being forgotten.

    What is due still leaves; no page shows it, and nobody can recall it or bring back what it
    replaced. A parked letter will never be sent, so what it said goes within a day.
    """
    theirs = OutgoingMail.addressee.in_(addressees)
    db.session.execute(
        update(OutgoingMail)
        .where(theirs, OutgoingMail.state == MailState.PARKED)
        .values(state=MailState.SUPERSEDED, final_at=now)
    )
    db.session.execute(
        update(OutgoingMail)
        .where(theirs)
        .values(topic=None, addressee=None, parcel=None, replaced_by=None)
    )


def was_tried(addressee: str) -> bool:
    """Return whether any letter to this addressee may have arrived."""
    tried = select(OutgoingMail.id).where(
        OutgoingMail.addressee == addressee, OutgoingMail.attempts > 0
    )
    return db.session.scalar(tried.limit(1)) is not None


def under_way(*, thread: str | None = None, addressee: str | None = None) -> list[OutgoingMail]:
    """Return the letters of a thread, or to an addressee, whose fate is still open."""
    return list(
        db.session.scalars(
            select(OutgoingMail)
            .where(_of(thread, addressee), OutgoingMail.state.in_(UNDER_WAY))
            .order_by(OutgoingMail.id)
        )
    )


def _of(thread: str | None, addressee: str | None, topic: str | None = None) -> ColumnElement[bool]:
    if thread is not None:
        return OutgoingMail.thread == thread
    if topic is not None:
        return OutgoingMail.topic == topic
    return OutgoingMail.addressee == addressee


def blank(ids: list[int]) -> None:
    """Forget what letters said and to whom, keeping that they were sent."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id.in_(ids))
        .values(body_sealed=None, recipient_sealed=None)
    )

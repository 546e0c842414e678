"""Letters that came back after a mail server had accepted them: noted for the facilitator to see.

Anyone who has seen the letter can write such a report: its reader, or the operator of a mail system
it passed through. The marks by which we find a letter were in it and are hard to guess; the least
so is the second in which it was written, beside its reader's address. An address alone is not
enough. So all that a report does is say that one letter did not arrive. The next one goes to the
same address, calendars are looked after as if it had arrived, and nobody is told about a sign-in
code.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, select

from core.db import db
from core.encryption import Unreadable, index_of
from core.outbox import MailState, OutgoingMail
from core.refusals import Reason
from groups.models import Membership, Person, PlaceOffer
from scheduling.letters.invitation_rows import thread_of
from scheduling.replies.bounce import Bounce
from scheduling.replies.part import Part
from scheduling.replies.recognising import invitation_of

#: Mail systems give up after five days (RFC 5321 section 4.5.4.1); then a report has come.
LATEST: Final = timedelta(days=8)
_LEFT: Final = (MailState.SENT, MailState.UNCERTAIN)
_SECOND: Final = timedelta(seconds=1)
#: How many letters to look at that were written in the same second.
_MOST: Final = 200


def note_bounce(bounce: Bounce, *, now: datetime) -> bool:
    """Note that a letter about a group came back; returns whether it is one of ours from the last
    few days.

    If the report names only addresses we don't know, the letter had been forwarded.
    """
    mail = next(_found(bounce, now), None)
    if mail is None:
        return False
    address = _address_of(mail)
    others = bool(bounce.addresses) and address not in bounce.addresses
    passed_on = others and address is not None
    reason = Reason.PASSED_ON if passed_on else bounce.reason
    # When it left stays: how long its words and its row are kept is counted from there.
    mail.state, mail.reason = MailState.BOUNCED, reason.value
    db.session.flush()
    return True


def _found(bounce: Bounce, now: datetime) -> Iterator[OutgoingMail]:
    """Yield the letters that a report may be about, the likeliest first."""
    returned = bounce.returned
    named = sorted(index_of(name) for name in returned.message_ids)
    yield from _letters(OutgoingMail.message_index.in_(named), now)
    yield from _by_boundary(returned.boundaries, now)
    if returned.invitation is not None:
        yield from _by_invitation(returned.invitation, now)
    if returned.written_at is not None:
        readers = returned.addresses | bounce.addresses
        yield from _by_date(returned.written_at, readers, now)


def _letters(which: ColumnElement[bool], now: datetime) -> list[OutgoingMail]:
    # Found by when they were sent: a week has so few that no other order is needed.
    return list(
        db.session.scalars(
            select(OutgoingMail)
            .where(
                OutgoingMail.final_at > now - LATEST,
                OutgoingMail.state.in_(_LEFT),
                OutgoingMail.topic.is_not(None),
                which,
            )
            .order_by(OutgoingMail.id.desc())
            .limit(_MOST)
        )
    )


def _by_boundary(boundaries: frozenset[str], now: datetime) -> list[OutgoingMail]:
    """Find a letter by the hash of its Message-ID between its parts; see ``core.mail``."""
    if not boundaries:
        return []
    rows = db.session.execute(
        select(OutgoingMail.id, OutgoingMail.public_id, OutgoingMail.message_id_sealed).where(
            OutgoingMail.final_at > now - LATEST, OutgoingMail.state.in_(_LEFT)
        )
    )
    ids = [row.id for row in rows if _boundary(row.public_id, row.message_id_sealed) in boundaries]
    return _letters(OutgoingMail.id.in_(ids), now) if ids else []


def _boundary(public_id: str, sealed: bytes) -> str:
    try:
        return sha256(OutgoingMail.message_id.unseal(sealed, public_id)).hexdigest()[:24]
    except Unreadable:
        return ""


def _by_invitation(part: Part, now: datetime) -> list[OutgoingMail]:
    told = invitation_of(part.uid)
    if told is None:
        return []
    found = _letters(OutgoingMail.thread == thread_of(told.session, told.membership), now)
    version = f":{part.sequence}:"
    # The version that came back first; if we can't tell, the newest.
    return sorted(found, key=lambda mail: version not in mail.key)


def _by_date(
    written_at: datetime, readers: frozenset[str], now: datetime
) -> Iterator[OutgoingMail]:
    second = written_at.replace(microsecond=0)
    at_that_time = (OutgoingMail.created_at >= second) & (
        OutgoingMail.created_at < second + _SECOND
    )
    if readers:
        yield from (one for one in _letters(at_that_time, now) if _address_of(one) in readers)


def _address_of(mail: OutgoingMail) -> str | None:
    """Return to whom a letter went. What it said of that is kept for a day; then its reader is
    asked, who may have another address by now: that one has nothing to do with it.
    """
    if mail.recipient_sealed is not None:
        return str(mail.recipient).casefold()
    for found in (
        select(Person).join(Membership).where(Membership.public_id == mail.addressee),
        select(PlaceOffer).where(PlaceOffer.public_id == mail.addressee),
    ):
        reader = db.session.scalars(found).first()
        if reader is not None:
            return str(reader.email).casefold()
    return None

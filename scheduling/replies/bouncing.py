"""Letters that came back after a mail server had taken them: noted, for the facilitator to see.

Anybody can write such a report who has seen the Message-ID of a letter: its reader, or who runs a
mail system it went through. So it never does more than say that one letter did not arrive. The
next one is written to the same address, calendars are looked after as if it had arrived, and what
became of a sign-in code is nobody's business.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Membership, Person, PlaceOffer
from scheduling.replies.bounce import Bounce

#: Mail systems give up after five days (RFC 5321 section 4.5.4.1); then a report has come.
LATEST: Final = timedelta(days=8)
_LEFT: Final = (MailState.SENT, MailState.UNCERTAIN)


def note_bounce(bounce: Bounce, *, now: datetime) -> bool:
    """Note that a letter about a group came back; returns whether it is one of ours, sent to the
    person of whom the report speaks, within the last days.
    """
    mail = db.session.scalars(
        # Letters are found by when they left: so few have in a week that they need no other order.
        select(OutgoingMail).where(
            OutgoingMail.final_at > now - LATEST,
            OutgoingMail.message_id == bounce.message_id,
            OutgoingMail.state.in_(_LEFT),
            OutgoingMail.topic.is_not(None),
        )
    ).first()
    if mail is None or _address_of(mail) not in bounce.addresses:
        return False
    # When it left stays: how long its words and its row are kept is counted from there.
    mail.state, mail.reason = MailState.BOUNCED, bounce.reason.value
    db.session.flush()
    return True


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

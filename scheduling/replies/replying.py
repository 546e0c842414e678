"""Taking answers that calendar programs send back to the service mailbox (RFC 5546).

Whoever knows the UID of an invitation is believed, as nobody else was told it. Nothing but
PARTSTAT is taken from a reply: no comment, no time, no name. Nobody is ever answered, except that
a calendar that has lost an invitation is sent it again, to the address we know.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select

from core import config
from core.db import db
from core.encryption import key_ring
from groups.models import Membership, MembershipState
from scheduling.attendance.answers import KEPT, record_of
from scheduling.letters import resend
from scheduling.models import (
    TAKEN_BACK,
    Answer,
    CalendarMail,
    Invitation,
    PeerSession,
    Reply,
    ReplyNote,
    SessionState,
)
from scheduling.replies.bounce import Bounce
from scheduling.replies.bouncing import note_bounce
from scheduling.replies.mail import CalendarAnswer, Says, Silence, read
from scheduling.replies.other_time import tell_other_time
from scheduling.replies.part import Attendee
from scheduling.replies.recognising import invitation_of

log = logging.getLogger(__name__)

#: What says it is older than this has a broken clock. A moment near the year 1 is worse than
#: useless: PostgreSQL keeps it, and west of Greenwich nothing can read it any more.
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
#: The longest time between an answer's DTSTAMP and the message with it.
_ON_ITS_WAY: Final = timedelta(minutes=1)
_MEANS: Final[Mapping[str, Answer]] = {
    "ACCEPTED": Answer.COMING,
    "TENTATIVE": Answer.UNSURE,
    "DECLINED": Answer.NOT_THIS_TIME,
}
_DELEGATED: Final = "DELEGATED"


class Outcome(StrEnum):
    """What came of one message."""

    RECORDED = "recorded"
    #: Something newer had been said before it was read.
    OLDER = "older"
    #: It was about a time the session no longer has.
    EARLIER_VERSION = "earlier_version"
    #: A calendar asked for its invitation, and got it again.
    ASKED_AGAIN = "asked_again"
    #: One of our letters came back.
    BOUNCED = "bounced"
    IGNORED = "ignored"
    #: It is about nothing that we sent.
    UNKNOWN = "unknown"
    UNCLEAR = "unclear"
    #: It had been read before.
    REPEATED = "repeated"
    TOO_LARGE = "too_large"


#: What only a person can make sense of.
FOR_A_PERSON: Final = frozenset({Outcome.UNCLEAR, Outcome.TOO_LARGE})
_SILENCES: Final[Mapping[Silence, Outcome]] = {
    Silence.NOT_AN_ANSWER: Outcome.IGNORED,
    Silence.UNCLEAR: Outcome.UNCLEAR,
    Silence.TOO_LARGE: Outcome.TOO_LARGE,
}


def take(message: bytes, *, now: datetime) -> Outcome:
    """Act on a message that came to the service mailbox; ``now`` is aware, in UTC.

    The same bytes are acted on once. Returns what came of it.
    """
    digest = _keyed(hashlib.sha256(message).hexdigest())
    before = db.session.scalar(select(CalendarMail.outcome).where(CalendarMail.digest == digest))
    if before is not None:
        known = Outcome(before)
        return known if known in FOR_A_PERSON else Outcome.REPEATED
    said = read(message, checked_by=config.current().mail_checked_by)
    outcome = _SILENCES[said] if isinstance(said, Silence) else _act(said, now)
    db.session.add(CalendarMail(digest=digest, outcome=outcome, read_at=now))
    db.session.flush()
    return outcome


def _act(said: CalendarAnswer | Bounce, now: datetime) -> Outcome:
    if isinstance(said, Bounce):
        return Outcome.BOUNCED if note_bounce(said, now=now) else Outcome.IGNORED
    told = invitation_of(said.uid)
    if told is None:
        log.info("an answer by mail names the unknown %s", _keyed(said.uid)[:12])
        return Outcome.UNKNOWN
    if told.session.ends_at < now - KEPT:
        return Outcome.IGNORED
    if said.method is Says.REFRESH:
        return _send_again(told, now)
    if told.membership.state != MembershipState.ACTIVE:
        return Outcome.IGNORED
    return _take_answer(said, told, now)


def _send_again(told: Invitation, now: datetime) -> Outcome:
    if told.session.ends_at <= now:
        return Outcome.IGNORED
    sent = resend.send_again(told.session, told.membership, now=now)
    return Outcome.ASKED_AGAIN if sent else Outcome.IGNORED


def _take_answer(said: CalendarAnswer, told: Invitation, now: datetime) -> Outcome:
    attendee = _speaker(said, told.membership)
    if attendee is None:
        return Outcome.UNCLEAR
    reply = record_of(told.session, told.membership)
    answer = _answer(said, attendee, reply)
    if answer is None:
        return Outcome.IGNORED
    given = Reply(
        session_id=told.session_id,
        membership_id=told.membership_id,
        answer=answer,
        answered_at=_said_at(said, told, now),
        is_earlier=_is_earlier(said, told),
        notes=_notes(said, attendee, told.membership),
    )
    outcome = _put(given, reply)
    if outcome is Outcome.RECORDED and said.method is Says.COUNTER and _is_ahead(told.session, now):
        tell_other_time(told.session, told.membership, now=now)
    return outcome


def _speaker(said: CalendarAnswer, membership: Membership) -> Attendee | None:
    """Return whose answer it is: the member's own, or else the only one there is."""
    address = membership.person.email.casefold()
    own = [attendee for attendee in said.attendees if address in attendee.addresses]
    if own:
        return own[0]
    return said.attendees[0] if len(said.attendees) == 1 else None


def _answer(said: CalendarAnswer, attendee: Attendee, reply: Reply | None) -> Answer | None:
    """Return what was answered, or nothing where nobody has decided yet."""
    if attendee.stands_in or attendee.participation == _DELEGATED:
        # Nobody can come in somebody's place, so all it says is that this person will not.
        return Answer.NOT_THIS_TIME
    answer = _MEANS.get(attendee.participation)
    if answer is None and said.method is Says.COUNTER:
        # Who would like another time has at least put this one in doubt.
        if reply is None or reply.answer == TAKEN_BACK:
            return Answer.UNSURE
        return Answer(reply.answer)
    return answer


def _said_at(said: CalendarAnswer, told: Invitation, now: datetime) -> datetime:
    """Return when it was said, never in the future nor before anyone could have said it.

    Some programs send our own DTSTAMP back, or always repeat that of their first answer. So if it
    is ours, or well before the Date header, the Date counts.
    """
    moment = said.stamped_at
    if moment is None or moment == told.stamped_at:
        moment = said.dated_at or moment
    elif said.dated_at is not None and said.dated_at - moment > _ON_ITS_WAY:
        moment = said.dated_at
    return max(min(moment or now, now), _EARLIEST)


def _is_earlier(said: CalendarAnswer, told: Invitation) -> bool:
    """Tell whether it is about a time the session no longer has, or an invitation taken back.

    A version that differs in its place alone was about the same time.
    """
    if told.session.asked_anew_at is not None and said.sequence is not None:
        return said.sequence < told.sequence or _has_successor(told)
    return _has_successor(told)


def _has_successor(told: Invitation) -> bool:
    later = select(Invitation.id).where(
        Invitation.session_id == told.session_id,
        Invitation.membership_id == told.membership_id,
        Invitation.generation > told.generation,
    )
    return db.session.scalar(later.limit(1)) is not None


def _notes(said: CalendarAnswer, attendee: Attendee, membership: Membership) -> list[str]:
    delegated = attendee.stands_in or attendee.participation == _DELEGATED
    other = membership.person.email.casefold() not in attendee.addresses
    notes = {
        ReplyNote.OTHER_ADDRESS: other and not attendee.stands_in,
        ReplyNote.UNCONFIRMED: said.unconfirmed,
        ReplyNote.NAMED_ANOTHER: delegated,
        ReplyNote.OTHER_TIME: said.method is Says.COUNTER,
    }
    return [note.value for note, applies in notes.items() if applies]


def _put(given: Reply, reply: Reply | None) -> Outcome:
    """Keep what was given, unless something newer is known already."""
    if reply is not None:
        known, new = _rank(reply), _rank(given)
        if new < known:
            return Outcome.EARLIER_VERSION if given.is_earlier else Outcome.OLDER
        if new == known and (reply.answer, reply.notes) == (given.answer, given.notes):
            return Outcome.REPEATED
        reply.answer, reply.answered_at = given.answer, given.answered_at
        reply.is_earlier, reply.notes = given.is_earlier, given.notes
    else:
        db.session.add(given)
    db.session.flush()
    return Outcome.EARLIER_VERSION if given.is_earlier else Outcome.RECORDED


def _rank(reply: Reply) -> tuple[bool, datetime]:
    """Order answers: the newest version of an invitation first, then when it was answered."""
    return not reply.is_earlier, reply.answered_at


def _is_ahead(session: PeerSession, now: datetime) -> bool:
    return session.state == SessionState.PLANNED and session.starts_at > now


def _keyed(text: str) -> str:
    """Return what can be compared with nothing outside this installation."""
    return key_ring().private_token("calendar-mail", text)

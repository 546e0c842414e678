"""Calendar invitations (RFC 5546): which UID stands in whose calendar, and what it is told next.

A row of ``Invitation`` says what was last *meant* to be told; the outbox knows what really left.
``settle`` brings both together after letters were taken back or dropped.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from core import config
from core.db import db, public_id
from core.mail import Mailbox
from core.outbox import MailState, OutgoingMail
from groups.models import Membership
from scheduling.attendance.answers import said
from scheduling.calendars.ical import Answer, Entry, Method
from scheduling.calendars.invitation_bytes import invitation
from scheduling.keeping.changes import next_change
from scheduling.keeping.entry_words import words_for
from scheduling.letters.emails import CalendarPart
from scheduling.letters.recipients import Recipient
from scheduling.models import Invitation, PeerSession

#: The kinds of letters whose calendar part is a CANCEL; that of all others is a REQUEST.
CANCELLING = ("cancelled", "withdrawn")
UNSAID = (MailState.RECALLED, MailState.SUPERSEDED)


def thread_of(session: PeerSession, membership: Membership) -> str:
    """Return the thread of every letter to one person about one session. It spans the UIDs of
    that session, so a request never overtakes the cancellation before it.
    """
    return f"session:{session.public_id}:{membership.public_id}"


def key_of(told: Invitation) -> str:
    """Return the key of the letter that carries the newest version of an invitation. The stamp
    tells a version that was taken back from the one that is sent in its place.
    """
    return f"invitation:{told.uid}:{told.sequence}:{told.stamped_at:%Y%m%dT%H%M%SZ}"


def standing(session: PeerSession, membership: Membership) -> Invitation | None:
    """Return the invitation that a member's calendar holds for a session, if there is one."""
    newest = last_told(session, membership)
    return newest if newest is not None and newest.method == Method.REQUEST else None


def last_told(session: PeerSession, membership: Membership) -> Invitation | None:
    """Return what this member's calendar was last told about a session, if ever anything."""
    return next(reversed(_all(session, membership)), None)


def ever_invited(session: PeerSession, membership: Membership) -> bool:
    """Tell whether this member has had a calendar invitation to this session."""
    return last_told(session, membership) is not None


def request(session: PeerSession, recipient: Recipient, *, now: datetime) -> Invitation:
    """Note that a member is to be asked: the standing invitation in its next version, or, where
    none stands, a new one. A cancelled UID is never used again.
    """
    membership = recipient.membership
    newest = last_told(session, membership)
    if newest is not None and newest.method == Method.REQUEST:
        newest.sequence += 1
        _note(newest, session, Method.REQUEST, now)
        return newest
    return renew(session, recipient, now=now)


def renew(session: PeerSession, recipient: Recipient, *, now: datetime) -> Invitation:
    """Note that a member is to be asked under a new UID, whatever was said about an older one."""
    membership = recipient.membership
    newest = last_told(session, membership)
    fresh = Invitation(
        session=session,
        membership=membership,
        generation=1 if newest is None else newest.generation + 1,
        uid=f"{public_id()}@{config.current().host}",
        sequence=0,
    )
    _note(fresh, session, Method.REQUEST, now)
    db.session.add(fresh)
    db.session.flush()
    return fresh


def first(session: PeerSession, recipient: Recipient, *, now: datetime) -> Invitation:
    """Return the first invitation of a member who has never been invited to a session, for the
    caller to add.
    """
    fresh = Invitation(
        session_id=session.id,
        membership_id=recipient.membership.id,
        generation=1,
        uid=f"{public_id()}@{config.current().host}",
        sequence=0,
    )
    _note(fresh, session, Method.REQUEST, now)
    return fresh


def cancel(told: Invitation, session: PeerSession, *, now: datetime) -> None:
    """Note that an invitation is taken back, for ever."""
    told.sequence += 1
    _note(told, session, Method.CANCEL, now)


def repeat(told: Invitation, *, now: datetime) -> None:
    """Note that what was last said is said once more: SEQUENCE stays and DTSTAMP rises."""
    told.stamped_at = next_change(told.stamped_at, now)
    told.repeated_at = now


def take_back(session: PeerSession, membership: Membership, *, now: datetime) -> Invitation | None:
    """End the standing invitation; return it if a calendar may hold it and has to be told."""
    told = standing(session, membership)
    if told is None:
        return None
    cancel(told, session, now=now)
    return told if has_left(told, letters_about(session, membership)) else None


def part(told: Invitation, session: PeerSession, recipient: Recipient) -> CalendarPart:
    """Return the calendar part that says what was last noted about an invitation."""
    answer = _answer(session, recipient.membership, told.stamped_at)
    return part_with(answer, told, session, recipient)


def part_with(
    answer: Answer | None, told: Invitation, session: PeerSession, recipient: Recipient
) -> CalendarPart:
    """Return the same where it is known already what the member says about the session."""
    method = Method(told.method)
    words = words_for(session, recipient.diary)
    entry = Entry(
        uid=told.uid,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        summary=words.summary,
        description=words.description,
        location=words.location,
        changed_at=told.stamped_at,
        sequence=told.sequence,
        cancelled=method is Method.CANCEL,
        busy=recipient.diary.busy,
    )
    settings = config.current()
    content = invitation(
        entry,
        method=method,
        organiser=Mailbox(settings.site_name, settings.mail_from),
        attendee=recipient.mailbox,
        answer=answer,
        stamp=told.stamped_at,
    )
    return CalendarPart(content, method)


def has_left(told: Invitation, letters: Iterable[OutgoingMail]) -> bool:
    """Tell whether a calendar may know about an invitation: a letter that was tried may have
    arrived unless it was refused, and letters that are no longer kept have left long ago.
    """
    carried = [mail for mail in letters if _uid(mail) == told.uid]
    return not carried or any(
        mail.attempts > 0 and mail.state != MailState.REFUSED for mail in carried
    )


def carries_calendar(mail: OutgoingMail) -> bool:
    """Tell whether a letter has a calendar part."""
    return mail.key.startswith("invitation:")


def letters_about(session: PeerSession, membership: Membership) -> list[OutgoingMail]:
    """Return the letters of one thread, oldest first."""
    return list(
        db.session.scalars(
            select(OutgoingMail)
            .where(OutgoingMail.thread == thread_of(session, membership))
            .order_by(OutgoingMail.id)
        )
    )


def settle(session: PeerSession, membership: Membership) -> None:
    """Bring the invitations of a member to a session in line with what was and will be sent.

    The newest letter that was not taken back decides. Without one nothing stands, and another
    invitation can be issued under a UID of its own.
    """
    said = defaultdict[str, list[OutgoingMail]](list)
    for mail in letters_about(session, membership):
        said[_uid(mail)].append(mail)
    for told in _all(session, membership):
        letters = said.get(told.uid)
        if letters:
            told.method = _last_method(letters)
    db.session.flush()


def _last_method(letters: list[OutgoingMail]) -> Method:
    kinds = [mail.kind for mail in letters if mail.state not in UNSAID]
    return Method.CANCEL if not kinds or kinds[-1] in CANCELLING else Method.REQUEST


def _uid(mail: OutgoingMail) -> str:
    purpose, _, rest = mail.key.partition(":")
    return rest.split(":")[0] if purpose == "invitation" else ""


def _all(session: PeerSession, membership: Membership) -> list[Invitation]:
    return list(
        db.session.scalars(
            select(Invitation)
            .where(Invitation.session_id == session.id, Invitation.membership_id == membership.id)
            .order_by(Invitation.generation)
        )
    )


def _note(told: Invitation, session: PeerSession, method: Method, now: datetime) -> None:
    told.method = method
    told.starts_at, told.ends_at = session.starts_at, session.ends_at
    # DTSTAMP counts seconds and rises with every message about a UID.
    told.stamped_at = next_change(told.stamped_at, now)


def _answer(session: PeerSession, membership: Membership, now: datetime) -> Answer | None:
    """Return what the member says about the session as it is: never about an earlier time."""
    return said(session, membership, now=now).answer

"""Telling people about their dates: letters, and the calendar invitations that go with them.

Whoever has a calendar invitation for a session gets its updates and its cancellation, whatever
they choose afterwards; the others get the same letters without a calendar part. Everything a
person is told about one session is one thread: what is newest replaces what has not left.
"""

from collections.abc import Sequence
from datetime import datetime

from core.db import db
from core.outbox import Lane, OutgoingMail, Promise, post
from core.web import link
from groups.models import Membership
from scheduling.letters import calendar_parts, emails
from scheduling.letters.issuing import issue, issue_due
from scheduling.letters.posting import Act, coming, when_of, with_a_way_to_stop
from scheduling.letters.recipients import Recipient, members_told, recipient_of, recipients_of
from scheduling.letters.session_letters import (
    About,
    drop,
    has,
    post_cancelled,
    post_moved,
    post_place,
    post_reinstated,
    tell_all,
    update,
)
from scheduling.letters.withdrawing import withdraw_all
from scheduling.models import INVITATIONS_AHEAD, PeerSession, Series

__all__ = [
    "issue",
    "issue_due",
    "readers",
    "tell_cancelled",
    "tell_moved",
    "tell_place",
    "tell_places",
    "tell_reinstated",
    "welcome",
    "withdraw_all",
]


def readers(session: PeerSession) -> list[Membership]:
    """Return everybody who is told about this session, facilitators among them."""
    return members_told(session.cohort)


def welcome(membership: Membership, *, now: datetime) -> None:
    """Send somebody who has joined all dates, and invitations for the next sessions."""
    recipient = recipient_of(membership, now=now)
    cohort = membership.cohort
    sessions = list(db.session.scalars(coming(cohort.id, now)))
    if not sessions:
        return
    letter = emails.dates(
        recipient.mailbox,
        whens=[when_of(session, now, recipient) for session in sessions],
        link=link("home.show", cohort_id=cohort.public_id),
        calendar_link=link("calendar.show"),
        by_invitation=recipient.by_invitation,
        details=emails.Details(group=cohort.name) if recipient.full else None,
    )
    post(
        with_a_way_to_stop(letter, recipient),
        key=f"dates:{membership.public_id}:{now:%Y%m%dT%H%M%SZ}",
        kind="dates",
        promise=Promise.MUST_ARRIVE,
        now=now,
        # Who has just said yes looks for it.
        lane=Lane.URGENT,
        topic=cohort.public_id,
        addressee=membership.public_id,
    )
    first = sessions[0].series
    for session in sessions[: first.invitations_ahead if first else INVITATIONS_AHEAD]:
        issue(session, membership, now=now, is_awaited=True)


def tell_moved(
    session: PeerSession,
    *,
    was: tuple[datetime, datetime],
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody that a session has moved; returns how many letters were posted.

    ``was`` is when it started and ended before. It is not mentioned to those who never got the
    letter about that time.
    """
    act = Act(now, due_at, parcel)

    def tell(recipient: Recipient, dropped: list[OutgoingMail]) -> bool:
        about = About(session, recipient, act)
        return post_moved(about, None if has("moved", dropped) else about.at(*was))

    return tell_all(session, act, tell)


def tell_cancelled(
    session: PeerSession,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody that a session is cancelled; returns how many letters were posted.

    A calendar that never got the invitation has nothing to cancel, so the letter is a plain one.
    """
    act = Act(now, due_at, parcel)
    lasts = session.ends_at - session.starts_at

    def tell(recipient: Recipient, dropped: list[OutgoingMail]) -> bool:
        about = About(session, recipient, act)
        told = calendar_parts.take_back(session, recipient.membership, now=now)
        known = session.moved_from_at if has("moved", dropped) else None
        return post_cancelled(
            about, told, None if known is None else about.at(known, known + lasts)
        )

    return tell_all(session, act, tell)


def tell_reinstated(
    session: PeerSession,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody that a session takes place after all; returns how many letters were posted.

    Who had it in their calendar gets it back: under a new UID if the cancellation may have
    arrived, otherwise as an update.
    """
    act = Act(now, due_at, parcel)

    def tell(recipient: Recipient, _dropped: list[OutgoingMail]) -> bool:
        # With its cancellation dropped, the former invitation may stand again.
        calendar_parts.settle(session, recipient.membership)
        return post_reinstated(About(session, recipient, act))

    return tell_all(session, act, tell)


def tell_place(
    changed: PeerSession | Series,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody about another place, of one session or of a run; returns how many letters
    were posted.
    """
    if isinstance(changed, PeerSession):
        sessions = [changed]
    else:
        sessions = list(db.session.scalars(coming(changed.cohort_id, now)))
    return tell_places(sessions, Act(now, due_at, parcel))


def tell_places(sessions: Sequence[PeerSession], act: Act) -> int:
    """Tell everybody about another place of sessions in order; returns how many letters.

    Everybody gets one letter, about the first; calendars that show the place get an update for
    each further session they hold.
    """
    further = sum(_tell_place(session, act, further=True) for session in sessions[1:])
    return further + sum(_tell_place(session, act) for session in sessions[:1])


def _tell_place(session: PeerSession, act: Act, *, further: bool = False) -> int:
    told = 0
    for recipient in recipients_of(session.cohort, now=act.now):
        calendar_parts.settle(session, recipient.membership)
        shown = recipient.full and calendar_parts.standing(session, recipient.membership)
        if shown or not further:
            told += _tell_place_to(About(session, recipient, act))
    return told


def _tell_place_to(about: About) -> bool:
    """Say that there is another place, and with it what this person has not been told yet."""
    waiting = drop(about)
    if has("moved", waiting):
        return post_moved(about, None)
    if has("reinstated", waiting):
        return post_reinstated(about)
    asked = about.recipient.full or any(calendar_parts.carries_calendar(mail) for mail in waiting)
    return post_place(about, update(about) if asked else None)

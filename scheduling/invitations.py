"""Telling people about their dates: letters, and the calendar invitations that go with them.

Whoever has a calendar invitation for a session gets its updates and its cancellation, whatever
they choose afterwards; the others get the same letters without a calendar part. Everything a
person is told about one session is one thread: what is newest replaces what has not left.
"""

from collections.abc import Callable
from datetime import datetime

from core.db import db
from core.outbox import MailState, OutgoingMail, Promise, post, supersede
from core.web import link
from groups.models import Membership
from scheduling import calendar_parts, emails
from scheduling.issuing import issue, issue_due
from scheduling.models import Invitation, PeerSession, Series
from scheduling.posting import Act, coming, details_of, page_of, part_of, post_about, when_of
from scheduling.recipients import Recipient, members_told, recipient_of, recipients_of
from scheduling.when import When, when
from scheduling.withdrawing import withdraw_all

__all__ = [
    "issue",
    "issue_due",
    "readers",
    "tell_cancelled",
    "tell_moved",
    "tell_place",
    "tell_reinstated",
    "welcome",
    "withdraw_all",
]

#: Says one thing to one reader, who had not got these letters yet; returns whether it was posted.
Tell = Callable[[Recipient, list[OutgoingMail]], bool]


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
        whens=[when_of(session, now) for session in sessions],
        link=link("home.show", cohort_id=cohort.public_id),
        calendar_link=link("calendar.show"),
        by_invitation=recipient.by_invitation,
        details=emails.Details(group=cohort.name) if recipient.full else None,
    )
    post(
        letter,
        key=f"dates:{membership.public_id}:{now:%Y%m%dT%H%M%SZ}",
        kind="dates",
        promise=Promise.MUST_ARRIVE,
        now=now,
        topic=cohort.public_id,
        addressee=membership.public_id,
    )
    for session in sessions[: sessions[0].series.invitations_ahead]:
        issue(session, membership, now=now)


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
    before = when(*was, session.series.time_zone, now)

    def tell(recipient: Recipient, dropped: list[OutgoingMail]) -> bool:
        return _post_moved(session, recipient, act, None if _has("moved", dropped) else before)

    return _tell_all(session, act, tell)


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

    def tell(recipient: Recipient, dropped: list[OutgoingMail]) -> bool:
        told = calendar_parts.take_back(session, recipient.membership, now=now)
        moved_from = session.moved_from_at if _has("moved", dropped) else None
        letter = emails.cancelled(
            recipient.mailbox,
            when=when_of(session, now),
            known=None if moved_from is None else _as_known(session, moved_from, now),
            link=page_of(session),
            help_link=link("public.help"),
            details=details_of(session, recipient),
            calendar=part_of(told, session, recipient),
        )
        return post_about(session, letter, recipient, act, kind="cancelled", told=told)

    return _tell_all(session, act, tell)


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
        return _post_reinstated(session, recipient, act)

    return _tell_all(session, act, tell)


def tell_place(
    changed: PeerSession | Series,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody about another place, of one session or of a run; returns how many letters
    were posted.

    Of a run everybody gets one letter, about its next session; calendars that show the place get
    an update for each further session they hold.
    """
    act = Act(now, due_at, parcel)
    if isinstance(changed, PeerSession):
        return _tell_place(changed, act)
    sessions = list(db.session.scalars(coming(changed.cohort_id, now)))
    further = sum(_tell_place(session, act, further=True) for session in sessions[1:])
    return further + sum(_tell_place(session, act) for session in sessions[:1])


def _tell_all(session: PeerSession, act: Act, tell: Tell) -> int:
    told = 0
    for recipient in recipients_of(session.cohort, now=act.now):
        calendar_parts.settle(session, recipient.membership)
        told += tell(recipient, _drop(session, recipient, act))
    return told


def _drop(session: PeerSession, recipient: Recipient, act: Act) -> list[OutgoingMail]:
    """Drop what this person was to be told about the session and has not left; return it."""
    letters = calendar_parts.letters_about(session, recipient.membership)
    dropped = [mail for mail in letters if mail.state == MailState.DUE]
    thread = calendar_parts.thread_of(session, recipient.membership)
    supersede(act.now, thread=thread, by=act.parcel)
    return dropped


def _has(kind: str, letters: list[OutgoingMail]) -> bool:
    return any(mail.kind == kind for mail in letters)


def _as_known(session: PeerSession, starts_at: datetime, now: datetime) -> When:
    return when(
        starts_at, starts_at + (session.ends_at - session.starts_at), session.series.time_zone, now
    )


def _update(session: PeerSession, recipient: Recipient, now: datetime) -> Invitation | None:
    """Return the standing invitation in its next version, if one stands."""
    if calendar_parts.standing(session, recipient.membership) is None:
        return None
    return calendar_parts.request(session, recipient, now=now)


def _post_moved(session: PeerSession, recipient: Recipient, act: Act, before: When | None) -> bool:
    told = _update(session, recipient, act.now)
    letter = emails.moved(
        recipient.mailbox,
        new=when_of(session, act.now),
        old=before,
        link=page_of(session),
        details=details_of(session, recipient),
        calendar=part_of(told, session, recipient),
    )
    return post_about(session, letter, recipient, act, kind="moved", told=told)


def _post_reinstated(session: PeerSession, recipient: Recipient, act: Act) -> bool:
    invited = calendar_parts.ever_invited(session, recipient.membership)
    wanted = recipient.by_invitation and invited
    told = (
        calendar_parts.request(session, recipient, now=act.now)
        if wanted
        else _update(session, recipient, act.now)
    )
    letter = emails.reinstated(
        recipient.mailbox,
        when=when_of(session, act.now),
        link=page_of(session),
        details=details_of(session, recipient),
        calendar=part_of(told, session, recipient),
    )
    return post_about(session, letter, recipient, act, kind="reinstated", told=told)


def _tell_place(session: PeerSession, act: Act, *, further: bool = False) -> int:
    told = 0
    for recipient in recipients_of(session.cohort, now=act.now):
        calendar_parts.settle(session, recipient.membership)
        shown = recipient.full and calendar_parts.standing(session, recipient.membership)
        if shown or not further:
            told += _tell_place_to(recipient, session, act)
    return told


def _tell_place_to(recipient: Recipient, session: PeerSession, act: Act) -> bool:
    """Say that there is another place, and with it what this person has not been told yet."""
    waiting = _drop(session, recipient, act)
    if _has("moved", waiting):
        return _post_moved(session, recipient, act, None)
    if _has("reinstated", waiting):
        return _post_reinstated(session, recipient, act)
    asked = recipient.full or any(calendar_parts.carries_calendar(mail) for mail in waiting)
    told = _update(session, recipient, act.now) if asked else None
    letter = emails.place_changed(
        recipient.mailbox,
        when=when_of(session, act.now),
        link=page_of(session),
        details=details_of(session, recipient),
        calendar=part_of(told, session, recipient),
    )
    return post_about(session, letter, recipient, act, kind="place", told=told)

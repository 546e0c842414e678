"""One letter to one person about one session: its words, its thread, and into the outbox."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select

from core.mail import Letter
from core.outbox import About, Lane, Posting, Promise, post
from core.web import link
from scheduling.dates.when import When, when
from scheduling.keeping.entry_words import prompts_shown
from scheduling.letters.calendar_parts import CANCELLING, key_of, part, thread_of
from scheduling.letters.emails import CalendarPart, Details
from scheduling.letters.recipients import Recipient
from scheduling.models import Invitation, PeerSession, SessionState


@dataclass(frozen=True)
class Act:
    """What the letters of one act share: when it was, when they leave, their parcel, and whether
    the person who asked is waiting for them.
    """

    now: datetime
    due_at: datetime | None = None
    parcel: str | None = None
    is_awaited: bool = False


def coming(cohort_id: int, now: datetime) -> Select[PeerSession]:
    """The sessions of a group that are planned and have not begun, earliest first."""
    return not_begun(cohort_id, now).where(PeerSession.state == SessionState.PLANNED)


def not_begun(cohort_id: int, now: datetime) -> Select[PeerSession]:
    """The sessions of a group that have not begun, cancelled ones among them, earliest first."""
    return (
        select(PeerSession)
        .where(PeerSession.cohort_id == cohort_id, PeerSession.starts_at > now)
        .order_by(PeerSession.starts_at, PeerSession.id)
    )


def when_of(session: PeerSession, now: datetime, reader: Recipient | None = None) -> When:
    """Return when a session is, in words, in its own zone and, where that differs, its reader's."""
    zone_name = reader.zone_name if reader else None
    return when(session.starts_at, session.ends_at, session.zone_name, now, zone_name)


def page_of(session: PeerSession) -> str:
    """Return the link to a session's page, which needs signing in."""
    return link("home.session", cohort_id=session.cohort.public_id, session_id=session.public_id)


def details_of(session: PeerSession, recipient: Recipient) -> Details | None:
    """Return what a letter may say beyond date and time: nothing, unless its reader chose so."""
    if not recipient.full:
        return None
    return Details(
        group=session.cohort.name, place=session.where or "", prompts=prompts_shown(session)
    )


def part_of(
    told: Invitation | None, session: PeerSession, recipient: Recipient
) -> CalendarPart | None:
    """Return the calendar part for what was noted about an invitation, if there is one."""
    return None if told is None else part(told, session, recipient)


def with_a_way_to_stop(letter: Letter, recipient: Recipient) -> Letter:
    """Return the letter with the header by which mail programs turn reminders off (RFC 8058).

    It reaches no further: dates, changes and cancellations still come.
    """
    if letter.unsubscribe_url is not None:
        return letter
    return replace(letter, unsubscribe_url=recipient.stop_link)


def post_about(
    session: PeerSession,
    letter: Letter,
    recipient: Recipient,
    act: Act,
    *,
    kind: str,
    told: Invitation | None = None,
) -> bool:
    """Put a letter about a session into the outbox, in its thread; returns whether it is new.

    It must arrive, but after the session it would only confuse.
    """
    made = posting_about(session, letter, recipient, act, kind=kind, told=told)
    return post(
        made.letter,
        key=made.key,
        kind=kind,
        promise=made.promise,
        now=act.now,
        due_at=made.due_at,
        useful_until=made.useful_until,
        **made.about,
    )


def posting_about(
    session: PeerSession,
    letter: Letter,
    recipient: Recipient,
    act: Act,
    *,
    kind: str,
    told: Invitation | None = None,
) -> Posting:
    """Return what ``post_about`` puts into the outbox, for ``post_many``."""
    membership = recipient.membership
    name = act.parcel or f"{act.now:%Y%m%dT%H%M%S%fZ}"
    plain_key = f"{kind}:{session.public_id}:{membership.public_id}:{name}"
    return Posting(
        with_a_way_to_stop(letter, recipient),
        key=plain_key if told is None else key_of(told),
        kind=kind,
        promise=Promise.MUST_ARRIVE,
        due_at=act.due_at,
        useful_until=session.ends_at,
        about=About(
            lane=_lane(kind, act),
            topic=session.cohort.public_id,
            addressee=membership.public_id,
            parcel=act.parcel,
            thread=thread_of(session, membership),
        ),
    )


def _lane(kind: str, act: Act) -> Lane:
    if act.is_awaited:
        return Lane.URGENT
    return Lane.FIRST if kind in CANCELLING else Lane.USUAL

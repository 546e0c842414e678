"""Telling people that several of their dates have changed: one letter each, and what goes with it.

The letter lists what was and what is. Whoever has a calendar invitation for one of the sessions
also gets its update or its cancellation, each by itself, since one of those holds one event
(RFC 5546 section 3.2). Invitations to sessions that are new follow when it is their turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select

from core.db import db
from core.outbox import Lane, MailState, OutgoingMail, Promise, post, supersede, under_way
from core.web import link
from groups.models import Cohort, Membership
from scheduling.dates.when import When, when
from scheduling.letters import calendar_parts, emails, invitations
from scheduling.letters.changes import KIND, ChangeKind, SessionChange
from scheduling.letters.posting import Act, with_a_way_to_stop
from scheduling.letters.recipients import Recipient, recipients_of
from scheduling.letters.session_letters import (
    About,
    drop,
    has,
    post_cancelled,
    post_moved,
    post_reinstated,
)
from scheduling.letters.taking_in import Formerly, parcels_waiting, taken_in
from scheduling.models import Invitation

#: After a long stop, a letter about a date this near is sent before others.
NEAR = timedelta(hours=24)


@dataclass(frozen=True)
class _Line:
    """One piece of news as one reader gets it."""

    news: SessionChange
    about: About
    old: When | None
    #: Whether a calendar may hold this session, or something about it still waited.
    concerns_calendar: bool


@dataclass(frozen=True)
class _Batch:
    """What is told to each reader: the news, the threads in which calendars may have to be looked
    after, and what earlier letters about this run were to say that still wait.
    """

    cohort: Cohort
    news: Sequence[SessionChange]
    act: Act
    known: set[str]
    formerly: Formerly
    waiting: Mapping[str, Sequence[str]]


def tell_news(
    cohort: Cohort,
    news: Sequence[SessionChange],
    act: Act,
    readers: Sequence[Recipient] | None = None,
    formerly: Formerly = MappingProxyType({}),
) -> int:
    """Tell everybody in a group, or only these readers, what has changed; returns how many letters
    were posted. News stand in the order of their dates.

    ``formerly`` is what stood before changes whose letters may still wait; these are taken in.
    """
    if readers is None and len(news) == 1 and news[0].kind is not ChangeKind.ADDED:
        return _tell_one(news[0], act)
    if not news:
        return 0
    found = recipients_of(cohort, now=act.now) if readers is None else readers
    waiting = parcels_waiting(cohort) if formerly else {}
    batch = _Batch(cohort, news, act, _known(cohort, news), formerly, waiting)
    return sum(_tell(batch, reader) for reader in found)


def _tell_one(news: SessionChange, act: Act) -> int:
    """Tell of a single session as ever: its letter carries its update."""
    session, about = news.session, (act.now, act.due_at, act.parcel)
    now, due_at, parcel = about
    if news.kind is ChangeKind.CANCELLED:
        return invitations.tell_cancelled(session, now=now, due_at=due_at, parcel=parcel)
    if news.kind is ChangeKind.REINSTATED:
        return invitations.tell_reinstated(session, now=now, due_at=due_at, parcel=parcel)
    was = (session.starts_at, session.ends_at) if news.was is None else news.was[:2]
    return invitations.tell_moved(session, was=was, now=now, due_at=due_at, parcel=parcel)


def _known(cohort: Cohort, news: Sequence[SessionChange]) -> set[str]:
    """Return the threads in which something was said about these sessions or waits to be: only
    there calendars have to be looked after, so this is asked once and not for every pair.
    """
    sessions = {one.session.id: one.session for one in news}
    invited = db.session.execute(
        select(Invitation.session_id, Membership)
        .join(Membership, Membership.id == Invitation.membership_id)
        .where(Invitation.session_id.in_(list(sessions)))
    )
    threads = {calendar_parts.thread_of(sessions[key], membership) for key, membership in invited}
    waiting = db.session.scalars(
        select(OutgoingMail.thread).where(
            OutgoingMail.topic == cohort.public_id, OutgoingMail.state == MailState.DUE
        )
    )
    return threads | {thread for thread in waiting if thread is not None}


def _tell(batch: _Batch, reader: Recipient) -> int:
    act = batch.act
    lines = [_line(one, About(one.session, reader, act), batch.known) for one in batch.news]
    in_calendar = [line for line in lines if line.concerns_calendar and _stands(line)]
    earlier = _with_earlier(batch, reader)
    has_calendar = bool(in_calendar) or (bool(earlier) and _updates_wait(reader))
    posted = int(
        _post_letter(batch.cohort, reader, earlier or lines, act, has_calendar=has_calendar)
    )
    return posted + sum(_post_update(line) for line in in_calendar)


def _with_earlier(batch: _Batch, reader: Recipient) -> list[_Line]:
    """Drop an earlier letter about the run that still waits, and return the lines of the one that
    takes it in; none where there is nothing to take in.
    """
    thread = _thread(batch.cohort, reader)
    told = taken_in(batch.news, batch.waiting.get(thread, ()), batch.formerly)
    if told is None:
        return []
    supersede(batch.act.now, thread=thread, by=batch.act.parcel)
    abouts = [(one, About(one.session, reader, batch.act)) for one in told]
    return [_Line(one, about, one.was and _said(one.was, about), False) for one, about in abouts]


def _updates_wait(reader: Recipient) -> bool:
    """Tell whether an update for this person's calendar waits, of whichever change."""
    waiting = under_way(addressee=reader.membership.public_id)
    return any(calendar_parts.carries_calendar(mail) for mail in waiting)


def _thread(cohort: Cohort, reader: Recipient) -> str:
    return f"run:{cohort.public_id}:{reader.membership.public_id}"


def _line(news: SessionChange, about: About, known: set[str]) -> _Line:
    thread = calendar_parts.thread_of(about.session, about.recipient.membership)
    concerns_calendar = thread in known
    dropped = list[OutgoingMail]()
    if concerns_calendar:
        calendar_parts.settle(about.session, about.recipient.membership)
        dropped = drop(about)
        if news.kind is ChangeKind.REINSTATED:
            # With its cancellation dropped, the former invitation may stand again.
            calendar_parts.settle(about.session, about.recipient.membership)
    # Where it stood in between is not mentioned to those who never got the letter about that.
    old = None if news.was is None or has("moved", dropped) else _said(news.was, about)
    return _Line(news, about, old, concerns_calendar)


def _said(was: tuple[datetime, datetime, str], about: About) -> When:
    return when(*was, about.act.now, about.recipient.zone_name)


def _stands(line: _Line) -> bool:
    """Tell whether a calendar has to hear of it: it holds the session, or held it once."""
    session, membership = line.about.session, line.about.recipient.membership
    if calendar_parts.standing(session, membership) is not None:
        return line.news.kind is not ChangeKind.ADDED
    if line.news.kind is not ChangeKind.REINSTATED or not line.about.recipient.by_invitation:
        return False
    return calendar_parts.ever_invited(session, membership)


def _post_update(line: _Line) -> bool:
    if line.news.kind is ChangeKind.CANCELLED:
        about = line.about
        told = calendar_parts.take_back(
            about.session, about.recipient.membership, now=about.act.now
        )
        return told is not None and post_cancelled(about, told, None)
    if line.news.kind is ChangeKind.REINSTATED:
        return post_reinstated(line.about)
    return post_moved(line.about, line.old)


def _post_letter(
    cohort: Cohort, reader: Recipient, lines: Sequence[_Line], act: Act, *, has_calendar: bool
) -> bool:
    def such(kind: ChangeKind) -> list[_Line]:
        return [line for line in lines if line.news.kind is kind]

    letter = emails.new_dates(
        reader.mailbox,
        moved=[(line.about.when, line.old) for line in such(ChangeKind.MOVED)],
        cancelled=[line.about.when for line in such(ChangeKind.CANCELLED)],
        reinstated=[line.about.when for line in such(ChangeKind.REINSTATED)],
        added=[line.about.when for line in such(ChangeKind.ADDED)],
        link=link("home.show", cohort_id=cohort.public_id),
        has_calendar=has_calendar,
        by_invitation=reader.by_invitation,
        details=emails.Details(group=cohort.name) if reader.full else None,
    )
    name = act.parcel or f"{act.now:%Y%m%dT%H%M%S%fZ}"
    membership = reader.membership
    return post(
        with_a_way_to_stop(letter, reader),
        key=f"{KIND}:{cohort.public_id}:{membership.public_id}:{name}",
        kind=KIND,
        promise=Promise.MUST_ARRIVE,
        now=act.now,
        due_at=act.due_at,
        useful_until=max(line.about.session.ends_at for line in lines),
        lane=_lane(lines, act.now),
        topic=cohort.public_id,
        addressee=membership.public_id,
        parcel=act.parcel,
        thread=_thread(cohort, reader),
    )


def _lane(lines: Sequence[_Line], now: datetime) -> Lane:
    """The letter covers many dates: if one is cancelled or near, it is sent first."""
    is_off = any(line.news.kind is ChangeKind.CANCELLED for line in lines)
    is_near = any(line.about.session.starts_at < now + NEAR for line in lines)
    return Lane.FIRST if is_off or is_near else Lane.USUAL

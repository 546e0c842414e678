"""Letters about dates, written into the book of their act: words, calendar part, thread and key.

Readers who are told the same share the words: they are rendered once, and each reader's own link
is put in afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select

from core import config
from core.mail import Letter, Mailbox
from core.outbox import Lane
from groups import links
from groups.messages import Act as Act
from groups.messages import MessageKind, Subject, about_group, message
from groups.models import Cohort, Membership
from scheduling.attendance.answer_links import link_for
from scheduling.dates.when import When, when
from scheduling.keeping.entry_words import prompts_shown
from scheduling.letters.book import InvitationBook
from scheduling.letters.emails import Details, letter_of
from scheduling.letters.invitation_rows import HeldInvitation, run_thread_of, thread_of
from scheduling.letters.recipients import Recipient
from scheduling.letters.taking_in import Because
from scheduling.models import PeerSession, SessionState

#: After a long stop, a letter about a date this near is sent before others.
NEAR: Final = timedelta(hours=24)
#: Stands in a letter where each reader's own link goes, until it is theirs.
_OWN_LINK: Final = "https://own-link.invalid/"
_NOBODY: Final = Mailbox("", "nobody@own-link.invalid")


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
    return links.session_page(session.cohort, session.public_id)


def details_of(session: PeerSession, recipient: Recipient) -> Details | None:
    """Return what a letter may say beyond date and time: nothing, unless its reader chose so."""
    if not recipient.full:
        return None
    return Details(
        group=session.cohort.name, place=session.where or "", prompts=prompts_shown(session)
    )


def with_a_way_to_stop(letter: Letter, recipient: Recipient) -> Letter:
    """Return the letter with the header by which mail programs turn reminders off (RFC 8058).

    It reaches no further: dates, changes and cancellations still come.
    """
    if letter.unsubscribe_url is not None:
        return letter
    return replace(letter, unsubscribe_url=recipient.stop_link)


def about_session(session: PeerSession, membership: Membership) -> Subject:
    """Return the subject of a message about one session, which means nothing once that is over."""
    return Subject(
        membership.public_id,
        session.cohort.public_id,
        thread_of(session, membership),
        session.ends_at,
    )


def about_run(cohort: Cohort, membership: Membership, ends_at: datetime | None) -> Subject:
    """Return the subject of a message about several dates, the last of which ``ends_at``."""
    thread = run_thread_of(cohort, membership)
    return Subject(membership.public_id, cohort.public_id, thread, ends_at)


class Writer:
    """Writes the letters of one act into its book."""

    def __init__(self, book: InvitationBook) -> None:
        self._book = book
        self._act: Act = book.act
        self._shared: dict[tuple[Any, ...], Letter] = {}
        self._pages: dict[str, str] = {}
        self._details: dict[str, Details | None] = {}

    def when(self, session: PeerSession, reader: Recipient) -> When:
        """Return when a session is now, as this reader is told."""
        return when_of(session, self._act.now, reader)

    def at(
        self, session: PeerSession, starts_at: datetime, ends_at: datetime, reader: Recipient
    ) -> When:
        """Put other times of a session into the same words."""
        return when(starts_at, ends_at, session.zone_name, self._act.now, reader.zone_name)

    def invitation(self, session: PeerSession, reader: Recipient, told: HeldInvitation) -> None:
        """Bring one date into a calendar."""
        self._about(
            MessageKind.INVITATION,
            session,
            reader,
            told,
            answer_link=_OWN_LINK,
            replies_arrive=config.current().imap is not None,
        )

    def refreshed(self, session: PeerSession, reader: Recipient, told: HeldInvitation) -> None:
        """Write an entry anew after its owner chose other words for it."""
        self._about(MessageKind.REFRESHED, session, reader, told)

    def moved(
        self,
        session: PeerSession,
        reader: Recipient,
        before: When | None,
        *,
        asked_anew: bool = False,
    ) -> None:
        """Say that a session has moved; ``before`` is where the reader knew it to be, and
        ``asked_anew`` whether what they said was about that.
        """
        told = self._book.update(session, reader.membership)
        self._about(
            MessageKind.MOVED,
            session,
            reader,
            told,
            asked_anew=asked_anew,
            old=before,
            answer_link=_OWN_LINK,
        )

    def cancelled(
        self,
        session: PeerSession,
        reader: Recipient,
        told: HeldInvitation | None,
        known: When | None,
    ) -> None:
        """Say that a session does not take place; ``told`` is the invitation that a calendar holds,
        already taken back, and ``known`` where the reader knew it to be, if that was elsewhere.
        """
        self._about(
            MessageKind.CANCELLED,
            session,
            reader,
            told,
            known=known,
            help_link=links.help_page(),
        )

    def reinstated(self, session: PeerSession, reader: Recipient) -> None:
        """Say that a session takes place after all. Who had it in their calendar gets it back:
        under a new UID if the cancellation may have arrived, otherwise as an update.
        """
        membership = reader.membership
        invited = self._book.newest(session, membership) is not None
        wanted = reader.by_invitation and invited
        told = (self._book.request if wanted else self._book.update)(session, membership)
        self._about(MessageKind.REINSTATED, session, reader, told, answer_link=_OWN_LINK)

    def venue(self, session: PeerSession, reader: Recipient, told: HeldInvitation | None) -> None:
        """Say that there is another place or room."""
        self._about(MessageKind.VENUE, session, reader, told)

    def withdrawn(
        self, session: PeerSession, reader: Recipient, told: HeldInvitation, page: str | None
    ) -> None:
        """Take a date out of the calendar of somebody whose date it no longer is. ``page`` is where
        the letter leads; without one that is the page of the session.
        """
        more = page or self._session_page(session)
        self._about(MessageKind.WITHDRAWN, session, reader, told, link=more, details=None)

    def ended(
        self,
        cohort: Cohort,
        reader: Recipient,
        because: Because,
        dates: Sequence[When],
        *,
        has_calendar: bool,
    ) -> None:
        """Say once why these dates are no longer theirs."""
        letter = self._letter(
            MessageKind.ENDED,
            reader,
            because=because.value,
            dates=tuple(dates),
            has_calendar=has_calendar,
            link=links.help_page(),
            details=Details(group=cohort.name) if reader.full else None,
        )
        subject = about_group(cohort, reader.membership)
        self._post(MessageKind.ENDED, letter, subject, reader, name=cohort.public_id)

    def new_dates(
        self,
        cohort: Cohort,
        reader: Recipient,
        *,
        has_calendar: bool,
        until: datetime,
        is_pressing: bool,
        **dates: Sequence[Any],
    ) -> None:
        """Say what has become of several dates; ``dates`` are words by what has become of them."""
        letter = self._letter(
            MessageKind.NEW_DATES,
            reader,
            link=links.group_page(cohort),
            has_calendar=has_calendar,
            by_invitation=reader.by_invitation,
            details=Details(group=cohort.name) if reader.full else None,
            own_link=None,
            **{name: tuple(words) for name, words in dates.items()},
        )
        lane = Lane.FIRST if is_pressing else None
        subject = about_run(cohort, reader.membership, until)
        self._post(MessageKind.NEW_DATES, letter, subject, reader, name=cohort.public_id, lane=lane)

    def _about(
        self,
        kind: MessageKind,
        session: PeerSession,
        reader: Recipient,
        told: HeldInvitation | None,
        *,
        asked_anew: bool = False,
        **words: Any,
    ) -> None:
        own_links = words.get("answer_link") == _OWN_LINK
        letter = self._letter(
            kind,
            reader,
            calendar=self._book.part(told, session, reader, asked_anew=asked_anew),
            own_link=link_for(session, reader.membership) if own_links else None,
            **{
                "when": self.when(session, reader),
                "link": self._session_page(session),
                "details": self._details_of(session, reader),
                **words,
            },
        )
        subject = about_session(session, reader.membership)
        key = None if told is None else told.key
        self._post(kind, letter, subject, reader, name=session.public_id, key=key)

    def _letter(
        self,
        kind: MessageKind,
        reader: Recipient,
        *,
        calendar: Any = None,
        own_link: str | None = None,
        **words: Any,
    ) -> Letter:
        name = (kind, calendar is None, *words.values())
        if name not in self._shared:
            self._shared[name] = letter_of(kind, _NOBODY, calendar=calendar, **words)
        shared = self._shared[name]
        text, html = shared.text, shared.html
        if own_link is not None:
            text, html = (one.replace(_OWN_LINK, own_link) for one in (text, html))
        return replace(
            shared,
            to=reader.mailbox,
            text=text,
            html=html,
            calendar=None if calendar is None else calendar.content,
            unsubscribe_url=reader.stop_link,
        )

    def _post(
        self,
        kind: MessageKind,
        letter: Letter,
        subject: Subject,
        reader: Recipient,
        *,
        name: str,
        key: str | None = None,
        lane: Lane | None = None,
    ) -> None:
        act = self._act
        at = act.parcel or f"{act.now:%Y%m%dT%H%M%S%fZ}"
        plain_key = f"{kind}:{name}:{reader.membership.public_id}:{at}"
        self._book.post(message(kind, letter, subject, act, key=key or plain_key, lane=lane))

    def _session_page(self, session: PeerSession) -> str:
        if session.public_id not in self._pages:
            self._pages[session.public_id] = page_of(session)
        return self._pages[session.public_id]

    def _details_of(self, session: PeerSession, reader: Recipient) -> Details | None:
        if not reader.full:
            return None
        if session.public_id not in self._details:
            self._details[session.public_id] = details_of(session, reader)
        return self._details[session.public_id]

"""The book of invitations (RFC 5546): which UID stands in whose calendar, and what it is told next.

For one act it reads every invitation, every letter in the threads concerned and every answer in a
handful of statements; answers from memory what is current and what comes next; and writes once. A
row of ``Invitation`` says what was last *meant* to be told; the outbox knows what really left. The
book brings both together as it reads.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select

from core import config
from core.db import db, public_id
from core.encryption import Unreadable, index_of
from core.mail import Mailbox
from core.outbox import UNDER_WAY, MailState, OutgoingMail, Posting, post_many, supersede
from groups.messages import Act
from groups.models import Cohort, Membership
from scheduling.attendance.answers import AnswersOf, answers_of
from scheduling.calendars.ical import Answer, Entry, Method
from scheduling.calendars.invitation_bytes import invitation as invitation_bytes
from scheduling.keeping.changes import next_change
from scheduling.keeping.entry_words import EntryWords, words_for
from scheduling.letters.emails import CalendarPart
from scheduling.letters.invitation_rows import (
    HeldInvitation,
    WrittenLetter,
    last_method,
    read,
    scope_of,
    supersede_letters,
    thread_of,
    write_told,
)
from scheduling.letters.recipients import Recipient, recipients_of
from scheduling.models import Detail, Invitation, PeerSession


@dataclass
class _Changes:
    """What is to be written: superseded letters with what takes their place, and new letters."""

    dropped: dict[int, str | None] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    #: The group about which nothing that waits shall leave.
    topic: str | None = None


class InvitationBook:
    """Every invitation, letter and answer of some members about some sessions, for one act."""

    def __init__(
        self, sessions: Sequence[PeerSession], memberships: Sequence[Membership], act: Act
    ) -> None:
        self.act = act
        #: Who is written to about these sessions.
        self.recipients: Sequence[Recipient] = ()
        self._scope = scope_of(sessions, memberships)
        self._read = read(self._scope)
        self._changes = _Changes()
        self._words: dict[tuple[int | None, int], EntryWords] = {}
        self._letters = defaultdict[str, list[WrittenLetter]](list)
        for row in self._read.letters:
            letter = WrittenLetter(*row)
            self._letters[letter.thread].append(letter)
        self._told = defaultdict[tuple[int, int], list[HeldInvitation]](list)
        for row in self._read.told:
            told = HeldInvitation(*row)
            told.method = Method(told.method)
            self._told[told.session_id, told.membership_id].append(told)
        for membership in memberships:
            for session in sessions:
                self.settle(session, membership)

    @classmethod
    def of_group(
        cls,
        cohort: Cohort,
        sessions: Sequence[PeerSession],
        act: Act,
        readers: Sequence[Recipient] | None = None,
    ) -> "InvitationBook":
        """Open the book for everybody who gets a group's dates, or for these readers only."""
        found = recipients_of(cohort, now=act.now) if readers is None else readers
        return cls.for_readers(sessions, found, act)

    @classmethod
    def for_readers(
        cls, sessions: Sequence[PeerSession], readers: Sequence[Recipient], act: Act
    ) -> "InvitationBook":
        """Open the book to write to these readers about these sessions."""
        book = cls(sessions, [one.membership for one in readers], act)
        book.recipients = readers
        return book

    # What is known.

    def letters(self, thread: str) -> list[WrittenLetter]:
        """Return the letters of one thread, oldest first."""
        return self._letters[thread]

    def newest(self, session: PeerSession, membership: Membership) -> HeldInvitation | None:
        """Return what this member's calendar was last told about a session, if ever anything."""
        return next(reversed(self._all(session, membership)), None)

    def current(self, session: PeerSession, membership: Membership) -> HeldInvitation | None:
        """Return the invitation that a member's calendar holds for a session, if there is one."""
        newest = self.newest(session, membership)
        return newest if newest is not None and newest.method == Method.REQUEST else None

    def update_waits(self, reader: Recipient) -> bool:
        """Return whether an update for this person's calendar waits, of whichever change."""
        return any(
            row.addressee == reader.membership.public_id and row.id not in self._changes.dropped
            for row in self._updates_under_way
        )

    @cached_property
    def _updates_under_way(self) -> Sequence[Any]:
        places = [reader.membership.public_id for reader in self.recipients]
        return db.session.execute(
            select(OutgoingMail.id, OutgoingMail.addressee).where(
                OutgoingMail.addressee.in_(places),
                OutgoingMail.state.in_(UNDER_WAY),
                OutgoingMail.key.startswith("invitation:"),
            )
        ).all()

    def may_hold(self, told: HeldInvitation, thread: str) -> bool:
        """Return whether a calendar may know about an invitation. Letters that are no longer kept
        have left long ago.
        """
        carried = [letter for letter in self._letters[thread] if letter.uid_index == told.uid_index]
        return not carried or any(letter.may_have_arrived for letter in carried)

    @cached_property
    def answers(self) -> AnswersOf:
        """What these members say about these sessions."""
        return answers_of(self._scope.sessions, self._scope.memberships)

    def numbers(self) -> object:
        """Return what was read, to compare with what is there later."""
        return self._read

    def still_holds(self) -> bool:
        """Return whether everything that was read is still so; belongs inside a transaction."""
        return read(self._scope, lock=True) == self._read

    # What comes next, in memory alone.

    def settle(self, session: PeerSession, membership: Membership) -> None:
        """Bring the invitations of a member to a session in line with what was and will be sent.

        The newest letter that was not taken back decides. Without one nothing stands, and another
        invitation can be issued under a UID of its own.
        """
        said = defaultdict[str, list[WrittenLetter]](list)
        for letter in self._letters.get(thread_of(session, membership), ()):
            said[letter.uid_index].append(letter)
        for told in self._all(session, membership):
            if (
                told.uid_index in said
                and (method := last_method(said[told.uid_index])) != told.method
            ):
                told.method, told.is_changed = method, True

    def drop(self, thread: str, *, by: str | None = None) -> list[WrittenLetter]:
        """Drop the letters of a thread that have not left; returns them. ``by`` is the batch of
        what takes their place: when that is recalled, they leave after all.
        """
        dropped = [letter for letter in self._letters.get(thread, ()) if letter.waits]
        for letter in dropped:
            letter.state = MailState.SUPERSEDED
            self._changes.dropped[letter.id] = by
        return dropped

    def drop_all_about(self, cohort: Cohort) -> None:
        """Drop everything about a group that has not left, to whomever."""
        self._changes.topic = cohort.public_id

    def request(self, session: PeerSession, membership: Membership) -> HeldInvitation:
        """Note that a member is to be asked: the current invitation in its next version, or, where
        there is none, a new one. A cancelled UID is never used again.
        """
        told = self.current(session, membership)
        if told is None:
            return self.renew(session, membership)
        told.sequence += 1
        return self._note(told, session, Method.REQUEST)

    def renew(self, session: PeerSession, membership: Membership) -> HeldInvitation:
        """Note that a member is to be asked under a new UID, whatever was said about older ones."""
        known = self._all(session, membership)
        name, uid = public_id(), f"{public_id()}@{config.current().host}"
        now = next_change(None, self.act.now)
        fresh = HeldInvitation(
            id=None,
            session_id=session.id,
            membership_id=membership.id,
            generation=known[-1].generation + 1 if known else 1,
            public_id=name,
            uid_sealed=Invitation.uid.seal(uid.encode(), name),
            uid_index=index_of(uid),
            sequence=0,
            method=Method.REQUEST,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            stamped_at=now,
            repeated_at=None,
            diary_changed_at=now,
            is_changed=True,
        )
        self._told[session.id, membership.id].append(fresh)
        return fresh

    def update(self, session: PeerSession, membership: Membership) -> HeldInvitation | None:
        """Note the next version of the current invitation; nothing where there is none."""
        if self.current(session, membership) is None:
            return None
        return self.request(session, membership)

    def cancel(self, session: PeerSession, membership: Membership) -> HeldInvitation | None:
        """Take the current invitation back, for ever; returns it if a calendar may hold it and has
        to be told.
        """
        told = self.current(session, membership)
        if told is None:
            return None
        told.sequence += 1
        self._note(told, session, Method.CANCEL)
        return told if self.may_hold(told, thread_of(session, membership)) else None

    def repeat(self, told: HeldInvitation) -> None:
        """Note that what was last said is said once more: SEQUENCE stays and DTSTAMP rises."""
        told.stamped_at = next_change(told.stamped_at, self.act.now)
        told.repeated_at, told.is_changed = self.act.now, True

    def part(
        self,
        told: HeldInvitation | None,
        session: PeerSession,
        recipient: Recipient,
        *,
        asked_anew: bool = False,
    ) -> CalendarPart | None:
        """Return the calendar part that says what was last noted about an invitation; nothing for
        none. What somebody said of another time is not in it (``asked_anew``).
        """
        if told is None:
            return None
        told.diary_changed_at, told.is_changed = recipient.diary.changed_at, True
        place, now = recipient.membership, self.act.now
        said = None if asked_anew else self.answers.said(session, place, now)
        try:
            return calendar_part(told, self._words_for(session, recipient), recipient, said)
        except Unreadable:
            # Nobody knows its UID any more. The letter says the same in words.
            return None

    # Writing, once.

    def post(self, posting: Posting) -> None:
        """Note a letter that is to be posted."""
        self._changes.postings.append(posting)

    def write(self) -> int:
        """Write everything that was noted, in a handful of statements; returns how many letters
        are new. Belongs inside a transaction.
        """
        supersede_letters(self._changes.dropped, self.act.now)
        if self._changes.topic is not None:
            supersede(self.act.now, topic=self._changes.topic, by=self.act.parcel)
        told = [one for held in self._told.values() for one in held if one.is_changed]
        write_told(told)
        return post_many(self._changes.postings, self.act.now)

    def _all(self, session: PeerSession, membership: Membership) -> list[HeldInvitation]:
        return self._told.get((session.id, membership.id), [])

    def _note(self, told: HeldInvitation, session: PeerSession, method: Method) -> HeldInvitation:
        told.method, told.is_changed = method, True
        told.starts_at, told.ends_at = session.starts_at, session.ends_at
        # DTSTAMP counts seconds and rises with every message about a UID.
        told.stamped_at = next_change(told.stamped_at, self.act.now)
        return told

    def _words_for(self, session: PeerSession, recipient: Recipient) -> EntryWords:
        # A full entry is the same for everybody, a discreet one the same for every session.
        is_full = recipient.diary.detail == Detail.FULL
        name = (session.id, 0) if is_full else (None, recipient.diary.id)
        if name not in self._words:
            self._words[name] = words_for(session, recipient.diary)
        return self._words[name]


def settle_all(sessions: Sequence[int], *, now: datetime) -> None:
    """Let the invitations to these sessions (by id) say again what calendars really hold, after
    letters about them were recalled.
    """
    concerned = select(Invitation.membership_id).where(Invitation.session_id.in_(sessions))
    found = select(PeerSession).where(PeerSession.id.in_(sessions))
    places = select(Membership).where(Membership.id.in_(concerned)).order_by(Membership.id)
    held = db.session.scalars(found).all()
    InvitationBook(held, db.session.scalars(places).all(), Act(now)).write()


def calendar_part(
    told: HeldInvitation, words: EntryWords, recipient: Recipient, answer: Answer | None
) -> CalendarPart:
    """Return the calendar part for one reader: one event, and them alone in it."""
    entry = Entry(
        uid=told.uid,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        summary=words.summary,
        description=words.description,
        location=words.location,
        changed_at=told.stamped_at,
        sequence=told.sequence,
        cancelled=told.method is Method.CANCEL,
        busy=recipient.diary.busy,
    )
    settings = config.current()
    content = invitation_bytes(
        entry,
        method=told.method,
        organiser=Mailbox(settings.site_name, settings.mail_from),
        attendee=recipient.mailbox,
        answer=answer,
        stamp=told.stamped_at,
    )
    return CalendarPart(content, told.method)

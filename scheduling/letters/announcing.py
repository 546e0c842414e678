"""Telling people what an act has done to their dates: one call for everything it changed.

A letter about one session carries its update. Several dates make one letter that lists what was and
what is; whoever has a calendar invitation for one of them also gets its update or its cancellation,
each by itself, since one of those holds one event (RFC 5546 section 3.2). Invitations to sessions
that are new follow when it is their turn.

Nobody is told what they know: news that had not left yet is taken in, and where a session is again
as its reader knows it nothing is said about it. So an act can drop letters and post none; its batch
is recalled like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select

from core.db import db
from groups.links import calendar_page
from groups.messages import SPECS, Act, MessageKind
from groups.models import Cohort
from scheduling.dates.when import When, when
from scheduling.letters.book import InvitationBook
from scheduling.letters.invitation_rows import WrittenLetter, run_thread_of, thread_of
from scheduling.letters.posting import NEAR, Writer
from scheduling.letters.recipients import Recipient
from scheduling.letters.taking_in import (
    Because,
    ChangeKind,
    Formerly,
    SessionChange,
    Stood,
    became,
    chain_of,
    stood_before,
)
from scheduling.models import PeerSession

__all__ = ["Because", "ChangeKind", "SessionChange", "announcement"]

_NEWS: Final = {kind for kind in MessageKind if SPECS[kind].taken_in}


def announcement(
    cohort: Cohort,
    changes: Sequence[SessionChange],
    act: Act,
    *,
    readers: Sequence[Recipient] | None = None,
    formerly: Formerly = MappingProxyType({}),
    because: Because | None = None,
) -> InvitationBook:
    """Return the book in which everybody in a group, or only these readers, are told what has
    become of these sessions, ready to be written. Changes stand in the order of their dates.

    ``formerly`` is what stood before changes whose letters may still wait; these are taken in.
    ``because`` says why all dates go: once a person, instead of a letter about each.
    """
    if not changes:
        return InvitationBook([], [], act)
    sessions = {one.session.id: one.session for one in changes if one.session.id is not None}
    earlier = _earlier_sessions(formerly, sessions) if because is None else {}
    new = [one.session for one in changes if one.session.id is None]
    book = InvitationBook.of_group(cohort, [*sessions.values(), *new], act, readers)
    telling = _Telling(cohort, changes, book, formerly, sessions | earlier)
    for reader in book.recipients:
        if because is not None:
            telling.no_more_dates(reader, because)
        else:
            telling.tell(reader, alone=readers is None)
    if because is not None:
        book.drop_all_about(cohort)
    return book


def _earlier_sessions(
    formerly: Formerly, known: Mapping[int, PeerSession]
) -> dict[int, PeerSession]:
    """Return the other sessions of which letters that wait may tell."""
    wanted = {key for stood in formerly.values() for key in stood} - set(known)
    if not wanted:
        return {}
    with db.session.no_autoflush:
        found = db.session.scalars(select(PeerSession).where(PeerSession.id.in_(wanted)))
        return {session.id: session for session in found}


@dataclass(frozen=True)
class _Line:
    """What one reader is told of one session: nothing, where ``what`` is missing."""

    what: SessionChange | None
    dropped: Sequence[WrittenLetter]
    #: Where the reader knew it to be, if that has changed.
    old: When | None = None

    def had(self, kind: MessageKind) -> bool:
        """Return whether a letter of this kind had not left."""
        return any(letter.kind == kind for letter in self.dropped)


class _Telling:
    """Everything that is told of one act, reader by reader."""

    def __init__(
        self,
        cohort: Cohort,
        changes: Sequence[SessionChange],
        book: InvitationBook,
        formerly: Formerly,
        sessions: Mapping[int, PeerSession],
    ) -> None:
        self._cohort, self._book, self._act = cohort, book, book.act
        self._venues = [one.session for one in changes if one.kind is ChangeKind.VENUE]
        self._changes = [one for one in changes if one.kind is not ChangeKind.VENUE]
        self._formerly, self._sessions = formerly, sessions
        self._writer = Writer(book)

    def tell(self, reader: Recipient, *, alone: bool) -> None:
        """Tell one reader; ``alone`` lets news about a single session be a letter by itself."""
        for session in self._venues[1:]:
            if reader.full and self._book.current(session, reader.membership) is not None:
                self._venue(session, reader)
        for session in self._venues[:1]:
            self._venue(session, reader)
        if not self._changes:
            return
        chain = self._chain_to_take_in(reader)
        lines = [self._line(one, reader, chain) for one in self._changes]
        single = alone and len(lines) == 1 and self._changes[0].kind is not ChangeKind.ADDED
        if single and not chain:
            self._one(lines[0], reader)
        else:
            self._several(lines, reader, chain)

    def _chain_to_take_in(self, reader: Recipient) -> list[str]:
        """Return the batches of an earlier letter about several dates that still waits, and of what
        that has taken in; none where it is told by itself: when it is not known what stood before,
        and for a single session of which it says nothing.
        """
        run = run_thread_of(self._cohort, reader.membership)
        chain = chain_of(self._book.letters(run))
        if any(parcel not in self._formerly for parcel in chain):
            return []
        if len(self._changes) > 1 or self._changes[0].kind is ChangeKind.ADDED:
            return chain
        only = self._changes[0].session.id
        return chain if any(only in self._formerly[parcel] for parcel in chain) else []

    def _line(self, change: SessionChange, reader: Recipient, chain: Sequence[str]) -> _Line:
        session, membership = change.session, reader.membership
        thread = thread_of(session, membership)
        chain = [*chain, *chain_of(self._book.letters(thread))]
        stood = stood_before(chain, session.id, self._formerly)
        line = _Line(change, self._book.drop(thread, by=self._act.parcel))
        if isinstance(stood, Stood | None):
            line = _Line(became(session, stood), line.dropped)
        if line.what is None or line.what.kind is ChangeKind.REINSTATED:
            # With its cancellation dropped, the former invitation may stand again.
            self._book.settle(session, membership)
        if line.what is None:
            self._say_the_rest(line, session, reader)
            return line
        # Where it stood in between is not mentioned to those who never got the letter about that.
        unknown = line.what is change and line.had(MessageKind.MOVED)
        old = None if line.what.was is None or unknown else self._said(line.what.was, reader)
        return _Line(line.what, line.dropped, old)

    def _say_the_rest(self, line: _Line, session: PeerSession, reader: Recipient) -> None:
        """Say what was dropped with news that is none any more."""
        kinds = {MessageKind(letter.kind) for letter in line.dropped} - _NEWS
        if MessageKind.VENUE in kinds:
            self._writer.venue(session, reader, self._book.update(session, reader.membership))
        elif kinds & {MessageKind.INVITATION, MessageKind.REFRESHED}:
            told = self._book.request(session, reader.membership)
            self._writer.invitation(session, reader, told)

    def _said(self, was: tuple[datetime, datetime, str], reader: Recipient) -> When:
        return when(*was, self._act.now, reader.zone_name)

    def _one(self, line: _Line, reader: Recipient) -> None:
        what = line.what
        if what is None:
            return
        session, membership = what.session, reader.membership
        match what.kind:
            case ChangeKind.CANCELLED:
                known = session.moved_from_at if line.had(MessageKind.MOVED) else None
                lasts = session.ends_at - session.starts_at
                old = line.old or (
                    None
                    if known is None
                    else self._writer.at(session, known, known + lasts, reader)
                )
                told = self._book.cancel(session, membership)
                self._writer.cancelled(session, reader, told, old)
            case ChangeKind.REINSTATED:
                self._writer.reinstated(session, reader)
            case _:
                self._writer.moved(session, reader, line.old, asked_anew=True)

    def _several(self, lines: Sequence[_Line], reader: Recipient, chain: Sequence[str]) -> None:
        run = run_thread_of(self._cohort, reader.membership)
        earlier: list[_Line] = []
        if chain:
            self._book.drop(run, by=self._act.parcel)
            earlier = self._told_before(chain, reader)
        said = [line for line in lines if line.what is not None]
        in_calendar = [line for line in said if self._stands(line, reader)]
        listed = sorted([*said, *earlier], key=_by_date)
        if not listed:
            return
        has_calendar = bool(in_calendar) or (bool(earlier) and self._book.update_waits(reader))
        self._list(listed, reader, has_calendar=has_calendar)
        for line in in_calendar:
            self._update(line, reader)

    def _told_before(self, chain: Sequence[str], reader: Recipient) -> list[_Line]:
        """Return what a letter that is taken in was to say of sessions that have not changed since,
        as it is now.
        """
        now = {one.session.id for one in self._changes}
        wanted = {key for parcel in chain for key in self._formerly[parcel]} - now
        found = []
        for key in wanted & set(self._sessions):
            stood = stood_before(chain, key, self._formerly)
            what = None if isinstance(stood, str) else became(self._sessions[key], stood)
            if what is not None:
                old = None if what.was is None else self._said(what.was, reader)
                found.append(_Line(what, (), old))
        return found

    def _stands(self, line: _Line, reader: Recipient) -> bool:
        """Return whether a calendar has to hear of it: it holds the session, or held it once."""
        assert line.what is not None  # noqa: S101 - only what is told is asked about
        session, membership = line.what.session, reader.membership
        if self._book.current(session, membership) is not None:
            return line.what.kind is not ChangeKind.ADDED
        if line.what.kind is not ChangeKind.REINSTATED or not reader.by_invitation:
            return False
        return self._book.newest(session, membership) is not None

    def _update(self, line: _Line, reader: Recipient) -> None:
        what = line.what
        if what is None or what.kind is not ChangeKind.CANCELLED:
            self._one(line, reader)
        elif (told := self._book.cancel(what.session, reader.membership)) is not None:
            self._writer.cancelled(what.session, reader, told, None)

    def _list(self, lines: Sequence[_Line], reader: Recipient, *, has_calendar: bool) -> None:
        told = [(line.what, line.old) for line in lines if line.what is not None]
        whens = {
            kind: [
                (self._writer.when(what.session, reader), old)
                for what, old in told
                if what.kind is kind
            ]
            for kind in ChangeKind
        }
        is_off = bool(whens[ChangeKind.CANCELLED])
        is_near = any(what.session.starts_at < self._act.now + NEAR for what, _ in told)
        self._writer.new_dates(
            self._cohort,
            reader,
            has_calendar=has_calendar,
            until=max(what.session.ends_at for what, _ in told),
            # The letter covers many dates: if one is cancelled or near, it is sent first.
            is_pressing=is_off or is_near,
            moved=whens[ChangeKind.MOVED],
            **{
                kind.value: [words for words, _ in whens[kind]]
                for kind in (ChangeKind.CANCELLED, ChangeKind.REINSTATED, ChangeKind.ADDED)
            },
        )

    def _venue(self, session: PeerSession, reader: Recipient) -> None:
        """Say that there is another place, and with it what this person has not been told yet."""
        membership = reader.membership
        thread = thread_of(session, membership)
        stood = stood_before(chain_of(self._book.letters(thread)), session.id, self._formerly)
        line = _Line(None, self._book.drop(thread, by=self._act.parcel))
        if line.had(MessageKind.MOVED):
            old = None
            if isinstance(stood, Stood):
                old = self._said((stood.starts_at, stood.ends_at, stood.zone_name), reader)
            self._writer.moved(session, reader, old)
        elif line.had(MessageKind.REINSTATED):
            self._writer.reinstated(session, reader)
        else:
            asked = reader.full or any(letter.uid_index for letter in line.dropped)
            told = self._book.update(session, membership) if asked else None
            self._writer.venue(session, reader, told)

    def no_more_dates(self, reader: Recipient, because: Because) -> None:
        """Say once why all dates go, and take those out of the calendar that it holds."""
        lines = [self._line(one, reader, ()) for one in self._changes]
        dates = [
            line.old or self._writer.when(one.session, reader)
            for one, line in zip(self._changes, lines, strict=True)
            if line.what is not None
        ]
        told = [
            (one.session, told)
            for one in self._changes
            if (told := self._book.cancel(one.session, reader.membership)) is not None
        ]
        if dates or told:
            self._writer.ended(self._cohort, reader, because, dates, has_calendar=bool(told))
        for session, invitation in told:
            self._writer.withdrawn(session, reader, invitation, calendar_page())


def _by_date(line: _Line) -> tuple[object, ...]:
    assert line.what is not None  # noqa: S101 - only what is told is put in order
    return line.what.session.starts_at, line.what.session.id or 0

"""First invitations to one session, to many members at once: few queries, and words said once.

Each letter is what ``scheduling.letters.issuing`` would write for its reader alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from core.db import db, insert_many
from core.mail import Letter, Mailbox
from core.outbox import post_many
from groups.models import Membership, MembershipState
from scheduling.attendance.answer_links import link_for
from scheduling.attendance.answers import said_about
from scheduling.dates.when import When
from scheduling.letters import calendar_parts, emails
from scheduling.letters.emails import CalendarPart, Details
from scheduling.letters.posting import Act, details_of, page_of, posting_about, when_of
from scheduling.letters.recipients import Recipient
from scheduling.models import Diary, Invitation, KeptBy, PeerSession, SessionState

#: Stands in a letter where each reader's own link goes, until it is theirs.
_OWN_LINK: Final = "https://own-link.invalid/"
_NOBODY: Final = Mailbox("", "nobody@own-link.invalid")

_NEVER_INVITED: Final = (
    select(Membership, Diary)
    .join(Diary, Diary.person_id == Membership.person_id)
    .where(
        Membership.id.in_(bindparam("membership_ids", expanding=True)),
        Membership.state == MembershipState.ACTIVE,
        Diary.kept_by == KeptBy.INVITATIONS,
        ~select(Invitation.id)
        .where(
            Invitation.session_id == bindparam("session_id"),
            Invitation.membership_id == Membership.id,
        )
        .exists(),
    )
    .order_by(Membership.id)
)
_WITH_ITS_RUN: Final = (joinedload(PeerSession.cohort), joinedload(PeerSession.series))


def invite_together(session_id: int, membership_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Invite those of these members who have never been invited to a session; returns the ids of
    their places. Nobody is where the session is off or over.
    """
    session = db.session.get_one(PeerSession, session_id, options=_WITH_ITS_RUN)
    if session.state != SessionState.PLANNED or session.starts_at <= now:
        return set()
    # It loads everybody as well, so nobody has to be asked for once more.
    speakers = said_about(session, now=now)
    answers = {speaker.person.id: speaker.said.answer for speaker in speakers}
    letters = _Letters(session, now)
    told, postings, act = [], [], Act(now)
    for recipient in _never_invited(session_id, membership_ids):
        fresh = calendar_parts.first(session, recipient, now=now)
        answer = answers.get(recipient.membership.person_id)
        part = calendar_parts.part_with(answer, fresh, session, recipient)
        letter = letters.to(recipient, part)
        kind = "invitation"
        postings.append(posting_about(session, letter, recipient, act, kind=kind, told=fresh))
        told.append(fresh)
    insert_many(Invitation, [_columns(one) for one in told])
    post_many(postings, now)
    return {one.membership_id for one in told}


def _never_invited(session_id: int, membership_ids: Sequence[int]) -> Iterator[Recipient]:
    values = {"session_id": session_id, "membership_ids": membership_ids}
    for membership, diary in db.session.execute(_NEVER_INVITED, values):
        yield Recipient(membership, diary)


def _columns(told: Invitation) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Invitation.__data_class__ if name != "id"}


class _Letters:
    """The letters about one session: readers who are told the same share its words."""

    def __init__(self, session: PeerSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._page = page_of(session)
        self._whens: dict[str, When] = {}
        self._shared: dict[tuple[When, Details | None], Letter] = {}

    def to(self, recipient: Recipient, part: CalendarPart) -> Letter:
        """Return the letter to one reader, with their own link and calendar part."""
        shared = self._words(self._when(recipient), details_of(self._session, recipient), part)
        own = link_for(self._session, recipient.membership)
        return replace(
            shared,
            to=recipient.mailbox,
            text=shared.text.replace(_OWN_LINK, own),
            html=shared.html.replace(_OWN_LINK, own),
            calendar=part.content,
            calendar_method=part.method.value,
        )

    def _when(self, recipient: Recipient) -> When:
        zone_name = recipient.zone_name
        if zone_name not in self._whens:
            self._whens[zone_name] = when_of(self._session, self._now, recipient)
        return self._whens[zone_name]

    def _words(self, when: When, details: Details | None, part: CalendarPart) -> Letter:
        if (when, details) not in self._shared:
            self._shared[when, details] = emails.invitation(
                _NOBODY,
                when=when,
                link=self._page,
                answer_link=_OWN_LINK,
                details=details,
                calendar=part,
            )
        return self._shared[when, details]

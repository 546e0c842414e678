"""What one person is told about one session: each letter once, and what it takes the place of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.mail import Letter
from core.outbox import MailState, OutgoingMail, supersede
from core.web import link
from scheduling.attendance.answer_links import link_for
from scheduling.dates.when import When, when
from scheduling.letters import calendar_parts, emails
from scheduling.letters.posting import Act, details_of, page_of, part_of, post_about, when_of
from scheduling.letters.recipients import Recipient, recipients_of
from scheduling.models import Invitation, PeerSession

#: Says one thing to one reader, who had not got these letters yet; returns whether it was posted.
Tell = Callable[[Recipient, list[OutgoingMail]], bool]


@dataclass(frozen=True)
class About:
    """One session, one reader, and the act of which the letter tells."""

    session: PeerSession
    recipient: Recipient
    act: Act

    @property
    def when(self) -> When:
        """When the session is now, as this reader is told."""
        return when_of(self.session, self.act.now, self.recipient)

    def at(self, starts_at: datetime, ends_at: datetime) -> When:
        """Put other times of the session into the same words."""
        zones = (self.session.zone_name, self.act.now, self.recipient.zone_name)
        return when(starts_at, ends_at, *zones)


def tell_all(session: PeerSession, act: Act, tell: Tell) -> int:
    """Let ``tell`` write to everybody in the group about a session; returns how many letters."""
    told = 0
    for recipient in recipients_of(session.cohort, now=act.now):
        calendar_parts.settle(session, recipient.membership)
        told += tell(recipient, drop(About(session, recipient, act)))
    return told


def drop(about: About) -> list[OutgoingMail]:
    """Drop what this person was to be told about the session and has not left; return it."""
    session, membership = about.session, about.recipient.membership
    letters = calendar_parts.letters_about(session, membership)
    dropped = [mail for mail in letters if mail.state == MailState.DUE]
    if dropped:
        thread = calendar_parts.thread_of(session, membership)
        supersede(about.act.now, thread=thread, by=about.act.parcel)
    return dropped


def has(kind: str, letters: list[OutgoingMail]) -> bool:
    """Tell whether a letter of this kind is among these."""
    return any(mail.kind == kind for mail in letters)


def update(about: About) -> Invitation | None:
    """Return the standing invitation in its next version, if one stands."""
    if calendar_parts.standing(about.session, about.recipient.membership) is None:
        return None
    return calendar_parts.request(about.session, about.recipient, now=about.act.now)


def post_moved(about: About, before: When | None) -> bool:
    """Say that a session has moved; ``before`` is where the reader knew it to be."""
    told = update(about)
    letter = emails.moved(
        about.recipient.mailbox,
        new=about.when,
        old=before,
        link=page_of(about.session),
        answer_link=link_for(about.session, about.recipient.membership),
        details=details_of(about.session, about.recipient),
        calendar=part_of(told, about.session, about.recipient),
    )
    return _post(about, letter, "moved", told)


def post_cancelled(about: About, told: Invitation | None, known: When | None) -> bool:
    """Say that a session does not take place; ``told`` is the invitation that a calendar holds,
    already taken back.
    """
    letter = emails.cancelled(
        about.recipient.mailbox,
        when=about.when,
        known=known,
        link=page_of(about.session),
        help_link=link("public.help"),
        details=details_of(about.session, about.recipient),
        calendar=part_of(told, about.session, about.recipient),
    )
    return _post(about, letter, "cancelled", told)


def post_reinstated(about: About) -> bool:
    """Say that a session takes place after all. Who had it in their calendar gets it back."""
    invited = calendar_parts.ever_invited(about.session, about.recipient.membership)
    wanted = about.recipient.by_invitation and invited
    told = (
        calendar_parts.request(about.session, about.recipient, now=about.act.now)
        if wanted
        else update(about)
    )
    letter = emails.reinstated(
        about.recipient.mailbox,
        when=about.when,
        link=page_of(about.session),
        answer_link=link_for(about.session, about.recipient.membership),
        details=details_of(about.session, about.recipient),
        calendar=part_of(told, about.session, about.recipient),
    )
    return _post(about, letter, "reinstated", told)


def post_place(about: About, told: Invitation | None) -> bool:
    """Say that there is another place or room."""
    letter = emails.place_changed(
        about.recipient.mailbox,
        when=about.when,
        link=page_of(about.session),
        details=details_of(about.session, about.recipient),
        calendar=part_of(told, about.session, about.recipient),
    )
    return _post(about, letter, "place", told)


def _post(about: About, letter: Letter, kind: str, told: Invitation | None) -> bool:
    return post_about(about.session, letter, about.recipient, about.act, kind=kind, told=told)

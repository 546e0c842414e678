"""How long *when* is kept: answers, letters, private links, and drafts nobody went on with."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core import config, moment
from core.db import db
from core.encryption import key_ring
from core.outbox import MailState, OutgoingMail, blank
from core.retention import Rule
from groups.access import HERE
from groups.cohorts import delete_draft
from groups.models import Cohort, CohortState, Grant, Membership, OfferState, Person, PlaceOffer
from scheduling.attendance.answers import KEPT
from scheduling.erasure import erase
from scheduling.models import CalendarMail, Feed, KeptFeed, PeerSession, Reply, Reversal
from scheduling.replies import collecting

#: In the mailbox itself what was dealt with is deleted just as soon.
CALENDAR_MAIL = collecting.KEPT
REVERSALS = timedelta(days=1)
LETTER_WORDS = timedelta(hours=24)
#: A parked letter waits for an operator, who can still send it.
PARKED_WORDS = timedelta(days=14)
LETTER_ROWS = timedelta(days=90)
#: For this long an ended link serves an empty calendar; ``scheduling.feeds.contents`` relies on it.
REVOKED_FEEDS = timedelta(days=30)
UNREAD_FEEDS = timedelta(days=30)
DRAFTS = timedelta(days=90)
NEVER_PROVED = timedelta(days=30)


def _replies(now: datetime) -> Select[int]:
    return (
        select(Reply.id)
        .join(PeerSession, PeerSession.id == Reply.session_id)
        .where(PeerSession.ends_at < now - KEPT)
    )


def _calendar_mail(now: datetime) -> Select[int]:
    return select(CalendarMail.id).where(CalendarMail.read_at < now - CALENDAR_MAIL)


def _reversals(now: datetime) -> Select[int]:
    return select(Reversal.id).where(Reversal.made_at < now - REVERSALS)


def _letter_words(now: datetime) -> Select[int]:
    # In the demo the mailbox is there to be read.
    kept = false() if config.current().demo else OutgoingMail.body_sealed.is_not(None)
    settled = (OutgoingMail.final_at < now - LETTER_WORDS) & (
        OutgoingMail.state != MailState.PARKED
    )
    waited = OutgoingMail.final_at < now - PARKED_WORDS
    return select(OutgoingMail.id).where(kept, settled | waited)


def _letter_rows(now: datetime) -> Select[int]:
    kept = false() if config.current().demo else OutgoingMail.final_at < now - LETTER_ROWS
    return select(OutgoingMail.id).where(kept)


def _revoked_feeds(now: datetime) -> Select[int]:
    return select(Feed.id).where(Feed.revoked_at < now - REVOKED_FEEDS)


def _kept_feeds(now: datetime) -> Select[int]:
    """Bodies that nobody has read lately, and those that another key than today's sealed."""
    read = select(Feed.id).where(
        Feed.diary_id == KeptFeed.diary_id, Feed.last_read_on >= (now - UNREAD_FEEDS).date()
    )
    beside = KeptFeed.made_of.contains(f" {key_ring().current} ", autoescape=True)
    return select(KeptFeed.diary_id).where(or_(~read.exists(), ~beside))


def _drafts(now: datetime) -> Select[int]:
    """Drafts in which nothing was decided lately: planning again dates the sessions anew."""
    since = now - DRAFTS
    planned = select(PeerSession.id).where(
        PeerSession.cohort_id == Cohort.id, PeerSession.dates_changed_at >= since
    )
    invited = select(PlaceOffer.id).where(
        PlaceOffer.cohort_id == Cohort.id, PlaceOffer.created_at >= since
    )
    return select(Cohort.id).where(
        Cohort.state == CohortState.DRAFT,
        Cohort.created_at < since,
        ~planned.exists(),
        ~invited.exists(),
    )


def _never_proved(now: datetime) -> Select[int]:
    """People who said yes from a letter, never typed a code, and have had no place for a while."""
    since = now - NEVER_PROVED
    kept = (
        select(Membership.id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .where(
            Membership.person_id == Person.id,
            or_(
                Membership.left_at > since,
                Membership.state.in_(HERE)
                & or_(Cohort.state != CohortState.ENDED, Cohort.ended_at > since),
            ),
        )
    )
    asked = select(PlaceOffer.id).where(
        PlaceOffer.email_index == Person.email_index,
        PlaceOffer.state.in_((OfferState.DRAFTED, OfferState.OPEN)),
    )
    return select(Person.id).where(
        Person.proved_at.is_(None),
        Person.id.not_in(select(Grant.person_id).where(Grant.withdrawn_at.is_(None))),
        Person.id.in_(select(Membership.person_id)),
        ~kept.exists(),
        ~asked.exists(),
    )


def _forget_people(ids: list[int]) -> None:
    for identifier in ids:
        person = db.session.get_one(Person, identifier)
        erase(person, now=moment.now(), keep_wish=True)


def _delete_drafts(ids: list[int]) -> None:
    for identifier in ids:
        delete_draft(db.session.get_one(Cohort, identifier))


def _deleting(column: InstrumentedAttribute[int]) -> Any:
    def forget(ids: list[int]) -> None:
        db.session.execute(delete(column.class_).where(column.in_(ids)))

    return forget


RULES: tuple[Rule, ...] = (
    Rule(
        "replies",
        "Whether you said you are coming: deleted 30 days after the session",
        _replies,
        _deleting(Reply.id),
    ),
    Rule(
        "calendar-mail",
        "That a calendar program answered by e-mail: deleted after 30 days, in the mailbox too",
        _calendar_mail,
        _deleting(CalendarMail.id),
    ),
    Rule(
        "reversals",
        "What stood there before a change that could be undone: deleted after a day",
        _reversals,
        _deleting(Reversal.id),
    ),
    Rule(
        "letter-words",
        "What a message said, and to whom: blanked 24 hours after it left",
        _letter_words,
        blank,
    ),
    Rule(
        "letter-rows",
        "That a message was sent: deleted 90 days after it left",
        _letter_rows,
        _deleting(OutgoingMail.id),
    ),
    Rule(
        "revoked-feeds",
        "A private calendar link you ended: deleted after 30 days",
        _revoked_feeds,
        _deleting(Feed.id),
    ),
    Rule(
        "kept-feeds",
        "What a private calendar link last gave: deleted when nobody has read it for 30 days",
        _kept_feeds,
        _deleting(KeptFeed.diary_id),
    ),
    Rule(
        "never proved",
        "Someone who said yes by e-mail and never signed in: forgotten 30 days after their last "
        "place ended",
        _never_proved,
        _forget_people,
    ),
    Rule(
        "drafts",
        "A group that was never opened: deleted after 90 days without a change",
        _drafts,
        _delete_drafts,
    ),
)

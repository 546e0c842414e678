"""How a person keeps the dates: the choices about their diary, and their private links."""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from core.db import db
from core.encryption import key_ring
from core.errors import DomainError, NotFound
from core.text import clean_line, problem_in
from core.tokens import digest, sign, unsign
from core.transaction import hold
from groups import accounts
from groups.access import WHOEVER
from groups.models import Membership, Person
from scheduling.access import feeds_of
from scheduling.keeping.changes import next_change
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession
from scheduling.models.diary import NEUTRAL_WORDS

LONGEST_WORDS: Final = 60
LONGEST_LABEL: Final = 40
MOST_FEEDS: Final = 10
FIRST_LABEL: Final = "My calendar"
ENTRY_KEY_BYTES: Final = 32
#: Purpose and life of the link at the foot of a reminder that stops reminders.
STOP: Final = "stop"
STOP_LASTS: Final = timedelta(days=365)
_PROOF_LENGTH: Final = 24


_FIRST_FEED: Final = feeds_of(WHOEVER).options(contains_eager(Feed.diary)).limit(1)


def existing_diary(person: Person) -> Diary | None:
    """Return this person's diary, or ``None`` while they have none."""
    return db.session.scalars(select(Diary).where(Diary.person_id == person.id)).one_or_none()


def first_feed(person: Person) -> Feed | None:
    """Return this person's oldest private link that works, with its diary in the same query."""
    return db.session.scalars(_FIRST_FEED, {"person_id": person.id}).one_or_none()


def diary_of(person: Person, *, now: datetime) -> Diary:
    """Return this person's diary; make one if there is none, with a first private link if their
    address has been proved.

    Making one writes, so this belongs inside a transaction.
    """
    diary = existing_diary(person)
    if diary is None:
        # Two who find none make one after the other, and the second finds the first one's.
        hold(person)
        diary = existing_diary(person)
    if diary is None:
        diary = Diary(
            person_id=person.id,
            entry_key=secrets.token_bytes(ENTRY_KEY_BYTES),
            changed_at=next_change(None, now),
        )
        db.session.add(diary)
        db.session.flush()
        if person.proved_at is not None:
            make_feed(diary, FIRST_LABEL, now=now)
    return diary


def first_link(person: Person, now: datetime) -> None:
    """Give someone who has just proved their address the first private link to the diary they
    already had; until then nobody could have asked for one.
    """
    diary = existing_diary(person)
    if diary is not None:
        make_feed(diary, FIRST_LABEL, now=now)


accounts.WHEN_PROVED.append(first_link)


def choose(
    diary: Diary,
    *,
    kept_by: KeptBy,
    detail: Detail,
    words: str,
    busy: bool,
    reminders: bool,
    now: datetime,
) -> None:
    """Take over what a person chose; empty ``words`` stand for the neutral ones.

    Raises DomainError when the words are too long. Only what shows in a calendar counts as a
    change of its entries.
    """
    cleaned = clean_line(words)
    problem = problem_in(cleaned, longest=LONGEST_WORDS) if cleaned else None
    if problem:
        raise DomainError(problem, field="words")
    before = _visible(diary)
    diary.kept_by, diary.detail = KeptBy(kept_by), Detail(detail)
    diary.words = cleaned or None
    diary.busy, diary.reminders = busy, reminders
    if _visible(diary) != before:
        diary.changed_at = next_change(_newest_change(diary), now)


def renew_stamps(*, now: datetime) -> int:
    """Let everything that private calendars show count as changed ``now``, for readers who may
    have seen later changes than we know of; returns how many calendars there are.
    """
    for diary in (diaries := db.session.scalars(select(Diary).order_by(Diary.id)).all()):
        diary.changed_at = next_change(diary.changed_at, now)
    return len(diaries)


def remind(diary: Diary, *, wanted: bool) -> None:
    """Turn reminders on or off. Dates, changes and cancellations are sent either way."""
    diary.reminders = wanted


def stop_token(person: Person) -> str:
    """Return the secret part of the link that stops this person's reminders, for a letter to the
    address they have now.
    """
    return sign(STOP, f"{person.public_id}:{_proof(person)}")


def diary_to_stop(token: str) -> Diary | None:
    """Return the diary whose reminders a link from a letter stops, or nothing when that letter
    went to an address which is no longer the person's.

    Raises NotFound when the link was forged, is more than a year old, or its person has gone.
    """
    public_id, _, proof = unsign(STOP, token, STOP_LASTS).partition(":")
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    diary = None if person is None else existing_diary(person)
    if person is None or diary is None:
        raise NotFound
    return diary if compare_digest(proof, _proof(person)) else None


def _proof(person: Person) -> str:
    """Return what tells a letter to this address from one to an address they had before."""
    return digest(f"{person.public_id}:{person.email_index}")[:_PROOF_LENGTH]


def make_feed(diary: Diary, label: str, *, now: datetime) -> Feed:
    """Make another private link, for the device or app that ``label`` names.

    Raises DomainError for somebody whose address has not been proved, for a label that cannot be
    shown and when there are ten links already.
    """
    hold(diary)
    if db.session.get_one(Person, diary.person_id).proved_at is None:
        raise DomainError("Sign in with a code before you make a private link.")
    problem = problem_in(label, longest=LONGEST_LABEL)
    if problem:
        raise DomainError(problem, field="label")
    if _feeds_in_use(diary) >= MOST_FEEDS:
        raise DomainError(
            "You have ten private links, which is the most. End one you no longer use first.",
            field="label",
        )
    feed = Feed(diary_id=diary.id, label=clean_line(label), token_hash="", created_at=now)
    # The token is made from the row's own id.
    feed.token_hash = digest(feed_token(feed))
    db.session.add(feed)
    db.session.flush()
    return feed


def revoke_feed(feed: Feed, *, now: datetime) -> None:
    """End a private link: its calendar is empty for 30 days and then no longer there."""
    feed.revoked_at = feed.revoked_at or now


def feed_token(feed: Feed) -> str:
    """Return the secret part of a private link."""
    return key_ring().private_token("feed", feed.public_id)


def _feeds_in_use(diary: Diary) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(Feed.diary_id == diary.id, Feed.revoked_at.is_(None))
        )
        or 0
    )


def _visible(diary: Diary) -> tuple[str, str | None, bool]:
    """Return what a calendar shows of a diary's choices; a full entry has no use for the words."""
    words = None if diary.detail == Detail.FULL else diary.words or NEUTRAL_WORDS
    return (diary.detail, words, diary.busy)


def _newest_change(diary: Diary) -> datetime:
    """Return the newest change that any entry of this diary can show."""
    dates, details = db.session.execute(
        select(func.max(PeerSession.dates_changed_at), func.max(PeerSession.details_changed_at))
        .join(Membership, Membership.cohort_id == PeerSession.cohort_id)
        .where(Membership.person_id == diary.person_id)
    ).one()
    return max(moment for moment in (diary.changed_at, dates, details) if moment is not None)

"""Diaries: what somebody chose, and their private links."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.encryption import blind_index
from core.errors import DomainError, NotFound
from core.tokens import digest, sign
from core.transaction import transaction
from groups import accounts
from groups.models import Person
from scheduling.keeping import diaries
from scheduling.keeping.diaries import MOST_FEEDS
from scheduling.models import Detail, Diary, Feed, KeptBy
from tests.build import CREATED, a_cohort, a_member, a_person, a_series, a_session


@pytest.fixture
def diary(app: Flask) -> Diary:
    """The diary of somebody who has chosen nothing yet."""
    found = diaries.existing_diary(a_person())
    assert found is not None
    return found


def choose(diary: Diary, now: datetime, **changes: object) -> None:
    """Choose what holds for everybody at first, but for these changes."""
    values: dict[str, object] = {
        "kept_by": KeptBy.INVITATIONS,
        "detail": Detail.DISCREET,
        "words": "",
        "busy": True,
        "reminders": True,
    }
    with transaction():
        diaries.choose(diary, **{**values, **changes}, now=now)  # type: ignore[arg-type]  # the tests name real choices


def a_newcomer(now: datetime, **values: object) -> Person:
    """Somebody without a diary, whose address has not been proved."""
    with transaction():
        person = Person(
            email="a@b.example", email_index=blind_index("a@b.example"), created_at=now, **values
        )
        db.session.add(person)
    return person


def test_a_diary_is_made_once_with_a_first_link(app: Flask, now: datetime) -> None:
    person = a_newcomer(now, proved_at=now)
    with transaction():
        made = diaries.diary_of(person, now=now)
    with transaction():
        again = diaries.diary_of(person, now=now)

    assert (again.id, len(again.entry_key), again.changed_at) == (made.id, 32, now)
    assert [feed.label for feed in again.feeds] == ["My calendar"]


def test_an_address_that_is_not_proved_has_a_diary_and_no_link(app: Flask, now: datetime) -> None:
    person = a_newcomer(now)
    with transaction():
        diary = diaries.diary_of(person, now=now)

    with pytest.raises(DomainError), transaction():
        diaries.make_feed(diary, "Phone", now=now)

    assert db.session.scalars(select(Feed)).all() == []


def test_proving_the_address_gives_the_first_link_once(app: Flask, now: datetime) -> None:
    person = a_newcomer(now)
    with transaction():
        diary = diaries.diary_of(person, now=now)

    for _ in range(2):
        with transaction():
            accounts.prove(person, now=now)

    assert [feed.label for feed in diary.feeds] == ["My calendar"]


def test_two_diaries_have_different_keys(app: Flask, now: datetime) -> None:
    with transaction():
        people = [
            Person(email=address, email_index=blind_index(address), created_at=now)
            for address in ("a@b.example", "c@d.example")
        ]
        db.session.add_all(people)
        db.session.flush()
        keys = {diaries.diary_of(person, now=now).entry_key for person in people}

    assert len(keys) == 2


def test_own_words_are_cleaned_and_stored_sealed(diary: Diary, now: datetime) -> None:
    choose(diary, now, words="  Hold\u202e for\r\nme ")

    assert diary.words == "Hold for me"
    assert b"Hold" not in bytes(diary.words_sealed or b"")


def test_words_over_sixty_characters_are_refused_beside_their_field(
    diary: Diary, now: datetime
) -> None:
    with pytest.raises(DomainError) as refusal:
        choose(diary, now, words="x" * 61)

    assert (refusal.value.field, refusal.value.words) == (
        "words",
        "Keep this to 60 characters or fewer",
    )


@pytest.mark.parametrize(
    "change", [{"words": "Hold"}, {"detail": Detail.FULL}, {"busy": False}], ids=str
)
def test_what_a_calendar_shows_raises_the_moment_of_change(
    diary: Diary, now: datetime, change: dict[str, object]
) -> None:
    choose(diary, now, **change)

    assert diary.changed_at == now


@pytest.mark.parametrize(
    "change",
    [{}, {"words": "Private appointment"}, {"kept_by": KeptBy.FEED}, {"reminders": False}],
    ids=str,
)
def test_what_no_calendar_shows_leaves_the_moment_of_change(
    diary: Diary, now: datetime, change: dict[str, object]
) -> None:
    choose(diary, now, **change)

    assert diary.changed_at == CREATED


def test_words_do_not_count_while_everything_is_shown(diary: Diary, now: datetime) -> None:
    choose(diary, now, detail=Detail.FULL)

    choose(diary, now + timedelta(hours=1), detail=Detail.FULL, words="Hold")

    assert diary.changed_at == now


def test_a_choice_comes_after_every_change_of_a_session(diary: Diary, now: datetime) -> None:
    cohort = a_cohort()
    a_member(cohort, diary.person)
    a_session(a_series(cohort), details_changed_at=now + timedelta(seconds=9))

    choose(diary, now, words="Hold")

    assert diary.changed_at == now + timedelta(seconds=11)


def test_only_the_hash_of_a_private_link_is_stored(diary: Diary, now: datetime) -> None:
    with transaction():
        feed = diaries.make_feed(diary, " Work\nlaptop ", now=now)

    assert feed.label == "Work laptop"
    assert feed.token_hash == digest(diaries.feed_token(feed))
    assert len(diaries.feed_token(feed)) == 43


def test_a_link_needs_a_name(diary: Diary, now: datetime) -> None:
    with pytest.raises(DomainError) as refusal:
        diaries.make_feed(diary, " \u200b ", now=now)

    assert refusal.value.field == "label"


def test_an_eleventh_link_is_refused_until_one_is_ended(diary: Diary, now: datetime) -> None:
    with transaction():
        made = [diaries.make_feed(diary, f"Phone {n}", now=now) for n in range(MOST_FEEDS)]
    with pytest.raises(DomainError, match="ten private links"):
        diaries.make_feed(diary, "One more", now=now)

    with transaction():
        diaries.revoke_feed(made[0], now=now)
        diaries.make_feed(diary, "One more", now=now)

    assert db.session.scalar(select(func.count()).select_from(Feed)) == MOST_FEEDS + 1


def test_ending_a_link_twice_keeps_the_first_moment(diary: Diary, now: datetime) -> None:
    with transaction():
        feed = diaries.make_feed(diary, "Phone", now=now)
        diaries.revoke_feed(feed, now=now)
        diaries.revoke_feed(feed, now=now + timedelta(days=1))

    assert feed.revoked_at == now


def test_the_link_of_a_reminder_leads_to_its_diary(diary: Diary) -> None:
    assert diaries.diary_to_stop(diaries.stop_token(diary.person)) == diary


def test_the_link_of_a_reminder_to_a_former_address_leads_to_no_diary(diary: Diary) -> None:
    token = diaries.stop_token(diary.person)

    with transaction():
        diary.person.email_index = blind_index("amina.new@people.example")

    assert diaries.diary_to_stop(token) is None


@pytest.mark.parametrize("purpose", ["stop", "return"])
def test_a_link_for_nobody_or_for_another_use_leads_nowhere(app: Flask, purpose: str) -> None:
    with pytest.raises(NotFound):
        diaries.diary_to_stop(sign(purpose, "nobody"))

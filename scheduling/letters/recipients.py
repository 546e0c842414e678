"""Who is written to about a group's dates, and how much a letter to them may say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from core.db import db
from core.mail import NOBODY, Mailbox
from groups.links import stop_reminders
from groups.models import Cohort, Membership, Person
from scheduling.access import active_memberships
from scheduling.keeping.diaries import diary_of, stop_token
from scheduling.models import Detail, Diary, KeptBy


@dataclass(frozen=True)
class Recipient:
    """One person as a reader of letters about one group."""

    membership: Membership
    diary: Diary

    @cached_property
    def mailbox(self) -> Mailbox:
        """Where letters go. Without the name: the address alone gives less away."""
        return Mailbox("", self.membership.person.email)

    @property
    def is_reachable(self) -> bool:
        """Whether there is an address to write to: not where it can no longer be read."""
        return self.mailbox.address != NOBODY

    @property
    def zone_name(self) -> str:
        """The IANA zone in which this person lives."""
        return self.membership.person.time_zone

    @cached_property
    def stop_link(self) -> str:
        """The link that turns this person's reminders off, and touches nothing else."""
        return stop_reminders(stop_token(self.membership.person))

    @property
    def full(self) -> bool:
        """Whether letters and entries may name the group and its place."""
        return self.diary.detail == Detail.FULL

    @property
    def by_invitation(self) -> bool:
        """Whether calendar invitations come by e-mail."""
        return self.diary.kept_by == KeptBy.INVITATIONS


def recipient_of(membership: Membership, *, now: datetime) -> Recipient:
    """Return the person in this place as a reader; makes their diary if they have none yet."""
    return Recipient(membership, diary_of(membership.person, now=now))


def recipients_of(cohort: Cohort, *, now: datetime) -> list[Recipient]:
    """Return everybody who gets this group's dates, facilitators among them, in one query."""
    return _recipients(active_memberships(cohort), now)


def recipients_in(places: Collection[int], *, now: datetime) -> list[Recipient]:
    """Return the people in these places, by their ids, in one query."""
    return _recipients(select(Membership).where(Membership.id.in_(places)), now)


def _recipients(places: Select[Membership], now: datetime) -> list[Recipient]:
    rows = db.session.execute(
        places.join(Membership.person)
        .outerjoin(Diary, Diary.person_id == Person.id)
        .options(contains_eager(Membership.person))
        .add_columns(Diary)
    ).all()
    return [
        Recipient(membership, diary or diary_of(membership.person, now=now))
        for membership, diary in rows
    ]

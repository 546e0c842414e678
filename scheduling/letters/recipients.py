"""Who is written to about a group's dates, and how much a letter to them may say."""

from dataclasses import dataclass
from datetime import datetime

from core.db import db
from core.mail import Mailbox
from core.web import link
from groups.models import Cohort, Membership, Person
from scheduling.access import active_memberships
from scheduling.keeping.diaries import diary_of, stop_token
from scheduling.models import Detail, Diary, KeptBy


@dataclass(frozen=True)
class Recipient:
    """One person as a reader of letters about one group."""

    membership: Membership
    diary: Diary

    @property
    def mailbox(self) -> Mailbox:
        """Where letters go. Without the name: the address alone gives less away."""
        return Mailbox("", self.membership.person.email)

    @property
    def zone_name(self) -> str:
        """The IANA zone in which this person lives."""
        return self.membership.person.time_zone

    @property
    def stop_link(self) -> str:
        """The link that turns this person's reminders off, and touches nothing else."""
        return link("calendar.stop", token=stop_token(self.membership.person))

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
    rows = db.session.execute(
        active_memberships(cohort)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Diary, Diary.person_id == Person.id)
        .add_columns(Person, Diary)
    ).all()
    return [
        Recipient(membership, diary or diary_of(person, now=now))
        for membership, person, diary in rows
    ]


def members_told(cohort: Cohort) -> list[Membership]:
    """Return the places whose holders get this group's dates, without making anything."""
    return list(db.session.scalars(active_memberships(cohort)))

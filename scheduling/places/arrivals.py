"""Taking a place that was offered: account, place, diary and the first dates in one step."""

from dataclasses import dataclass
from datetime import datetime

from groups import accounts, offers
from groups.models import Membership, Person, PlaceOffer
from scheduling.keeping import diaries
from scheduling.letters import invitations
from scheduling.models import Detail, KeptBy


@dataclass(frozen=True)
class DiaryChoices:
    """What an invited person chooses about their diary; empty ``words`` are the neutral ones."""

    kept_by: KeptBy = KeptBy.INVITATIONS
    detail: Detail = Detail.DISCREET
    words: str = ""


class SignInFirst(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The address has an account, so whoever answers must be signed in to it."""


def belongs_to(offer: PlaceOffer, person: Person) -> bool:
    """Tell whether an offer was made to this person's address."""
    return person.email_index == offer.email_index


def has_account(offer: PlaceOffer) -> bool:
    """Tell whether the address of an offer has an account; only ask for whoever has its link."""
    return accounts.person_with(offer.email) is not None


def choices_of(person: Person) -> DiaryChoices:
    """Return how this person keeps their dates now, to offer the same again."""
    diary = diaries.existing_diary(person)
    if diary is None:
        return DiaryChoices()
    return DiaryChoices(KeptBy(diary.kept_by), Detail(diary.detail), diary.words or "")


def arrive(
    offer: PlaceOffer, asking: Person | None, choices: DiaryChoices, *, now: datetime
) -> Membership:
    """Take the place for whoever is asking, who may be somebody new; arriving twice is harmless.

    ``now`` is aware, in UTC. Raises ``SignInFirst`` if the address has an account that is not
    signed in here, and ``DomainError`` if the place cannot be taken or the words not be shown.
    """
    # Two taps at once must not make two accounts, so the place is held before looking for one.
    offers.hold_offer(offer)
    person = asking or _newcomer(offer, now)
    before = offer.membership
    membership = offers.accept(offer, person, now=now)
    if membership is before:
        return membership
    _keep_dates(person, choices, now)
    invitations.welcome(membership, now=now)
    return membership


def _newcomer(offer: PlaceOffer, now: datetime) -> Person:
    if has_account(offer):
        raise SignInFirst
    return accounts.register(offer.email, name=offer.name, now=now)


def _keep_dates(person: Person, choices: DiaryChoices, now: datetime) -> None:
    diary = diaries.diary_of(person, now=now)
    diaries.choose(
        diary,
        kept_by=choices.kept_by,
        detail=choices.detail,
        words=choices.words,
        busy=diary.busy,
        reminders=diary.reminders,
        now=now,
    )

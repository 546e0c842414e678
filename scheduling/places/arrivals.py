"""Taking a place that was offered: account, place, diary and the first dates in one step."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import DomainError
from groups import accounts, offer_answers, offers
from groups.links import help_page
from groups.memberships import has_a_place
from groups.messages import Act
from groups.models import Membership, OfferState, Person, PlaceOffer, Role
from scheduling.attendance.answers import ask_each_time
from scheduling.keeping import diaries
from scheduling.letters.bulk_invitations import welcome
from scheduling.letters.taking_in import Because
from scheduling.letters.withdraw import withdraw_all
from scheduling.models import Detail, KeptBy

AFTER_SIGNING_IN = "You can make a private link once you’ve signed in."


@dataclass(frozen=True)
class DiaryChoices:
    """What an invited person chooses about their diary; empty ``words`` are the neutral ones."""

    kept_by: KeptBy = KeptBy.INVITATIONS
    detail: Detail = Detail.DISCREET
    words: str = ""


class SignInFirst(Exception):
    """The person who answers must be signed in with the offer's address."""


def belongs_to(offer: PlaceOffer, person: Person) -> bool:
    """Return whether an offer was made to this person's address."""
    return person.email_index == offer.email_index


def must_sign_in(offer: PlaceOffer) -> bool:
    """Return whether people must sign in to answer an offer: if its address was proved, or if it
    asks someone to facilitate. Only ask this for a person who has its link.
    """
    if offer.role != Role.MEMBER:
        return True
    person = accounts.person_with(offer.email)
    return person is not None and person.proved_at is not None


def keeps_dates(offer: PlaceOffer) -> bool:
    """Return whether the address of an offer has a diary already, which no link may change."""
    person = accounts.person_with(offer.email)
    return person is not None and not _is_new(person)


def _is_new(person: Person) -> bool:
    """Return whether a diary can be chosen from a letter: nothing depends on any existing one."""
    if diaries.existing_diary(person) is None:
        return True
    return person.proved_at is None and not has_a_place(person)


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

    ``asking`` is who is signed in; nobody is where the yes comes from the letter. A diary that
    there is already stays as it is then, because a link is no proof of whose it is.

    ``now`` is aware, in UTC. Raises ``SignInFirst`` if whoever answers has to be signed in, and
    ``DomainError`` if the place cannot be taken or the words not be shown.
    """
    # Two taps at once must not make two accounts, so the place is held before looking for one.
    offers.hold_offer(offer)
    person = asking or _from_letter(offer, now)
    chooses = asking is not None or _is_new(person)
    before = offer.membership if offer.state == OfferState.ACCEPTED else None
    membership = offer_answers.accept(offer, person, now=now)
    if membership is before:
        return membership
    if chooses:
        _keep_dates(person, choices, now)
    welcome(membership, now=now)
    return membership


def take_back(offer: PlaceOffer, *, now: datetime) -> None:
    """Take back a yes that came from the letter: the place is free, and calendars that hold its
    dates are sent their cancellations. Twice is harmless.

    ``now`` is aware, in UTC. Raises ``DomainError`` once the address has been proved.
    """
    place = offer_answers.take_back(offer, now=now)
    if place is not None:
        ask_each_time(place)
        # What the letters lead to can be read without an account.
        withdraw_all(place, Act(now), because=Because.LEFT, more=help_page())


def expect(offer: PlaceOffer, *, now: datetime) -> None:
    """Let a code sent to this offer's address prove something: a person asked to facilitate gets an
    account before they answer, which is forgotten again if no code is typed.
    """
    offers.hold_offer(offer)
    if offer.role != Role.MEMBER and accounts.person_with(offer.email) is None:
        accounts.register(offer.email, name=offer.name, now=now)


def _from_letter(offer: PlaceOffer, now: datetime) -> Person:
    if must_sign_in(offer):
        raise SignInFirst
    known = accounts.person_with(offer.email)
    if known is not None:
        return known
    try:
        return accounts.register(offer.email, name=offer.name, now=now)
    except DomainError:
        # Another group's offer to this address was taken at this moment.
        known = accounts.person_with(offer.email)
        if known is None:
            raise
        return known


def _keep_dates(person: Person, choices: DiaryChoices, now: datetime) -> None:
    if choices.kept_by == KeptBy.FEED and person.proved_at is None:
        raise DomainError(AFTER_SIGNING_IN, field="kept_by")
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

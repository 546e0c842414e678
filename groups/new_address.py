"""Moving an account to another address, which a code sent there has proved.

Whoever asks learns nothing about whose address it is: one that belongs to another account looks
the same, and gets a letter that says so instead of a code; one that asked us never to write to it
looks the same as well, and gets nothing. What follows for dates and calendars is in
``scheduling.places.readdressing``, which is the way in.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core import config
from core.db import db
from core.encryption import blind_index
from core.errors import DomainError
from core.letters import written
from core.lookup import all_in
from core.mail import Letter, Mailbox
from core.throttle import Limit, take
from core.tokens import sign, unsign
from groups.access import sign_ins_of
from groups.accounts import end_sign_in, person_with
from groups.codes import end_codes, in_halves, request_code
from groups.codes_under_way import Asker, Purpose
from groups.links import address_not_mine, help_page
from groups.messages import Act, MessageKind, about_person, message, post_message
from groups.models import Membership, OfferState, Person, PlaceOffer
from groups.offers import asked_not_to_write
from groups.proving import Refusal, use_code

#: Purpose and life of the link by which the former address says that it was not them.
NOT_ME: Final = "not me"
NOT_ME_LASTS: Final = timedelta(days=7)
#: For one person, whatever addresses they try: nobody else can use it up.
LIMITS_OF_PERSON: Final = (
    Limit(3, timedelta(minutes=15)),
    Limit(10, timedelta(days=1)),
)
SAME: Final = "That is the address you have now."
TAKEN: Final = "There is an account with this address already. Sign in with it instead."


def ask(
    person: Person, address: str, *, browser: str, network: str | None, now: datetime
) -> datetime | None:
    """Send a code to the address a person wants to have, for one browser.

    Returns nothing, or the moment from which it may be asked again if it was asked too often.
    Raises DomainError for the address they have.
    """
    if blind_index(address) == person.email_index:
        raise DomainError(SAME, field="address")
    retry_at = take("new address of", person.public_id, LIMITS_OF_PERSON, now)
    if retry_at is None:
        asker = Asker(browser, network)
        request_code(address, Purpose.NEW_ADDRESS, asker, _writes_to(address), now=now)
    return retry_at


def prove(address: str, typed: str, *, browser: str, now: datetime) -> Refusal | None:
    """Return why these digits do not prove a new address, or nothing when they do."""
    return use_code(address, typed, Purpose.NEW_ADDRESS, browser=browser, now=now)


def take_over(person: Person, address: str, *, now: datetime) -> None:
    """Give an account the address that was proved. The former one is told; codes that were sent
    to it and every sign-in end.

    Raises DomainError if somebody else has got an account with this address in the meantime.
    """
    if person_with(address) is not None:
        raise DomainError(TAKEN, field="code")
    former = person.email
    close_sign_ins(person, now=now)
    person.email, person.email_index = address, blind_index(address)
    person.reached_at = person.proved_at = now
    db.session.flush()
    _readdress_offers(person)
    letter = written(
        "address_changed",
        Mailbox("", former),
        contact=config.current().public_contact,
        not_me_link=address_not_mine(not_me_token(person)),
        help_link=help_page(),
    )
    made = message(
        MessageKind.ADDRESS_CHANGED,
        letter,
        about_person(person),
        Act(now),
        key=f"address-changed:{person.public_id}:{now:%Y%m%dT%H%M%S%fZ}",
    )
    post_message(made, now)


def not_me_token(person: Person) -> str:
    """Return the secret of the link by which the former address says that it was not them."""
    return sign(NOT_ME, person.public_id)


def disowned(token: str) -> Person | None:
    """Return whose address was changed as that link says, or nothing if they are gone.

    Raises NotFound when the link was forged or is older than seven days.
    """
    public_id = unsign(NOT_ME, token, NOT_ME_LASTS)
    return db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()


def close_sign_ins(person: Person, *, now: datetime) -> None:
    """End every sign-in of this person, and every code that could start another."""
    end_codes(person.email, now=now)
    for sign_in in all_in(sign_ins_of(person)):
        end_sign_in(sign_in, now)


def _writes_to(address: str) -> Callable[[str, str], tuple[Letter, bool]]:
    def write(digits: str, _token: str) -> tuple[Letter, bool]:
        to = Mailbox("", address)
        # One letter either way, and the same work.
        code = written("new_address", to, code=in_halves(digits))
        taken = written("address_taken", to)
        letter = code if person_with(address) is None else taken
        return letter, asked_not_to_write(blind_index(address)) is None

    return write


def _readdress_offers(person: Person) -> None:
    """Let the offers this person took know the new address, so that nothing keeps the old one.

    Offers that are still open stay with the address they were made to.
    """
    taken = select(PlaceOffer).join(Membership, Membership.id == PlaceOffer.membership_id)
    for offer in db.session.scalars(
        taken.where(Membership.person_id == person.id, PlaceOffer.state == OfferState.ACCEPTED)
    ).all():
        other = db.session.scalar(
            select(PlaceOffer.id).where(
                PlaceOffer.cohort_id == offer.cohort_id,
                PlaceOffer.email_index == person.email_index,
            )
        )
        if other is None:
            offer.email, offer.email_index = person.email, person.email_index
        else:
            db.session.delete(offer)

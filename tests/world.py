"""A small world in which every confidential field holds a canary, for the access table."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from core.db import db
from core.outbox import MailState, OutgoingMail, Promise
from core.transaction import transaction
from groups.models import Cohort, CohortState, MembershipState, OfferState, Person, PlaceOffer, Role
from scheduling.attendance.answer_links import token_for
from scheduling.keeping.diaries import diary_of
from scheduling.models import Detail, PeerSession
from tests.build import (
    a_cohort,
    a_facilitator,
    a_feed,
    a_member,
    a_person,
    a_prompt,
    a_series,
    a_session,
    an_offer,
)
from tests.conftest import NOW

#: Everybody who asks in the access table; "nobody" is a browser without a sign-in, and "unproved"
#: somebody with a place whose address no code has proved, in a browser that holds a sign-in.
CAST = (
    "nobody",
    "unproved",
    "member",
    "fellow",
    "paused",
    "left",
    "facilitator",
    "co_facilitator",
    "outside_member",
    "outside_facilitator",
    "operator",
)
SIGNED_IN = frozenset(CAST) - {"nobody", "unproved"}
EVERYBODY = frozenset(CAST)
RUNS_IT = frozenset({"facilitator", "co_facilitator"})
IN_IT = frozenset({"member", "fellow", "paused", "facilitator", "co_facilitator"})
WAS_IN_IT = IN_IT | {"left"}
MAY_OPEN = frozenset({"facilitator", "outside_facilitator"})

CANARIES = {
    "group": "Qzgroupkwxv",
    "member": "Qzmemberjfhd",
    "fellow": "Qzfellowplmt",
    "member_address": "qzaddressbnvc",
    "offer_address": "qzofferwrtz",
    "room": "qzroomdfgk",
    "place": "Qzplacemnbr",
    "hidden_prompt": "Qzhiddenxcvs",
    "shown_prompt": "Qzshownlkjp",
    "diary_words": "Qzdiarytyuw",
    "draft": "Qzdraftghjq",
}
#: What a member may read about the group they are in.
OF_THE_GROUP = frozenset({"group", "room", "place", "shown_prompt"})


@dataclass
class World:
    """One group with everybody in it, and the ids and secrets of its things."""

    people: dict[str, Person]
    cohort: Cohort
    draft: Cohort
    past: PeerSession
    coming: PeerSession
    ids: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """A world as plain values, from which a test finds it again in a copy of its database."""

    people: dict[str, int]
    cohort: int
    draft: int
    past: int
    coming: int
    ids: dict[str, str]

    @classmethod
    def of(cls, world: World) -> Self:
        """Return what has to be known of a world."""
        people = {name: person.id for name, person in world.people.items()}
        cohort, draft = world.cohort.id, world.draft.id
        return cls(people, cohort, draft, world.past.id, world.coming.id, dict(world.ids))

    def found(self) -> World:
        """Return the world in the database of the app that is open now."""
        get = db.session.get_one
        return World(
            {name: get(Person, one) for name, one in self.people.items()},
            get(Cohort, self.cohort),
            get(Cohort, self.draft),
            get(PeerSession, self.past),
            get(PeerSession, self.coming),
            dict(self.ids),
        )


def build_world() -> World:
    """Make the world; every builder commits."""
    people = _people()
    cohort = a_cohort(people["facilitator"], name=f"{CANARIES['group']} evenings")
    _places(cohort, people)
    series = a_series(
        cohort,
        count=3,
        first=date(2026, 11, 12),
        place=CANARIES["place"],
        room=f"https://rooms.example/{CANARIES['room']}",
    )
    past = a_session(series, date(2026, 11, 12), number=1, prompts_shown_at=NOW)
    coming = a_session(series, date(2026, 11, 26), number=2, prompts_shown_at=NOW)
    later = a_session(series, date(2027, 1, 14), number=3)
    a_prompt(coming, f"{CANARIES['shown_prompt']} and what then?")
    prompt = a_prompt(later, f"{CANARIES['hidden_prompt']} and what then?")
    draft = a_cohort(
        people["facilitator"], name=f"{CANARIES['draft']} mornings", state=CohortState.DRAFT
    )
    drafted = a_series(draft, first=date(2027, 1, 14), count=2)
    a_session(drafted, date(2027, 1, 14), number=1)
    offer, token = an_offer(cohort, f"{CANARIES['offer_address']}@people.example", now=NOW)
    drafted_offer, _ = an_offer(draft, "later@people.example", state=OfferState.DRAFTED)
    feed, feed_token = a_feed(people["member"])
    ids = {
        "session_id": coming.public_id,
        "later_session_id": later.public_id,
        "letter_id": _a_parked_letter(cohort, offer),
        "offer_id": offer.public_id,
        "drafted_offer_id": drafted_offer.public_id,
        "membership_id": _place_of(cohort, people["member"]),
        "feed_id": feed.public_id,
        "feed_token": feed_token,
        "offer_token": token,
        "answer_token": _answer_token(cohort, people["member"], coming),
        "prompt_id": prompt.public_id,
        "planned_on": "2027-01-14",
    }
    return World(people, cohort, draft, past, coming, ids)


def _a_parked_letter(cohort: Cohort, offer: PlaceOffer) -> str:
    with transaction():
        mail = OutgoingMail(
            key="a parked letter",
            kind="offer",
            promise=Promise.MUST_ARRIVE,
            state=MailState.PARKED,
            recipient=offer.email,
            body=b"",
            message_id="<parked@alcove.example>",
            message_index="<parked@alcove.example>",
            topic=cohort.public_id,
            addressee=offer.public_id,
            created_at=NOW,
            due_at=NOW,
            final_at=NOW,
        )
        db.session.add(mail)
    return mail.public_id


def _people() -> dict[str, Person]:
    people = {
        "facilitator": a_facilitator("Amara"),
        "co_facilitator": a_person("Tom"),
        "member": a_person(CANARIES["member"], f"{CANARIES['member_address']}@people.example"),
        "fellow": a_person(CANARIES["fellow"]),
        "unproved": a_person("Uma", proved_at=None),
        "paused": a_person("Paula"),
        "left": a_person("Lars"),
        "outside_member": a_person("Olu"),
        "outside_facilitator": a_facilitator("Olga"),
        "operator": a_person("Sol", operates=True),
    }
    with transaction():
        diary = diary_of(people["member"], now=NOW)
        diary.words, diary.detail = CANARIES["diary_words"], Detail.DISCREET
    return people


def _places(cohort: Cohort, people: dict[str, Person]) -> None:
    a_member(cohort, people["co_facilitator"], Role.CO_FACILITATOR)
    for name in ("member", "fellow", "unproved", "paused", "left"):
        a_member(cohort, people[name])
    elsewhere = a_cohort(people["outside_facilitator"], name="Elsewhere")
    a_member(elsewhere, people["outside_member"])
    with transaction():
        for membership in cohort.memberships:
            if membership.person_id == people["paused"].id:
                membership.state = MembershipState.PAUSED
            if membership.person_id == people["left"].id:
                membership.state = MembershipState.LEFT
                membership.left_at = NOW - timedelta(days=1)


def _answer_token(cohort: Cohort, person: Person, session: PeerSession) -> str:
    [place] = [place for place in cohort.memberships if place.person_id == person.id]
    return token_for(session, place)


def _place_of(cohort: Cohort, person: Person) -> str:
    found = [place for place in cohort.memberships if place.person_id == person.id]
    return found[0].public_id

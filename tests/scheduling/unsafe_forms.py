"""Every form of the site that changes something: where it stands, who sends it, what is typed.

``tests/scheduling/test_sent_twice.py`` sends each of them twice at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core.db import db
from core.transaction import transaction
from groups import offer_answers
from groups.models import Membership, PlaceOffer, SignIn
from scheduling.letters import bulk_invitations
from scheduling.models import PeerSession, SessionState
from scheduling.reflection import prompts
from tests.conftest import NOW
from tests.page import PageClient
from tests.world import World

Prepare = Callable[[World, PageClient], None]


def nothing(_world: World, _browser: PageClient) -> None:
    """Leave the world as it is."""


@dataclass(frozen=True)
class Unsafe:
    """One form: the page it stands on, who sends it, and what they type.

    ``page`` is an endpoint. ``first`` is typed into a form that only leads to the page that checks
    it; the form on that page is then the one that is sent. ``button`` is the value of the button.
    ``after`` names the form whose *Undo* this one is.
    """

    page: str
    who: str = "facilitator"
    typed: Mapping[str, str] = field(default_factory=dict)
    first: Mapping[str, str] | None = None
    button: str | None = None
    prepare: Prepare = nothing
    after: str | None = None
    #: What the second answer says where it cannot say what the first one does.
    second: str | None = None


def _place(world: World, name: str) -> Membership:
    person = world.people[name].id
    which = {"person_id": person, "cohort_id": world.cohort.id}
    return db.session.query(Membership).filter_by(**which).one()


def _offer(world: World) -> PlaceOffer:
    return db.session.query(PlaceOffer).filter_by(public_id=world.ids["offer_id"]).one()


def invited(world: World, _browser: PageClient) -> None:
    """Let everybody's calendar hold invitations, so that changes bring letters."""
    with transaction():
        for name in ("facilitator", "co_facilitator", "member", "fellow"):
            bulk_invitations.welcome(_place(world, name), now=NOW - timedelta(days=5))


def cancelled(world: World, browser: PageClient) -> None:
    """Cancel the coming session, of which everybody has heard."""
    invited(world, browser)
    with transaction():
        db.session.get_one(PeerSession, world.coming.id).state = SessionState.CANCELLED


def declined(world: World, _browser: PageClient) -> None:
    """Say no to the place that is offered."""
    with transaction():
        offer_answers.decline(_offer(world), now=NOW)


def accepted(world: World, browser: PageClient) -> None:
    """Say yes to it, by its link alone."""
    browser.post(f"/i/{world.ids['offer_token']}/accept", data=YES)


def elsewhere(world: World, browser: PageClient) -> None:
    """Sign the member in in another browser."""
    PageClient(browser.application, browser.response_wrapper).sign_in(world.people["member"])


def long_ago(_world: World, _browser: PageClient) -> None:
    """Make every sign-in an hour old."""
    with transaction():
        for row in db.session.query(SignIn):
            row.started_at = NOW - timedelta(hours=1)


def with_theme(world: World, _browser: PageClient) -> None:
    """Give the later session a theme and two more prompts."""
    with transaction():
        found = select(PeerSession).where(PeerSession.public_id == world.ids["later_session_id"])
        session = db.session.scalars(found).one()
        prompts.choose_theme(session, "boundaries", now=NOW)
        prompts.add_prompt(session, "What would help?", now=NOW)


def with_code(world: World, browser: PageClient) -> None:
    """Ask for a code in this browser."""
    browser.post("/sign-in", data={"address": world.people["member"].email})


def with_new_address(_world: World, browser: PageClient) -> None:
    """Ask for a code for another address."""
    browser.post("/account/address", data={"address": NEW_ADDRESS})


NEW_ADDRESS: Final = "new@people.example"
YES: Final = {"agree": "y", "entry": "neutral", "kept_by": "invitations"}
#: Typed where a code is to be typed.
CODE: Final = "the code"
SET_UP: Final = {
    "name": "Morning group",
    "first_on": "2027-01-14",
    "starts": "5pm",
    "ends": "6pm",
    "sessions": "4",
    "people": "gita@people.example",
}
PLACE: Final = {"place_kind": "in_person", "place": "Hall"}
ANSWER: Final = {"answer": "no"}

#: Every endpoint that takes a POST, with its form.
FORMS: Final[dict[str, Unsafe]] = {
    "account.save": Unsafe("account.show", "member", {"name": "Amina K"}),
    "account.end_all_others": Unsafe("account.show", "member", prepare=elsewhere),
    "account.end": Unsafe("account.show", "member", prepare=elsewhere),
    "account.sign_in_again": Unsafe(
        "account.download",
        "member",
        prepare=long_ago,
        second="You were signed out. Sign in and carry on.",
    ),
    "answering.again": Unsafe("home.session", "member", prepare=invited),
    "answering.answer": Unsafe("answering.show", "nobody", {"answer": "not_this_time"}),
    "answering.usually": Unsafe("home.show", "member", button="usually"),
    "calendar.add_feed": Unsafe("calendar.show", "member", {"label": "Phone"}),
    "calendar.choose": Unsafe("calendar.show", "fellow", {"words": "Reading time"}),
    "calendar.revoke": Unsafe("calendar.show", "member"),
    "calendar.stop": Unsafe("calendar.stop", "nobody", ANSWER),
    "dates.add": Unsafe("dates.add", first={"on": "2027-02-18"}, prepare=invited),
    "dates.pause": Unsafe(
        "dates.pause",
        first={"from_on": "2027-01-01", "until_on": "2027-02-01"},
        prepare=invited,
    ),
    "dates.pattern": Unsafe("dates.pattern", first={"first_on": "2026-12-03"}, prepare=invited),
    "dates.end": Unsafe("dates.end", first={}, prepare=invited),
    "dates.longer": Unsafe("dates.longer", first={"number": "2"}, prepare=invited),
    "disowning.act": Unsafe("disowning.show", "nobody", ANSWER),
    "erasing.erase": Unsafe("erasing.show", "member"),
    "home.answer": Unsafe("home.session", "member", button="not_this_time"),
    "leaving.depart": Unsafe("leaving.leave", "member", prepare=invited),
    "leaving.pause": Unsafe("leaving.leave", "member", prepare=invited),
    "leaving.resume": Unsafe("leaving.leave", "paused"),
    "leaving.come_back": Unsafe("leaving.leave", "left"),
    "offers.accept": Unsafe("offers.show", "nobody", {"agree": "y"}),
    "offers.go_on": Unsafe("offers.show", "nobody", prepare=accepted),
    "offers.take_back": Unsafe("offers.take_back", "nobody", {"sure": "y"}, prepare=accepted),
    "offers.decline": Unsafe("offers.decline", "nobody", {"never_again": "y"}),
    "offers.stop": Unsafe("offers.stop", "nobody", ANSWER),
    "offers.reconsider": Unsafe("offers.show", "nobody", {"sure": "y"}, prepare=declined),
    "offers.name": Unsafe("offers.name", "member", {"name": "Ami"}),
    "operating.retry": Unsafe("operating.show", "operator"),
    "operating.drop": Unsafe("operating.show", "operator"),
    "people.invite": Unsafe("people.invite", first={"people": "gita@people.example, jo@b.example"}),
    "people.resend": Unsafe("people.show"),
    "people.withdraw": Unsafe("people.show"),
    "people.remove": Unsafe("people.remove", prepare=invited),
    "placing.change": Unsafe("placing.change", first=PLACE, prepare=invited),
    "prompts.plan": Unsafe("prompts.plan", typed={"days": "9"}),
    "prompts.session": Unsafe("prompts.session", typed={"words": "What stayed with you?"}),
    "prompts.theme": Unsafe("prompts.session", typed={"theme": "boundaries"}),
    "prompts.use": Unsafe("prompts.session", prepare=with_theme),
    "prompts.move": Unsafe("prompts.session", prepare=with_theme),
    "prompts.remove": Unsafe("prompts.session"),
    "readdressing.ask": Unsafe("readdressing.ask", "member", {"address": NEW_ADDRESS}),
    "readdressing.code": Unsafe(
        "readdressing.code", "member", {"code": CODE}, prepare=with_new_address
    ),
    "reshaping.days": Unsafe("reshaping.days", first={"days": "7"}, prepare=invited),
    "reshaping.weekday": Unsafe("reshaping.weekday", first={"weekday": "2"}, prepare=invited),
    "reshaping.hours": Unsafe(
        "reshaping.hours", first={"starts": "5pm", "ends": "6pm"}, prepare=invited
    ),
    "running.again": Unsafe("running.delivery"),
    "running.end": Unsafe("running.end", prepare=invited, button="yes"),
    "running.place": Unsafe("running.place", first=PLACE, prepare=invited),
    "running.undo": Unsafe("running.show", after="sessions.cancel"),
    "sessions.cancel": Unsafe("sessions.cancel", prepare=invited, button="yes"),
    "sessions.came": Unsafe("sessions.show", typed={"came": "5"}),
    "sessions.move": Unsafe("sessions.move", first={"on": "2026-12-03"}, prepare=invited),
    "sessions.reinstate": Unsafe("sessions.reinstate", prepare=cancelled, button="yes"),
    "setting_up.new": Unsafe("setting_up.new", typed=SET_UP),
    "setting_up.edit": Unsafe("setting_up.edit", typed={"name": "Evening group"}),
    "setting_up.send": Unsafe("setting_up.check"),
    "setting_up.delete": Unsafe("setting_up.delete"),
    "setting_up.one_date": Unsafe("setting_up.one_date", typed={"held_on": "2027-01-15"}),
    "setting_up.drop_date": Unsafe("setting_up.one_date"),
    "setting_up.restore_date": Unsafe("setting_up.check", after="setting_up.one_date"),
    "sign_in.ask": Unsafe("sign_in.ask", "nobody", {"address": "qzaddressbnvc@people.example"}),
    "sign_in.code": Unsafe("sign_in.code", "nobody", {"code": CODE}, prepare=with_code),
    "sign_in.again": Unsafe("sign_in.code", "nobody", prepare=with_code),
    "sign_in.letter": Unsafe("sign_in.letter", "nobody", prepare=with_code),
    "sign_in.leave": Unsafe("home.show", "member"),
    "sign_in.out": Unsafe("account.show", "member"),
    "sign_in.forget": Unsafe("account.show", "member"),
}

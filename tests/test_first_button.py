"""What a program can do that opens the links of our letters and presses the buttons there.

Mail gateways look at links in browsers of their own, and some press what they find. Every link of
every letter is opened here by a browser in which nobody is signed in, and every button pressed
with the page as it came: nothing may be other than before. A letter with a new link is looked at
without a word added here.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.db import Base, db
from core.lookup import find
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups import offer_answers
from groups.access import offers_run_by
from scheduling.attendance import answers
from scheduling.keeping.diaries import diary_of
from scheduling.models import Answer
from tests import test_confidentiality as access_table
from tests.conftest import NOW
from tests.page import PageClient
from tests.pressing import forms_on, press, press_everything
from tests.scheduling import post
from tests.scheduling.letters_written import WRITTEN
from tests.world import World

empty_database, kept_world = access_table.empty_database, access_table.kept_world
world = access_table.world

LINK = re.compile(r"https://alcove\.example[^\s\"<>]*")
#: Where a choice has to be made before the button.
ASKING = {"answering.show", "calendar.stop", "disowning.show", "offers.show", "offers.stop"}
#: Where a code has to be typed before the button.
TYPING = {"sign_in.letter"}
SIGNED_IN = {"home.show", "home.session", "calendar.show", "operating.show"}


def as_it_came(world: World) -> None:
    """Nobody has used any of the links."""


def used(world: World) -> None:
    """Whoever the links are for has used each of them."""
    person = world.people["member"]
    offer = find(offers_run_by(world.people["facilitator"]), world.ids["offer_id"])
    with transaction():
        [place] = [one for one in world.cohort.memberships if one.person_id == person.id]
        answers.give(world.coming, place, Answer.COMING, now=NOW)
        diary_of(person, now=NOW).reminders = False
        offer_answers.decline(offer, now=NOW, never_again=True)


@pytest.fixture
def linked(app: Flask) -> set[str]:
    """The pages that any letter links to, in its words or in its List-Unsubscribe."""
    found = set()
    for write in WRITTEN.values():
        letter = write()
        everything = " ".join((letter.text, letter.html or "", letter.unsubscribe_url or ""))
        found |= {urlsplit(url).path or "/" for url in LINK.findall(everything)}
    urls = app.url_map.bind("alcove.example")
    return {urls.match(path, method="GET")[0] for path in found}


def opened(app: Flask, endpoint: str, world: World) -> tuple[PageClient, TestResponse]:
    """Return a browser nobody has used before, and the page to which a link leads it."""
    browser = PageClient(app, app.response_class)
    token = {"token": code_link(app, world)} if endpoint in TYPING else {}
    path = access_table.address(app, endpoint, world, **token)
    return browser, browser.get(path, follow_redirects=True)


def code_link(app: Flask, world: World) -> str:
    """Return the secret in a letter with a code for which another browser has asked."""
    sent = select(OutgoingMail).where(OutgoingMail.kind == "code")
    if db.session.scalars(sent).first() is None:
        asker = PageClient(app, app.response_class)
        asker.post("/sign-in", data={"address": world.people["member"].email})
    letter = post.opened(db.session.scalars(sent).one())
    found = re.search(r"/sign-in/letter/([\w-]+)", letter.text)
    assert found is not None
    return found[1]


@pytest.mark.any_database
def test_letters_link_to_these_pages_and_no_others(linked: set[str]) -> None:
    assert linked == ASKING | TYPING | SIGNED_IN | {"public.help"}


@pytest.mark.any_database
@pytest.mark.parametrize("before", [as_it_came, used])
def test_the_first_button_alone_changes_nothing(
    app: Flask, world: World, linked: set[str], before: Callable[[World], None]
) -> None:
    before(world)
    code_link(app, world)
    stood, changed, pressed = access_table.fingerprint(app), set[str](), 0

    for endpoint in sorted(linked):
        browser, page = opened(app, endpoint, world)
        for number in range(len(forms_on(page))):
            browser, page = opened(app, endpoint, world)
            press(browser, forms_on(page)[number])
            pressed += 1
        changed |= {endpoint} if access_table.fingerprint(app) != stood else set()

    assert (changed, pressed >= 2 * len(ASKING)) == (set(), True)


@pytest.mark.any_database
@pytest.mark.parametrize("before", [as_it_came, used])
def test_pressing_every_button_changes_nothing(
    app: Flask, world: World, linked: set[str], before: Callable[[World], None]
) -> None:
    before(world)
    code_link(app, world)
    stood, changed = access_table.fingerprint(app), set[str]()

    for endpoint in sorted(linked):
        browser, page = opened(app, endpoint, world)
        press_everything(browser, page)
        changed |= {endpoint} if access_table.fingerprint(app) != stood else set()

    assert changed == set()


@pytest.mark.parametrize("endpoint", sorted(ASKING))
def test_a_choice_and_the_same_button_change_something(
    app: Flask, world: World, endpoint: str
) -> None:
    browser, page = opened(app, endpoint, world)
    stood = access_table.fingerprint(app)
    [asking] = [form for form in forms_on(page) if form.choices]

    changed = set()
    for choice in asking.choices:
        asking.fields.append(choice)
        press(browser, asking)
        asking.fields.remove(choice)
        changed.add(access_table.fingerprint(app) != stood)

    # Without this the tests above could pass by never reaching what acts.
    assert True in changed


# A place that is taken brings several letters: tests/scheduling/places/test_arrivals.py.
@pytest.mark.parametrize("endpoint", sorted(ASKING - {"offers.show"}))
def test_eight_taps_at_once_count_as_one(app: Flask, world: World, endpoint: str) -> None:
    _, page = opened(app, endpoint, world)
    [asking] = [form for form in forms_on(page) if form.choices]
    asking.fields += [choice for choice in asking.choices if choice[1] in ("not_this_time", "no")]
    stood = lengths()

    def tap(_number: int) -> int:
        with app.app_context():
            return press(PageClient(app, app.response_class), asking).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(tap, range(8)))

    assert statuses in ({200}, {303})
    assert max(after - stood[table] for table, after in lengths().items()) <= 1


def lengths() -> dict[str, int]:
    """Return how many rows each table has."""
    db.session.rollback()
    tables = Base.metadata.tables.values()
    return {
        one.name: db.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables
    }

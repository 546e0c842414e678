"""Who reaches what: every route against every role, in one table.

A route without a row fails, and so does a row without a route. Somebody who is not in a row gets
the sign-in page (nobody signed in) or a 404 with the same bytes as an id that does not exist.
Every confidential field of the world holds a canary; a page may only show those that its reader
may know.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from app import create_app
from core.db import Base, db
from core.encryption import Sealed
from core.transaction import transaction
from core.worker import DAMAGED, heartbeat
from groups.new_address import not_me_token
from scheduling.keeping.diaries import stop_token
from tests.conftest import NOW, settings
from tests.page import PageClient
from tests.postgres import Cluster
from tests.world import (
    CANARIES,
    CAST,
    EVERYBODY,
    IN_IT,
    OF_THE_GROUP,
    RUNS_IT,
    SIGNED_IN,
    WAS_IN_IT,
    Kept,
    World,
    build_world,
)

LEAD = frozenset({"facilitator"})
MEMBER = frozenset({"member"})
OPERATOR = frozenset({"operator"})

#: (endpoint, method) → who reaches it. An empty set would be a route for nobody.
TABLE: dict[tuple[str, str], frozenset[str]] = {
    ("static", "GET"): EVERYBODY,
    ("public.door", "GET"): EVERYBODY,
    ("public.help", "GET"): EVERYBODY,
    ("public.safety", "GET"): EVERYBODY,
    ("public.privacy", "GET"): EVERYBODY,
    ("public.accessibility", "GET"): EVERYBODY,
    ("public.confidentiality", "GET"): EVERYBODY,
    ("public.alive", "GET"): EVERYBODY,
    ("public.robots", "GET"): EVERYBODY,
    ("public.security", "GET"): EVERYBODY,
    ("sign_in.ask", "GET"): EVERYBODY,
    ("sign_in.ask", "POST"): EVERYBODY,
    ("sign_in.code", "GET"): EVERYBODY,
    ("sign_in.code", "POST"): EVERYBODY,
    ("sign_in.again", "POST"): EVERYBODY,
    ("sign_in.forget", "POST"): EVERYBODY,
    ("sign_in.letter", "GET"): EVERYBODY,
    ("sign_in.letter", "POST"): EVERYBODY,
    ("sign_in.leave", "POST"): EVERYBODY,
    ("sign_in.out", "POST"): EVERYBODY,
    ("account.show", "GET"): SIGNED_IN,
    ("account.save", "POST"): SIGNED_IN,
    ("account.end", "POST"): frozenset(),
    ("account.end_all_others", "POST"): SIGNED_IN,
    ("account.download", "GET"): SIGNED_IN,
    ("account.sign_in_again", "POST"): SIGNED_IN,
    ("readdressing.ask", "GET"): SIGNED_IN,
    ("readdressing.ask", "POST"): SIGNED_IN,
    ("readdressing.code", "GET"): SIGNED_IN,
    ("readdressing.code", "POST"): SIGNED_IN,
    ("disowning.show", "GET"): EVERYBODY,
    ("disowning.act", "POST"): EVERYBODY,
    ("erasing.show", "GET"): SIGNED_IN,
    ("erasing.erase", "POST"): SIGNED_IN,
    ("offers.show", "GET"): EVERYBODY,
    ("offers.accept", "POST"): EVERYBODY,
    ("offers.go_on", "POST"): EVERYBODY,
    ("offers.take_back", "GET"): EVERYBODY,
    ("offers.take_back", "POST"): EVERYBODY,
    ("offers.decline", "GET"): EVERYBODY,
    ("offers.decline", "POST"): EVERYBODY,
    ("offers.stop", "GET"): EVERYBODY,
    ("offers.stop", "POST"): EVERYBODY,
    ("offers.reconsider", "POST"): EVERYBODY,
    ("offers.name", "GET"): IN_IT,
    ("offers.name", "POST"): IN_IT,
    ("home.start", "GET"): SIGNED_IN,
    ("home.show", "GET"): IN_IT,
    ("home.session", "GET"): IN_IT,
    ("home.answer", "POST"): IN_IT,
    ("home.dates", "GET"): SIGNED_IN,
    ("answering.show", "GET"): EVERYBODY,
    ("answering.answer", "POST"): EVERYBODY,
    ("answering.usually", "POST"): IN_IT,
    ("answering.again", "POST"): IN_IT,
    ("leaving.agreement", "GET"): IN_IT,
    ("leaving.leave", "GET"): WAS_IN_IT,
    ("leaving.depart", "POST"): WAS_IN_IT,
    ("leaving.pause", "POST"): WAS_IN_IT,
    ("leaving.resume", "POST"): WAS_IN_IT,
    ("leaving.come_back", "POST"): WAS_IN_IT,
    ("calendar.show", "GET"): SIGNED_IN,
    ("calendar.choose", "POST"): SIGNED_IN,
    ("calendar.download", "GET"): SIGNED_IN,
    ("calendar.add_feed", "POST"): SIGNED_IN,
    ("calendar.qr_code", "GET"): MEMBER,
    ("calendar.revoke", "POST"): MEMBER,
    ("calendar.stop", "GET"): EVERYBODY,
    ("calendar.stop", "POST"): EVERYBODY,
    ("feeds.show", "GET"): EVERYBODY,
    ("groups.show", "GET"): SIGNED_IN,
    ("setting_up.new", "GET"): frozenset({"facilitator", "outside_facilitator"}),
    ("setting_up.new", "POST"): frozenset({"facilitator", "outside_facilitator"}),
    ("setting_up.edit", "GET"): LEAD,
    ("setting_up.edit", "POST"): LEAD,
    ("setting_up.check", "GET"): LEAD,
    ("setting_up.send", "POST"): LEAD,
    ("setting_up.delete", "GET"): LEAD,
    ("setting_up.delete", "POST"): LEAD,
    ("setting_up.one_date", "GET"): LEAD,
    ("setting_up.one_date", "POST"): LEAD,
    ("setting_up.drop_date", "POST"): LEAD,
    ("setting_up.restore_date", "POST"): LEAD,
    ("operating.show", "GET"): OPERATOR,
    ("operating.retry", "POST"): OPERATOR,
    ("operating.drop", "POST"): OPERATOR,
}
RUN_BY_FACILITATORS = (
    ("running.show", "GET"),
    ("running.delivery", "GET"),
    ("running.again", "POST"),
    ("running.end", "GET"),
    ("running.end", "POST"),
    ("running.place", "GET"),
    ("running.place", "POST"),
    ("running.undo", "POST"),
    ("people.show", "GET"),
    ("people.invite", "GET"),
    ("people.invite", "POST"),
    ("people.resend", "POST"),
    ("people.withdraw", "POST"),
    ("people.remove", "GET"),
    ("people.remove", "POST"),
    ("sessions.show", "GET"),
    ("sessions.move", "GET"),
    ("sessions.move", "POST"),
    ("sessions.cancel", "GET"),
    ("sessions.cancel", "POST"),
    ("sessions.reinstate", "GET"),
    ("sessions.reinstate", "POST"),
    ("placing.change", "GET"),
    ("placing.change", "POST"),
    ("sessions.came", "POST"),
    ("reshaping.choose", "GET"),
    ("reshaping.days", "GET"),
    ("reshaping.days", "POST"),
    ("reshaping.weekday", "GET"),
    ("reshaping.weekday", "POST"),
    ("reshaping.hours", "GET"),
    ("reshaping.hours", "POST"),
    ("dates.show", "GET"),
    ("dates.add", "GET"),
    ("dates.add", "POST"),
    ("dates.pause", "GET"),
    ("dates.pause", "POST"),
    ("dates.pattern", "GET"),
    ("dates.pattern", "POST"),
    ("dates.end", "GET"),
    ("dates.end", "POST"),
    ("dates.longer", "GET"),
    ("dates.longer", "POST"),
    ("prompts.session", "GET"),
    ("prompts.session", "POST"),
    ("prompts.plan", "GET"),
    ("prompts.plan", "POST"),
    ("prompts.move", "POST"),
    ("prompts.remove", "POST"),
    ("prompts.theme", "POST"),
    ("prompts.use", "POST"),
)
TABLE |= dict.fromkeys(RUN_BY_FACILITATORS, RUNS_IT)
TABLE[("prompts.library", "GET")] = RUNS_IT | {"outside_facilitator"}

#: What each of them may read somewhere: nothing else may stand on any page of theirs.
MAY_READ: dict[str, frozenset[str]] = {
    "nobody": frozenset(),
    "unproved": frozenset(),
    "member": OF_THE_GROUP | {"member", "member_address", "diary_words"},
    "fellow": OF_THE_GROUP | {"fellow"},
    "paused": OF_THE_GROUP - {"place", "room"},
    "left": frozenset({"group"}),
    "facilitator": frozenset(CANARIES) - {"diary_words"},
    "co_facilitator": frozenset(CANARIES) - {"diary_words", "draft"},
    "outside_member": frozenset(),
    "outside_facilitator": frozenset(),
    "operator": frozenset(),
}
#: What a link shows to whoever holds it: the place it offers, or the diary of its owner.
SHOWN_BY_LINK = {
    "offers": {"group"},
    "feeds": {"diary_words"},
    "calendar": set[str](),
    "answering": set[str](),
    "disowning": set[str](),
}
#: What no page of this world shows, damaged or not.
NEVER_ON_A_PAGE = {
    ("answered_form", "answer"),
    ("invitation", "uid"),
    ("outgoing_mail", "message_id"),
    ("outgoing_mail", "recipient"),
    ("typed_text", "fields"),
    # Shown around the session only.
    ("peer_session", "room"),
    ("series", "room"),
}
VARIABLE = re.compile(r'name="(?:csrf_token|form_key)" value="[^"]*"')


@pytest.fixture(scope="session")
def kept_world(tmp_path_factory: pytest.TempPathFactory, key_ring_file: Path) -> tuple[Path, Kept]:
    """A SQLite file in which the world stands, and where everything is in it."""
    path = tmp_path_factory.mktemp("world") / "world.db"
    app = create_app(settings(path.parent, key_ring_file, f"sqlite:///{path}"))
    with app.app_context(), time_machine.travel(NOW, tick=False):
        db.create_all()
        kept = Kept.of(build_world())
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path, kept


@pytest.fixture
def empty_database(kept_world: tuple[Path, Kept]) -> Path:
    """What each test here gets a copy of instead of an empty database."""
    return kept_world[0]


@pytest.fixture
def world(app: Flask, cluster: Cluster | None, kept_world: tuple[Path, Kept]) -> Iterator[World]:
    """The world, at the moment of all tests."""
    with time_machine.travel(NOW, tick=False):
        yield kept_world[1].found() if cluster is None else build_world()


@pytest.fixture
def browser_of(
    world: World, client: PageClient, signed_in: Callable[..., PageClient]
) -> Callable[[str], PageClient]:
    """Return a function that gives the browser of one of the cast."""

    def browser(name: str) -> PageClient:
        if name == "nobody":
            return client
        person, proved_at = world.people[name], world.people[name].proved_at
        with transaction():
            person.proved_at = NOW
        found = signed_in(person)
        # As the address stands: a sign-in that should never have been shows nothing either.
        with transaction():
            person.proved_at = proved_at
        return found

    return browser


def routes(app: Flask) -> set[tuple[str, str]]:
    """Return every endpoint with each of its methods."""
    methods = ((rule.endpoint, rule.methods or set()) for rule in app.url_map.iter_rules())
    return {(name, method) for name, known in methods for method in known & {"GET", "POST"}}


def address(app: Flask, endpoint: str, world: World, **other: str) -> str:
    """Return the path of a route, with the ids of this world or the ones given."""
    known = {
        **world.ids,
        "cohort_id": (world.draft if endpoint.startswith("setting_up") else world.cohort).public_id,
        "token": world.ids["feed_token" if endpoint == "feeds.show" else "offer_token"],
        "filename": "app.css",
        "sign_in_id": "somebody-elses",
        "mail_id": world.ids["letter_id"],
        **other,
    }
    if endpoint.startswith("prompts."):
        known["session_id"] = world.ids["later_session_id"]
    if endpoint in ("answering.show", "answering.answer"):
        known["token"] = world.ids["answer_token"]
    if endpoint == "calendar.stop":
        known["token"] = stop_token(world.people["member"])
    if endpoint.startswith("disowning."):
        known["token"] = not_me_token(world.people["member"])
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    values = {name: known[name] for name in rule.arguments}
    return app.url_map.bind("any.example").build(endpoint, values)


def asked(browser: PageClient, method: str, path: str) -> TestResponse:
    """Send an empty request, as somebody who only has the address would."""
    response = browser.open(path, method=method, headers={"Accept": "text/html"})
    response.get_data()
    response.close()
    return response


def turned_away(response: TestResponse) -> bool:
    """Tell whether the answer is the sign-in page's address or the page of what is not there."""
    to_sign_in = response.status_code == 303 and "/sign-in" in response.headers["Location"]
    return to_sign_in or response.status_code == 404


def fingerprint(app: Flask) -> str:
    """Return a hash of every row of every table."""
    total = hashlib.sha256()
    with app.app_context():
        for table in sorted(Base.metadata.tables):
            for row in db.session.execute(text(f'SELECT * FROM "{table}" ORDER BY 1')):  # noqa: S608 - the names are our own tables
                total.update(repr(tuple(row)).encode())
        db.session.rollback()
    return total.hexdigest()


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert routes(app) == set(TABLE)


@pytest.mark.any_database
@pytest.mark.parametrize(("endpoint", "method"), sorted(TABLE))
def test_who_is_not_in_the_row_is_turned_away_and_changes_nothing(
    app: Flask,
    world: World,
    browser_of: Callable[[str], PageClient],
    endpoint: str,
    method: str,
) -> None:
    path = address(app, endpoint, world)
    browsers = {name: browser_of(name) for name in sorted(EVERYBODY - TABLE[endpoint, method])}
    before = fingerprint(app)

    answers = {name: asked(browser, method, path) for name, browser in browsers.items()}

    assert {name for name, answer in answers.items() if not turned_away(answer)} == set()
    assert fingerprint(app) == before


@pytest.mark.parametrize(("endpoint", "method"), sorted(TABLE))
def test_who_is_in_the_row_is_let_in(
    app: Flask,
    world: World,
    browser_of: Callable[[str], PageClient],
    endpoint: str,
    method: str,
) -> None:
    path = address(app, endpoint, world)
    names = sorted(TABLE[endpoint, method])

    # A form may change the world for those who come after, so only the first one sends it.
    answers = {
        name: asked(browser_of(name), method, path)
        for name in names[: len(names) if method == "GET" else 1]
    }

    # Somebody else's invitation says to whoever is signed in that it is not theirs to answer.
    other = {403} if endpoint.startswith("offers") else set()
    # Signing in leads to signing in, however one comes there.
    turned = {name for name, answer in answers.items() if turned_away(answer)}
    assert turned == set() or "sign_in" in endpoint
    statuses = {answer.status_code for answer in answers.values()}
    assert statuses <= {200, 204, 303, 400, 409, 422} | other


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("endpoint", "method"),
    sorted(key for key, allowed in TABLE.items() if allowed not in (EVERYBODY, SIGNED_IN)),
)
def test_out_of_reach_is_byte_for_byte_the_same_as_absent(
    app: Flask,
    world: World,
    browser_of: Callable[[str], PageClient],
    endpoint: str,
    method: str,
) -> None:
    real = address(app, endpoint, world)
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    absent = address(app, endpoint, world, **dict.fromkeys(rule.arguments, "A" * 22))
    strangers = sorted(SIGNED_IN - TABLE[endpoint, method])

    for name in strangers:
        browser = browser_of(name)
        # The first answer brings the browser's cookie; what is compared comes after it.
        asked(browser, "GET", "/account")
        answers = [asked(browser, method, path) for path in (real, absent)]
        bodies = {VARIABLE.sub("", answer.get_data(as_text=True)) for answer in answers}
        headers = {str(sorted(answer.headers.items())) for answer in answers}
        assert (name, len(bodies), len(headers)) == (name, 1, 1)


@pytest.mark.any_database
@pytest.mark.parametrize("name", CAST)
def test_no_page_shows_what_its_reader_may_not_know(
    app: Flask, world: World, browser_of: Callable[[str], PageClient], name: str
) -> None:
    browser, leaks, seen = browser_of(name), {}, set()
    for endpoint, method in sorted(TABLE):
        if method != "GET":
            continue
        for cohort in (world.cohort, world.draft):
            path = address(app, endpoint, world, cohort_id=cohort.public_id)
            found = canaries_in(asked(browser, "GET", path))
            by_link = SHOWN_BY_LINK.get(endpoint.split(".")[0], set())
            seen |= found
            if found - MAY_READ[name] - by_link:
                leaks[path] = found - MAY_READ[name] - by_link

    assert leaks == {}
    # A canary that nobody could ever find would prove nothing.
    # The link of the room is shown around the session only, and this is five days before.
    assert MAY_READ[name] - seen <= {"hidden_prompt", "room"}


def canaries_in(response: TestResponse) -> set[str]:
    """Return which confidential values stand in an answer, headers included."""
    body = response.get_data(as_text=True).replace("\r\n ", "") + str(response.headers)
    return {name for name, canary in CANARIES.items() if canary.lower() in body.lower()}


def test_looking_changes_nothing(
    app: Flask, world: World, browser_of: Callable[[str], PageClient]
) -> None:
    browsers = {name: browser_of(name) for name in CAST}
    # The day a feed was last read is the one thing that a look leaves behind.
    paths = [
        address(app, endpoint, world)
        for endpoint, method in sorted(TABLE)
        if method == "GET" and endpoint != "feeds.show"
    ]
    before = fingerprint(app)

    for browser in browsers.values():
        for path in paths:
            asked(browser, "GET", path)

    assert fingerprint(app) == before


#: Every sealed text, by table and column.
SEALED_TEXTS = sorted(
    (mapper.class_.__tablename__, name)
    for mapper in Base.registry.mappers
    for name, kind in vars(mapper.class_).items()
    if isinstance(kind, Sealed)
)


def damage(table: str, name: str) -> int:
    """Let a sealed column of no row open any more; returns how many rows there are."""
    column = Base.metadata.tables[table].c[f"{name}_sealed"]
    with transaction():
        found = db.session.execute(update(column.table).values({column: b"1\x02k1" + b"x" * 40}))
        return int(getattr(found, "rowcount"))  # noqa: B009 - typed as if it could be missing


@pytest.mark.parametrize(("table", "name"), SEALED_TEXTS)
def test_text_that_cannot_be_read_takes_no_page_along(
    app: Flask,
    world: World,
    browser_of: Callable[[str], PageClient],
    table: str,
    name: str,
) -> None:
    browsers = {one: browser_of(one) for one in ("facilitator", "member", "operator", "nobody")}
    pages = [
        (one, address(app, endpoint, world, cohort_id=cohort.public_id))
        for endpoint, method in sorted(TABLE)
        if method == "GET"
        for one in sorted(TABLE[endpoint, method] & set(browsers))
        for cohort in (world.cohort, world.draft)
    ]
    whole = {page: asked(browsers[page[0]], "GET", page[1]).status_code for page in pages}
    damaged = damage(table, name)

    answers = {page: asked(browsers[page[0]], "GET", page[1]) for page in pages}

    assert damaged or (table, name) in NEVER_ON_A_PAGE
    assert {page: answer.status_code for page, answer in answers.items()} == whole
    words = {one.get_data(as_text=True).count("Can’t be read") for one in answers.values()}
    assert words != {0} or (table, name) in NEVER_ON_A_PAGE
    noted = heartbeat(DAMAGED)
    assert words == {0} or (noted is not None and f"{table}.{name}" in str(noted.trouble))

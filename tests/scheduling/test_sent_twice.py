"""Every form that changes something, sent twice at the same moment: what comes of it is what comes
of sending it once, both answers tell the truth, and so does *Undo* from either of them.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, LargeBinary, delete, insert, select
from werkzeug.test import TestResponse

from core.db import Base, db
from core.form_keys import ONCE, AnsweredForm
from core.throttle import Throttle
from core.transaction import transaction
from tests import test_confidentiality as access_table
from tests.at_once import at_once
from tests.groups.web.signing_in import latest_code, latest_link
from tests.markup import words_of
from tests.page import PageClient
from tests.pressing import Form, forms_on, press
from tests.scheduling.unsafe_forms import CODE, FORMS
from tests.world import Kept, World

empty_database, kept_world = access_table.empty_database, access_table.kept_world
world = access_table.world

#: What is about the request and not about what was asked for.
ASIDE = {AnsweredForm.__tablename__, Throttle.__tablename__}
NOTE = re.compile(r'<div class="note \w+".*?</div>', re.DOTALL)
#: Ids, secrets and hashes, which are never the same twice.
RANDOM = re.compile(r"[\w-]{20,}")


@dataclass
class Outcome:
    """What stands in the database after a form was sent, and what its answers say."""

    rows: dict[str, list[str]]
    says: set[str]
    undos: int


class Stage:
    """A world that can be put back as it was, as often as needed."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.kept = app, Kept.of(world)
        self._rows = {
            table: [row._asdict() for row in db.session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }

    def set(self) -> World:
        """Put every row back, and return the world."""
        db.session.rollback()
        with transaction():
            for table in reversed(self._rows):
                db.session.execute(delete(table))
            for table, rows in self._rows.items():
                if rows:
                    db.session.execute(insert(table), rows)
        db.session.expunge_all()
        return self.kept.found()


@pytest.fixture
def stage(app: Flask, world: World) -> Stage:
    """The world of the access table."""
    return Stage(app, world)


def test_every_unsafe_route_has_its_form(app: Flask) -> None:
    unsafe = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}

    assert set(FORMS) == unsafe


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_a_form_sent_twice_at_once_does_what_it_does_once(stage: Stage, endpoint: str) -> None:
    once, twice = outcome(stage, endpoint, times=1), outcome(stage, endpoint, times=2)

    assert twice.rows == once.rows
    assert twice.says <= once.says | {ONCE, FORMS[endpoint].second or ONCE}
    assert twice.undos == 2 * once.undos
    if once.undos:
        undone = outcome(stage, endpoint, times=1, undo=0)
        for which in (0, 1):
            again = outcome(stage, endpoint, times=2, undo=which)
            assert (which, again.rows, again.says) == (which, undone.rows, undone.says)


def outcome(stage: Stage, endpoint: str, *, times: int, undo: int | None = None) -> Outcome:
    """Send a form so often at once in a new world, and press *Undo* in one of its answers."""
    browser, form, button = ready(stage, endpoint)
    landed = [
        followed(*one) for one in at_once(stage.app, browser, form, times=times, button=button)
    ]
    pages = [page for _, page in landed]
    if undo is not None:
        browser, page = landed[undo]
        pages = [followed(browser, press(browser, undo_on(page)[0]))[1]]
    said = {said_in(found) for page in pages for found in NOTE.findall(page.text)}
    return Outcome(everything(), said, sum(len(undo_on(page)) for page in pages))


def said_in(note: str) -> str:
    """Return what a note says, without the button in it."""
    return words_of(note).removesuffix("Undo").strip()


def followed(browser: PageClient, answer: TestResponse) -> tuple[PageClient, TestResponse]:
    """Return a browser, and the page to which an answer leads it."""
    leads = answer.status_code == 303 and str(answer.location).startswith("/")
    return browser, browser.get(answer.location, follow_redirects=True) if leads else answer


def undo_on(page: TestResponse) -> list[Form]:
    """Return the forms in the notes of a page."""
    return [form for form in forms_on(page) if form.in_note] if page.text else []


def ready(stage: Stage, endpoint: str) -> tuple[PageClient, Form, int]:
    """Return a browser that stands before a form in a new world, the form, and its button."""
    world, entry, app = stage.set(), FORMS[endpoint], stage.app
    browser = PageClient(app, app.response_class)
    start = FORMS[entry.after or endpoint]
    if start.who != "nobody":
        browser.sign_in(world.people[start.who])
    start.prepare(world, browser)
    form, button = form_of(app, browser, world, entry.after or endpoint)
    if entry.after is None:
        return browser, form, button
    _, page = followed(browser, press(browser, form, button))
    return browser, undo_on(page)[0], 0


def form_of(app: Flask, browser: PageClient, world: World, endpoint: str) -> tuple[Form, int]:
    """Return the form that goes to an endpoint, filled in, and which of its buttons is pressed."""
    entry = FORMS[endpoint]
    page = browser.get(address(app, world, endpoint), follow_redirects=True)
    form = going_to(app, page, endpoint)
    if entry.first is not None:
        page = press(browser, filled(form, entry.first))
        form = going_to(app, page, endpoint)
    typed = {name: latest_code() if text == CODE else text for name, text in entry.typed.items()}
    values = [[value for _, value in one] for one in form.buttons]
    pressed = (at for at, one in enumerate(values) if entry.button in one)
    return filled(form, typed), next(pressed, 0)


def going_to(app: Flask, page: TestResponse, endpoint: str) -> Form:
    """Return the first form of a page that goes to this endpoint."""
    routes = app.url_map.bind("localhost")
    forms = (one for one in forms_on(page) if one.method == "POST" and not one.in_note)
    return next(
        one for one in forms if routes.match(one.action.split("?")[0], "POST")[0] == endpoint
    )


def filled(form: Form, typed: Any) -> Form:
    """Return a form with this typed, chosen or ticked."""
    kept = [(name, value) for name, value in form.fields if name not in typed]
    return Form(form.method, form.action, [*kept, *typed.items()], form.buttons)


def address(app: Flask, world: World, endpoint: str) -> str:
    """Return where the page of a form is; see ``address`` in the access table."""
    page, other = FORMS[endpoint].page, dict[str, str]()
    if endpoint == "sessions.came":
        other["session_id"] = world.past.public_id
    if page == "sign_in.letter":
        other["token"] = latest_link().rpartition("/")[2]
    return access_table.address(app, page, world, **other)


def everything() -> dict[str, list[str]]:
    """Return every row of every table in words, without ids and secrets."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in ASIDE:
            columns = [column for column in table.columns if tells(column)]
            rows = db.session.execute(select(*columns)).all() if columns else []
            # One that never leaves is written so that asking takes equally long for everyone.
            rows = [row for row in rows if getattr(row, "kind", "") != "noop"]
            found[table.name] = sorted(RANDOM.sub("*", repr(tuple(row))) for row in rows)
    db.session.rollback()
    return found


def tells(column: Column[Any]) -> bool:
    """Return whether a column holds more than an id or what is sealed."""
    sealed = isinstance(column.type, LargeBinary)
    # A code that is typed twice was tried twice, whatever came of it; and what the database counts
    # by itself goes on counting while a world is put back.
    counts = column.name in ("tries", "revision")
    return not (column.primary_key or column.foreign_keys or sealed or counts)

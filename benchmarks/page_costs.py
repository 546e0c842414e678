"""One tree's pages, measured on request: the process that ``benchmarks.pages`` starts for each.

It may be run in an older tree, so it uses only what has long been there. It reads the name of a
page a line, asks for that page many times, and answers with the processor time of one.
"""

import gc
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import create_environ, run_wsgi_app

from benchmarks import ticks
from benchmarks.installation import HOST, installation
from benchmarks.world import Size, build, fill, fill_quickly
from core.db import db, public_id
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups import accounts
from groups.models import Cohort, Membership, MembershipState, Person, Role

MICROSECONDS = 1_000_000
#: How many calls warm a page up, before any is measured.
WARM = 3
#: A facilitator of a few groups, and one of very many, side by side.
FEW, MANY = 10, 1_000
LOOK_AFTER = 10_000


class Pages:
    """The pages of one installation, each with the person who opens it."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self._app, self._now = app, now
        self._asked: dict[str, dict[str, Any]] = {}

    def add(self, name: str, path: str, person: Person) -> None:
        """Let a person open a path by a name, signed in in a browser of their own."""
        held: dict[str, Any] = {}
        with transaction():
            secret = accounts.start_sign_in(person, device="A browser", now=self._now)
            accounts.remember(held, secret, self._now)
        serializer = self._app.session_interface.get_signing_serializer(self._app)  # type: ignore[attr-defined]  # Flask's own sessions have it
        cookie = f"{self._app.config['SESSION_COOKIE_NAME']}={serializer.dumps(held)}"
        self._asked[name] = create_environ(
            path, base_url=f"https://{HOST}", headers={"Cookie": cookie}
        )

    def measure(self, name: str, calls: int) -> dict[str, float]:
        """Return the processor time of one call in microseconds, its statements and its size."""
        for _ in range(WARM):
            size = self._ask(name)
        statements = self._statements(name)
        begun = process_time()
        for _ in range(calls):
            self._ask(name)
        spent = (process_time() - begun) / calls * MICROSECONDS
        return {"microseconds": spent, "statements": statements, "bytes": size}

    def _ask(self, name: str) -> int:
        body, status, _ = run_wsgi_app(self._app, dict(self._asked[name]), buffered=True)
        if not status.startswith("200"):
            raise RuntimeError(f"{name} answered {status}")
        return sum(len(part) for part in body)

    def _statements(self, name: str) -> int:
        seen = []

        def count(*_: Any) -> None:
            seen.append(1)

        event.listen(db.engine, "before_cursor_execute", count)
        self._ask(name)
        event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)


def _people(pages: Pages, now: datetime) -> None:
    """Add a member with one group, a facilitator of ten groups, and one of a thousand."""
    groups = FEW + MANY
    build(Size(3 * groups, groups, busy=0), now)
    few, many = _person("few", "Amara Obi", now), _person("many", "Bela Kiss", now)
    with_ids = [(few, range(1, FEW + 1)), (many, range(FEW + 1, groups + 1))]
    fill(Membership, (_facilitates(who, one, now) for who, ids in with_ids for one in ids))
    member = db.session.scalars(
        select(Person).join(Membership).where(Membership.cohort_id == FEW).order_by(Person.id)
    ).first()
    if member is None:
        raise RuntimeError("nobody belongs to the group")
    with transaction():
        accounts.call(member, "Cleo Mensah")
    pages.add("home", f"/g/{_name_of(FEW)}", member)
    pages.add("account", "/account", member)
    pages.add("dates", "/dates", member)
    pages.add("calendar", "/calendar", member)
    for name, who, group in (("few", few, FEW), ("many", many, groups)):
        pages.add(f"group-{name}", f"/groups/{_name_of(group)}", who)
        pages.add(f"people-{name}", f"/groups/{_name_of(group)}/people", who)
        pages.add(f"delivery-{name}", f"/groups/{_name_of(group)}/delivery", who)
        pages.add(f"groups-{name}", "/groups", who)


def _letters(count: int, pages: Pages, now: datetime) -> None:
    """Add an operator, and as many letters as have been sent in the last weeks."""
    operator = _person("operator", "Dov Levi", now)
    with transaction():
        _let_operate(operator, now)
    # The tree's own rows, as their columns differ.
    fill_quickly(OutgoingMail, ticks._past(count, now))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    pages.add("operating", "/operating", operator)


def _let_operate(person: Person, now: datetime) -> None:
    if find_spec("groups.grants") is None:
        # A tree from before tasks were rows.
        accounts.grant(person, operates=True)  # type: ignore[attr-defined]  # as above
        return
    grants: Any = import_module("groups.grants")
    models: Any = import_module("groups.models")
    grants.give(person, models.GrantRole.OPERATOR, now=now)


def _person(word: str, name: str, now: datetime) -> Person:
    with transaction():
        person = accounts.register(f"{word}@people.example", name=name, now=now)
        accounts.prove(person, now=now)
    return person


def _facilitates(person: Person, cohort_id: int, now: datetime) -> dict[str, Any]:
    return {
        "public_id": public_id(),
        "cohort_id": cohort_id,
        "person_id": person.id,
        "role": Role.FACILITATOR,
        "state": MembershipState.ACTIVE,
        "joined_at": now - timedelta(days=30),
    }


def _name_of(cohort_id: int) -> str:
    return db.session.scalars(select(Cohort.public_id).where(Cohort.id == cohort_id)).one()


def main() -> None:
    """Build the world that was asked for, then answer one line with another until none comes."""
    folder, world, database_url = sys.argv[1:4]
    logging.disable(logging.WARNING)
    # As a served process has it; who sets it differs between the trees.
    gc.set_threshold(LOOK_AFTER)
    now = datetime.now(UTC)
    with installation(Path(folder), database_url or None) as made:
        pages = Pages(made.app, now)
        if world == "people":
            _people(pages, now)
        else:
            _letters(int(world), pages, now)
        db.session.remove()
        print("ready", flush=True)  # noqa: T201 - what the other process waits for
        for line in sys.stdin:
            name, calls = line.split()
            print(json.dumps(pages.measure(name, int(calls))), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

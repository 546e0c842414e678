"""Tasks that people are given and that are taken away again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.transaction import transaction
from groups import grants
from groups.erasure import forget
from groups.models import Grant, GrantRole, Person
from groups.own_data import own_data
from tests.build import CREATED, a_person
from tests.page import PageClient


def rows() -> list[tuple[int, str, bool]]:
    """Return whose each grant is, for what, and whether it holds."""
    db.session.rollback()
    found = db.session.scalars(select(Grant).order_by(Grant.id))
    return [(grant.person_id, grant.role, grant.withdrawn_at is None) for grant in found]


def give(person: Person, role: GrantRole, now: datetime) -> bool:
    """Give a task in a transaction of its own."""
    with transaction():
        return grants.give(person, role, now=now)


def withdraw(person: Person, role: GrantRole, now: datetime) -> bool:
    """Take a task away in a transaction of its own."""
    with transaction():
        return grants.withdraw(person, role, now=now)


def test_giving_says_whether_it_was_new(app: Flask, now: datetime) -> None:
    sol = a_person("Sol")

    assert [give(sol, GrantRole.OPERATOR, now), give(sol, GrantRole.OPERATOR, now)] == [True, False]
    assert (sol.operates, sol.opens_groups) == (True, False)


def test_taking_away_keeps_the_row_and_giving_again_makes_another(
    app: Flask, now: datetime
) -> None:
    sol = a_person("Sol", operates=True)

    assert withdraw(sol, GrantRole.OPERATOR, now)
    assert not withdraw(sol, GrantRole.OPERATOR, now)
    assert not sol.operates
    assert give(sol, GrantRole.OPERATOR, now)

    assert rows() == [(sol.id, "operator", False), (sol.id, "operator", True)]


def test_one_task_is_taken_away_and_the_other_stays(app: Flask, now: datetime) -> None:
    sol = a_person("Sol", operates=True, opens_groups=True)

    withdraw(sol, GrantRole.OPERATOR, now)

    assert (sol.operates, sol.opens_groups) == (False, True)


@pytest.mark.parametrize("act", ["give", "withdraw"])
def test_the_same_eight_times_at_once_is_done_once(app: Flask, now: datetime, act: str) -> None:
    sol = a_person("Sol", operates=act == "withdraw")
    identifier, barrier = sol.id, Barrier(8)
    db.session.remove()

    def once(_: int) -> bool:
        with app.app_context():
            try:
                barrier.wait(timeout=60)
                with transaction():
                    person = db.session.get_one(Person, identifier)
                    verb = grants.give if act == "give" else grants.withdraw
                    return verb(person, GrantRole.OPERATOR, now=now)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(once, range(8)))

    assert sum(done) == 1
    assert rows() == [(identifier, "operator", act == "give")]


@pytest.mark.usefixtures("clock")
def test_a_task_that_is_taken_away_is_gone_at_the_next_request(
    app: Flask, client: PageClient, now: datetime
) -> None:
    sol = a_person("Sol", operates=True, opens_groups=True)
    client.sign_in(sol)
    before = [client.get(path).status_code for path in ("/operating", "/groups/new")]

    for role in GrantRole:
        withdraw(sol, role, now)

    assert before == [200, 200]
    assert client.get("/operating").status_code == 404
    assert client.get("/groups/new").status_code in (403, 404)
    assert b"/operating" not in client.get("/account").data


def test_own_data_says_what_was_given_and_taken_away(app: Flask, now: datetime) -> None:
    sol = a_person("Sol", operates=True)
    withdraw(sol, GrantRole.OPERATOR, now)

    assert own_data(sol)["tasks"] == [
        {
            "task": "runs the system",
            "given at": CREATED.isoformat(),
            "taken away at": now.isoformat(),
        }
    ]


def test_deleting_an_account_deletes_its_tasks_and_not_those_it_gave(
    app: Flask, now: datetime
) -> None:
    sol, amara = a_person("Sol", operates=True), a_person("Amara")
    with transaction():
        grants.give(amara, GrantRole.FACILITATOR, by=sol, now=now + timedelta(seconds=1))

    with transaction():
        forget(sol, now=now)

    [left] = db.session.scalars(select(Grant))
    assert (left.person_id, left.role, left.given_by_id) == (amara.id, "facilitator", None)

"""What belongs to accounts is forgotten on time, and nothing else is."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from core.db import db
from core.lookup import all_in
from core.retention import purge
from core.transaction import transaction
from groups import accounts, grants
from groups.access import sign_ins_of
from groups.codes import ask_code
from groups.models import CodeBrowser, GrantRole, OfferState, Person, SignInCode
from groups.retention import RULES
from tests.build import a_cohort, a_member, a_person, an_offer

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def _counts(when: datetime) -> dict[str, int]:
    return purge(RULES, when, dry_run=True)


def test_codes_go_a_day_after_they_run_out(app: Flask, now: datetime) -> None:
    with transaction():
        ask_code("amina@people.example", browser="hers", network="192.0.2.1", now=now)
    gone_at = now + timedelta(minutes=10) + DAY

    assert (_counts(gone_at - SECOND)["codes"], _counts(gone_at)["codes"]) == (0, 1)
    purge(RULES, gone_at)
    assert db.session.query(SignInCode).count() == 0
    assert db.session.query(CodeBrowser).count() == 0


@pytest.mark.parametrize(("ended_after", "gone_after"), [(None, 36), (1, 25)])
def test_sign_ins_go_a_day_after_they_end(
    app: Flask, now: datetime, ended_after: int | None, gone_after: int
) -> None:
    amina = a_person("Amina")
    with transaction():
        accounts.start_sign_in(amina, device=None, now=now)
    if ended_after is not None:
        with transaction():
            (sign_in,) = all_in(sign_ins_of(amina))
            accounts.end_sign_in(sign_in, now + timedelta(hours=ended_after))
    gone_at = now + timedelta(hours=gone_after)

    assert (_counts(gone_at - SECOND)["sign-ins"], _counts(gone_at)["sign-ins"]) == (0, 1)


def test_people_who_never_signed_in_go_after_two_weeks(app: Flask, now: datetime) -> None:
    with transaction():
        accounts.register("dev@people.example", name="Dev", now=now)
        kept = accounts.register("amara@people.example", name="Amara", now=now)
        grants.give(kept, GrantRole.FACILITATOR, now=now)
        member = accounts.register("rhys@people.example", name="Rhys", now=now)
    a_member(a_cohort(a_person("Tom")), member)
    purge(RULES, now + timedelta(days=14) - SECOND)
    before = db.session.query(Person).count()
    purge(RULES, now + timedelta(days=14))

    assert before == 4
    assert sorted(person.name for person in db.session.query(Person)) == ["Amara", "Rhys", "Tom"]


def test_a_task_that_was_taken_away_is_forgotten_after_a_year(app: Flask, now: datetime) -> None:
    sol = a_person("Sol", operates=True, opens_groups=True)
    with transaction():
        grants.withdraw(sol, GrantRole.OPERATOR, now=now)
    gone_at = now + timedelta(days=365)

    before, after = _counts(gone_at - SECOND), _counts(gone_at)

    assert (before["tasks taken away"], after["tasks taken away"]) == (0, 1)


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        (OfferState.OPEN, 1),
        (OfferState.DECLINED, 1),
        (OfferState.WITHDRAWN, 1),
        (OfferState.ACCEPTED, 0),
        (OfferState.DRAFTED, 0),
    ],
)
def test_offers_that_came_to_nothing_go_thirty_days_after_they_ran_out(
    app: Flask, now: datetime, state: OfferState, goes: int
) -> None:
    an_offer(a_cohort(), state=state, now=now, expires_at=now + DAY)
    gone_at = now + DAY + timedelta(days=30)

    before, after = _counts(gone_at - SECOND), _counts(gone_at)

    assert (before["unanswered offers"], after["unanswered offers"]) == (0, goes)

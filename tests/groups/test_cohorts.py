"""A group as a draft: what it keeps, and that it can be deleted until it is opened."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.agreement_text import STARTER_CLAUSES
from groups.cohorts import delete_draft, draft_cohort
from groups.models import AgreementVersion, Cohort, CohortState, Membership, OfferState, Role
from tests.build import a_cohort, a_facilitator, an_offer


def a_draft(now: datetime) -> Cohort:
    facilitator = a_facilitator()
    with transaction():
        return draft_cohort(name="Thursday evenings", by=facilitator, now=now, places=8)


@pytest.mark.usefixtures("app")
def test_draft_keeps_what_was_asked_and_tells_nobody(now: datetime) -> None:
    cohort = a_draft(now)

    assert (cohort.name, cohort.pqe_most, cohort.places) == ("Thursday evenings", 10, 8)
    assert (cohort.state, cohort.opened_at, cohort.parcel) == (CohortState.DRAFT, None, None)


@pytest.mark.usefixtures("app")
def test_draft_makes_its_opener_the_facilitator_who_has_agreed(now: datetime) -> None:
    cohort = a_draft(now)

    [membership] = cohort.memberships
    assert membership.person is cohort.opened_by
    assert (membership.role, membership.agreed_version) == (Role.FACILITATOR, 1)


@pytest.mark.usefixtures("app")
def test_draft_starts_with_every_clause_of_the_agreement(now: datetime) -> None:
    cohort = a_draft(now)

    agreement = db.session.scalars(
        select(AgreementVersion).where(AgreementVersion.cohort_id == cohort.id)
    ).one()
    assert agreement.number == 1
    assert agreement.clauses == [[clause.title, clause.words] for clause in STARTER_CLAUSES]


def test_deleting_a_draft_leaves_nothing_of_it(app: Flask, now: datetime) -> None:
    cohort = a_draft(now)
    an_offer(cohort, state=OfferState.DRAFTED)

    with transaction():
        delete_draft(cohort)

    left = [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (Cohort, Membership, AgreementVersion)
    ]
    assert left == [0, 0, 0]


@pytest.mark.usefixtures("app")
def test_deleting_is_refused_once_opened() -> None:
    cohort = a_cohort()

    with pytest.raises(DomainError), transaction():
        delete_draft(cohort)

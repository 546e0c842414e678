"""A group as a draft that has told nobody; what it has agreed on, and what menus show of groups."""

from datetime import datetime
from typing import Final

from sqlalchemy import Select, literal, select, true

from core.db import db
from core.errors import DomainError
from groups.access import WHOEVER, cohorts_facilitated_by, cohorts_seen_by
from groups.agreement_text import STARTER_CLAUSES, Clause
from groups.memberships import hold_places
from groups.models import (
    AgreementVersion,
    Cohort,
    CohortState,
    Membership,
    Person,
    Role,
)


def menu_of(person: Person) -> tuple[bool, list[str]]:
    """Return whether this person facilitates a group, and the public ids of up to two open groups
    they belong to: what the menu of every page has to know, in one question that reads no group.
    """
    rows = db.session.execute(_MENU, {"person_id": person.id}).all()
    return bool(rows[0][0]), [public_id for _, public_id in rows if public_id]


def _menu() -> Select[bool, str]:
    facilitates = cohorts_facilitated_by(WHOEVER).with_only_columns(Cohort.id).order_by(None)
    belongs = cohorts_seen_by(WHOEVER).with_only_columns(Cohort.public_id).order_by(None)
    two = belongs.limit(2).subquery("two")
    # There is a row where there is no group as well.
    one = select(literal(1)).subquery("one")
    return select(facilitates.exists(), two.c.public_id).select_from(one.outerjoin(two, true()))


_MENU: Final = _menu()


def draft_cohort(
    *, name: str, by: Person, now: datetime, pqe_most: int | None = 10, places: int | None = None
) -> Cohort:
    """Return a new draft with its first agreement, which whoever opens it facilitates.

    ``pqe_most`` is in years since qualifying and ``places`` counts members; ``None`` sets no
    limit. ``now`` is an aware date-time in UTC.
    """
    cohort = Cohort(
        name=name,
        state=CohortState.DRAFT,
        opened_by=by,
        pqe_most=pqe_most,
        places=places,
        created_at=now,
    )
    clauses = [[clause.title, clause.words] for clause in STARTER_CLAUSES]
    agreement = AgreementVersion(cohort=cohort, number=1, clauses=clauses, created_at=now)
    facilitator = Membership(
        cohort=cohort,
        person=by,
        role=Role.FACILITATOR,
        joined_at=now,
        agreed_version=agreement.number,
        agreed_at=now,
    )
    db.session.add_all([cohort, agreement, facilitator])
    db.session.flush()
    return cohort


def delete_draft(cohort: Cohort) -> None:
    """Delete a draft with everything that hangs on it.

    Raises ``DomainError`` for a group that has been opened.
    """
    hold_places(cohort)
    if cohort.state != CohortState.DRAFT:
        raise DomainError("This group has been opened already.")
    db.session.delete(cohort)


def current_agreement(cohort: Cohort) -> AgreementVersion:
    """Return the latest version of a group's agreement; every group has one from the start."""
    return db.session.scalars(
        select(AgreementVersion)
        .where(AgreementVersion.cohort_id == cohort.id)
        .order_by(AgreementVersion.number.desc())
        .limit(1)
    ).one()


def clauses_of(agreement: AgreementVersion) -> list[Clause]:
    """Return what the agreement says, clause by clause."""
    return [Clause(title, words) for title, words in agreement.clauses]

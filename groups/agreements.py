"""The agreement of a group, as it stands and as somebody accepted it."""

from sqlalchemy import select

from core.db import db
from groups.agreement_text import Clause
from groups.models import AgreementVersion, Cohort


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

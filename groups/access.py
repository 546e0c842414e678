"""Who may reach which people and groups. Read this file to audit confidentiality.

Every rule is a named select. Lists iterate it, ``core.lookup.find`` narrows it to one row, and
what it does not reach does not exist for that person.
"""

from typing import Final, cast

from sqlalchemy import Integer, Select, bindparam, select

from groups.models import (
    FACILITATING,
    Cohort,
    CohortState,
    Grant,
    GrantRole,
    Membership,
    MembershipState,
    Person,
    PlaceOffer,
    SignIn,
)

HERE = (MembershipState.ACTIVE, MembershipState.PAUSED)
#: Who facilitates a group: asked here and nowhere else.
FACILITATES = Membership.role.in_(FACILITATING) & Membership.state.in_(HERE)


class _Whoever:
    id = bindparam("person_id", type_=Integer())


#: Somebody who is only named when a statement is run, by its parameter ``person_id``: what each
#: page asks is put together once, which takes longer than the answer.
WHOEVER: Final = cast(Person, _Whoever())


def cohorts_facilitated_by(person: Person) -> Select[Cohort]:
    """The groups whose frame this person holds, drafts among them."""
    return (
        select(Cohort)
        .join(Membership)
        .where(Membership.person_id == person.id, FACILITATES)
        .order_by(Cohort.id)
    )


def facilitators_of(cohort: Cohort) -> Select[Membership]:
    """The places of those who hold the frame of a group, in the order in which they came."""
    return (
        select(Membership)
        .where(Membership.cohort_id == cohort.id, FACILITATES)
        .order_by(Membership.id)
    )


def cohorts_seen_by(person: Person) -> Select[Cohort]:
    """The groups this person belongs to, in whatever role, once they have been opened."""
    return (
        select(Cohort)
        .join(Membership)
        .where(
            Membership.person_id == person.id,
            Membership.state.in_(HERE),
            Cohort.state != CohortState.DRAFT,
        )
        .order_by(Cohort.id)
    )


def memberships_of(person: Person) -> Select[Membership]:
    """This person's own places, those they have left among them (to come back to)."""
    return select(Membership).where(Membership.person_id == person.id).order_by(Membership.id)


def place_kept_by(person: Person, cohort_id: str) -> Select[Membership]:
    """This person's own place in the group with this id, once it is open: the one they have, or
    the one they left and may come back to. Not one that a facilitator took away.
    """
    return (
        memberships_of(person)
        .join(Cohort)
        .where(
            Cohort.public_id == cohort_id,
            Cohort.state != CohortState.DRAFT,
            Membership.state != MembershipState.REMOVED,
        )
    )


def memberships_run_by(person: Person) -> Select[Membership]:
    """The places in groups this person facilitates."""
    cohorts = cohorts_facilitated_by(person).with_only_columns(Cohort.id).order_by(None)
    return select(Membership).where(Membership.cohort_id.in_(cohorts)).order_by(Membership.id)


def offers_run_by(person: Person) -> Select[PlaceOffer]:
    """The places offered in groups this person facilitates."""
    cohorts = cohorts_facilitated_by(person).with_only_columns(Cohort.id).order_by(None)
    return select(PlaceOffer).where(PlaceOffer.cohort_id.in_(cohorts)).order_by(PlaceOffer.id)


def grants_of(person: Person) -> Select[Grant]:
    """This person's own tasks, those that were taken away among them."""
    return select(Grant).where(Grant.person_id == person.id).order_by(Grant.id)


def holders_of(role: GrantRole) -> Select[int]:
    """The ids of everybody who has this task now."""
    return select(Grant.person_id).where(Grant.role == role, Grant.withdrawn_at.is_(None))


def sign_ins_of(person: Person) -> Select[SignIn]:
    """This person's own sign-ins that have not been ended."""
    return (
        select(SignIn)
        .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
        .order_by(SignIn.started_at.desc())
    )

"""What is held about one person, for that person. Nobody else is named in it.

Other packages add what they hold to ``SECTIONS`` when they are loaded.
"""

from collections.abc import Callable
from typing import Any

from core.lookup import all_in
from core.typed_text import typed_by
from groups.access import grants_of, memberships_of, sign_ins_of
from groups.models import GrantRole, Membership, Person, SignIn

Section = Callable[[Person], Any]

TASKS = {GrantRole.FACILITATOR: "sets up groups", GrantRole.OPERATOR: "runs the system"}


def own_data(person: Person) -> dict[str, Any]:
    """Return everything as plain values for JSON; moments in UTC (ISO 8601)."""
    return {name: gather(person) for name, gather in SECTIONS.items()}


def _account(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "e-mail": person.email,
        "time zone": person.time_zone,
        "how pages look": person.theme,
        "added at": person.created_at.isoformat(),
        "said yes or signed in at": person.reached_at.isoformat() if person.reached_at else None,
        "address proved at": person.proved_at.isoformat() if person.proved_at else None,
    }


def _groups(person: Person) -> list[dict[str, Any]]:
    return [_membership(membership) for membership in all_in(memberships_of(person))]


def _membership(membership: Membership) -> dict[str, Any]:
    return {
        "group": membership.cohort.name,
        "role": membership.role,
        "state": membership.state,
        "joined at": membership.joined_at.isoformat(),
        "left at": membership.left_at.isoformat() if membership.left_at else None,
        "agreement accepted": membership.agreed_version,
        "accepted at": membership.agreed_at.isoformat() if membership.agreed_at else None,
    }


def _tasks(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "task": TASKS[GrantRole(grant.role)],
            "given at": grant.given_at.isoformat(),
            "taken away at": grant.withdrawn_at.isoformat() if grant.withdrawn_at else None,
        }
        for grant in all_in(grants_of(person))
    ]


def _sign_ins(person: Person) -> list[dict[str, Any]]:
    return [_sign_in(sign_in) for sign_in in all_in(sign_ins_of(person))]


def _sign_in(sign_in: SignIn) -> dict[str, Any]:
    return {
        "device": sign_in.device,
        "started at": sign_in.started_at.isoformat(),
        "ends at": sign_in.ends_at.isoformat(),
    }


SECTIONS: dict[str, Section] = {
    "account": _account,
    "groups": _groups,
    "tasks": _tasks,
    "sign-ins": _sign_ins,
    "typed when a sign-in had ended": lambda person: typed_by(person.public_id),
}

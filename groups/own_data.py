"""What is held about one person, for that person. Nobody else is named in it.

Other packages add what they hold to ``SECTIONS`` when they are loaded.
"""

from collections.abc import Callable
from typing import Any

from core.lookup import all_in
from groups.access import memberships_of, sign_ins_of
from groups.models import Membership, Person, SignIn

Section = Callable[[Person], Any]


def own_data(person: Person) -> dict[str, Any]:
    """Return everything as plain values for JSON; moments in UTC (ISO 8601)."""
    return {name: gather(person) for name, gather in SECTIONS.items()}


def _account(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "e-mail": person.email,
        "time zone": person.time_zone,
        "how pages look": person.theme,
        "may set up groups": person.opens_groups,
        "runs the system": person.operates,
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
    "sign-ins": _sign_ins,
}

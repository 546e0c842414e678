"""The tables of *who*: people, their sign-ins, groups, places in them, offers and agreements."""

from groups.models.cohort import AgreementVersion, Cohort, CohortKind, CohortState
from groups.models.grant import Grant, GrantRole
from groups.models.membership import FACILITATING, Membership, MembershipState, Role
from groups.models.person import DoNotWrite, Person
from groups.models.place_offer import OfferState, PlaceOffer
from groups.models.sign_in import CodeBrowser, SignIn, SignInCode

__all__ = [
    "FACILITATING",
    "AgreementVersion",
    "CodeBrowser",
    "Cohort",
    "CohortKind",
    "CohortState",
    "DoNotWrite",
    "Grant",
    "GrantRole",
    "Membership",
    "MembershipState",
    "OfferState",
    "Person",
    "PlaceOffer",
    "Role",
    "SignIn",
    "SignInCode",
]

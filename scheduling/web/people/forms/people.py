"""Whom a facilitator invites once a group is open."""

from groups.models import Role
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.reading import radios
from scheduling.web.fields.typed import PeopleField

ROLES = {
    Role.MEMBER.value: "Take part as a member",
    Role.CO_FACILITATOR.value: "Facilitate with you",
}


class InviteForm(CheckedForm):
    """A pasted list of people, read as on the first screen of setting up."""

    people = PeopleField("Who to invite", missing="Write at least one e-mail address")
    role = radios("You ask them to", ROLES, default=Role.MEMBER, coerce=Role)

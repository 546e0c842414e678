"""Whom a facilitator invites once a group is open."""

from typing import Any

from wtforms import Field, RadioField, SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the class
from wtforms.validators import ValidationError

from core.addresses import Paste, read_addresses
from groups.models import Role
from scheduling.web.fields.pasted import problems_of
from scheduling.web.fields.reading import PastedText, as_sent
from scheduling.web.rescheduling.forms.session import CheckedForm

ROLES = {
    Role.MEMBER.value: "Take part as a member",
    Role.CO_FACILITATOR.value: "Facilitate with you",
}


class InviteForm(CheckedForm):
    """A pasted list of people, read as on the first screen of setting up."""

    people = PastedText("Who to invite")
    role = RadioField(
        "You ask them to",
        choices=[SelectChoice(value, words) for value, words in ROLES.items()],
        default=Role.MEMBER.value,
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.paste = Paste()

    def validate_people(self, field: Field) -> None:
        """Read the list, and number the lines that cannot be read."""
        self.paste = read_addresses(as_sent(field))
        field.errors = problems_of(self.paste)
        if not self.paste.problems and not self.paste.mailboxes:
            raise ValidationError("Write at least one e-mail address")

    @property
    def asked_role(self) -> Role:
        """What these people are asked to be."""
        return Role(self.role.data)

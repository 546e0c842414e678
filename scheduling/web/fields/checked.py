"""What every form has whose change is looked at before it is made."""

from wtforms import HiddenField

from core.forms import PageForm
from scheduling.web.fields.typed import TypedField

QUIETLY = "quietly"


class CheckedForm(PageForm):
    """A form in two steps: the page that checks it sends it again with ``confirmed`` ("quietly"
    where no message is wanted), or ``back`` to change something.
    """

    confirmed = HiddenField()
    back = HiddenField()
    #: What was looked at, by ``ChangePlan.digest``.
    seen = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        """Whether the check page has been agreed to."""
        return bool(self.confirmed.data) and not self.back.data

    @property
    def is_quiet(self) -> bool:
        """Whether whoever agreed wants nobody written to, as far as that is theirs to say."""
        return bool(self.confirmed.data == QUIETLY)

    @property
    def typed(self) -> dict[str, str]:
        """What was typed and chosen, to be sent again with the page that checks it."""
        own = ("confirmed", "back", "seen", "csrf_token")
        values = {
            field.name: field.typed if isinstance(field, TypedField) else field.data
            for field in self
            if field.name not in own
        }
        sent = {name: "y" if value is True else value for name, value in values.items() if value}
        return {name: str(value) for name, value in sent.items()}

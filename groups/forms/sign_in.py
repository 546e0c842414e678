"""The two steps of signing in."""

from typing import Final

from flask_wtf import FlaskForm
from wtforms import Field, Form
from wtforms.validators import StopValidation

from core.addresses import AddressProblem, read_address
from core.forms import CleanString
from groups.codes import Refusal

_DIGITS: Final = 6
#: Why a code proves nothing, for whoever typed it.
REFUSALS: Final = {
    Refusal.WRONG: "That code doesn’t match. Check the latest e-mail, or get a new code.",
    Refusal.EXPIRED: "That code has run out, as codes last 10 minutes. Get a new code.",
    Refusal.USED: "That code has been used already. Get a new code.",
    Refusal.TOO_MANY: "That was five tries, and a code allows no more. Get a new code.",
}


def is_address(_form: Form, field: Field) -> None:
    """Refuse what is no e-mail address, in the words of ``core.addresses``."""
    try:
        read_address(field.data or "")
    except AddressProblem as problem:
        raise StopValidation(f"{problem}.") from None


def is_code(_form: Form, field: Field) -> None:
    """Refuse what is not six digits; spaces and hyphens between them are fine."""
    typed = digits_of(field.data or "")
    if len(typed) != _DIGITS or not typed.isascii() or not typed.isdigit():
        raise StopValidation("Write the six digits from the e-mail.")


def digits_of(typed: str) -> str:
    """Return a code as it was typed or pasted, without spaces and hyphens."""
    return typed.replace(" ", "").replace("-", "")


class AddressForm(FlaskForm):
    """Where to send a code."""

    address = CleanString("Your e-mail address", [is_address])

    @property
    def read(self) -> str:
        """The address, once the form has been found to be in order."""
        return read_address(self.address.data or "").address


class CodeForm(FlaskForm):
    """The code from the e-mail."""

    code = CleanString("Your six-digit code", [is_code])

    @property
    def read(self) -> str:
        """The six digits, once the form has been found to be in order."""
        return digits_of(self.code.data or "")

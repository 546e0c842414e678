"""The two steps of signing in, and of moving to another address."""

from typing import Final

from wtforms import BooleanField, Field, Form
from wtforms.validators import StopValidation

from core.addresses import AddressProblem, read_address
from core.forms import CleanString, PageForm
from groups.proving import Refusal

#: Codes get longer while someone is guessing, see ``groups.code_limits``.
_DIGITS: Final = range(6, 13)
#: Why a code proves nothing, for whoever typed it.
REFUSALS: Final = {
    Refusal.WRONG: "That code doesn’t match. Check the latest e-mail, or ask again.",
    Refusal.EXPIRED: "That code doesn’t match, or it has expired. Ask again.",
    Refusal.USED: "That code has been used already. Ask again.",
    Refusal.TOO_MANY: "You’ve had 5 tries, which is all a code allows. Ask again in 30 minutes.",
}


def is_address(_form: Form, field: Field) -> None:
    """Refuse what is no e-mail address, in the words of ``core.addresses``."""
    try:
        read_address(field.data or "")
    except AddressProblem as problem:
        raise StopValidation(f"{problem}.") from None


def is_code(_form: Form, field: Field) -> None:
    """Refuse anything that cannot be a code; spaces and hyphens between the digits are fine."""
    typed = digits_of(field.data or "")
    if len(typed) not in _DIGITS or not typed.isascii() or not typed.isdigit():
        raise StopValidation("Enter all the digits from the e-mail.")


def digits_of(typed: str) -> str:
    """Return a code as it was typed or pasted, without spaces and hyphens."""
    return typed.replace(" ", "").replace("-", "")


class AddressForm(PageForm):
    """Where to send a code."""

    address = CleanString("Your e-mail address", [is_address])

    @property
    def read(self) -> str:
        """The address, once the form has been found to be in order."""
        return read_address(self.address.data or "").address


class CodeForm(PageForm):
    """The code from the e-mail."""

    code = CleanString("Your code", [is_code])

    @property
    def read(self) -> str:
        """The digits, once the form is valid."""
        return digits_of(self.code.data or "")


class NewAddressForm(AddressForm):
    """The address somebody wants to have."""

    address = CleanString("Your new e-mail address", [is_address])


class NewAddressCodeForm(CodeForm):
    """The code from the new address, and whether the former one may still be written to."""

    quiet = BooleanField("Send nothing about dates to the old address any more")

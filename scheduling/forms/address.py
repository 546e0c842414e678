"""Moving to another address: where to, and the code from there."""

from wtforms import BooleanField

from core.forms import CleanString
from groups.forms.sign_in import AddressForm, CodeForm, is_address


class NewAddressForm(AddressForm):
    """The address somebody wants to have."""

    address = CleanString("Your new e-mail address", [is_address])


class NewAddressCodeForm(CodeForm):
    """The code from the new address, and whether the former one may still be written to."""

    quiet = BooleanField("Send nothing about dates to the old address any more")

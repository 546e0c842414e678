"""Shared by the pages that a letter's link opens, where a choice and then a button act."""

from flask import abort, request

from scheduling.forms.by_letter import ChoiceForm


def chosen(form: ChoiceForm) -> str:
    """Return what was chosen; empty if nothing was, which the form then says, or if the page was
    only opened. Ends the request with 400 for anything that no page of ours has offered.
    """
    if request.method != "POST" or not form.validate():
        return ""
    if not form.chosen:
        abort(400)
    return form.chosen


def is_one_click() -> bool:
    """Return whether a mail program pressed its own button for its reader (RFC 8058 section 3.1),
    which acts without a choice.
    """
    return request.form.get("List-Unsubscribe") == "One-Click"

"""What the pages share that a link in a letter opens, where a choice and then a button acts."""

from flask import abort, request

from scheduling.forms.by_letter import ChoiceForm


def chosen(form: ChoiceForm) -> str:
    """Return what was chosen; empty when nothing was, which the form then says, and when the page
    is only looked at. Ends the request with 400 for what no page of ours has offered.
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

"""A program that opens a page and presses its buttons, as browsers of mail gateways do.

It sends what a browser would send for a form that nobody has touched (HTML Living Standard,
"constructing the entry list"): it types nothing, chooses nothing and ticks nothing.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import html5lib
from werkzeug.test import TestResponse

#: Kinds of input that are sent only while checked, and kinds that are sent only when pressed.
CHECKED = {"radio", "checkbox"}
PRESSED = {"submit", "image", "button", "reset"}


@dataclass
class Form:
    """A form as it stands on the page, and its buttons by what each adds when it is pressed."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[list[tuple[str, str]]] = field(default_factory=list)
    #: What could be chosen or ticked and is not.
    choices: list[tuple[str, str]] = field(default_factory=list)
    #: Whether it stands in a note about what was done, as *Undo* does.
    in_note: bool = False


def forms_on(page: TestResponse) -> list[Form]:
    """Return the forms of a page in its order, with the values that stand in them at first."""
    document = html5lib.parse(page.get_data(as_text=True), namespaceHTMLElements=False)
    parents = {child: parent for parent in document.iter() for child in parent}
    forms: dict[Any, Form] = {}
    by_id: dict[str, Form] = {}
    for element in document.iter("form"):
        action = urljoin(page.request.path, element.get("action") or page.request.full_path)
        forms[element] = Form(element.get("method", "get").upper(), action)
        forms[element].in_note = _in_note(element, parents)
        by_id[element.get("id", "")] = forms[element]
    for element in document.iter():
        named = element.get("form")
        owner = by_id.get(named) if named else _around(element, forms, parents)
        if owner is not None and element.get("disabled") is None:
            _add(owner, element)
    return list(forms.values())


def press(browser: Any, form: Form, button: int = 0) -> TestResponse:
    """Press one of a form's buttons; a form without any is sent as by the Enter key."""
    pressed = form.buttons[button] if form.buttons else []
    sent: dict[str, list[str]] = {}
    for name, value in [*form.fields, *pressed]:
        sent.setdefault(name, []).append(value)
    values = {"data" if form.method == "POST" else "query_string": sent}
    answer: TestResponse = browser.open(form.action, method=form.method, **values)
    return answer


def press_everything(browser: Any, page: TestResponse) -> int:
    """Press every button of every form of a page, one after the other; return how many."""
    pressed = 0
    for form in forms_on(page):
        for button in range(max(1, len(form.buttons))):
            press(browser, form, button)
            pressed += 1
    return pressed


def _around(element: Any, forms: dict[Any, Form], parents: dict[Any, Any]) -> Form | None:
    while element is not None and element not in forms:
        element = parents.get(element)
    return forms.get(element)


def _in_note(element: Any, parents: dict[Any, Any]) -> bool:
    while element is not None and "note" not in element.get("class", "").split():
        element = parents.get(element)
    return element is not None


def _add(form: Form, element: Any) -> None:
    name, kind = element.get("name"), element.get("type", "")
    own = [(name, element.get("value", "on" if kind in CHECKED else ""))] if name else []
    match element.tag:
        case "button" if kind in ("", "submit"):
            form.buttons.append(own)
        case "input" if kind in ("submit", "image"):
            form.buttons.append(own)
        case "input" if kind not in PRESSED:
            stands = kind not in CHECKED or element.get("checked") is not None
            (form.fields if stands else form.choices).extend(own)
        case "textarea" if name:
            form.fields.append((name, element.text or ""))
        case "select" if name:
            form.fields.append((name, _selected(element)))


def _selected(element: Any) -> str:
    """Return the value of a list to pick one from: the marked option, or else the first one."""
    options = list(element.iter("option"))
    marked = [one for one in options if one.get("selected") is not None]
    first = (marked or options)[0]
    return str(first.get("value", first.text or ""))

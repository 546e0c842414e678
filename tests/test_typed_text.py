"""What somebody typed stands on pages for those who may read it, and nowhere else.

Titles and addresses stay in the history of a browser, in its tabs and on shared screens; cookies
and file names lie on its disk. Every page is opened by everybody who may, and every form is sent
with words that must not turn up again in any of these places.
"""

import base64
import re
import zlib
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import test_confidentiality as access_table
from tests.page import PageClient
from tests.pressing import Form, forms_on, press
from tests.world import CANARIES, CAST, World

empty_database, kept_world = access_table.empty_database, access_table.kept_world
world, browser_of = access_table.world, access_table.browser_of

SECRETS = {name: words.lower() for name, words in CANARIES.items()}
#: Names without a canary of their own in the world, too short to be looked for in random signs.
NAMES = re.compile(r"\b(Amara|Tom|Paula|Lars|Olu|Olga|Sol|Elsewhere)\b")
TYPED = "Qztypedwdfg"
ADDRESS = f"{TYPED}@people.example"
#: What is typed into fields, by the beginning of their names; others keep what they hold.
TYPING = {
    "name": TYPED, "label": TYPED, "words": TYPED, "place": TYPED, "people": ADDRESS,
    "address": ADDRESS, "room": f"https://rooms.example/{TYPED}",
}  # fmt: skip
#: Attributes that hold an address or name an element.
ADDRESSES = {"href", "action", "src", "id", "for", "name", "aria-labelledby", "aria-describedby"}
#: Where a sign-in ends, and nothing could be sent any more.
ENDING = ("/leave", "/sign-out", "/sign-in/forget")
#: What ends an account, a group or a draft comes last.
LAST = ("erasing.", "leaving.", "running.end", "setting_up.delete")


def telling(response: TestResponse) -> str:
    """Return what stays behind of an answer: title, addresses, file names and cookies."""
    found = [unquote(response.headers.get("Location", "")), *titles(response)]
    found += [response.headers.get("Content-Disposition", "")]
    found += [readable(cookie) for cookie in response.headers.getlist("Set-Cookie")]
    if response.mimetype == "text/html":
        document = html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)
        for element in document.iter():
            values = {name: unquote(value) for name, value in element.items() if name in ADDRESSES}
            found += [value for value in values.values() if is_ours(value)]
    return " ".join([*found, *(decoded(token) for token in tokens(" ".join(found)))])


def titles(response: TestResponse) -> list[str]:
    """Return what stands between the tags of the title, and of the title of a drawing."""
    return re.findall(r"<title>([^<]*)</title>", response.get_data(as_text=True))


def is_ours(address: str) -> bool:
    """Return whether this is no link to elsewhere: to a room, or to a program that writes mail."""
    return urlsplit(address).scheme == ""


def readable(cookie: str) -> str:
    """Return what anybody can read who has a cookie: signed is not sealed."""
    value = cookie.partition("=")[2].partition(";")[0]
    return f"{value} {decoded(value)}"


def tokens(text: str) -> list[str]:
    """Return what looks like a signed value in some text."""
    return re.findall(r"\.?[\w-]{8,}\.[\w-]+\.[\w-]+", text)


def decoded(token: str) -> str:
    """Return the content of a signed value, without knowing any key."""
    compressed = token.startswith(".")
    content = token.lstrip(".").partition(".")[0]
    try:
        plain = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))
        return unquote((zlib.decompress(plain) if compressed else plain).decode(errors="replace"))
    except (ValueError, zlib.error):
        return ""


@pytest.mark.any_database
@pytest.mark.parametrize("name", CAST)
def test_no_title_address_or_cookie_holds_what_was_typed(
    app: Flask, world: World, browser_of: Callable[[str], PageClient], name: str
) -> None:
    browser, found = browser_of(name), {}
    for endpoint, method in sorted(access_table.TABLE):
        if method == "GET":
            path = access_table.address(app, endpoint, world)
            answer = access_table.asked(browser, "GET", path)
            left = telling(answer).lower()
            found[path] = {one for one, words in SECRETS.items() if words in left}
            found[path] |= set(NAMES.findall(" ".join(titles(answer))))

    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "most"), [("nobody", 0), ("member", 5), ("facilitator", 15)])
def test_no_form_leaves_behind_what_was_typed_into_it(
    app: Flask, world: World, browser_of: Callable[[str], PageClient], name: str, most: int
) -> None:
    browser, notes, leaks = browser_of(name), set[str](), dict[str, str]()
    pages = [endpoint for endpoint, method in access_table.TABLE if method == "GET"]
    for endpoint in sorted(pages, key=lambda one: (one.startswith(LAST), one)):
        page = access_table.asked(browser, "GET", access_table.address(app, endpoint, world))
        for path, answer in sent(browser, page, further=1):
            left = telling(answer)
            notes |= set(re.findall(r'"text": ?"([^"]*)"', left))
            if any(words in left.lower() for words in (*SECRETS.values(), TYPED.lower())):
                leaks[path] = left

    assert leaks == {}
    # Forms that were refused would leave nothing behind either.
    assert len(notes) >= most, sorted(notes)


def sent(browser: PageClient, page: TestResponse, further: int) -> list[tuple[str, TestResponse]]:
    """Send every form of a page with what is typed into it, and the forms of the pages that
    follow; return where each was sent and what was answered.
    """
    answers = []
    for form in forms_on(page) if page.mimetype == "text/html" else []:
        if form.method != "POST" or form.action in ENDING:
            continue
        for button in range(max(1, len(form.buttons))):
            answer = press(browser, filled(form), button)
            answers.append((form.action, answer))
            if further and answer.status_code == 200:
                answers += sent(browser, answer, further - 1)
    return answers


def filled(form: Form) -> Form:
    """Return a form with words typed into it and the first of its choices chosen."""
    typed = [(name, typing(name, value)) for name, value in form.fields]
    return Form(form.method, form.action, [*typed, *form.choices[:1]], form.buttons)


def typing(name: str, value: str) -> str:
    """Return what is typed into the field of this name, which holds ``value``."""
    fitting = (words for beginning, words in TYPING.items() if name.startswith(beginning))
    return next(fitting, value)

"""Pressing Undo where a page offers it."""

import html
import re

from werkzeug.test import TestResponse

from tests.page import PageClient


def press_undo(browser: PageClient, page: str) -> TestResponse:
    """Press the Undo in a note of this page (its HTML)."""
    action = re.search(r'action="([^"]+/undo)"', page)
    token = re.search(r'name="undo_token" value="([^"]+)"', page)
    assert action is not None
    assert token is not None
    data = {"undo_token": html.unescape(token[1])}
    return browser.post(html.unescape(action[1]), data=data)

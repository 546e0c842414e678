"""Sending the same form several times at the same moment, as a double click or a retry does."""

import copy
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from werkzeug.test import TestResponse

from core.db import db
from tests.page import PageClient
from tests.pressing import Form, press


def like(browser: PageClient) -> PageClient:
    """Return another client with the cookies that this browser has now."""
    twin = copy.copy(browser)
    twin._cookies = dict(browser._cookies or {})
    return twin


def at_once(
    app: Flask, browser: PageClient, form: Form, *, times: int = 2, button: int = 0
) -> list[tuple[PageClient, TestResponse]]:
    """Press a button of a form so often at the same moment; return each answer, with a browser in
    the state that it leads to.
    """
    barrier = Barrier(times)

    def once(twin: PageClient) -> tuple[PageClient, TestResponse]:
        with app.app_context():
            try:
                barrier.wait(timeout=60)
                return twin, press(twin, form, button)
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(once, [like(browser) for _ in range(times)]))

"""The client every page test uses: it signs people in, and holds each page to what pages owe."""

import re
from datetime import UTC, datetime
from typing import Any

from flask import g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import config
from core.db import db
from core.transaction import transaction
from groups import accounts
from groups.models import Person
from tests.markup import check_markup, words_of

INLINE = re.compile(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|<style", re.IGNORECASE)


class PageClient(FlaskClient):
    """Every HTML page it gets must be valid, titled, and free of inline styles and scripts."""

    def sign_in(self, person: Person) -> None:
        """Start a sign-in for this person in this browser, as a proved code would."""
        with transaction():
            secret = accounts.start_sign_in(person, device="Firefox", now=datetime.now(UTC))
        with self.session_transaction() as session:
            accounts.remember(session, secret, datetime.now(UTC))

    @property
    def _base_url(self) -> str:
        # Only the host people really reach us by is answered.
        base_url: str = self.application.extensions[config.EXTENSION].base_url
        return base_url

    def session_transaction(self, *args: Any, **kwargs: Any) -> Any:
        """Open the session of this browser, to read or change it."""
        return super().session_transaction(*args, **{"base_url": self._base_url, **kwargs})

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; afterwards rows are read afresh."""
        db.session.rollback()
        # The context that a test holds open outlasts its requests; a token belongs to one of them.
        g.pop("csrf_token", None)
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self._base_url)
        response = super().open(*args, **kwargs)
        db.session.rollback()
        is_page = response.mimetype == "text/html"
        if is_page and (response.get_data() or response.request.method == "GET"):
            check_page(response.get_data(as_text=True))
        return response


def check_page(html: str) -> None:
    """Raise if this page breaks what every page owes."""
    check_markup(html)
    assert re.search(r"<title>[^<]+</title>", html), "a page without a title"
    assert html.count("<h1") == 1, "a page has exactly one h1"
    assert not INLINE.search(html), f"inline: {INLINE.search(html)}"
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers)), "an id stands twice"


def words(response: TestResponse) -> str:
    """Return what a person reads on a page: its text with white space folded."""
    return words_of(response.get_data(as_text=True))

"""Who is asking: the person signed in in this browser, and whether they have just proved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import g, render_template, request, session, url_for  # noqa: TID251 - this is where signing in touches it

from core import moment
from core.transaction import transaction
from core.typed_text import keep_typed, owner_here
from core.web import way_back_to
from groups import accounts
from groups.accounts import FRESH, is_fresh
from groups.models import Person, SignIn
from groups.web.known_browsers import forget_all


@dataclass(frozen=True)
class Viewer:
    """The person who is asking, and the sign-in that says so."""

    person: Person
    sign_in: SignIn

    @property
    def identity(self) -> str:
        """Which account this is, in every browser."""
        return self.person.public_id

    @property
    def name(self) -> str:
        """What others call them; empty until they say."""
        return self.person.name or ""

    @property
    def theme(self) -> str:
        """How pages look to them: ``system``, ``light`` or ``dark``."""
        return self.person.theme


def load_viewer() -> Viewer | None:
    """Return the viewer, or ``None`` when nobody is signed in. Writes nothing to the database."""
    sign_in = accounts.remembered(session, moment.now())
    return None if sign_in is None else Viewer(sign_in.person, sign_in)


def lapsed_account() -> str | None:
    """Return which account this browser was signed in to, if its sign-in has ended since."""
    sign_in = accounts.held(session)
    return None if sign_in is None else sign_in.person.public_id


def sign_in_here(person: Person, *, now: datetime) -> None:
    """Sign this person in in this browser, with a new secret; belongs inside a transaction.

    A sign-in that this browser had before is ended, whoever it was.
    """
    if g.viewer is not None:
        accounts.end_sign_in(g.viewer.sign_in, now)
    device = device_words(request.user_agent.string)
    accounts.remember(session, accounts.start_sign_in(person, device=device, now=now), now)


def sign_out_here(now: datetime) -> None:
    """End the sign-in of this browser and forget it; belongs inside a transaction. Which addresses
    were proved here stays known.
    """
    if g.viewer is not None:
        accounts.end_sign_in(g.viewer.sign_in, now)
    session.clear()


def forget_here() -> None:
    """Let this browser forget who was signed in, whose account has just been deleted."""
    session.clear()
    forget_all()
    g.viewer = None


def signed_out_words() -> str | None:
    """Say why somebody who was signed in here has to sign in again."""
    if g.viewer is not None or not accounts.was_signed_in(session):
        return None
    if accounts.idle(session, moment.now()):
        return "You were signed out after 30 minutes. Sign in and carry on."
    return "You were signed out. Sign in and carry on."


def sign_in_first(why: str, *, then: str | None, otherwise: tuple[str, str]) -> str | None:
    """Return the page that asks somebody to sign in again, or nothing if they have just done so.

    ``why`` is a sentence, ``then`` the path to which signing in leads back (nothing: to the form
    that was sent, as it was typed), and ``otherwise`` the words and the path of the way out.
    """
    if is_fresh(g.viewer.sign_in, moment.now()):
        return None
    if then is None:
        with transaction():
            then = keep_typed(owner_here())
    return render_template(
        "groups/sign_in_again.html",
        why=why,
        minutes=FRESH // timedelta(minutes=1),
        again_url=url_for("account.sign_in_again", **way_back_to(then)),
        otherwise=otherwise,
    )


# The order matters: most browsers also claim to be those further down.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return the families of browser and system, such as "Firefox on Windows"."""
    browser = _first(user_agent, _BROWSERS) or "A browser"
    system = _first(user_agent, _SYSTEMS)
    return f"{browser} on {system}" if system else browser


def _first(text: str, families: Sequence[tuple[str, str]]) -> str | None:
    return next((name for mark, name in families if mark in text), None)

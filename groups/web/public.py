"""The pages anybody may read: the door, help, and what the rules are."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from core import config
from core.errors import NotFound
from core.moment import now
from core.transaction import database_answers
from core.web import cookieless, link, public, see_other
from groups import agreement_text
from groups.helplines import helplines

pages = Blueprint("public", __name__)

_TEXT: Final = {"Content-Type": "text/plain; charset=utf-8"}
#: RFC 9116 section 2.5.5 asks for less than a year.
_CONTACT_HOLDS: Final = timedelta(days=180)


@pages.get("/")
@public
def door() -> ResponseReturnValue:
    """The first page: where to sign in. Whoever is signed in goes on to their own."""
    if g.viewer is not None:
        return see_other("home.start")
    return render_template("groups/door.html")


@pages.get("/help")
@public
def help() -> ResponseReturnValue:  # noqa: A001 - the name of the endpoint
    """Whom to ring, and what to do about the commonest troubles."""
    return render_template("information/help.html", every_helpline=helplines())


@pages.get("/safety")
@public
def safety() -> ResponseReturnValue:
    """What this site can hide and what it cannot."""
    return render_template("information/safety.html")


@pages.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is held, and for how long."""
    return render_template("information/privacy.html")


@pages.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """What was tested, and what was not."""
    return render_template("information/accessibility.html")


@pages.get("/confidentiality")
@public
def confidentiality() -> ResponseReturnValue:
    """What a group agrees, where confidentiality ends, and who sees what."""
    return render_template(
        "information/confidentiality.html",
        limits=agreement_text.LIMITS,
        who_sees_what=agreement_text.WHO_SEES_WHAT,
    )


@pages.get("/health")
@cookieless
def alive() -> ResponseReturnValue:
    """Say that this process and the database answer, under any host name (``core.hosts``).
    Whether mail and clock work is ``flask doctor``'s to say.
    """
    if database_answers():
        return "ok\n", 200, _TEXT
    return "Try again later\n", 503, {**_TEXT, "Retry-After": "30"}


@pages.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Let programs fetch what they are given a link to: Google asks here before it reads a
    private calendar. Every answer says "noindex", which a program can only see if it may look.
    """
    return "User-agent: *\nDisallow:\n", 200, _TEXT


@pages.get("/.well-known/security.txt")
@public
def security() -> ResponseReturnValue:
    """Whom to tell about a weakness (RFC 9116), if there is a public address."""
    address = config.current().public_contact
    if not address:
        raise NotFound
    until = (now() + _CONTACT_HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: mailto:{address}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {link('public.security')}",
    )
    return "\n".join(lines) + "\n", 200, _TEXT

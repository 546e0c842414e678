"""What a browser keeps between asking for a code and typing it, in its signed session.

The address is sealed: the session is signed, yet whoever opens the browser's files can read it.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from flask import session  # noqa: TID251 - signing in is what this is part of

from core.encryption import Unreadable, key_ring
from core.tokens import secret

#: Under this name a browser keeps what it asked for in order to sign in.
SIGNING_IN: Final = "asking"


@dataclass(frozen=True)
class Asking:
    """A code that was asked for here: ``browser`` is the secret this browser is known by, and
    ``way_back`` the signed path to go on to, or nothing. A ``hidden`` address was not typed here
    and is not shown here.
    """

    browser: str
    address: str
    asked_at: datetime
    way_back: str
    hidden: bool = False

    def keep(self, where: str = SIGNING_IN) -> None:
        """Put this into the browser's session, in place of what was there under this name."""
        sealed = key_ring().seal(self.address.encode(), _place(self.browser))
        session[where] = {
            "browser": self.browser,
            "address": base64.b64encode(sealed).decode(),
            "asked_at": int(self.asked_at.timestamp()),
            "way_back": self.way_back,
            "hidden": self.hidden,
        }


def asking_here(where: str = SIGNING_IN) -> Asking | None:
    """Return what this browser has asked for, if anything; ``where`` names what for."""
    kept = session.get(where)
    if kept is None:
        return None
    try:
        address = key_ring().unseal(base64.b64decode(kept["address"]), _place(kept["browser"]))
    except Unreadable:
        return None
    asked_at = datetime.fromtimestamp(kept["asked_at"], UTC)
    hidden = bool(kept.get("hidden", False))
    return Asking(kept["browser"], address.decode(), asked_at, kept["way_back"], hidden)


def browser_here(what_for: str = SIGNING_IN) -> str:
    """Return the secret by which this browser is known when it asks for a code: the same for a form
    that is sent twice at once.
    """
    before = asking_here(what_for)
    if before is not None:
        return before.browser
    own = session.get("csrf_token")
    return secret() if own is None else key_ring().private_token("asking", f"{what_for}:{own}")


def _place(browser: str) -> str:
    return f"asking:{browser}"

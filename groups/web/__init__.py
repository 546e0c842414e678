"""The pages about *who*: signing in, the account, and what anybody may read."""

from flask import Flask

from groups.web import public
from groups.web.account import pages as account
from groups.web.sign_in import pages as sign_in

PAGES = (public.pages, sign_in.pages, account.pages)


def init_app(app: Flask) -> None:
    """Register the pages of this package."""
    for pages in PAGES:
        app.register_blueprint(pages)
    # Leaving has to work from a page whose token is no longer good. It only ever signs out, and
    # ``core.web`` still refuses it when another site sends it.
    app.extensions["csrf"].exempt(sign_in.leave)

"""The app and the process it has to itself: what ``flask`` and every WSGI server begin with.

``app.create_app`` changes nothing about the process that calls it. What is set here belongs to a
process that exists for the app, and to no other.
"""

import gc
import logging
import os

from flask import Flask

import app
from core.redaction import hide_in_logs

#: How many more objects make Python look for those that hold each other. Rows come by the hundred
#: and go by themselves; at Python's own 700, looking takes a tenth of a page and a fifth of rolling
#: many runs forward.
LOOK_AFTER = 10_000


def create_app() -> Flask:
    """Return the app for the settings of the environment, in a process made ready for it."""
    prepare()
    return app.create_app()


def prepare() -> None:
    """Set what a process that serves, runs jobs or runs commands has for itself alone."""
    gc.set_threshold(LOOK_AFTER)
    # The database says who belongs with whom, if not by name: it is for this account alone.
    os.umask(0o077)
    hide_in_logs()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # It introduces itself at every start; what it finds to change is still said.
    logging.getLogger("alembic.runtime").setLevel(logging.WARNING)

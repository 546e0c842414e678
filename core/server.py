"""Serving the app: granian, with the clock in whichever worker wins the election."""

import os
import socket
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from core.errors import NotSetUp

ROOT = Path(__file__).parent.parent
#: Of each worker. More would wait for each other inside of Python, which makes every answer dearer;
#: who needs more at a time takes more workers.
THREADS = 2
#: How many processes answer, unless it is said otherwise.
WORKERS = 2
#: Where an app keeps the function that made it, for the command that needs a second app.
FACTORY = "alcove.create_app"


def refuse_if_taken(host: str, port: int, command: str) -> None:
    """Raise ``NotSetUp`` with the mend when somebody else listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotSetUp(f"Port {port} is in use. Try: {command} --port {port + 1}") from error


def serve(*, host: str, port: int, workers: int, demo: bool) -> None:
    """Serve until told to stop. Workers read their settings from the environment as any process
    does; access logs are off, since a feed's address is its secret.
    """
    os.environ["ALCOVE_CLOCK"] = "1"
    os.environ["PORT"] = str(port)
    if demo:
        os.environ["ALCOVE_DEMO"] = "1"
    Granian(
        "app:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        # Its greeting would drown ours; what goes wrong is still said.
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        working_dir=ROOT,
    ).serve()

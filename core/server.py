"""Serving the app: granian, with the clock in whichever worker wins the election."""

import os
import pkgutil
import resource
import socket
import sys
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from core.errors import NotSetUp
from core.rsgi import AT_ONCE, Served

ROOT = Path(__file__).parent.parent
#: How many processes answer, unless it is said otherwise.
WORKERS = 2
#: How many connections each of them holds; others wait until one ends. An idle one costs a few
#: kilobytes and is closed after ``HEADERS_WITHIN``.
CONNECTIONS = 2_048
#: How many seconds a request's headers may take, and a connection may wait between two requests.
HEADERS_WITHIN = 15
#: The most bytes in a request without its body, and in a body that is buffered ahead of its reader.
BUFFER = 64 * 1024
#: After how many seconds a worker that was told to stop is ended, even with clients connected.
STOP_WITHIN = 25
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


def load(target: str) -> Served:
    """Return what a worker serves; ``target`` names what makes a Flask app, ``app:create_app``."""
    sys.path.insert(0, str(ROOT))
    app = pkgutil.resolve_name(target)()
    return Served(app, app.extensions.get(AT_ONCE))


def serve(*, host: str, port: int, workers: int, demo: bool) -> None:
    """Serve until told to stop. Workers read their settings from the environment as any process
    does; access logs are off, since a feed's address is its secret.
    """
    os.environ["ALCOVE_CLOCK"] = "1"
    os.environ["PORT"] = str(port)
    if demo:
        os.environ["ALCOVE_DEMO"] = "1"
    _allow_connections()
    Granian(
        "app:create_app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN * 1_000, max_buffer_size=BUFFER
        ),
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
        log_access=False,
        # Its greeting would drown ours; what goes wrong is still said.
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    ).serve(target_loader=load)  # type: ignore[arg-type]  # what it loads is no function on this interface


def _allow_connections() -> None:
    """Let this process and its workers open a file for each connection they may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 512
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))

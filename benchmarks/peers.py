"""The things we are measured against, set up in folders of their own: Radicale, and nginx."""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import Server, free_port, granian, started

NEEDED = Path(__file__).parent / "peers.txt"
RADICALE = """\
[server]
hosts = 127.0.0.1:{port}
max_connections = 32
[auth]
type = none
[storage]
filesystem_folder = {storage}
[logging]
level = error
"""
NGINX = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
events {{ worker_connections 256; }}
http {{
  access_log off;
  types {{ text/calendar ics; }}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
PROPERTIES = '{"tag": "VCALENDAR", "C:supported-calendar-component-set": "VEVENT"}'
ENTRY = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)


def python_of_peers(folder: Path) -> Path:
    """Install what the peers need, once, and return the Python that has it."""
    home = folder / "peers"
    python, mark = home / "bin" / "python", home / "installed.txt"
    if not mark.exists() or mark.read_text() != NEEDED.read_text():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)  # noqa: S603 - our own arguments
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, "-r", NEEDED], check=True)  # noqa: S603 - our own arguments
        mark.write_text(NEEDED.read_text())
    return python


def fill_radicale(storage: Path, calendars: Mapping[str, bytes]) -> None:
    """Give Radicale one calendar a person, each entry in a file of its own, as it keeps them."""
    for person, feed in calendars.items():
        home = storage / "collection-root" / person / "calendar"
        home.mkdir(parents=True)
        (home / ".Radicale.props").write_text(PROPERTIES)
        for number, entry in enumerate(ENTRY.findall(feed)):
            whole = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Peer//EN\r\n" + entry
            (home / f"{number}.ics").write_bytes(whole + b"END:VCALENDAR\r\n")


def ask_radicale(person: str, *more: str) -> bytes:
    """Return the request for one person's whole calendar; ``more`` are headers."""
    key = base64.b64encode(f"{person}:any".encode()).decode()
    return request(f"/{person}/calendar/", f"Authorization: Basic {key}", *more)


def request(path: str, *headers: str) -> bytes:
    """Return one request over a connection that stays open."""
    lines = (f"GET {path} HTTP/1.1", "Host: alcove.example", *headers, "", "")
    return "\r\n".join(lines).encode()


@contextmanager
def radicale(folder: Path, python: Path, *, alone: bool) -> Iterator[Server]:
    """Serve Radicale under our own server, or ``alone`` with the one it brings along."""
    port, name = free_port(), "alone" if alone else "granian"
    settings = folder / f"radicale-{name}.ini"
    settings.write_text(RADICALE.format(port=port, storage=folder / "radicale"))
    log = folder / "radicale.log"
    if alone:
        command: list[str | Path] = [python, "-m", "radicale", "--config", settings]
        with started(command, port, {}, log) as server:
            yield server
    else:
        with granian(
            python, "radicale:application", {"RADICALE_CONFIG": str(settings)}, log
        ) as one:
            yield one


@contextmanager
def nginx(folder: Path, root: Path) -> Iterator[Server]:
    """Serve the files below a folder."""
    port, settings = free_port(), folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    settings.write_text(NGINX.format(user=user, folder=folder, root=root, port=port))
    with started([_nginx(), "-c", settings], port, {}, folder / "nginx.log") as server:
        yield server


def has_nginx() -> bool:
    """Tell whether nginx is there; it cannot be installed into a folder of its own."""
    return bool(_nginx())


def _nginx() -> str:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""

"""Turns the text of each setting into a value that works everywhere. Pure.

Texts come from files and environments that add things nobody sees: the carriage return of a Windows
file, a byte-order mark, quotes that a program left in place. All of that is removed here, once.
A text that still cannot be used raises ``NotSetUp`` with a message that names the setting and how
to mend it, and that never repeats a text in which there could be a secret. Addresses with passwords
in them are read in ``core.service_urls``.
"""

import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit
from zoneinfo import available_timezones

import idna

from core.addresses import AddressProblem, read_address
from core.errors import NotSetUp
from core.mail import is_bare_address
from core.text import clean_line

#: Characters round a text that nobody sees, besides white space.
_UNSEEN: Final = "\ufeff\u200b\u200c\u200d\u2060\x00"
_QUOTES: Final = ('"', "'")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HOST_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
#: On one machine or in a network of containers, names may have underscores too.
_SERVER_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_LONGEST_HOST: Final = 253
_LONGEST_NAME: Final = 60
_LONGEST_ADDRESS: Final = 254
_MOST_PROXIES: Final = 10
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_CHECKED_BY: Final = re.compile(r"[a-z0-9._/-]{1,253}")

#: Every setting and what it means, in Markdown, in the order in which people read about them. The
#: table in docs/operations.md is made of this by ``make docs``.
MEANINGS: Final = {
    "SITE_NAME": (
        "What the site is called on pages and as the sender of e-mails: an ordinary word, up to "
        "60 characters. Without it, the site is called by its host name."
    ),
    "BASE_URL": (
        "The public address: `https://`, a host name of its own, and a port if needed. Every "
        "link in e-mails begins with it. You can write international host names as people read "
        "them. An address below a path (`https://example.org/alcove`) does not work and is "
        "refused."
    ),
    "SECRET_KEY": (
        "Signs cookies and links; at least 32 random characters. A secret that could be guessed "
        "is refused. `flask init` makes one."
    ),
    "DATABASE_URL": (
        "`sqlite:////path/alcove.db` (the default is in `instance/`) or "
        "`postgresql://name:password@host/database`. Escape the password as for `SMTP_URL`."
    ),
    "KEY_RING": (
        "Where the key ring is; by default `key-ring.json`. A path without a `/` at the start "
        "is below `instance/`."
    ),
    "SMTP_URL": (
        "`smtp+starttls://name:password@host:587`, `smtps://…`, or `smtp://127.0.0.1` for a "
        "relay on this machine. In the name and password, write `%` as `%25`, `/` as `%2F`, `?` "
        "as `%3F`, `#` as `%23`, `@` as `%40`, `:` as `%3A`, a space as `%20`. `?timeout=20` at "
        "the end sets how many seconds to wait for an answer, from 1 to 60."
    ),
    "IMAP_URL": (
        "Optional: the service mailbox, to read the answers calendar programs send. "
        "`imaps://name:password@host/INBOX` or `imap+starttls://…`; escape as for `SMTP_URL`."
    ),
    "MAIL_CHECKED_BY": (
        "Optional: the name with which your own receiving mail server begins its "
        "`Authentication-Results` lines, such as `mx.example.org`."
    ),
    "MAIL_FROM": (
        "The one service mailbox. It is also the organiser of calendar invitations, so do not "
        "change it lightly."
    ),
    "MAIL_PACE": (
        "How many messages a minute Alcove sends to catch up after a stop of more than 15 "
        "minutes; 60 unless set, 0 for no limit. See [Mail](#mail)."
    ),
    "PUBLIC_CONTACT": (
        "Optional: an address that anyone may see. It is shown in `security.txt`, on the "
        "privacy and help pages, and where someone’s address was changed. Without it there is "
        "no `security.txt`, and pages tell people to ask the person who told them about the "
        "site."
    ),
    "OPERATOR_ADDRESS": ("Optional: where alerts go. It is never shown."),
    "TIME_ZONE": ("The time zone of new groups; `Europe/London` unless set."),
    "PROXIES": (
        "How many proxies of yours are in front; 0 unless set, 10 at most. With 0, "
        "`X-Forwarded-*` is ignored, and behind a proxy all browsers that Alcove does not know "
        "share one allowance of sign-in codes (30 in 10 minutes). `flask init` writes 1 for an "
        "https address."
    ),
    "LEAVE_URL": ("Where *Leave* goes, as a full address; a weather page unless set."),
}

BASE_URL_SHAPE: Final = "BASE_URL must look like https://alcove.example.org"


def clean(name: str, text: str) -> str:
    """Return a text without the white space, unseen characters and quotes round it.

    Raises ``NotSetUp`` if there is a control character inside it, which no setting can have.
    """
    bare = _without_surroundings(text)
    while len(bare) > 1 and bare[0] in _QUOTES and bare[-1] == bare[0]:
        bare = _without_surroundings(bare[1:-1])
    if _CONTROL.search(bare):
        raise NotSetUp(f"{name} has a line break or another control character inside it.")
    return bare


def _without_surroundings(text: str) -> str:
    before = None
    while text != before:
        before, text = text, text.strip().strip(_UNSEEN)
    return text


def site_name(text: str) -> str:
    """Return what the site is called, in titles and as the sender of e-mails."""
    line = clean_line(text)
    if len(line) > _LONGEST_NAME:
        raise NotSetUp(f"SITE_NAME is longer than {_LONGEST_NAME} characters.")
    return line


def base_url(text: str) -> str:
    """Return the public address as browsers write it: lower case, no final dot or slash, a port
    only if it is not the default, an international host name as RFC 5891 writes it.
    """
    if not text:
        return ""
    parts = _split("BASE_URL", text, BASE_URL_SHAPE + ".")
    if parts.path.strip("/"):
        raise NotSetUp(
            "BASE_URL has a path. Alcove needs its own host name and does not work below a "
            "path of another site. Use one such as https://alcove.example.org."
        )
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise NotSetUp(f"{BASE_URL_SHAPE}, with nothing after the host name.")
    return f"{parts.scheme}://{_origin('BASE_URL', parts)}"


def leave_url(text: str) -> str:
    """Return the address that *Leave* goes to, whole and in ASCII."""
    shape = "LEAVE_URL must be a whole address, such as https://www.bbc.co.uk/weather."
    parts = _split("LEAVE_URL", text, shape)
    # What is already escaped stays escaped; quotation marks and the like never reach a page.
    path = quote(parts.path, safe="/%:@!$&*+,=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&*+,=~-._?")
    fragment = quote(parts.fragment, safe="/%:@!$&*+,=~-._?")
    ends = ("?" + query if query else "") + ("#" + fragment if fragment else "")
    return f"{parts.scheme}://{_origin('LEAVE_URL', parts)}{path}{ends}"


def _split(name: str, text: str, shape: str) -> SplitResult:
    if re.search(r"[\s\\]", text):
        raise NotSetUp(f"{name} has a space or a backslash inside it. {shape}")
    try:
        parts = urlsplit(text)
        fits = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits:
        raise NotSetUp(shape)
    if "@" in parts.netloc:
        raise NotSetUp(f"{name} has a user name or a password in it. {shape}")
    return parts


def _origin(name: str, parts: SplitResult) -> str:
    host, port = host_name(name, parts.hostname or ""), port_in(name, parts)
    return host if port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{port}"


def port_in(name: str, parts: SplitResult) -> int | None:
    """Return an address's port, or ``None`` if it has none."""
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        # The library's message quotes what it took for the port, which may be part of a password.
        raise NotSetUp(f"The port in {name} must be a number from 1 to 65535.")
    return port


def host_name(name: str, text: str) -> str:
    """Return a host name as a browser sends it: ASCII, lower case, no final dot."""
    ascii_name = _in_ascii(name, text.removesuffix("."))
    if (
        not _HOST_NAME.fullmatch(ascii_name)
        or ".." in ascii_name
        or len(ascii_name) > _LONGEST_HOST
    ):
        raise NotSetUp(
            f"The host name in {name} cannot be used: it needs letters, figures and dots."
        )
    if ascii_name.rpartition(".")[2].isdigit() and not _is_ip_address(ascii_name):
        # Browsers read 127.1 as 127.0.0.1, and would then ask for a host that we don't answer for.
        raise NotSetUp(f"The host name in {name} cannot be used: it is not a complete IP address.")
    return ascii_name


def server_name(name: str, text: str) -> str:
    """Return the name or IP address of a server that we connect to."""
    if _is_ip_address(text):
        return text
    ascii_name = _in_ascii(name, text.removesuffix("."))
    if not _SERVER_NAME.fullmatch(ascii_name) or len(ascii_name) > _LONGEST_HOST:
        raise NotSetUp(f"The host name in {name} cannot be used.")
    return ascii_name


def _in_ascii(name: str, text: str) -> str:
    if text.isascii() and not text.lower().startswith("xn--") and ".xn--" not in text.lower():
        lower = text.lower()
        if any(len(label) > 63 for label in lower.split(".")):
            raise NotSetUp(f"The host name in {name} cannot be used: a part of it is too long.")
        return lower
    try:
        return idna.encode(text, uts46=True, transitional=False).decode().lower()
    except idna.IDNAError:
        raise NotSetUp(f"The host name in {name} cannot be used: it is not allowed.") from None


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def address(name: str, text: str) -> str:
    """Return one e-mail address in ASCII, or an empty text for an empty one."""
    if not text or (is_bare_address(text) and len(text) <= _LONGEST_ADDRESS):
        return text
    try:
        if "<" in text:
            raise AddressProblem("a name")
        return read_address(text).address
    except AddressProblem:
        raise NotSetUp(f"{name} must be one address, such as hello@example.org.") from None


def time_zone(text: str) -> str:
    """Return a zone as the zone data writes it, whether typed in capitals or not."""
    names = available_timezones()
    if text in names:
        return text
    wanted = text.casefold().replace(" ", "_")
    found = next((name for name in sorted(names) if name.casefold() == wanted), None)
    if found is None:
        raise NotSetUp("TIME_ZONE is not a known time zone. Use one such as Europe/London.")
    return found


def proxies(text: str) -> int:
    """Return how many proxies of ours are in front; 0 for an empty text."""
    count = whole_number("PROXIES", text or "0")
    if count > _MOST_PROXIES:
        raise NotSetUp(f"PROXIES is the number of proxies in front, {_MOST_PROXIES} at most.")
    return count


def whole_number(name: str, text: str) -> int:
    """Return a number in plain figures; raises ``NotSetUp`` for a sign, a point or a word."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise NotSetUp(f"{name} must be a whole number in figures.")
    return int(text)


def port(text: str) -> int:
    """Return the port to listen on."""
    if text.startswith("tcp://"):
        raise NotSetUp(
            "PORT is not a number but an address, which Docker sets when another container is "
            "called “port”. Set PORT to a number, or rename that container."
        )
    number = whole_number("PORT", text)
    if not 1 <= number <= 65535:
        raise NotSetUp("PORT must be a number from 1 to 65535.")
    return number


def checked_by(text: str) -> str:
    """Return the name our own mail server puts on what it checked (RFC 8601 section 2.5)."""
    lower = text.lower().removesuffix(".")
    if lower and not _CHECKED_BY.fullmatch(lower):
        raise NotSetUp("MAIL_CHECKED_BY must be one name, such as mx.example.org.")
    return lower


def path_in(folder: Path, name: str, text: str) -> Path:
    """Return an absolute path; a relative one starts at ``folder``, the installation's, and not
    wherever a command happens to be started.
    """
    try:
        return (folder / Path(text).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError):
        raise NotSetUp(f"{name} is not a path that can be used.") from None

"""Opening a connection to the mail server that nobody can listen to, and waiting in bounds.

What is said over it is ``core.smtp``'s.
"""

import io
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Literal

BROKE_OFF: Final = "The connection to the mail server broke off."
BUSY: Final = "The mail server asked us to come back later."
NO_SIGN_IN: Final = "The mail server did not accept our user name and password."
_NO_ANSWER: Final = "We couldn’t reach the mail server."
STRANGE: Final = "The mail server gave an answer we don’t understand. Check its address and port."
_NO_ENCRYPTION: Final = (
    "The mail server does not offer encryption, so nothing was sent. Check its port."
)
_NO_TRUST: Final = "The mail server’s certificate does not prove that it is the right one."

# The first that fits counts, so the special ones come before those they belong to.
_CONNECTION_TROUBLE: Final[tuple[tuple[type[Exception], str], ...]] = (
    (smtplib.SMTPAuthenticationError, NO_SIGN_IN),
    (smtplib.SMTPNotSupportedError, NO_SIGN_IN),
    (UnicodeError, NO_SIGN_IN),
    (ssl.SSLCertVerificationError, _NO_TRUST),
    (ssl.SSLError, _NO_ENCRYPTION),
    (smtplib.SMTPServerDisconnected, BROKE_OFF),
    (smtplib.SMTPException, STRANGE),
    (OSError, _NO_ANSWER),
)


class Unreachable(Exception):  # noqa: N818 - it names the fact, as every error here does
    """Nothing was handed over and nobody was refused; ``words`` say what to look at."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed over. ``timeout`` is the seconds one complete answer may take.

    ``own_name`` is what we call ourselves in EHLO (RFC 5321 section 4.1.1.1). Raises ValueError
    if a password would cross a network unencrypted.
    """

    host: str
    port: int = 25
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security: Literal["none", "starttls", "tls"] = "none"
    timeout: float = 20.0
    own_name: str = "[127.0.0.1]"

    def __post_init__(self) -> None:
        """Refuse settings that would give a password away."""
        if self.username and self.security == "none" and not self.on_this_machine:
            raise ValueError("A user name needs STARTTLS or TLS, unless the server runs here")

    @property
    def on_this_machine(self) -> bool:
        """Whether nobody in between could listen or pretend to be the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class PatientClient(smtplib.SMTP):
    """The library's client, but an answer has to be complete in time, not only its next byte.

    ``finish_by`` is the moment, on the monotonic clock, after which it waits for nothing.
    """

    def __init__(self, settings: SmtpSettings, finish_by: float) -> None:
        super().__init__(timeout=settings.timeout, local_hostname=settings.own_name)
        # The library asks the certificate for this name.
        self._host = settings.host
        self.finish_by = finish_by
        self._patience = settings.timeout
        self._answer_by = finish_by

    def send(self, s: Any) -> None:
        """Send, and take no longer for all of it than for one answer."""
        self._start_waiting(self._patience)
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and text of one answer; raises OSError if it is not there in time."""
        self._start_waiting(self._patience)
        return self._read_answer()

    def last_answer(self) -> tuple[int, bytes]:
        """Return the answer to a whole message, which may take all the time that is left.

        Servers examine a message before they take it (RFC 5321 section 4.5.3.2.6).
        """
        self._start_waiting(self.finish_by - monotonic())
        return self._read_answer()

    def read_into(self, buffer: Any) -> int:
        """Read what has arrived, or wait for it no longer than this answer may still take."""
        remaining = self._answer_by - monotonic()
        if self.sock is None or remaining <= 0:
            raise TimeoutError("The answer took too long")
        self.sock.settimeout(remaining)
        return self.sock.recv_into(buffer)

    def _read_answer(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(_Reader(self))
        return super().getreply()

    def _start_waiting(self, seconds: float) -> None:
        self._answer_by = min(monotonic() + seconds, self.finish_by)
        if self.sock is not None:
            self.sock.settimeout(max(self._answer_by - monotonic(), 0.001))


class _PatientTlsClient(PatientClient, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, settings: SmtpSettings, finish_by: float) -> None:
        super().__init__(settings, finish_by)
        self.context = _trust(settings)


class _Reader(io.RawIOBase):
    """What the library reads answers from; a server that drips bytes does not reset its clock."""

    def __init__(self, client: PatientClient) -> None:
        super().__init__()
        self._client = client

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; raises TimeoutError when the answer's time is over."""
        return self._client.read_into(buffer)


def open_client(settings: SmtpSettings, finish_by: float) -> PatientClient:
    """Connect, encrypt and sign in as the settings say, by ``finish_by`` on the monotonic clock.

    Raises Unreachable, also when the server does not offer the encryption that is asked for.
    """
    kind = _PatientTlsClient if settings.security == "tls" else PatientClient
    client = kind(settings, finish_by)
    try:
        with _told_plainly():
            _greet(client, settings)
    except Unreachable:
        client.close()
        raise
    return client


def _greet(client: PatientClient, settings: SmtpSettings) -> None:
    code, _ = client.connect(settings.host, settings.port)
    if code != 220:
        raise Unreachable(BUSY if 400 <= code < 600 else STRANGE)
    client.ehlo_or_helo_if_needed()
    if settings.security == "starttls":
        if not client.has_extn("starttls"):
            raise Unreachable(_NO_ENCRYPTION)
        client.starttls(context=_trust(settings))
        client.ehlo_or_helo_if_needed()
    if settings.username:
        client.login(settings.username, settings.password)


def _trust(settings: SmtpSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.on_this_machine:
        # A relay on the same machine rarely has a certificate that anybody could check.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError) as error:
        words = next(said for kind, said in _CONNECTION_TROUBLE if isinstance(error, kind))
        # The chain is cut because the server's own words may quote our user name.
        raise Unreachable(words) from None

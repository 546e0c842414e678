"""One message to one person at a time over one connection, and honest answers about each.

Nobody can listen, and nothing is waited for without bounds. Whatever happens ends in one of four
ways: it was taken (no error), it was refused (``Refused``), nothing was handed over
(``Unreachable``), or nobody can know (``Uncertain``). What the server said is sorted into a
``Reason`` and then dropped, since such texts quote addresses.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from core.errors import Unreachable
from core.mail import is_bare_address
from core.refusals import Reason, reason_for
from core.service_urls import SmtpSettings

# A whole send, connecting included, is over within this many seconds and a fifth of an answer's
# time: less than half of the five minutes for which a worker may hold a message.
LONGEST_SEND: Final = 120.0

# Not a code: the answer was that the connection is no more.
_GONE: Final = 0
_CLOSING: Final = 421
_SIGN_IN_CODES: Final = frozenset({530, 534, 535, 538})
#: How often in the time that an answer may take a connection is looked at.
_LOOKS: Final = 5

_BROKE_OFF: Final = "The connection to the mail server broke off."
_BUSY: Final = "The mail server asked us to come back later."
_NO_SIGN_IN: Final = "The mail server did not accept our user name and password."
_NO_ANSWER: Final = "We couldn’t reach the mail server."
_STRANGE: Final = "The mail server gave an answer we don’t understand. Check its address and port."
_NO_ENCRYPTION: Final = (
    "The mail server does not offer encryption, so nothing was sent. Check its port."
)
_NO_TRUST: Final = "The mail server’s certificate does not prove that it is the right one."
_NO_SENDER: Final = "The mail server does not take mail from our own address."

# The first that fits counts, so the special ones come before those they belong to.
_CONNECTION_TROUBLE: Final[tuple[tuple[type[Exception], str], ...]] = (
    (smtplib.SMTPAuthenticationError, _NO_SIGN_IN),
    (smtplib.SMTPNotSupportedError, _NO_SIGN_IN),
    (UnicodeError, _NO_SIGN_IN),
    (ssl.SSLCertVerificationError, _NO_TRUST),
    (ssl.SSLError, _NO_ENCRYPTION),
    (smtplib.SMTPServerDisconnected, _BROKE_OFF),
    (smtplib.SMTPException, _STRANGE),
    (OSError, _NO_ANSWER),
)


class Refused(Exception):
    """The server said no to this recipient or message; ``permanent`` means do not try again."""

    def __init__(self, *, permanent: bool, code: int, reason: Reason) -> None:
        super().__init__(reason.words)
        self.permanent = permanent
        self.code = code
        self.reason = reason


class Uncertain(Exception):
    """The whole message went over and no answer came (RFC 1047): it may or may not arrive."""


class Withheld(Exception):
    """The sender itself held the message back, because it may no longer send it."""


class _Client(smtplib.SMTP):
    """The library's client, but an answer has to be complete in time, not only its next byte: when
    it is not, the connection is shut from another thread, which ends every wait at once.

    ``finish_by`` is the moment, on the monotonic clock, after which nothing is waited for.
    """

    def __init__(self, settings: SmtpSettings, finish_by: float) -> None:
        self.finish_by = finish_by
        self._settings = settings
        self._answer_by = inf
        self._closed = Event()
        self._line: socket.socket | None = None
        # The library calls ``connect``.
        super().__init__(settings.host, settings.port, settings.own_name, settings.timeout)

    def connect(
        self, host: str = "localhost", port: int = 0, _source: Any = None
    ) -> tuple[int, bytes]:
        """Connect, from the first byte encrypted if that is how it is set; returns the greeting."""
        patience = min(self._settings.timeout, max(self.finish_by - monotonic(), 0.001))
        opened = socket.create_connection((host, port), patience)
        # A number of its own for the same connection: whoever shuts that touches no encryption.
        self._line = opened.dup()
        Thread(target=self._watch, args=(self._line,), name="mail", daemon=True).start()
        opened.settimeout(LONGEST_SEND)
        self.sock = opened
        try:
            if self._settings.security == "tls":
                with self._in_time(patience):
                    self.sock = _trust(self._settings).wrap_socket(opened, server_hostname=host)
            return self.getreply()
        except BaseException:
            self.close()
            raise

    def send(self, s: Any) -> None:
        """Send, and take no longer for all of it than for one answer."""
        with self._in_time(self._settings.timeout):
            super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and text of one answer; raises OSError if it is not there in time."""
        with self._in_time(self._settings.timeout):
            return super().getreply()

    def last_answer(self) -> tuple[int, bytes]:
        """Return the answer to a whole message, which may take all the time that is left.

        Servers examine a message before they take it (RFC 5321 section 4.5.3.2.6).
        """
        with self._in_time(LONGEST_SEND):
            return super().getreply()

    def close(self) -> None:
        """Close the connection."""
        self._closed.set()
        super().close()
        if self._line is not None:
            self._line.close()

    @contextmanager
    def _in_time(self, seconds: float) -> Iterator[None]:
        self._answer_by = min(monotonic() + seconds, self.finish_by)
        try:
            yield
        except OSError:
            if self._answer_by == -inf:
                raise TimeoutError("The answer took too long") from None
            raise
        finally:
            self._answer_by = inf

    def _watch(self, line: socket.socket) -> None:
        """Shut the connection when an answer is not complete in time (a thread of its own)."""
        while not self._closed.wait(self._settings.timeout / _LOOKS):
            if monotonic() > self._answer_by:
                self._answer_by = -inf
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                return


def _open_client(settings: SmtpSettings, finish_by: float) -> _Client:
    """Connect, encrypt and sign in as the settings say, by ``finish_by`` on the monotonic clock.

    Raises Unreachable, also when the server does not offer the encryption that is asked for.
    """
    try:
        client = _Client(settings, finish_by)
        try:
            _greet(client, settings)
        except BaseException:
            client.close()
            raise
    except smtplib.SMTPConnectError as error:
        raise Unreachable(_BUSY if 400 <= error.smtp_code < 600 else _STRANGE) from None
    except (OSError, UnicodeError) as error:
        words = next(said for kind, said in _CONNECTION_TROUBLE if isinstance(error, kind))
        # The chain is cut because the server's own words may quote our user name.
        raise Unreachable(words) from None
    return client


def _greet(client: _Client, settings: SmtpSettings) -> None:
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


def _always() -> bool:
    return True


class Connection:
    """A batch's one connection, as a context manager.

    Entering connects and raises ``Unreachable`` if that cannot be done. If the server hangs up
    between two messages, the next ``send`` connects again.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._client: _Client | None = None
        self._finish_by = 0.0

    def __enter__(self) -> Self:
        self._finish_by = monotonic() + LONGEST_SEND
        self._ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.finish_by = monotonic() + LONGEST_SEND
            with suppress(OSError):
                self._client.quit()
        self._drop()

    def send(
        self, sender: str, recipient: str, raw: bytes, may_go: Callable[[], bool] = _always
    ) -> None:
        """Hand over one message to one person; returns when the server has taken it.

        ``sender`` and ``recipient`` are bare ASCII addresses, ``raw`` has CRLF line ends.
        ``may_go`` is asked before DATA, and once more before the message itself.
        Raises Refused, Unreachable, Uncertain, Withheld, and ValueError for what must never be
        sent.
        """
        if not (is_bare_address(sender) and is_bare_address(recipient)):
            raise ValueError("A message goes from one plain address to one plain address")
        if not raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n"):
            # A lone CR or LF lets a second message hide inside the first ("SMTP smuggling").
            raise ValueError("A message has CRLF line ends only")
        self._begin(sender)
        code, text = self._ask(f"RCPT TO:<{recipient}>")
        if not _agreed(code):
            self._refuse(code, text, at_recipient=True)
        if not self._allowed(may_go):
            self._reset()
            raise Withheld
        code, text = self._ask("DATA")
        if code != 354:
            self._refuse(code, text, at_recipient=True)
        if not self._allowed(may_go):
            # After DATA nothing can be taken back except by hanging up before the final dot
            # (RFC 5321 section 4.1.1.4).
            self._drop()
            raise Withheld
        self._hand_over(raw)

    def _allowed(self, may_go: Callable[[], bool]) -> bool:
        try:
            return may_go()
        except BaseException:
            # The next message must not join this envelope.
            self._drop()
            raise

    def _begin(self, sender: str) -> None:
        self._finish_by = monotonic() + LONGEST_SEND
        kept = self._client is not None
        code = self._mail(sender)
        if kept and code in {_GONE, _CLOSING}:
            # Servers end a connection after some time or some messages; that is not trouble.
            self._drop()
            code = self._mail(sender)
        if not _agreed(code):
            self._give_up(code)

    def _mail(self, sender: str) -> int:
        self._ready()
        with suppress(Unreachable):
            return self._ask(f"MAIL FROM:<{sender}>")[0]
        return _GONE

    def _hand_over(self, raw: bytes) -> None:
        client = self._connected()
        ending = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            client.send((b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + ending)
        except OSError:
            # The final dot was not sent, so the server cannot have taken the message.
            self._drop()
            raise Unreachable(_BROKE_OFF) from None
        try:
            code, text = client.last_answer()
        except OSError:
            self._drop()
            raise Uncertain from None
        if _agreed(code):
            return
        if not 400 <= code < 600:
            self._drop()
            raise Uncertain
        self._refuse(code, text, at_recipient=False)

    def _ready(self) -> None:
        if self._client is None:
            self._client = _open_client(self._settings, self._finish_by)
        self._client.finish_by = self._finish_by

    def _connected(self) -> _Client:
        if self._client is None:
            raise Unreachable(_BROKE_OFF)
        return self._client

    def _ask(self, command: str) -> tuple[int, bytes]:
        try:
            return self._connected().docmd(command)
        except OSError:
            self._drop()
            raise Unreachable(_BROKE_OFF) from None

    def _give_up(self, code: int) -> NoReturn:
        self._drop()
        if code in _SIGN_IN_CODES:
            raise Unreachable(_NO_SIGN_IN)
        words = {_GONE: _BROKE_OFF, 4: _BUSY, 5: _NO_SENDER}
        raise Unreachable(words.get(code // 100, _STRANGE))

    def _refuse(self, code: int, text: bytes, *, at_recipient: bool) -> NoReturn:
        if code in _SIGN_IN_CODES or not 400 <= code < 600:
            self._give_up(code)
        if code == _CLOSING:
            self._drop()
        else:
            self._reset()
        reason = reason_for(code, text, at_recipient=at_recipient)
        raise Refused(permanent=code >= 500, code=code, reason=reason)

    def _reset(self) -> None:
        # Without it the next recipient would join this envelope.
        try:
            code, _ = self._connected().rset()
        except OSError:
            code = _CLOSING
        if not _agreed(code):
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _agreed(code: int) -> bool:
    return 200 <= code < 300

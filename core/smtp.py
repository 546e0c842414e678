"""One message to one person at a time over one connection, and honest answers about each.

Whatever happens ends in one of four ways: it was taken (no error), it was refused (``Refused``),
nothing was handed over (``Unreachable``), or nobody can know (``Uncertain``). What the server
said is sorted into a ``Reason`` and then dropped, since such texts quote addresses.
"""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Final, NoReturn, Self

from core.mail import is_bare_address
from core.refusals import Reason, reason_for
from core.smtp_client import (
    BROKE_OFF,
    BUSY,
    NO_SIGN_IN,
    STRANGE,
    PatientClient,
    SmtpSettings,
    Unreachable,
    open_client,
)

__all__ = [
    "Connection",
    "Reason",
    "Refused",
    "SmtpSettings",
    "Uncertain",
    "Unreachable",
    "Withheld",
]

# A whole send, connecting included, is over within this many seconds: less than half of the
# five minutes for which a worker may hold a message.
LONGEST_SEND: Final = 120.0

# Not a code: the answer was that the connection is no more.
_GONE: Final = 0
_CLOSING: Final = 421
_SIGN_IN_CODES: Final = frozenset({530, 534, 535, 538})
_NO_SENDER: Final = "The mail server does not take mail from our own address."


class Refused(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The server said no to this recipient or message; ``permanent`` means do not try again."""

    def __init__(self, *, permanent: bool, code: int, reason: Reason) -> None:
        super().__init__(reason.words)
        self.permanent = permanent
        self.code = code
        self.reason = reason


class Uncertain(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The whole message went over and no answer came (RFC 1047): it may or may not arrive."""


class Withheld(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The sender itself held the message back, because it may no longer send it."""


def _always() -> bool:
    return True


class Connection:
    """A batch's one connection, as a context manager.

    Entering connects and raises ``Unreachable`` if that cannot be done. If the server hangs up
    between two messages, the next ``send`` connects again.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._client: PatientClient | None = None
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
            raise Unreachable(BROKE_OFF) from None
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
            self._client = open_client(self._settings, self._finish_by)
        self._client.finish_by = self._finish_by

    def _connected(self) -> PatientClient:
        if self._client is None:
            raise Unreachable(BROKE_OFF)
        return self._client

    def _ask(self, command: str) -> tuple[int, bytes]:
        try:
            return self._connected().docmd(command)
        except OSError:
            self._drop()
            raise Unreachable(BROKE_OFF) from None

    def _give_up(self, code: int) -> NoReturn:
        self._drop()
        if code in _SIGN_IN_CODES:
            raise Unreachable(NO_SIGN_IN)
        words = {_GONE: BROKE_OFF, 4: BUSY, 5: _NO_SENDER}
        raise Unreachable(words.get(code // 100, STRANGE))

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

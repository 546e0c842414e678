"""Letters to the bytes of one e-mail to one person. Pure: nothing is sent or stored here.

Every message has one recipient, says that a program sent it, and holds no header that a person's
words could bend. The same letter gives the same bytes, so a repeated one can be recognised.
"""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from core.text import Damaged, clean_line, without_controls

# Characters with a meaning in an address header: the "specials" of RFC 5322 but for the full stop,
# and the two that begin an encoded word. The library loses the quotes round a long name when it
# wraps it, and then a comma in the name would make a second recipient.
_HEADER_SPECIALS: Final = str.maketrans(dict.fromkeys('"(),:;<>@[\\]=?', " "))

# RFC 5322 section 3.4.1 with a dot-atom on either side.
_WORD: Final = r"[!#-'*+\-/-9=?A-Z^-~]+"
_BARE_ADDRESS: Final = re.compile(rf"{_WORD}(\.{_WORD})*@{_WORD}(\.{_WORD})*")

_WEB_ADDRESS: Final = re.compile(r"https?://[!-;=?-~]{1,900}")


#: An address that no mail can reach (RFC 2606).
NOBODY: Final = "nobody@address.invalid"


@dataclass(frozen=True, slots=True, repr=False)
class Mailbox:
    """A person or service that mail can reach: a name, which may be empty, and an address.

    It has no telling ``repr``, so that neither ends up in a log or an error report. An address that
    cannot be read any more becomes ``NOBODY``, to whom nothing is ever posted.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        """Leave out a name, and put nobody in the place of an address, that cannot be read."""
        if isinstance(self.name, Damaged):
            object.__setattr__(self, "name", "")
        if isinstance(self.address, Damaged):
            object.__setattr__(self, "address", NOBODY)


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """What one person is told: plain text and HTML saying the same, perhaps a calendar object.

    ``calendar`` is an iCalendar stream and ``calendar_method`` its METHOD; both or neither.
    ``unsubscribe_url`` opens a page about this person's mail settings. Raises ValueError if the
    parts do not fit together.
    """

    to: Mailbox
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    calendar_method: str | None = None
    unsubscribe_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse a letter that could not be written down correctly."""
        if (self.calendar is None) != (self.calendar_method is None):
            raise ValueError("A calendar part needs its method, and a method its part")
        if self.calendar_method is not None and not self.calendar_method.isalpha():
            raise ValueError("A calendar method is one word")
        if self.unsubscribe_url is not None and not _WEB_ADDRESS.fullmatch(self.unsubscribe_url):
            raise ValueError("An unsubscribe link is a web address in plain ASCII")


_POLICY: Final = SMTP.clone(cte_type="7bit")
_LONGEST_LINE: Final = 78

# RFC 3834, and Microsoft's older way: no holiday notice may answer us.
_FIXED_HEADERS: Final = (
    b"MIME-Version: 1.0\r\n"
    b"Auto-Submitted: auto-generated\r\n"
    b"X-Auto-Response-Suppress: OOF, AutoReply\r\n"
)
_TO: Final = re.compile(rb"^To: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.MULTILINE)
_STOPS: Final = re.compile(rb"(?:^List-Unsubscribe(?:-Post)?: [^\r\n]*\r\n)+", re.MULTILINE)
_QUOTED_PRINTABLE: Final = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
# No Content-Disposition: with one, Thunderbird and Evolution hide the answer buttons.
_INVITATION: Final = (
    b'Content-Type: text/calendar; charset="utf-8"; method="%s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n"
)
_ATTACHMENT: Final = (
    b'Content-Type: application/ics; name="invite.ics"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="invite.ics"\r\n\r\n'
)


def is_bare_address(text: str) -> bool:
    """Say whether this is one address in ASCII and nothing else, fit for an SMTP envelope.

    Without SMTPUTF8 (RFC 6531), which few servers offer, nothing but ASCII could be passed on.
    """
    return _BARE_ADDRESS.fullmatch(text) is not None


def message_id(key: str, host: str) -> str:
    """Return the Message-ID for a key, always the same one, in the domain ``host``.

    The identifier is a hash. It hides the key as long as the key holds something that cannot be
    guessed, such as a random public identifier.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{host}>"


def compose(letter: Letter, *, sender: Mailbox, message_id: str, sent_at: datetime) -> bytes:
    """Return the whole message as RFC 5322 bytes with CRLF line ends, seven bits throughout.

    ``sender`` is the one service mailbox, and for a calendar letter also its organiser.
    ``sent_at`` is an aware datetime. Raises ValueError for an address that is none.
    """
    if sent_at.tzinfo is None:
        raise ValueError("The time of sending needs a time zone")
    # What looks like an encoded word would be decoded, line breaks inside it and all.
    subject = clean_line(letter.subject).replace("=?", "= ?")
    content = _content(letter, boundary=hashlib.sha256(message_id.encode()).hexdigest()[:24])
    return b"".join(
        (
            _sender(sender),
            _address("To", letter.to),
            _words_header("Subject", subject),
            f"Date: {format_datetime(sent_at.replace(microsecond=0))}\r\n".encode("ascii"),
            f"Message-ID: {message_id}\r\n".encode("ascii"),
            _FIXED_HEADERS,
            _way_to_stop(letter.unsubscribe_url),
            content,
        )
    )


def readdressed(message: bytes, to: Mailbox, *, unsubscribe_url: str) -> bytes:
    """Return a message of ours that has not left as it goes to another address of its reader.

    Where it has a way to stop, ``unsubscribe_url`` takes its place. Raises ValueError for an
    address that is none.
    """
    head, end, content = message.partition(b"\r\n\r\n")
    head = _TO.sub(lambda _: _address("To", to), head + b"\r\n", count=1)
    head = _STOPS.sub(lambda _: _way_to_stop(unsubscribe_url), head, count=1)
    return head + end[2:] + content


# It is the same one all the time, and its name has to be encoded or quoted where it needs that.
@lru_cache(maxsize=8)
def _sender(mailbox: Mailbox) -> bytes:
    return _address("From", mailbox)


def _address(name: str, mailbox: Mailbox) -> bytes:
    if not is_bare_address(mailbox.address):
        raise ValueError("A letter goes to and from one bare address")
    called = clean_line(clean_line(mailbox.name).translate(_HEADER_SPECIALS))
    line = f"{name}: {mailbox.address}\r\n"
    if not called and len(line) <= _LONGEST_LINE:
        return line.encode("ascii")
    return _folded(name, Address(display_name=called, addr_spec=mailbox.address))


def _words_header(name: str, words: str) -> bytes:
    line = f"{name}: {words}\r\n"
    if words.isascii() and len(line) <= _LONGEST_LINE:
        return line.encode("ascii")
    return _folded(name, words)


def _folded(name: str, value: Address | str) -> bytes:
    """Return a header whose words have to be encoded, or its line folded (RFC 2047, RFC 5322)."""
    return bytes(_POLICY.fold_binary(*_POLICY.header_store_parse(name, value)))


def _way_to_stop(url: str | None) -> bytes:
    if url is None:
        return b""
    # Never folded: a link in pieces is read as a link by no mail program. It is at most 900
    # characters long, so the line stays below 998.
    header = f"List-Unsubscribe: <{url}>\r\n"
    if url.startswith("https://"):
        # RFC 8058 allows the one-click button for https only.
        header += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return header.encode("ascii")


def _content(letter: Letter, *, boundary: str) -> bytes:
    # "=_" cannot occur in base64 or quoted-printable text, so no content can end a part early.
    words = (_words(letter.text, "plain"), _words(letter.html, "html"))
    inner, outer = f"=_{boundary}_a", f"=_{boundary}_m"
    if letter.calendar is None or letter.calendar_method is None:
        return _multipart("alternative", inner, *words)
    encoded = _base64(letter.calendar)
    invitation = _INVITATION % letter.calendar_method.upper().encode("ascii") + encoded
    alternatives = _multipart("alternative", inner, *words, invitation)
    return _multipart("mixed", outer, alternatives, _ATTACHMENT + encoded)


def _multipart(subtype: str, boundary: str, *parts: bytes) -> bytes:
    mark = f"\r\n--{boundary}".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'.encode("ascii")
    return b"".join((head, *(mark + b"\r\n" + part for part in parts), mark, b"--\r\n"))


def _words(text: str, subtype: str) -> bytes:
    # The encoder takes its line ends from the first one it meets, so there has to be one.
    lines = without_controls(text).rstrip("\n").replace("\n", "\r\n") + "\r\n"
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\n'.encode("ascii")
    return head + _QUOTED_PRINTABLE + b2a_qp(lines.encode(), istext=True)


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n")

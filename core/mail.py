"""Letters to the bytes of one e-mail to one person. Pure: nothing is sent or stored here.

Every message has one recipient, says that a program sent it, and holds no header that a person's
words could bend. The same letter gives the same bytes, so a repeated one can be recognised.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from typing import Any, Final

from core.text import clean_line, without_controls

# Characters with a meaning in an address header: the "specials" of RFC 5322 but for the full stop,
# and the two that begin an encoded word. The library loses the quotes round a long name when it
# wraps it, and then a comma in the name would make a second recipient.
_HEADER_SPECIALS: Final = str.maketrans(dict.fromkeys('"(),:;<>@[\\]=?', " "))

# RFC 5322 section 3.4.1 with a dot-atom on either side.
_WORD: Final = r"[!#-'*+\-/-9=?A-Z^-~]+"
_BARE_ADDRESS: Final = re.compile(rf"{_WORD}(\.{_WORD})*@{_WORD}(\.{_WORD})*")

_WEB_ADDRESS: Final = re.compile(r"https?://[!-;=?-~]{1,900}")


@dataclass(frozen=True, slots=True, repr=False)
class Mailbox:
    """A person or service that mail can reach: a name, which may be empty, and an address.

    It has no telling ``repr``, so that neither ends up in a log or an error report.
    """

    name: str
    address: str


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


class _LetterPolicy(EmailPolicy):
    """The library's rules for SMTP, but a web address stays in one piece.

    The library wraps a long header by turning it into encoded words, which no mail program
    reads as a link again. The link is at most 900 characters, so the line stays below 998.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as bytes, with line ends."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return bytes(super().fold_binary(name, value))


_POLICY: Final = _LetterPolicy(linesep="\r\n", cte_type="7bit")


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
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender)
    message["To"] = _address(letter.to)
    # What looks like an encoded word would be decoded, line breaks inside it and all.
    message["Subject"] = clean_line(letter.subject).replace("=?", "= ?")
    message["Date"] = sent_at.replace(microsecond=0)
    message["Message-ID"] = message_id
    message["MIME-Version"] = "1.0"
    _say_that_a_program_wrote(message)
    if letter.unsubscribe_url is not None:
        _offer_to_stop(message, letter.unsubscribe_url)
    _fill(message, letter, boundary=hashlib.sha256(message_id.encode()).hexdigest()[:24])
    return message.as_bytes()


def _address(mailbox: Mailbox) -> Address:
    if not is_bare_address(mailbox.address):
        raise ValueError("A letter goes to and from one bare address")
    name = clean_line(clean_line(mailbox.name).translate(_HEADER_SPECIALS))
    return Address(display_name=name, addr_spec=mailbox.address)


def _say_that_a_program_wrote(message: EmailMessage) -> None:
    # RFC 3834, and Microsoft's older way: no holiday notice may answer us.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"


def _offer_to_stop(message: EmailMessage, url: str) -> None:
    message["List-Unsubscribe"] = f"<{url}>"
    if url.startswith("https://"):
        # RFC 8058 allows the one-click button for https only.
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _fill(message: EmailMessage, letter: Letter, *, boundary: str) -> None:
    # "=_" cannot occur in base64 or quoted-printable text, so no content can end a part early.
    words = (_words(letter.text, "plain"), _words(letter.html, "html"))
    if letter.calendar is None or letter.calendar_method is None:
        _put(message, "alternative", f"=_{boundary}_a", *words)
        return
    alternatives = MIMEPart(policy=_POLICY)
    invitation = _invitation(letter.calendar, letter.calendar_method)
    _put(alternatives, "alternative", f"=_{boundary}_a", *words, invitation)
    _put(message, "mixed", f"=_{boundary}_m", alternatives, _attachment(letter.calendar))


def _put(whole: MIMEPart, subtype: str, boundary: str, *parts: MIMEPart) -> None:
    whole["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    for part in parts:
        whole.attach(part)


def _words(text: str, subtype: str) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    body = without_controls(text)
    part.set_content(body, subtype=subtype, charset="utf-8", cte="quoted-printable")
    return part


def _invitation(calendar: bytes, method: str) -> MIMEPart:
    # No Content-Disposition: with one, Thunderbird and Evolution hide the answer buttons.
    part = MIMEPart(policy=_POLICY)
    parameters = {"charset": "utf-8", "method": method.upper()}
    part.set_content(calendar, "text", "calendar", cte="base64", params=parameters)
    return part


def _attachment(calendar: bytes) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    part.set_content(
        calendar,
        "application",
        "ics",
        cte="base64",
        disposition="attachment",
        filename="invite.ics",
        params={"name": "invite.ics"},
    )
    return part

"""No secret of a link in any log of this process, whichever library writes it.

A link with a token in its address opens something by itself. Servers, libraries and tracebacks
like to write addresses down, so every record is looked through when it is made, before any
handler sees it.
"""

import logging
import re
from collections.abc import Callable
from typing import Any, Final

from flask import Flask

log = logging.getLogger(__name__)

#: What a rule calls the part of an address that opens by itself.
ARGUMENT: Final = "token"
_SHOWN: Final = r"\1***"
_NOTHING: Final = re.compile(r"(?!)")


class _Secrets:
    """What to look for: the beginnings of addresses that go on with a token."""

    def __init__(self) -> None:
        self.beginnings: set[str] = set()
        self.pattern = _NOTHING

    def add(self, beginnings: set[str]) -> None:
        """Look for what follows these beginnings of addresses as well, from now on."""
        self.beginnings |= beginnings
        # As part of another address, slashes are written as %2F.
        written = "|".join(
            re.escape(one).replace("/", "(?:/|%2F)") for one in sorted(self.beginnings)
        )
        if written:
            self.pattern = re.compile(rf"((?:{written}))[^/\s\"'?#&<>%]+", re.IGNORECASE)


_secrets = _Secrets()


def hide_in_logs() -> None:
    """Keep the tokens of links out of every log of this process from now on."""
    if not _is_hiding():
        logging.setLogRecordFactory(_hiding(logging.getLogRecordFactory()))


def add_links(app: Flask) -> None:
    """Count this app's links among those whose tokens no log shows, once all its routes exist.

    Says so where ``hide_in_logs`` was not called: a server was then told of the wrong module.
    """
    rules = [rule for rule in app.url_map.iter_rules() if ARGUMENT in rule.arguments]
    _secrets.add({rule.rule.partition("<")[0] for rule in rules})
    if not (app.testing or _is_hiding()):
        log.warning("Logs of this process may show private links. Serve wsgi:create_app instead.")


def _is_hiding() -> bool:
    return getattr(logging.getLogRecordFactory(), "hides_secrets", False)


def without_secrets(text: str) -> str:
    """Return the text with every token of a link replaced by three stars."""
    return _secrets.pattern.sub(_SHOWN, text)


def _hiding(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    def make_without_secrets(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # Its words and values do not fit together; whoever writes it out will say so.
            return record
        shown = without_secrets(message)
        if shown != message:
            record.msg, record.args = shown, ()
        if record.exc_info and record.exc_info[1] is not None:
            # Written out now, and so not again later.
            record.exc_text = without_secrets(logging.Formatter().formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = without_secrets(record.stack_info)
        return record

    make_without_secrets.hides_secrets = True  # type: ignore[attr-defined]  # the mark lives on the function itself
    return make_without_secrets

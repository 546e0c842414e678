"""The senders in this process: one for each line of letters, and another beside it if a recipient's
server keeps it waiting.

A sender waits for as long as a mail server may take to answer; giving up sooner after the last dot
would double letters. So we don't hurry it, but the letters behind it don't wait.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TypeVar

from flask import current_app

from core.errors import Unreachable
from core.outbox_queue import Line

Carried = TypeVar("Carried")

#: After this many seconds on one letter a sender is stuck, and another is let in. Mail servers
#: limit how many connections one sender may have, so we open none without need.
STUCK_AFTER: Final = {Line.URGENT: 1.0, Line.OTHERS: 4.0}
#: How many senders there are at most.
MOST: Final = {Line.URGENT: 4, Line.OTHERS: 4}
#: How many seconds to pause after the mail server could not be reached.
PAUSE: Final = {Line.URGENT: 2.0, Line.OTHERS: 10.0}

EXTENSION: Final = "alcove.senders"


@dataclass(eq=False)
class _Office:
    """Who sends for this app in this process, and until when the mail server gets a pause, with the
    words for its trouble.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    at_work: dict[Line, list["Sender"]] = field(default_factory=dict)
    away: dict[Line, tuple[float, str]] = field(default_factory=dict)


def _office() -> _Office:
    office: _Office = current_app.extensions.setdefault(EXTENSION, _Office())
    return office


@dataclass(eq=False)
class Sender:
    """One sender, and when it began its present letter (monotonic)."""

    line: Line = Line.ALL
    since: float = field(default_factory=monotonic)

    def goes_on(self) -> None:
        """Note that it has begun another letter."""
        self.since = monotonic()

    @contextmanager
    def reaching(self, opens: Callable[[], AbstractContextManager[Carried]]) -> Iterator[Carried]:
        """Open a connection, but pause first after a failed attempt.

        Raises ``Unreachable``, with the same words during the pause.
        """
        away = _office().away
        until, words = away.get(self.line, (0.0, ""))
        if monotonic() < until:
            raise Unreachable(words)
        with ExitStack() as opened:
            try:
                connection = opened.enter_context(opens())
            except Unreachable as error:
                away[self.line] = (monotonic() + PAUSE.get(self.line, 0.0), error.words)
                raise
            away.pop(self.line, None)
            yield connection


@contextmanager
def let_in(line: Line) -> Iterator[Sender | None]:
    """Give a sender for a line, or nothing while another is making progress."""
    office = _office()
    sender = _enter(office, line)
    try:
        yield sender
    finally:
        if sender is not None:
            with office.lock:
                office.at_work[line].remove(sender)


def _enter(office: _Office, line: Line) -> Sender | None:
    with office.lock:
        others = office.at_work.setdefault(line, [])
        stuck_since = monotonic() - STUCK_AFTER[line]
        if len(others) >= MOST[line] or any(other.since > stuck_since for other in others):
            return None
        sender = Sender(line)
        others.append(sender)
        return sender

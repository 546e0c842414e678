"""The senders of this process: one for each line of letters, and another one beside it where a
recipient's server keeps it waiting.

A sender waits for an answer as long as a mail server may take to give one; giving up sooner after
the last dot would double letters. So it is not hurried, but the letters behind it do not wait.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TypeVar

from flask import current_app

from core.outbox_queue import Line
from core.smtp import Unreachable

Carried = TypeVar("Carried")

#: After so many seconds at one letter a sender is stuck, and another one is let in. Mail servers
#: limit how many connections one sender has, so none is opened without need.
STUCK_AFTER: Final = {Line.URGENT: 1.0, Line.OTHERS: 4.0}
#: How many senders there are at most.
MOST: Final = {Line.URGENT: 4, Line.OTHERS: 4}
#: For so many seconds nothing is tried after the mail server could not be reached.
PAUSE: Final = {Line.URGENT: 2.0, Line.OTHERS: 10.0}

EXTENSION: Final = "alcove.senders"


@dataclass(eq=False)
class _Office:
    """Who sends for this app in this process, and for how long the mail server is let alone, with
    the words of its trouble.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    at_work: dict[Line, list["Sender"]] = field(default_factory=dict)
    away: dict[Line, tuple[float, str]] = field(default_factory=dict)


def _office() -> _Office:
    office: _Office = current_app.extensions.setdefault(EXTENSION, _Office())
    return office


@dataclass(eq=False)
class Sender:
    """One that sends, and since when it has been at its present letter (monotonic)."""

    line: Line = Line.ALL
    since: float = field(default_factory=monotonic)

    def goes_on(self) -> None:
        """Note that it is at another letter now."""
        self.since = monotonic()

    @contextmanager
    def reaching(self, opens: Callable[[], AbstractContextManager[Carried]]) -> Iterator[Carried]:
        """Open a connection; after one that could not be opened, not again at once.

        Raises ``Unreachable``, during the pause with the same words.
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
    """Give a sender for a line, or nothing while another one gets on with it."""
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

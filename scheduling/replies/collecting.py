"""Reading the service mailbox, where calendar programs send their answers (a job)."""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from core import config
from core.db import db
from core.errors import Unreachable
from core.mailbox import Inbox, Pile, Waiting
from core.transaction import transaction
from scheduling.models import WaitingMail
from scheduling.replies.mail import LONGEST_MESSAGE
from scheduling.replies.replying import Outcome, take

log = logging.getLogger(__name__)

#: So many messages, and so many seconds, for one visit; the next one goes on.
MOST: Final = 500
LONGEST_VISIT: Final = 100.0
#: What has been dealt with is deleted from the mailbox after this.
KEPT: Final = timedelta(days=30)

_PILES: Final = {
    Outcome.UNKNOWN: Pile.IGNORED,
    Outcome.IGNORED: Pile.IGNORED,
    Outcome.UNCLEAR: Pile.FOR_A_PERSON,
    Outcome.TOO_LARGE: Pile.FOR_A_PERSON,
}


def collect_due(now: datetime) -> int:
    """Act on every message that lies in the service mailbox (a job); returns how many.

    Each one in a transaction of its own, and moved only after that, so a break leaves nothing
    undone: what is read again is known. Does nothing where no mailbox is set. Raises
    ``Unreachable`` when the mailbox cannot be worked with, and in the end the first other trouble.
    """
    settings = config.current().imap
    if settings is None:
        return 0
    finish_by = monotonic() + LONGEST_VISIT
    done, troubles = 0, list[Exception]()
    with Inbox(settings) as inbox:
        inbox.make_piles()
        for message in inbox.messages(most=MOST):
            if monotonic() > finish_by:
                break
            try:
                done += _deal_with(message, inbox, now)
            except Unreachable:
                raise
            except Exception as error:  # noqa: BLE001 - it stays, and must not hold up the others
                troubles.append(error)
        _tidy(inbox, now)
    if troubles:
        raise troubles[0]
    return done


def waiting_for_a_person() -> int:
    """Return how many messages waited for a person when the mailbox was last read."""
    if config.current().imap is None:
        return 0
    counted = db.session.get(WaitingMail, 1)
    return 0 if counted is None else counted.messages


def _deal_with(message: Waiting, inbox: Inbox, now: datetime) -> int:
    outcome = _outcome(message, inbox, now)
    if outcome is None:
        return 0
    inbox.move(message.uid, _PILES.get(outcome, Pile.DONE))
    log.info("a message to the mailbox: %s", outcome)
    return 1


def _outcome(message: Waiting, inbox: Inbox, now: datetime) -> Outcome | None:
    if message.size > LONGEST_MESSAGE:
        return Outcome.TOO_LARGE
    content = inbox.read(message.uid, most=LONGEST_MESSAGE)
    if content is None:
        return None
    with transaction():
        return take(content, now=now)


def _tidy(inbox: Inbox, now: datetime) -> None:
    """Count what waits for a person, and delete what was dealt with long ago."""
    messages = inbox.count(Pile.FOR_A_PERSON)
    with transaction():
        counted = db.session.get(WaitingMail, 1) or WaitingMail(id=1)
        counted.messages, counted.counted_at = messages, now
        db.session.add(counted)
    for pile in (Pile.DONE, Pile.IGNORED):
        inbox.forget(pile, before=now - KEPT)

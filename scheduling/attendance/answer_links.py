"""The link in a letter by which one person answers for one date without signing in.

What it says is sealed into it: for whom, for which date, and which time the letter named. So
nothing is stored for it, nobody can read from it whom it is about, and the links of two people
have nothing in common. It opens nothing else, and ends with the start of its date.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.db import db
from core.encryption import Unreadable, key_ring
from core.errors import NotFound
from core.throttle import Limit, network_of, take
from groups.links import answer_page
from groups.models import CohortState, Membership, MembershipState
from scheduling.models import PeerSession, SessionState

_PLACE: Final = "answer link"
_PROOF_BYTES: Final = 12
#: Two rows, the minute at which the letter said it starts, and the proof of who they are.
_CONTENT: Final = struct.Struct(f">III{_PROOF_BYTES}s")
_MINUTE: Final = 60
#: Nobody changes their mind more often; a program that presses buttons might.
LIMITS: Final = (Limit(20, timedelta(hours=1)),)


class Situation(StrEnum):
    """What can be done with a link now."""

    OPEN = "open"
    BEGUN = "begun"
    CANCELLED = "cancelled"
    GONE = "gone"


@dataclass(frozen=True)
class AnswerLink:
    """What a link was made for; ``told_at`` is when its letter said that the session starts."""

    session: PeerSession
    membership: Membership
    told_at: datetime

    @property
    def has_moved(self) -> bool:
        """Whether the session now starts at another time than the letter said."""
        return _minute(self.session.starts_at) != _minute(self.told_at)


def link_for(session: PeerSession, membership: Membership) -> str:
    """Return the link by which this member answers for this session, for a letter to them."""
    return answer_page(token_for(session, membership))


def token_for(session: PeerSession, membership: Membership) -> str:
    """Return the secret part of that link; another one each time, and all of them work."""
    content = _CONTENT.pack(
        session.id, membership.id, _minute(session.starts_at), _proof(session, membership)
    )
    return base64.urlsafe_b64encode(key_ring().seal(content, _PLACE)).decode().rstrip("=")


def opened(token: str) -> AnswerLink:
    """Return what a link was made for.

    Raises NotFound for one that was never made, whose session or member is no longer there, or
    that went to an address which is no longer the member's.
    """
    session_id, membership_id, minute, proof = _content(token)
    session = db.session.get(PeerSession, session_id)
    membership = db.session.get(Membership, membership_id)
    if session is None or membership is None or proof != _proof(session, membership):
        raise NotFound
    return AnswerLink(session, membership, datetime.fromtimestamp(minute * _MINUTE, UTC))


def situation(found: AnswerLink, *, now: datetime) -> Situation:
    """Tell what has become of the date and the place; ``now`` is aware, in UTC."""
    session, membership = found.session, found.membership
    if membership.state != MembershipState.ACTIVE or session.cohort.state != CohortState.OPEN:
        return Situation.GONE
    if session.starts_at <= now:
        return Situation.BEGUN
    if session.state == SessionState.CANCELLED:
        return Situation.CANCELLED
    return Situation.OPEN


def wait_for(found: AnswerLink, *, network: str | None, now: datetime) -> datetime | None:
    """Count one more answer by a link from this network. If there were very many, return when it
    can be used from there again; a program that presses buttons in a mail gateway stops nobody
    else from answering. Belongs inside a transaction.
    """
    names = f"{found.session.public_id}:{found.membership.public_id}:{network_of(network, now)}"
    return take("answer link", names, LIMITS, now)


def _content(token: str) -> tuple[int, int, int, bytes]:
    try:
        envelope = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        content: tuple[int, int, int, bytes] = _CONTENT.unpack(key_ring().unseal(envelope, _PLACE))
    except (Unreadable, ValueError, IndexError, struct.error) as error:
        raise NotFound from error
    return content


def _proof(session: PeerSession, membership: Membership) -> bytes:
    """Return what tells these rows from later ones with the same numbers, and from the same
    person at another address.
    """
    names = (session.public_id, membership.public_id, membership.person.email_index)
    return hashlib.sha256(":".join(names).encode()).digest()[:_PROOF_BYTES]


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // _MINUTE

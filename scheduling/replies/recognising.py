"""Which invitation a message is about, by the identifier it returns, however that is wrapped."""

import re
from typing import Final

from sqlalchemy import select

from core.db import db
from core.encryption import index_of
from scheduling.models import Invitation

LONGEST_UID: Final = 190
_LONGEST_WRAPPED: Final = 1000
# MS-OXOCAL section 2.2.1.27: Outlook and Exchange write an identifier from elsewhere as a Global
# Object ID: this beginning, then a word that says what follows, then the identifier itself.
_GLOBAL_OBJECT: Final = re.compile(r"040000008200e00074c5b7101a82e008[0-9a-f]*", re.IGNORECASE)
_FROM_ELSEWHERE: Final = b"vCal-Uid\x01\x00\x00\x00"


def invitation_of(uid: str) -> Invitation | None:
    """Return the invitation with this identifier, or with the one wrapped inside it."""
    for written in _readings(uid):
        # Ours are short and plain; there is no need to ask the database for anything else.
        if 0 < len(written) <= LONGEST_UID and written.isascii() and written.isprintable():
            asked = select(Invitation).where(Invitation.uid_index == index_of(written))
            if (found := db.session.scalars(asked).one_or_none()) is not None:
                return found
    return None


def unwrapped(uid: str) -> str:
    """Return an identifier without spaces, quotes or brackets, and unwrapped from the Global Object
    ID that Exchange may have put round it.
    """
    if len(uid) > _LONGEST_WRAPPED:
        return uid
    plain = "".join(uid.split()).strip("\"'<>{}")
    if _GLOBAL_OBJECT.fullmatch(plain) is None or len(plain) % 2:
        return plain
    _, mark, inside = bytes.fromhex(plain).partition(_FROM_ELSEWHERE)
    return inside.partition(b"\0")[0].decode("ascii", "replace") if mark else plain


def _readings(uid: str) -> list[str]:
    plain = unwrapped(uid)
    # Some programs write it in capitals; ours has none.
    return list(dict.fromkeys((uid, plain, plain.lower())))

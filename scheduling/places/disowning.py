"""What somebody can do who hears of a change of their address that they did not make.

The letter about it goes to the former address, which somebody else may read by now. So its link
tells nothing, gives nothing away, works once, and can only close what is open: sign-ins and
private calendar links. The address itself is given back by a person who has asked who is who.
"""

from datetime import datetime
from typing import Final

from core.lookup import all_in
from core.throttle import Limit, take
from groups.models import Person
from groups.new_address import NOT_ME_LASTS, close_sign_ins
from scheduling.access import feeds_of
from scheduling.keeping.diaries import revoke_feed

ONCE: Final = (Limit(1, NOT_ME_LASTS),)


def close_everything(person: Person | None, *, now: datetime) -> None:
    """End every sign-in and every private link of this person, once within seven days; ``now`` is
    aware, in UTC. For nobody, and a second time, nothing happens.
    """
    if person is None or take("not me", person.public_id, ONCE, now) is not None:
        return
    close_sign_ins(person, now=now)
    for feed in all_in(feeds_of(person)):
        revoke_feed(feed, now=now)

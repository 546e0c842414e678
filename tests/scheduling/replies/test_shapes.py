"""docs/replies.md is true: every shape is in its table, and is dealt with as the table says."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.refusals import Reason
from core.transaction import transaction
from groups.models import Membership
from scheduling.letters.deliveries import troubles
from scheduling.models import PeerSession
from scheduling.replies.replying import Outcome, take
from tests.scheduling.answered import SHAPES, filled, invited, shape
from tests.scheduling.post import all_left, invite

PAGE = Path(__file__).parents[3] / "docs" / "replies.md"
ROW = re.compile(r"\| `([a-z0-9-]+)` \| (.+) \| `([a-z_]+)(?:: ([a-z_]+))?` \|")
ROWS = {
    found[1]: (Outcome(found[3]), found[4])
    for line in PAGE.read_text().splitlines()
    if (found := ROW.fullmatch(line))
}
HOUR = timedelta(hours=1)


@pytest.fixture
def member(member: Membership, session: PeerSession, now: datetime) -> Membership:
    """Sam, to whom the letter that the messages are about left an hour and a bit ago."""
    invite(session, member, now - HOUR)
    all_left(now - HOUR)
    invited(session, member)
    return member


def test_every_shape_is_in_the_table_and_every_row_has_its_shape() -> None:
    assert sorted(ROWS) == sorted(path.stem for path in SHAPES.glob("*.eml"))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_shape_is_dealt_with_as_the_page_says(
    member: Membership, now: datetime, name: str
) -> None:
    outcome, reason = ROWS[name]
    message = filled(shape(name), db.session.query(OutgoingMail).one())

    with transaction():
        assert take(message, now=now + 2 * HOUR) == outcome

    mail = db.session.query(OutgoingMail).order_by(OutgoingMail.id).first()
    assert mail is not None
    if reason is None:
        assert (mail.state, mail.reason) == (MailState.SENT, None)
    else:
        assert (mail.state, mail.reason) == (MailState.BOUNCED, reason)
        told = troubles(member.cohort, [member.public_id])
        assert told == {member.public_id: Reason(reason).words}

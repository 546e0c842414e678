"""A stranger asks and guesses without pause from ten networks, and keeps nobody out."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from flask import Flask

from core.db import db
from core.outbox import OutgoingMail
from groups.models import Person, SignInCode
from tests.build import a_person
from tests.groups.test_codes import AMINA, MINUTE, ask, code_in, left, letters, prove

NETWORKS = 10


class Stranger:
    """Somebody with ten networks and as many browsers as they like."""

    def __init__(self) -> None:
        self._browsers = count()

    def go_on(self, now: datetime) -> None:
        """Ask once in each network, with a new browser each time, and use up every try."""
        for network in range(NETWORKS):
            browser = f"stranger {next(self._browsers)}"
            ask(AMINA, now, browser=browser, network=f"198.51.100.{network}")
            for guess in range(2):
                prove(AMINA, f"{guess:06d}", now, browser=browser)


def arrive(now: datetime, mark: str, stranger: Stranger, **how: str) -> timedelta:
    """Let Amina ask in a browser and type the newest code in her mailbox, again each minute, while
    the stranger goes on; return how long it took.
    """
    for minutes in range(16):
        moment = now + minutes * MINUTE
        ask(AMINA, moment, browser=mark, **how)
        left(moment)
        stranger.go_on(moment)
        for letter in reversed(_that_she_has(moment)):
            if isinstance(prove(AMINA, code_in(letter), moment, browser=mark), Person):
                return moment - now
    raise AssertionError(f"{mark} was kept out")


def _that_she_has(now: datetime) -> list[OutgoingMail]:
    return [mail for mail in letters() if mail.created_at > now - timedelta(minutes=30)][-2:]


@pytest.fixture
def stranger(app: Flask) -> Stranger:
    """Somebody who knows Amina’s address."""
    a_person("Amina")
    return Stranger()


def live_through(stranger: Stranger, now: datetime, hours: int, every: int) -> list[timedelta]:
    """Let a stranger go on for so many hours, while Amina signs in in a browser that knows her and
    in a new one every so many; return how long it took, in turn.
    """
    waits = []
    for hour in range(hours):
        moment = now + timedelta(hours=hour)
        stranger.go_on(moment)
        left(moment)
        if hour % every == 1:
            known = {"network": "192.0.2.1", "known_as": "hers"}
            waits.append(arrive(moment + MINUTE, f"known {hour}", stranger, **known))
            new = {"network": f"203.0.113.{hour}"}
            waits.append(arrive(moment + 20 * MINUTE, f"new {hour}", stranger, **new))
    return waits


def look_at_what_reached_her(most_a_day: int) -> None:
    """Raise if more letters or better guesses were possible than is right."""
    sent = [mail.created_at for mail in letters()]
    assert all(sum(at <= one < at + timedelta(hours=1) for one in sent) <= 6 for at in sent)
    assert len(sent) <= most_a_day
    tried = [(row.tries, row.digits) for row in db.session.query(SignInCode) if row.code_hash]
    assert sum(tries for tries, _ in tried) > 50
    assert max(digits for _, digits in tried) > 6
    assert sum(tries / 10**digits for tries, digits in tried) < 1 / 10_000


def test_a_stranger_keeps_nobody_out_and_guesses_nothing(stranger: Stranger, now: datetime) -> None:
    waits = live_through(stranger, now, hours=3, every=2)

    assert waits[::2] == [timedelta(0)]
    assert len(waits[1::2]) == 1
    assert max(waits) <= timedelta(minutes=15)
    look_at_what_reached_her(most_a_day=10)

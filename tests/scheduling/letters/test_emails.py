"""What letters say, and that nothing in them could give anybody away."""

import email
import re
from datetime import UTC, date, datetime
from email.policy import default

import html5lib
import pytest
from flask import Flask

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.letters import reminders
from scheduling.models import PeerSession, SessionState
from tests import build
from tests.scheduling import invitations
from tests.scheduling.changed import send_offer
from tests.scheduling.letters_written import NOW, WRITTEN
from tests.scheduling.post import all_left, full

TELLING = re.compile(
    r"support|\bgroup|\bpeer|wellbeing|facilitat|cohort|member|session|lawyer|trauma", re.IGNORECASE
)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_html_is_valid_and_says_what_the_text_says(app: Flask, name: str) -> None:
    letter = WRITTEN[name]()

    document = html5lib.HTMLParser(strict=True).parse(letter.html)

    shown = " ".join("".join(document.itertext()).split())
    links = re.findall(r"https://\S+", letter.text)
    assert [link for link in links if f'href="{link}"' not in letter.html] == []
    dates = re.findall(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+", letter.text)
    assert [day for day in dates if day not in shown] == []


@pytest.mark.parametrize("name", sorted(name for name in WRITTEN if not name.endswith("-full")))
def test_discreet_letter_never_says_what_it_is_about(app: Flask, name: str) -> None:
    letter = WRITTEN[name]()

    assert TELLING.findall(letter.subject + letter.text + letter.html) == []


def test_only_reminders_and_offers_can_be_stopped(app: Flask) -> None:
    stoppable = {
        name.partition("-")[0] for name, write in WRITTEN.items() if write().unsubscribe_url
    }

    assert stoppable == {"place_offered", "reminder"}


CANARIES = ("Canarygroup", "Canaryleader", "Canarymember", "Canaryplace", "Canaryprompt")


def everything_told(reader: Membership) -> str:
    """Send the reader one letter of every kind; return all decoded bytes to them, and headers."""
    cohort = reader.cohort
    series = build.a_series(cohort, place="Canaryplace", room="https://canaryplace.example")
    session = build.a_session(series)
    build.a_session(series, date(2027, 1, 14), number=2)
    build.a_prompt(session, "Canaryprompt")
    offer, _ = build.an_offer(cohort, reader.person.email)
    with transaction():
        session.prompts_shown_at = NOW
        invitations.welcome(reader, now=NOW)
        send_offer(offer, now=NOW)
    all_left(NOW)
    reminders.remind_due(datetime(2026, 12, 9, 9, 0, tzinfo=UTC))
    all_left(NOW)
    for act in (_move, _cancel, _reinstate, _place, _withdraw):
        with transaction():
            act(session, reader)
        all_left(NOW)
    return _decoded(reader)


def _move(session: PeerSession, _reader: Membership) -> None:
    was = (session.starts_at, session.ends_at)
    invitations.tell_moved(session, was=was, now=NOW)


def _cancel(session: PeerSession, _reader: Membership) -> None:
    session.state = SessionState.CANCELLED
    invitations.tell_cancelled(session, now=NOW)


def _reinstate(session: PeerSession, _reader: Membership) -> None:
    session.state = SessionState.PLANNED
    invitations.tell_reinstated(session, now=NOW)


def _place(session: PeerSession, _reader: Membership) -> None:
    invitations.tell_place(build.series_of(session), now=NOW)


def _withdraw(_session: PeerSession, reader: Membership) -> None:
    reader.state = MembershipState.LEFT
    invitations.withdraw_all(reader, now=NOW)


def _decoded(reader: Membership) -> str:
    words, kinds = [], set()
    for row in db.session.query(OutgoingMail):
        if row.recipient == reader.person.email:
            message = email.message_from_bytes(row.body, policy=default)
            words += [f"{name}: {value}" for name, value in message.items()]
            parts = [part for part in message.walk() if not part.is_multipart()]
            words += [part.get_payload(decode=True).decode() for part in parts]  # type: ignore[union-attr]  # leaves have bytes
            kinds.add(row.kind)
    expected = {"dates", "invitation", "offer", "reminder", "moved", "cancelled", "reinstated"}
    assert kinds == expected | {"place", "withdrawn"}
    return "\n".join(words).replace("\r\n ", "")


@pytest.fixture
def reader(app: Flask) -> Membership:
    """A member of a group in which every name is a canary."""
    cohort = build.a_cohort(build.a_facilitator("Canaryleader"), name="Canarygroup")
    build.a_member(cohort, build.a_person("Canarymember"))
    return build.a_member(cohort, build.a_person("Amina"))


def test_discreet_reader_gets_no_name_of_anybody_or_anything(reader: Membership) -> None:
    told = everything_told(reader)

    assert [canary for canary in CANARIES if canary.casefold() in told.casefold()] == []
    assert "Private appointment" in told


def test_full_reader_gets_their_own_group_and_nobody_elses_name(reader: Membership) -> None:
    full(reader.person)

    told = everything_told(reader)

    found = {canary for canary in CANARIES if canary.casefold() in told.casefold()}
    assert found == {"Canarygroup", "Canaryplace", "Canaryprompt"}
    assert "https://canaryplace.example" not in told

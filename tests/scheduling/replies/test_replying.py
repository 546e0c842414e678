"""What an answer by mail does: whom it is believed, what it changes, and what it never does."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from core.db import db
from core.encryption import index_of
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership, MembershipState, Role
from scheduling.attendance import answers
from scheduling.models import Answer, Invitation, PeerSession, Reply, SessionState
from scheduling.own_data import own_dates
from scheduling.replies.part import read_part
from scheduling.replies.replying import Outcome, take
from scheduling.web.home.view.group import who_said_what
from tests import build
from tests.scheduling import invitations
from tests.scheduling.answered import (
    CANARY,
    SAM,
    SHAPES,
    UID,
    answer,
    calendar,
    carried,
    invited,
    known,
    outcomes,
    shape,
)
from tests.scheduling.post import all_left, invite, letters, only

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
FROM_ELSEWHERE = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@elsewhere.example"


@pytest.fixture
def session(session: PeerSession, member: Membership, now: datetime) -> PeerSession:
    """The session of 10 December, to which Sam has been invited under the UID of the messages."""
    invite(session, member, now)
    invited(session, member)
    return session


@pytest.fixture
def later(now: datetime) -> datetime:
    """Eleven o'clock: an hour after the messages were written."""
    return now + 2 * HOUR


def taken(*messages: bytes, now: datetime) -> list[Outcome]:
    """Let messages come in one after another, each in a transaction of its own."""
    found = []
    for message in messages:
        with transaction():
            found.append(take(message, now=now))
    return found


def moved(session: PeerSession, now: datetime) -> None:
    """Give the session another time, as far as answers can tell."""
    with transaction():
        told = db.session.query(Invitation).one()
        told.sequence += 1
        session.asked_anew_at = now
        for reply in db.session.query(Reply):
            reply.is_earlier = True


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("google", "unsure"),
        ("exchange", "not_this_time"),
        ("apple", "coming"),
        ("thunderbird", "coming"),
        ("nextcloud", "not_this_time"),
        ("proton", "coming"),
    ],
)
def test_r5_an_answer_is_recorded_as_if_it_had_been_given_on_the_page(
    session: PeerSession, later: datetime, name: str, expected: str
) -> None:
    assert taken(shape(name), now=later) == [Outcome.RECORDED]

    assert known() == [(expected, False, [])]
    assert db.session.query(Reply).one().answered_at == later - HOUR
    assert answers.count(session, now=later).waiting == 0


def test_r3_an_unknown_uid_is_dropped_in_silence(
    session: PeerSession, later: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    strange = ["nobody@alcove.example", "a" * 300, "nul\x00@alcove.example", "ü@alcove.example"]

    assert taken(*(answer(uid=uid) for uid in strange), now=later) == [Outcome.UNKNOWN] * 4

    assert (known(), letters()) == ([], [])
    assert not any(uid in caplog.text for uid in strange)
    assert caplog.text.count("an answer by mail names the unknown ") == 4


GLOBAL_OBJECT = (
    "040000008200E00074C5B7101A82E008" + "00" * 16 + "33000000" + b"vCal-Uid\x01\0\0\0".hex()
)
WRAPPED = {
    "folded in its middle": [f"UID:{UID[:20]}", f" {UID[20:]}"],
    "folded twice as deep": [f"UID:{UID[:20]}", f"  {UID[20:]}"],
    "broken before its host": [f"UID:{UID[:37]}", UID[37:]],
    "broken without a sign": [f"UID:{UID[:14]}", UID[14:30], UID[30:]],
    "with what a transport left": [f"UID:{UID[:30]}=", UID[30:]],
    "with signs written out": [f"UID;X-A=3D1:{UID[:9]}=", UID[9:]],
    "with spaces in it": [f"UID:{UID[:37]} {UID[37:]} "],
    "in quotes": [f'UID:"{UID}"'],
    "in brackets": [f"UID:<{UID}>"],
    "in capitals": [f"UID:{UID.upper()}"],
    "by Exchange": [f"UID:{GLOBAL_OBJECT}{UID.encode().hex()}00".upper()],
    "by Exchange, folded": [f"UID:{GLOBAL_OBJECT}", f" {UID.encode().hex()}00"],
}


@pytest.mark.parametrize("how", sorted(WRAPPED))
def test_r3_an_identifier_is_known_however_it_is_wrapped(
    session: PeerSession, later: datetime, how: str
) -> None:
    lines = [*WRAPPED[how], f"ATTENDEE;PARTSTAT=DECLINED:mailto:{SAM}"]

    assert taken(carried(calendar(*lines)), now=later) == [Outcome.RECORDED]
    assert known() == [("not_this_time", False, [])]


def test_r3_a_global_object_without_an_identifier_of_ours_is_unknown(
    session: PeerSession, later: datetime
) -> None:
    strange = [f"{GLOBAL_OBJECT}00", GLOBAL_OBJECT[:32], GLOBAL_OBJECT + "f" * 4_000]

    outcomes = taken(*(answer(uid=uid) for uid in strange), now=later)

    assert outcomes == [Outcome.UNKNOWN] * 3


def test_r2_an_address_folded_by_exchange_is_read() -> None:
    part = read_part((SHAPES / "exchange-folded-address.ics").read_bytes())

    assert part.uid == "46CC0494-EEB2-4EC9-87F5-B71E78573F97"
    assert [(one.addresses, one.participation) for one in part.attendees] == [
        (("example@people.example",), "ACCEPTED")
    ]


def test_r3_the_uid_alone_says_who_answers(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    build.a_member(session.cohort, build.a_person("Dev"))
    headers = ["From: dev@people.example", "Reply-To: dev@people.example"]

    taken(answer(headers=headers), now=later)

    assert db.session.query(Reply).one().membership_id == member.id


def test_r4_one_other_address_is_an_alias_and_marked(session: PeerSession, later: datetime) -> None:
    message = answer(attendees=[FROM_ELSEWHERE])

    assert taken(message, now=later) == [Outcome.RECORDED]
    assert known() == [("coming", False, ["other_address"])]
    assert who_said_what(session, now=later) == ["Sam is coming; answered from another address"]


def test_r4_among_several_the_members_own_counts(session: PeerSession, later: datetime) -> None:
    own = "ATTENDEE;PARTSTAT=DECLINED:MAILTO:Sam@PEOPLE.example"

    assert taken(answer(attendees=[FROM_ELSEWHERE, own]), now=later) == [Outcome.RECORDED]
    assert known() == [("not_this_time", False, [])]


def test_r4_several_and_none_of_them_the_member_is_for_a_person(
    session: PeerSession, later: datetime
) -> None:
    other = FROM_ELSEWHERE.replace("sam@", "dev@")
    several, nobody = answer(attendees=[FROM_ELSEWHERE, other]), answer(attendees=[])

    assert taken(several, nobody, now=later) == [Outcome.UNCLEAR] * 2
    assert known() == []


@pytest.mark.parametrize("said", ["NEEDS-ACTION", "X-MAYBE", "IN-PROCESS", ""])
def test_r5_no_decision_changes_nothing(session: PeerSession, later: datetime, said: str) -> None:
    taken(answer("ACCEPTED"), now=later)

    assert taken(answer(said, stamp=stamp(later)), now=later) == [Outcome.IGNORED]
    assert known() == [("coming", False, [])]


@pytest.mark.parametrize(
    "attendees",
    [
        [
            f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:x@y.example":mailto:{SAM}',
            FROM_ELSEWHERE,
        ],
        [f'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:{SAM}":mailto:x@y.example'],
    ],
)
def test_r5_naming_somebody_else_adds_nobody(
    session: PeerSession, later: datetime, attendees: list[str]
) -> None:
    people = db.session.query(Membership).count()

    assert taken(answer(attendees=attendees), now=later) == [Outcome.RECORDED]

    assert known() == [("not_this_time", False, ["named_another"])]
    assert (db.session.query(Membership).count(), letters()) == (people, [])


def test_r6_no_comment_is_kept(session: PeerSession, later: datetime) -> None:
    taken(*(shape(name) for name in ("google", "exchange", "outlook-other-time")), now=later)

    kept = "".join(
        str(value)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(table.select())
        for value in row
    )

    assert known() != []
    assert CANARY not in kept
    assert not any(CANARY in letter.text + letter.html for letter in letters(waiting=False))


def test_r7_an_answer_to_an_earlier_time_is_shown_and_not_counted(
    session: PeerSession, later: datetime
) -> None:
    moved(session, later - HOUR)

    assert taken(answer(sequence=0), now=later) == [Outcome.EARLIER_VERSION]

    assert known() == [("coming", True, [])]
    assert answers.count(session, now=later) == answers.Count(waiting=1)
    assert who_said_what(session, now=later) == ["Sam was coming at the earlier time"]


@pytest.mark.parametrize("sequence", [1, 7, None])
def test_r7_an_answer_to_the_present_time_counts(
    session: PeerSession, later: datetime, sequence: int | None
) -> None:
    moved(session, later - HOUR)

    assert taken(answer(sequence=sequence), now=later) == [Outcome.RECORDED]
    assert known() == [("coming", False, [])]


def test_r7_another_place_is_not_another_time(session: PeerSession, later: datetime) -> None:
    with transaction():
        db.session.query(Invitation).one().sequence += 1

    assert taken(answer(sequence=0), now=later) == [Outcome.RECORDED]
    assert known() == [("coming", False, [])]


def test_r7_the_newer_version_wins_whatever_the_clocks_say(
    session: PeerSession, later: datetime
) -> None:
    taken(answer("ACCEPTED"), now=later)
    moved(session, later)
    newer = answer("DECLINED", sequence=1, stamp="20261121T080000Z")
    older = answer("TENTATIVE", sequence=0, stamp=stamp(later))

    assert taken(newer, older, now=later) == [Outcome.RECORDED, Outcome.EARLIER_VERSION]
    assert known() == [("not_this_time", False, [])]


def test_r7_an_invitation_that_was_replaced_is_an_earlier_one(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    with transaction():
        told = db.session.query(Invitation).one()
        told.method = "CANCEL"
        newer = Invitation(session=session, membership=member, generation=2, uid="b@alcove.example")
        newer.uid_index, newer.diary_changed_at = index_of("b@alcove.example"), later
        newer.method, newer.starts_at, newer.ends_at = "REQUEST", told.starts_at, told.ends_at
        newer.stamped_at = later - HOUR
        db.session.add(newer)

    assert taken(answer(), now=later) == [Outcome.EARLIER_VERSION]
    assert taken(answer(uid="b@alcove.example"), now=later) == [Outcome.RECORDED]


def test_r8_the_same_message_is_acted_on_once(session: PeerSession, later: datetime) -> None:
    again = answer(headers=["Received: from elsewhere"])

    assert taken(answer(), answer(), again, now=later) == [
        Outcome.RECORDED,
        Outcome.REPEATED,
        Outcome.REPEATED,
    ]
    assert outcomes() == ["recorded", "repeated"]


def test_r8_what_waits_for_a_person_still_does_when_it_is_read_again(
    session: PeerSession, later: datetime
) -> None:
    message = shape("winmail")

    assert taken(message, message, now=later) == [Outcome.UNCLEAR] * 2


def test_r8_in_any_order_the_newest_answer_stands(session: PeerSession, later: datetime) -> None:
    first = answer("ACCEPTED", stamp="20261121T093000Z")
    second = answer("TENTATIVE", stamp="20261121T094000Z")
    third = answer("DECLINED", stamp="20261121T095000Z")

    assert taken(second, first, third, first, second, now=later) == [
        Outcome.RECORDED,
        Outcome.OLDER,
        Outcome.RECORDED,
        Outcome.REPEATED,
        Outcome.REPEATED,
    ]
    assert known() == [("not_this_time", False, [])]


def test_r8_without_a_stamp_the_date_of_the_message_counts(
    session: PeerSession, later: datetime
) -> None:
    older = answer("ACCEPTED", stamp=None, headers=["Date: Sat, 21 Nov 2026 09:30:00 +0000"])

    assert taken(answer("DECLINED"), older, now=later) == [Outcome.RECORDED, Outcome.OLDER]


def test_r8_our_own_stamp_handed_back_says_nothing(session: PeerSession, now: datetime) -> None:
    copied = stamp(db.session.query(Invitation).one().stamped_at)
    dates = [f"Date: Sat, 21 Nov 2026 10:{minute:02}:00 +0000" for minute in (20, 10)]
    newer, older = (
        answer(said, stamp=copied, headers=[date])
        for said, date in zip(("DECLINED", "ACCEPTED"), dates, strict=True)
    )

    assert taken(newer, older, now=now + 2 * HOUR) == [Outcome.RECORDED, Outcome.OLDER]


def test_r8_a_stamp_that_stands_still_does_not_hide_a_later_answer(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    taken(shape("tmail-1-accepted"), now=now + 61 * MINUTE)
    with transaction():
        answers.give(session, member, Answer.UNSURE, now=now + 70 * MINUTE)

    outcomes = taken(shape("tmail-2-declined-same-stamp"), now=now + 101 * MINUTE)

    assert (outcomes, known()) == ([Outcome.RECORDED], [("not_this_time", False, [])])


def test_r8_an_old_stamp_under_an_old_date_stays_older(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        answers.give(session, member, Answer.UNSURE, now=now + 110 * MINUTE)

    outcomes = taken(shape("tmail-2-declined-same-stamp"), now=now + 120 * MINUTE)

    assert (outcomes, known()) == ([Outcome.OLDER], [("unsure", False, [])])


def test_r8_a_date_that_runs_ahead_counts_as_now(session: PeerSession, later: datetime) -> None:
    taken(answer(headers=["Date: Sat, 21 Nov 2099 10:00:00 +0000"]), now=later)

    assert db.session.query(Reply).one().answered_at == later


def test_r8_nothing_is_said_two_thousand_years_ago(session: PeerSession, later: datetime) -> None:
    outcomes = taken(answer(stamp="00010101T000000Z"), now=later)

    db.session.expire_all()
    assert outcomes == [Outcome.RECORDED]
    assert db.session.query(Reply).one().answered_at == datetime(2000, 1, 1, tzinfo=UTC)


def test_r8_nothing_is_said_in_the_future(session: PeerSession, later: datetime) -> None:
    taken(answer("ACCEPTED", stamp="20991231T235959Z"), now=later)

    assert db.session.query(Reply).one().answered_at == later
    assert taken(answer("DECLINED", stamp=stamp(later + HOUR)), now=later + HOUR) == [
        Outcome.RECORDED
    ]


@pytest.mark.parametrize(
    ("on_page", "outcome", "stands"),
    [
        (HOUR, Outcome.OLDER, "unsure"),
        (-SECOND, Outcome.RECORDED, "coming"),
    ],
)
def test_r8_an_answer_on_the_page_and_one_by_mail_go_by_their_time(
    session: PeerSession,
    member: Membership,
    later: datetime,
    on_page: timedelta,
    outcome: Outcome,
    stands: str,
) -> None:
    with transaction():
        answers.give(session, member, Answer.UNSURE, now=later - HOUR + on_page)

    assert taken(answer(), now=later + HOUR) == [outcome]
    assert known() == [(stands, False, [])]


@pytest.mark.parametrize(
    ("taken_back", "outcome", "kept"),
    [
        (HOUR, Outcome.OLDER, ("", False, [])),
        (-SECOND, Outcome.RECORDED, ("coming", False, [])),
    ],
)
def test_r8_an_answer_taken_back_on_the_page_is_not_brought_back_by_older_mail(
    session: PeerSession,
    member: Membership,
    later: datetime,
    taken_back: timedelta,
    outcome: Outcome,
    kept: tuple[str, bool, list[str]],
) -> None:
    with transaction():
        answers.give(session, member, Answer.UNSURE, now=later - 2 * HOUR)
        answers.take_back(session, member, now=later - HOUR + taken_back)

    assert taken(answer(), now=later + HOUR) == [outcome]
    assert known() == [kept]


def test_r9_who_proposes_after_taking_an_answer_back_is_not_sure(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    with transaction():
        answers.give(session, member, Answer.COMING, now=later - 2 * HOUR)
        answers.take_back(session, member, now=later - 2 * HOUR)

    assert taken(answer("NEEDS-ACTION", method="COUNTER"), now=later) == [Outcome.RECORDED]
    assert known() == [("unsure", False, ["other_time"])]


def test_the_download_says_when_an_answer_was_taken_back(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    with transaction():
        answers.give(session, member, Answer.COMING, now=later)
        answers.take_back(session, member, now=later)

    [held] = own_dates(member.person, now=later)

    assert (held["your answer"], held["answer taken back at"]) == (None, later.isoformat())
    assert "answered at" not in held


def test_r8_an_answer_on_the_page_takes_every_mark_away(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    taken(answer(attendees=[FROM_ELSEWHERE]), now=later)
    with transaction():
        answers.give(session, member, Answer.UNSURE, now=later)

    assert known() == [("unsure", False, [])]


def test_r9_another_time_is_told_to_the_facilitators_and_moves_nothing(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    co = build.a_member(session.cohort, build.a_person("Tom"), Role.CO_FACILITATOR)
    was = session.starts_at

    assert taken(shape("outlook-other-time"), now=later) == [Outcome.RECORDED]

    assert (session.starts_at, known()) == (was, [("unsure", False, ["other_time"])])
    told = letters()
    assert sorted(letter.to for letter in told) == ["amara@people.example", co.person.email]
    assert {(letter.kind, letter.method) for letter in told} == {("other_time", None)}
    assert told[0].row.due_at == later
    assert who_said_what(session, now=later) == ["Sam is not sure yet; would like another time"]


def test_r9_the_letter_names_nobody_and_no_group(session: PeerSession, later: datetime) -> None:
    taken(shape("outlook-other-time"), now=later)

    [letter] = letters("other_time")
    said = letter.subject + letter.text + letter.html
    assert "One person proposes another time" in said
    assert not any(word in said for word in ("Sam", "Thursday evenings", "rooms.example", CANARY))
    assert said.count("Thursday 10 December") == 4


def test_r9_it_is_told_once_a_day(session: PeerSession, later: datetime) -> None:
    def proposed(minute: int, day: int = 21) -> bytes:
        return answer("DECLINED", method="COUNTER", stamp=f"202611{day}T10{minute:02}00Z")

    taken(proposed(1), proposed(2), now=later)
    assert len(letters("other_time")) == 1

    taken(proposed(1, 22), now=later + 24 * HOUR)
    assert len(letters("other_time")) == 2


def test_r9_who_only_proposes_is_not_sure_or_what_they_said_before(
    session: PeerSession, later: datetime
) -> None:
    taken(answer("NEEDS-ACTION", method="COUNTER"), now=later)
    assert known() == [("unsure", False, ["other_time"])]

    taken(answer("ACCEPTED", stamp="20261121T100100Z"), now=later)
    taken(answer("NEEDS-ACTION", method="COUNTER", stamp="20261121T100200Z"), now=later)
    assert known() == [("coming", False, ["other_time"])]


def test_r9_a_facilitator_who_proposes_is_not_written_to(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    with transaction():
        member.role = Role.CO_FACILITATOR

    taken(shape("outlook-other-time"), now=later)

    assert [letter.to for letter in letters()] == ["amara@people.example"]


def test_r10_a_calendar_that_asks_gets_its_invitation_again(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    before = db.session.query(Invitation).one().stamped_at

    assert taken(shape("refresh"), now=later) == [Outcome.ASKED_AGAIN]

    letter = only(member=member)
    assert (letter.to, letter.method) == (SAM, "REQUEST")
    assert (letter.event["UID"], int(letter.event["SEQUENCE"])) == (UID, 0)
    assert before < letter.event.DTSTAMP


def test_r10_it_is_sent_at_most_once_an_hour_and_never_to_a_stranger(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    def asked(minute: int) -> bytes:
        headers = ["From: x@y.example", "Reply-To: x@y.example"]
        line = ["ATTENDEE:mailto:x@y.example"]
        when = f"20261121T10{minute:02}00Z"
        return answer(method="REFRESH", stamp=when, headers=headers, attendees=line)

    first = taken(asked(1), now=later)
    all_left(later)
    soon = taken(asked(2), now=later + HOUR / 2)
    late = taken(asked(3), now=later + HOUR)

    assert first + soon + late == [Outcome.ASKED_AGAIN, Outcome.IGNORED, Outcome.ASKED_AGAIN]
    assert {letter.to for letter in letters(waiting=False)} == {SAM}


def test_r10_a_calendar_that_missed_a_cancellation_gets_it_again(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED
        invitations.tell_cancelled(session, now=later)
    all_left(later)

    assert taken(shape("refresh"), now=later + HOUR) == [Outcome.ASKED_AGAIN]

    letter = only(member=member)
    assert (letter.to, letter.method) == (SAM, "CANCEL")
    assert (letter.event["UID"], int(letter.event["SEQUENCE"])) == (UID, 1)


def test_r11_what_others_ask_of_us_is_ignored(session: PeerSession, later: datetime) -> None:
    messages = [answer(method=method) for method in ("REQUEST", "CANCEL", "ADD", "PUBLISH")]

    assert taken(*messages, now=later) == [Outcome.IGNORED] * 4
    assert (known(), letters()) == ([], [])
    assert session.state == SessionState.PLANNED


def test_r12_bounces_and_absences_are_ignored_and_the_unreadable_shown(
    session: PeerSession, later: datetime
) -> None:
    names = ("bounce", "bounce-headers", "absence", "winmail", "subject-only")

    found = taken(*(shape(name) for name in names), b"x" * 2_000_000, now=later)

    assert found == [Outcome.BOUNCED] + [Outcome.IGNORED] * 2 + [Outcome.UNCLEAR] * 2 + [
        Outcome.TOO_LARGE
    ]
    assert (known(), letters()) == ([], [])


def test_r13_what_our_own_server_could_not_confirm_is_recorded_and_marked(
    make_app: Callable[..., Flask], now: datetime
) -> None:
    failed = ["Authentication-Results: mx.alcove.example; dmarc=fail"]
    with make_app(mail_checked_by="mx.alcove.example").app_context():
        cohort = build.a_cohort(build.a_facilitator("Tom"))
        member = build.a_member(cohort, build.a_person("Sam", SAM))
        session = build.a_session(build.a_series(cohort))
        invite(session, member, now)
        invited(session, member)

        assert taken(answer(headers=failed), now=now + 2 * HOUR) == [Outcome.RECORDED]

        assert known() == [("coming", False, ["unconfirmed"])]
        [words] = who_said_what(session, now=now)
        assert words == "Sam is coming; where the answer came from could not be confirmed"
        db.session.remove()
        db.engine.dispose()


def test_r14_an_answer_to_a_past_session_is_kept_and_nothing_comes_of_it(
    session: PeerSession, now: datetime
) -> None:
    over = session.ends_at + HOUR

    found = taken(shape("outlook-other-time"), shape("refresh"), now=over)

    assert found == [Outcome.RECORDED, Outcome.IGNORED]
    assert (known(), letters()) == ([("unsure", False, ["other_time"])], [])


def test_r14_an_answer_to_a_cancelled_session_is_kept_and_nothing_comes_of_it(
    session: PeerSession, later: datetime
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED
        db.session.query(Invitation).one().method = "CANCEL"

    assert taken(shape("outlook-other-time"), now=later) == [Outcome.RECORDED]
    assert (known(), letters()) == ([("unsure", False, ["other_time"])], [])


def test_r14_nothing_is_kept_for_longer_than_answers_are(session: PeerSession) -> None:
    assert taken(answer(), now=session.ends_at + timedelta(days=31)) == [Outcome.IGNORED]
    assert known() == []


@pytest.mark.parametrize("state", [MembershipState.LEFT, MembershipState.PAUSED])
def test_an_answer_from_somebody_who_has_gone_is_not_kept(
    session: PeerSession, member: Membership, later: datetime, state: MembershipState
) -> None:
    with transaction():
        member.state = state

    assert taken(answer(), now=later) == [Outcome.IGNORED]
    assert known() == []


def test_nobody_is_ever_answered(session: PeerSession, later: datetime) -> None:
    before = db.session.query(OutgoingMail).count()

    taken(answer(), answer(uid="x@y"), shape("subject-only"), shape("absence"), now=later)

    assert db.session.query(OutgoingMail).count() == before


def test_one_answer_leaves_every_other_session_alone(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    other = build.a_session(build.series_of(session), date(2027, 1, 14), number=2)
    invite(other, member, later)

    taken(answer(), now=later)

    assert [reply.session_id for reply in db.session.query(Reply)] == [session.id]


def test_what_is_held_about_an_answer_is_in_the_download(
    session: PeerSession, member: Membership, later: datetime
) -> None:
    taken(answer(attendees=[FROM_ELSEWHERE]), now=later)

    [held] = own_dates(member.person, now=later)

    assert held["your answer"] == "coming"
    assert held["answered at"] == "2026-11-21T10:00:00+00:00"
    assert held["noted about your answer"] == ["it came from another address than ours for you"]

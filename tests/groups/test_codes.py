"""Codes that prove an address: who belongs stays hidden, guesses fail, nobody is kept out."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from core.db import db
from core.delivery import deliver_due
from core.encryption import blind_index
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.code_limits import Cause
from groups.codes import ask_code
from groups.codes_under_way import Asker
from groups.erasure import forget
from groups.models import CodeBrowser, DoNotWrite, Person, SignInCode
from groups.proving import Refusal, prove_code, prove_letter, prove_link
from tests.build import a_cohort, a_person, an_offer

AMINA = "amina@people.example"
STRANGER = "nobody@people.example"
MINUTE = timedelta(minutes=1)
KNOWN = "a browser of hers"


def ask(
    address: str,
    now: datetime,
    *,
    browser: str = "hers",
    network: str = "192.0.2.1",
    known_as: str | None = None,
) -> datetime | None:
    with transaction():
        return ask_code(address, browser=browser, network=network, known_as=known_as, now=now)


def prove(address: str, typed: str, now: datetime, *, browser: str = "hers") -> Person | Refusal:
    with transaction():
        return prove_code(address, typed, browser=browser, now=now)


def letters(*, leaving: bool = True) -> list[OutgoingMail]:
    """Return the letters with codes, oldest first: those that leave, or all."""
    codes = select(OutgoingMail).where(OutgoingMail.key.like("code:%"))
    if leaving:
        codes = codes.where(OutgoingMail.kind == "code")
    db.session.rollback()
    return list(db.session.scalars(codes.order_by(OutgoingMail.id)))


def code_in(letter: OutgoingMail) -> str:
    found = re.search(rb"Subject: Your code is (\d+) (\d+)\r\n", letter.body)
    assert found is not None
    return (found[1] + found[2]).decode()


def latest_code() -> str:
    return code_in(letters(leaving=False)[-1])


def token_in(letter: OutgoingMail) -> str:
    found = re.search(rb"/sign-in/letter/([\w=\r\n-]+?)\r\n\r\n", letter.body)
    assert found is not None
    return found[1].replace(b"=\r\n", b"").decode()


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def left(now: datetime) -> None:
    """Let every letter that waits leave at this moment."""
    with transaction():
        for mail in letters():
            if mail.state == MailState.DUE:
                mail.state, mail.final_at = MailState.SENT, now


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_ask_code_posts_one_letter_that_is_due_at_once(app: Flask, now: datetime) -> None:
    a_person("Amina")

    ask(AMINA, now)

    (mail,) = letters()
    assert (mail.kind, mail.promise, mail.state) == ("code", "once", MailState.DUE)
    assert (mail.due_at, mail.useful_until) == (now, now + 10 * MINUTE)
    assert mail.recipient == AMINA


@pytest.mark.parametrize(
    "typed", ["AMINA@people.example", "Amina@PEOPLE.example", "amina@people.example"]
)
def test_a_code_goes_to_the_address_as_stored(app: Flask, now: datetime, typed: str) -> None:
    a_person("Amina", "Amina@people.example")

    ask(typed, now)

    assert [mail.recipient for mail in letters()] == ["Amina@people.example"]
    assert b"To: Amina@people.example\r\n" in letters()[0].body


def test_ask_code_sends_nothing_to_an_address_nobody_has(app: Flask, now: datetime) -> None:
    ask(STRANGER, now)

    (mail,) = letters(leaving=False)
    assert (mail.kind, mail.state) == ("noop", MailState.SUPERSEDED)
    assert deliver_due(now + MINUTE, opens=_refuse_to_open) == 0


def _refuse_to_open() -> Any:
    raise AssertionError("something was to be sent")


def people_of_every_kind(now: datetime) -> list[str]:
    """Return addresses that are known, unknown, invited, deleted, and not to be written to."""
    a_person("Amina")
    gone = a_person("Gone")
    an_offer(a_cohort(), "asked@people.example")
    with transaction():
        forget(gone, now=now)
        index = blind_index("quiet@people.example")
        db.session.add(DoNotWrite(email_index=index, asked_at=now))
    return [
        AMINA,
        STRANGER,
        "asked@people.example",
        "gone@people.example",
        "quiet@people.example",
    ]


def test_asking_and_trying_do_the_same_work_for_everybody(app: Flask, now: datetime) -> None:
    work: list[list[str]] = []
    for number, address in enumerate(people_of_every_kind(now)):
        browser, network = f"b{number}", f"192.0.2.{number}"
        with statements() as seen:
            for minutes in range(4):
                ask(address, now + minutes * MINUTE, browser=browser, network=network)
            ask(address, now + 5 * MINUTE, browser=browser, network=network, known_as="known")
            for _ in range(6):
                prove(address, "not it", now + 6 * MINUTE, browser=browser)
        work.append(seen)

    assert all(seen == work[0] for seen in work)
    assert len(work[0]) > 50
    assert [mail.recipient for mail in letters()] == [AMINA]
    known, *others = (
        mail.body.replace(mail.recipient.encode(), b"") for mail in letters(leaving=False)
    )
    assert {len(body) for body in others} == {len(known)}


def test_ask_code_stores_no_code_and_no_browser(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now, browser="the secret of a browser", network="192.0.2.77")

    row, browser = db.session.query(SignInCode).one(), db.session.query(CodeBrowser).one()

    stored = f"{row.code_hash} {row.link_hash} {browser.browser_hash} {row.email_index}"
    assert latest_code() not in stored
    assert "secret" not in stored
    assert "amina" not in stored
    assert "192.0.2" not in str(browser.network)


def test_prove_code_gives_the_person_and_proves_the_address(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    with transaction():
        amina.proved_at = None
    ask(AMINA, now)

    proved = prove(AMINA, latest_code(), now + MINUTE)

    assert proved == amina
    assert amina.proved_at == now + MINUTE


def test_prove_code_works_once(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    code = latest_code()
    prove(AMINA, code, now)

    assert prove(AMINA, code, now) == Refusal.USED


@pytest.mark.parametrize(("seconds", "proves"), [(599, True), (600, False)])
def test_a_code_lasts_ten_minutes(app: Flask, now: datetime, seconds: int, proves: bool) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)

    outcome = prove(AMINA, latest_code(), now + timedelta(seconds=seconds))

    assert outcome == (amina if proves else Refusal.EXPIRED)


def test_asking_again_lengthens_a_life_to_thirty_minutes_after_the_letter_left(
    app: Flask, now: datetime
) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)
    left(now + MINUTE)

    for minutes in (9, 18, 27, 30):
        ask(AMINA, now + minutes * MINUTE)
    (row,) = db.session.query(SignInCode)

    assert row.expires_at == now + 31 * MINUTE
    assert len(letters()) == 1
    assert prove(AMINA, latest_code(), now + 30 * MINUTE) == amina


def test_after_thirty_minutes_a_new_code_leaves(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    left(now)
    for minutes in (9, 18, 27):
        ask(AMINA, now + minutes * MINUTE)

    ask(AMINA, now + 30 * MINUTE)

    first, second = map(code_in, letters())
    assert prove(AMINA, first, now + 30 * MINUTE) == Refusal.WRONG
    assert isinstance(prove(AMINA, second, now + 30 * MINUTE), Person)


def test_a_letter_that_waits_keeps_its_use_when_asked_for_again(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)

    for minutes in (9, 18, 27, 36):
        ask(AMINA, now + minutes * MINUTE)

    (mail,) = letters()
    assert (mail.state, mail.useful_until) == (MailState.DUE, now + 46 * MINUTE)


@pytest.mark.parametrize("state", [MailState.REFUSED, MailState.SUPERSEDED, MailState.PARKED])
def test_a_code_whose_letter_was_lost_is_followed_by_another(
    app: Flask, now: datetime, state: MailState
) -> None:
    a_person("Amina")
    ask(AMINA, now)
    with transaction():
        letters()[0].state = state

    ask(AMINA, now + MINUTE)

    assert len(letters()) == 2


def test_a_code_allows_five_tries_in_a_browser(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    code = latest_code()

    wrong = [prove(AMINA, other_than(code), now) for _ in range(6)]

    assert wrong == [Refusal.WRONG] * 5 + [Refusal.TOO_MANY]
    assert prove(AMINA, code, now) == Refusal.TOO_MANY


def test_the_fifth_try_may_be_right(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)
    code = latest_code()
    for _ in range(4):
        prove(AMINA, other_than(code), now)

    assert prove(AMINA, code, now) == amina


def test_asking_again_gives_no_tries_back(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    code = latest_code()
    for _ in range(5):
        prove(AMINA, other_than(code), now)

    ask(AMINA, now + MINUTE)

    assert len(letters()) == 1
    assert prove(AMINA, code, now + MINUTE) == Refusal.WRONG


def test_asking_again_never_revives_a_used_code(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)
    first = latest_code()
    prove(AMINA, first, now)

    ask(AMINA, now + MINUTE, browser="another")

    assert prove(AMINA, first, now + MINUTE, browser="another") == Refusal.WRONG
    assert prove(AMINA, latest_code(), now + MINUTE, browser="another") == amina


def test_the_code_in_her_mailbox_works_in_her_browser_too(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    ask(AMINA, now, browser="a stranger’s", network="198.51.100.1")
    code = latest_code()
    for _ in range(6):
        prove(AMINA, other_than(code), now, browser="a stranger’s")

    before = prove(AMINA, code, now, browser="hers")
    ask(AMINA, now + MINUTE, browser="hers")

    assert len(letters()) == 1
    assert before == Refusal.WRONG
    assert prove(AMINA, other_than(code), now + MINUTE, browser="hers") == Refusal.WRONG
    assert prove(AMINA, code, now + MINUTE, browser="hers") == amina


def test_a_stranger_who_asked_cannot_tell_that_the_code_was_used(app: Flask, now: datetime) -> None:
    a_person("Amina")
    answers = []
    for address in (AMINA, STRANGER):
        ask(address, now, browser="a stranger’s", network="198.51.100.1")
        ask(address, now + 8 * MINUTE, browser="hers")
        prove(address, latest_code(), now + 8 * MINUTE, browser="hers")
        moments = [now + 9 * MINUTE, *[now + 11 * MINUTE] * 5]
        answers.append([prove(address, "000", at, browser="a stranger’s") for at in moments])

    assert answers[0] == answers[1]
    assert answers[0] == [Refusal.WRONG, *[Refusal.EXPIRED] * 4, Refusal.TOO_MANY]


def test_a_code_fits_no_other_address(app: Flask, now: datetime) -> None:
    a_person("Amina")
    a_person("Dev")
    ask(AMINA, now)

    assert prove("dev@people.example", latest_code(), now) == Refusal.WRONG


def test_a_code_never_lets_in_an_address_nobody_has(app: Flask, now: datetime) -> None:
    ask(STRANGER, now)

    assert prove(STRANGER, latest_code(), now) == Refusal.WRONG


def test_a_network_pauses_after_thirty_in_ten_minutes(app: Flask, now: datetime) -> None:
    asked = [ask(f"person{n}@people.example", now, browser=f"b{n}") for n in range(31)]

    assert asked == [None] * 30 + [now + 10 * MINUTE]


def test_a_browser_that_is_known_waits_for_no_network(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    for n in range(31):
        ask(f"person{n}@people.example", now, browser=f"b{n}")

    asked = ask(AMINA, now, known_as=KNOWN)

    assert asked is None
    assert prove(AMINA, latest_code(), now) == amina


def test_the_link_of_a_letter_signs_in_only_where_it_was_asked_for(
    app: Flask, now: datetime
) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)
    token = token_in(letters()[0])

    with transaction():
        elsewhere = prove_link(token, browser="another", now=now)
        nonsense = prove_link("x" + token[1:], browser="hers", now=now)
        here = prove_link(token, browser="hers", now=now)
        again = prove_link(token, browser="hers", now=now)

    assert (elsewhere, nonsense) == (Refusal.WRONG, Refusal.WRONG)
    assert (here, again) == (amina, Refusal.USED)


@pytest.mark.parametrize("seconds", [600, 6000])
def test_the_link_of_a_letter_ends_with_its_code(app: Flask, now: datetime, seconds: int) -> None:
    a_person("Amina")
    ask(AMINA, now)

    with transaction():
        late = prove_link(
            token_in(letters()[0]), browser="hers", now=now + timedelta(seconds=seconds)
        )

    assert late == Refusal.EXPIRED


def test_elsewhere_the_link_needs_the_code_as_well(app: Flask, now: datetime) -> None:
    amina = a_person("Amina")
    ask(AMINA, now)
    token, code, phone = token_in(letters()[0]), latest_code(), Asker("a phone", "192.0.2.9")

    with transaction():
        wrong = [prove_letter(token, other_than(code), phone, now=now) for _ in range(2)]
        right = prove_letter(token, code, phone, now=now)

    assert wrong == [Refusal.WRONG] * 2
    assert right == amina


def test_a_letter_to_nobody_has_a_code_that_nothing_fits(app: Flask, now: datetime) -> None:
    a_person("Amina")
    for n in range(30):
        ask(AMINA, now, browser=f"b{n}", network="198.51.100.1")

    hollow = [row for row in db.session.query(SignInCode) if row.cause == Cause.NONE]

    assert [row.code_hash for row in hollow] == [""]
    assert len(letters()) == 1


def at_once(app: Flask, act: Callable[[int], object]) -> list[str]:
    """Return in words what becomes of eight acts at the same moment, each in its own session."""

    def one(number: int) -> str:
        with app.app_context():
            try:
                return str(act(number))
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(8)))


def test_eight_browsers_that_type_the_right_code_at_once_let_one_in(
    app: Flask, now: datetime
) -> None:
    a_person("Amina")
    for n in range(8):
        ask(AMINA, now, browser=f"b{n}", network=f"192.0.2.{n}")
    (letter,) = letters()
    code = code_in(letter)

    outcomes = at_once(app, lambda n: isinstance(prove(AMINA, code, now, browser=f"b{n}"), Person))

    assert sorted(outcomes) == ["False"] * 7 + ["True"]


def test_the_right_code_sent_eight_times_at_once_is_used_once(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    code = latest_code()

    outcomes = at_once(app, lambda _: isinstance(prove(AMINA, code, now), Person))

    assert sorted(outcomes) == ["False"] * 7 + ["True"]


def test_eight_who_ask_at_once_cause_one_letter(app: Flask, now: datetime) -> None:
    a_person("Amina")

    at_once(app, lambda n: ask(AMINA, now, browser=f"b{n}", network=f"192.0.2.{n}"))

    assert len(letters()) == 1
    assert db.session.query(SignInCode).one().strangers == 8


def test_a_form_to_ask_that_is_sent_eight_times_at_once_counts_one_browser(
    app: Flask, now: datetime
) -> None:
    a_person("Amina")

    at_once(app, lambda _: ask(AMINA, now))

    assert len(letters()) == 1
    assert db.session.query(CodeBrowser).count() == 1


def test_a_link_pressed_eight_times_at_once_signs_in_once(app: Flask, now: datetime) -> None:
    a_person("Amina")
    ask(AMINA, now)
    token = token_in(letters()[0])

    def press(_number: int) -> bool:
        with transaction():
            return isinstance(prove_link(token, browser="hers", now=now), Person)

    assert sorted(at_once(app, press)) == ["False"] * 7 + ["True"]


def test_a_letter_typed_elsewhere_eight_times_at_once_has_five_tries(
    app: Flask, now: datetime
) -> None:
    a_person("Amina")
    ask(AMINA, now)
    token, wrong = token_in(letters()[0]), other_than(latest_code())

    def type_it(_number: int) -> str:
        with transaction():
            outcome = prove_letter(token, wrong, Asker("a phone", "192.0.2.9"), now=now)
        return str(outcome)

    assert sorted(at_once(app, type_it)) == ["too_many"] * 3 + ["wrong"] * 5

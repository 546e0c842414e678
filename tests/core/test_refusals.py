"""Servers' answers become reasons that somebody can act on."""

import re

import pytest

from core.refusals import Reason, reason_for


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (550, b"5.1.1 <amina@example.org>: Recipient address rejected", Reason.MAILBOX_UNKNOWN),
        (550, b"No such user here", Reason.MAILBOX_UNKNOWN),
        (553, b"mailbox name not allowed", Reason.MAILBOX_UNKNOWN),
        (550, b"5.2.1 mailbox disabled", Reason.MAILBOX_UNKNOWN),
        (550, b"5.1.2 bad destination system", Reason.DOMAIN_UNKNOWN),
        (556, b"5.1.10 nullMX", Reason.DOMAIN_UNKNOWN),
        (556, b"domain does not accept mail", Reason.DOMAIN_UNKNOWN),
        (552, b"5.2.2 mailbox full", Reason.MAILBOX_FULL),
        (552, b"over quota", Reason.MAILBOX_FULL),
        (452, b"4.2.2 mailbox full", Reason.MAILBOX_FULL),
        (452, b"insufficient system storage", Reason.TRY_LATER),
        (450, b"4.7.1 greylisted", Reason.TRY_LATER),
        (451, b"come back", Reason.TRY_LATER),
        (421, b"4.3.0 closing", Reason.TRY_LATER),
        (554, b"5.7.1 listed", Reason.BLOCKED),
        (550, b"5.7.26 unauthenticated", Reason.BLOCKED),
        (550, b"5.1.8 sender's domain", Reason.OTHER),
        (552, b"5.3.4 too big", Reason.TOO_LARGE),
        (550, b"5.1.100 something new", Reason.MAILBOX_UNKNOWN),
        (599, b"", Reason.OTHER),
    ],
)
def test_answer_about_a_recipient_has_its_reason(code: int, text: bytes, reason: Reason) -> None:
    assert reason_for(code, text, at_recipient=True) is reason


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (552, b"too much", Reason.TOO_LARGE),
        (550, b"looks like spam", Reason.BLOCKED),
        (554, b"transaction did not go through", Reason.BLOCKED),
        (550, b"5.1.1 no such user after all", Reason.MAILBOX_UNKNOWN),
        (451, b"4.7.1 later", Reason.TRY_LATER),
    ],
)
def test_answer_about_a_message_has_its_reason(code: int, text: bytes, reason: Reason) -> None:
    assert reason_for(code, text, at_recipient=False) is reason


def test_every_reason_is_told_in_whole_sentences_without_a_code() -> None:
    for reason in Reason:
        assert re.fullmatch(r"[A-Z][^0-9!]+\.", reason.words)

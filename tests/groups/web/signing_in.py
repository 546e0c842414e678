"""What somebody does who signs in, as steps that tests put together."""

import quopri
import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from core.outbox import OutgoingMail

AMINA = "amina@people.example"


def latest_code() -> str:
    """Return the code of the newest code’s letter, as people read it, whether or not it leaves."""
    mail = latest_letter()
    found = re.search(rb"Subject: Your code is (\d+ \d+)\r\n", mail.body)
    assert found is not None
    return found[1].decode()


def latest_letter() -> OutgoingMail:
    """Return the letter of the code that was made last, whether or not it leaves."""
    codes = select(OutgoingMail).where(OutgoingMail.key.like("code:%"))
    mail = db.session.scalars(codes.order_by(OutgoingMail.id.desc())).first()
    assert mail is not None
    return mail


def latest_link() -> str:
    """Return the path of the link in that letter."""
    text = quopri.decodestring(latest_letter().body).decode()
    found = re.search(r"http://alcove\.example(/sign-in/letter/\S+)", text)
    assert found is not None
    return found[1]


def ask(client: FlaskClient, address: str = AMINA, query: str = "") -> TestResponse:
    """Ask for a code for an address."""
    return client.post(f"/sign-in{query}", data={"address": address})


def type_code(client: FlaskClient, code: str) -> TestResponse:
    """Type a code."""
    return client.post("/sign-in/code", data={"code": code})


def is_in(client: FlaskClient) -> bool:
    """Tell whether somebody is signed in in this browser."""
    return client.get("/account").status_code == 200

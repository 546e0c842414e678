"""What somebody does who signs in, as steps that tests put together."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from core.outbox import OutgoingMail

AMINA = "amina@people.example"


def latest_code() -> str:
    """Return the code of the letter that was written last, as people read it."""
    mail = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail is not None
    found = re.search(rb"Subject: Your code is (\d{3} \d{3})\r\n", mail.body)
    assert found is not None
    return found[1].decode()


def ask(client: FlaskClient, address: str = AMINA, query: str = "") -> TestResponse:
    """Ask for a code for an address."""
    return client.post(f"/sign-in{query}", data={"address": address})


def type_code(client: FlaskClient, code: str) -> TestResponse:
    """Type a code."""
    return client.post("/sign-in/code", data={"code": code})


def is_in(client: FlaskClient) -> bool:
    """Tell whether somebody is signed in in this browser."""
    return client.get("/account").status_code == 200

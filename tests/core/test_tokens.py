"""Secrets in links."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from core.errors import NotFound
from core.tokens import digest, secret, sign, unsign
from tests.conftest import NOW

DAY = timedelta(days=1)


def test_secrets_are_long_and_different() -> None:
    made = {secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(token) for token in made} == {43}


def test_a_digest_is_the_same_for_the_same_token_only() -> None:
    assert digest("a") == digest("a")
    assert digest("a") != digest("b")


def test_a_signed_value_comes_back_for_its_purpose_only(app: Flask) -> None:
    token = sign("stop", "somebody")

    assert unsign("stop", token, DAY) == "somebody"
    with pytest.raises(NotFound):
        unsign("return", token, DAY)
    with pytest.raises(NotFound):
        unsign("stop", token[:-1], DAY)


def test_a_signed_value_expires(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        token = sign("stop", "somebody")

    with time_machine.travel(NOW + DAY * 2, tick=False), pytest.raises(NotFound):
        unsign("stop", token, DAY)

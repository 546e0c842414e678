"""Host names as people, proxies and programs spell them."""

from collections.abc import Callable

import pytest
from flask import Flask

from core.hosts import same_name


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("alcove.example", "alcove.example"),
        ("Alcove.Example", "alcove.example"),
        ("alcove.example.", "alcove.example"),
        ("ALCOVE.EXAMPLE.:8443", "alcove.example:8443"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("[::1]:5000", "[::1]:5000"),
        ("[::1]", "[::1]"),
        ("", ""),
        ("ü..example", "ü..example"),
    ],
)
def test_one_name_has_one_spelling(asked: str, same: str) -> None:
    assert same_name(asked) == same


@pytest.mark.parametrize(
    "host", ["alcove.example", "ALCOVE.example", "alcove.example.", "Alcove.Example.:80"]
)
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_the_site_answers_to_every_spelling_of_its_name(
    make_app: Callable[..., Flask], host: str, behind_proxy: bool
) -> None:
    client = make_app(proxies=1 if behind_proxy else 0).test_client()
    named = {"X-Forwarded-Host": host} if behind_proxy else {}

    answer = client.get("/", headers={"Host": "within" if behind_proxy else host, **named})

    assert answer.status_code == 200


def test_the_site_answers_to_a_name_in_its_own_script(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url="https://bücher.example").test_client()

    told = [
        client.get("/", headers={"Host": host}).status_code
        for host in ("xn--bcher-kva.example", "XN--BCHER-KVA.example.", "bucher.example")
    ]

    assert told == [200, 200, 400]


@pytest.mark.parametrize(
    "host", ["other.example", "alcove.example.evil.example", "alcove.example..", "", "a b", "."]
)
def test_only_the_health_address_answers_to_any_name(
    make_app: Callable[..., Flask], host: str
) -> None:
    client = make_app().test_client()

    pages = [client.get(path, headers={"Host": host}) for path in ("/", "/help", "/health/")]
    health = client.get("/health", headers={"Host": host})

    assert [page.status_code for page in pages] == [400, 400, 400]
    assert (health.status_code, health.data) == (200, b"ok\n")
    assert "Set-Cookie" not in health.headers

"""Every page that the demo offers, for everybody who meets it, at two widths in both themes."""

import pytest

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.looking import look_at, look_over
from tests.browser.pages_on_offer import pages_on_offer

pytestmark = pytest.mark.browser

#: The page of all components has every button in every look.
ANY_NUMBER = 99


@pytest.mark.parametrize("name", ["Amina", "Priya", "Amara", "Tom", "Grace", "Sol"])
def test_pages_of_somebody_signed_in_have_no_barriers(
    demo: Demo, arrive: Arrive, name: str
) -> None:
    visitor = arrive()
    start = demo.person(name)["sign_in_path"]

    paths = pages_on_offer(visitor.context.request, start, signed_in=True)

    assert len(paths) >= 5
    wrong = [words for path in paths for words in look_over(visitor.page, path)]
    assert wrong == []


def test_pages_for_everybody_have_no_barriers(arrive: Arrive) -> None:
    visitor = arrive()

    paths = pages_on_offer(visitor.context.request, "/demo", signed_in=False)

    assert {"/", "/sign-in", "/demo", "/demo/mail", "/help", "/parts", "/safety"} <= set(paths)
    wrong = [
        words
        for path in paths
        for words in look_over(visitor.page, path, solid=ANY_NUMBER if path == "/parts" else 1)
    ]
    assert wrong == []

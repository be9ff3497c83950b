"""Which representation a client gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.negotiation import best, prefers_html
from tests.api.web.conftest import BROWSER

OFFERS = ("text/html", "text/turtle", "application/json")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("TEXT/Turtle", "text/turtle"),
        ("text/*;q=0.5, application/json", "application/json"),
        ("text/turtle;q=0.3, text/html;q=0.2", "text/turtle"),
        ("text/html;q=0, */*", "text/turtle"),
        ("application/json;q=0.9, text/html;q=0.9", "text/html"),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("text/turtle;q=nonsense, application/json;q=0.1", "application/json"),
        ("text/turtle;charset=utf-8;q=0.7, text/html;q=0.1", "text/turtle"),
        (BROWSER["accept"], "text/html"),
    ],
)
def test_the_preferred_offer_wins(accept: str, expected: str | None) -> None:
    assert best(accept, OFFERS) == expected


@pytest.mark.parametrize(("accept", "expected"), [(BROWSER["accept"], True), ("*/*", False), ("", False), ("application/json", False)])
def test_only_a_client_that_names_html_gets_error_pages(accept: str, expected: bool) -> None:
    assert prefers_html(accept) is expected


@given(st.text(max_size=200))
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert best(accept, OFFERS) in (*OFFERS, None)

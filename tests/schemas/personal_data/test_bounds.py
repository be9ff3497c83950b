"""Hostile text takes time in proportion to its length, whatever it is made of."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas.personal_data
from schemas.personal_data import Detector

LENGTH = 100_000
SECONDS = 15.0  # measured: under 2 s each on one slow core; catastrophic backtracking takes hours
DETECTOR = Detector(venues=("Willy-Brandt-Platz 1",), hosts=("kaiserslautern.de",), public=("x",))
PIECES = [
    *("a", "a.", "@", "a@", "a@b.", "(at)", " at ", " punkt ", "{at}", "&#64;", "%40", "＠", "0", "0 ", "(0", "1 ", "1-", "1/", "+49 0"),
    *("12 345 678 90", "Tel. ", "Telefon: 1", "erreich", "Az. 0", "DE12 ", "DE", "KL-AB 1", "KL", "A-A 1-", "A1", "67655 ", "1, 67655 "),
    *("Str. 1, 67655 A ", "Am ", "An der ", "ich wohne ", "wohne in der ", "geb. ", "01.01.80 ", "* ", "Herr ", "Frau Dr. ", "Dr. "),
    *("von der ", "liebe frau ", "Mein Name ist ", "gez. ", "grüße\n", "http://", "http://a/user/", "www.", "?user=", "x.com/"),
    *("&nbsp;", "&#64;", "&", "<b>", "<br>", "<", "a@\n", "0123\n", "Tel. 0123\n", "DE1 ", "Am Alten ", "mailto:a@b.de?a"),
    *("mailto:@", " ", "\n", "\r\n", "\t", "-", "_", "\x00", "\u200b", "a\u0308", "ß", "\ud800"),
]


def seconds(text: str) -> float:
    begin = time.perf_counter()
    DETECTOR.find(text)
    return time.perf_counter() - begin


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_repeated_is_read_in_bounded_time(piece: str) -> None:
    assert seconds(piece * (LENGTH // len(piece))) < SECONDS


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), st.sampled_from(PIECES))
def test_any_mixture_is_read_in_bounded_time(mixture: str, end: str) -> None:
    assert seconds(mixture * (LENGTH // len(mixture)) + end) < SECONDS


def test_ten_thousand_characters_of_each_piece_take_moments() -> None:
    assert seconds("".join(piece * (10_000 // len(piece)) for piece in PIECES)) < 2 * SECONDS


def patterns() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(schemas.personal_data.__path__):
        for name, value in vars(importlib.import_module(f"schemas.personal_data.{module.name}")).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value.pattern


def nested(pattern: str) -> bool:
    """Whether an unbounded repetition that can give back stands in another one."""
    return _nested(importlib.import_module("re._parser").parse(pattern), inside=False)


def _nested(parsed: Any, *, inside: bool) -> bool:
    constants = importlib.import_module("re._constants")
    for operation, argument in parsed:
        unbounded = operation in (constants.MAX_REPEAT, constants.MIN_REPEAT) and argument[1] == constants.MAXREPEAT
        if unbounded and inside:
            return True
        if any(_nested(each, inside=inside or unbounded) for each in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    if hasattr(argument, "getwidth"):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)


def test_no_pattern_nests_unbounded_repetitions() -> None:
    found = dict(patterns())

    assert len(found) > 30
    assert [name for name, pattern in found.items() if nested(pattern)] == []


@pytest.mark.parametrize("pattern", ["(a+)+b", "(?:x|(?:ab*)*)+", "(a*?)*c"])
def test_the_search_for_nested_repetitions_finds_them(pattern: str) -> None:
    assert nested(pattern)

"""A search that is left out for want of a cue would have found nothing; and what dates are has not changed by being found faster."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.personal_data import Detector, Kind
from schemas.personal_data.cues import CUES, lowered
from schemas.personal_data.detector import searches
from schemas.personal_data.folding import fold, without_dates, without_links
from tests.schemas.personal_data import clean, fresh, frozen, grown, handwritten
from tests.schemas.personal_data.test_bounds import PIECES

TEXTS = [
    *(each.text for planted in (frozen.planted_values, grown.planted_values, fresh.values) for each in planted()),
    *(text for _, text in handwritten.SENTENCES),
]
CLEAN = [*clean.LOOKALIKES, *clean.PROSE]
_WORDS = (
    "herr muster",
    "Ms Muster",
    "LG\nAnna",
    "i. A. Muster",
    "IBAN DE12",
    "klab12",
    "KL-AB 12",
    "M12 010180 A 123",
    "A123456789",
    "St.-Nr. 12",
)
#: As they were written first: with a lookbehind in front, and ignoring case.
_LINKS = re.compile(r"(?:https?|ftp)://[^\s<>\"]++|\bwww\.[^\s<>\"]++", re.IGNORECASE)
_DATES = re.compile(
    r"(?<![\d.])\d{1,2}\. ?\d{1,2}\. ?(?:\d{4}|\d{2})?(?!\d)|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    r"|(?<!\d)(?<!\d\.)\d{1,2}[:.]\d{2}(?: ?- ?\d{1,2}[:.]\d{2})?(?= ?Uhr|[^\d.]|$)(?![\d.:/-]\d)",
    re.IGNORECASE,
)


def left_out(text: str) -> Iterator[tuple[Kind, list[tuple[int, int]]]]:
    """What the searches would have found that are left out."""
    for part, wanted in searches(fold(text).text):
        small = lowered(part)
        for kind, search in wanted.items():
            if small is not None and not CUES[kind].stand_in(part, small):
                yield kind, list(search(part))


@pytest.mark.parametrize("spelling", [str, str.upper, str.lower, str.title])
def test_no_planted_value_is_passed_over(spelling: type[str]) -> None:
    for text in TEXTS:
        for kind, found in left_out(spelling(text)):
            assert found == [], (kind, text)


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from((*PIECES, *_WORDS, *TEXTS[::40])) | st.text(alphabet="aeikKſıIst0159.-+/@: \n(", max_size=12), max_size=8).map(
        "".join
    )
)
def test_nothing_is_passed_over_in_any_mixture(text: str) -> None:
    assert [(kind, found) for kind, found in left_out(text) if found] == []


def test_every_kind_has_cues_and_they_are_worth_looking_for() -> None:
    """In plain prose most searches are left out; where somebody's data are planted none of its kind is."""
    assert CUES.keys() == set(Kind)
    skipped = {kind for text in CLEAN for kind, _ in left_out(text)}
    assert skipped == set(Kind)
    found = {hit.kind for text in TEXTS for hit in Detector().find(text)}
    assert found == set(Kind)


def test_letters_that_are_two_things_at_once_leave_nothing_out() -> None:
    assert lowered("HERR MÜLLERſ") is None
    assert [each.kind for each in Detector().find("FAMıLıE MUSTER")] == [each.kind for each in Detector().find("FAMıLıE MUSTER ")]


@given(st.text(alphabet="0123456789.:- Uhrx", max_size=24))
@settings(max_examples=50)
def test_dates_are_what_they_were(text: str) -> None:
    assert without_dates(text) == _DATES.sub(lambda found: "\x00" * len(found[0]), text)


@given(
    st.lists(st.sampled_from(("http", "HTTPS", "httpſ", "ftp", "fhttp", "www.", "xwww.", "WWW.", "://", " ", "<", "a", ".")), max_size=9)
)
@settings(max_examples=50)
def test_links_are_what_they_were(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert without_links(text) == _LINKS.sub(lambda found: "\x00" * len(found[0]), text)


def test_texts_are_looked_through_together_as_each_for_itself() -> None:
    detector = Detector()
    pairs = [("Telefon" if number % 3 else "", text) for number, text in enumerate((*TEXTS[::7], *CLEAN, *TEXTS[::11]))]
    for start in range(0, len(pairs), 9):
        some = pairs[start : start + 9]
        assert detector.find_each(some) == [detector.find(text, heading=heading) for heading, text in some]


def test_links_and_dates_of_all_planted_texts_are_what_they_were() -> None:
    for text in (*TEXTS, *CLEAN):
        assert without_links(text) == _LINKS.sub(lambda found: "\x00" * len(found[0]), text)
        assert without_dates(text) == _DATES.sub(lambda found: "\x00" * len(found[0]), text)

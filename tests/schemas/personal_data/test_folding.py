"""One spelling for many, and always the way back to the original text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.personal_data import Detector, masked
from schemas.personal_data.folding import fold

PIECES = ["&nbsp;", "&#64;", "&#x40;", "&amp;", "&unbekannt;", "&", "<br>", "<p>", "</p>", "<b>", "<a href='x'>", "</a>", "<", ">"]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a&nbsp;b", "a b"),
        ("a&#64;b&commat;c", "a@b@c"),
        ("&amp;nbsp;", "&nbsp;"),
        ("&unbekannt;", "&unbekannt;"),
        ("<p>a</p><p>b</p>", "\na\n\nb\n"),
        ("<b>0172</b> 99", "0172 99"),
        ("<BR/>x<br />", "\nx\n"),
        ('<a href="mailto:x">y</a>', '<a href="mailto:x">y'),
        ("3 < 4 & 5 > 2", "3 < 4 & 5 > 2"),
        ("‐−＠２", "--@2"),
        ("u\u0308&uuml;", "üü"),
        ("a\u00ad\u200bb", "ab"),
    ],
)
def test_spellings_are_read_alike(text: str, read: str) -> None:
    assert fold(text).text == read


@given(TEXTS)
def test_every_place_leads_back(text: str) -> None:
    folded = fold(text)

    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)


@given(TEXTS)
def test_reading_twice_changes_nothing_that_was_plain(text: str) -> None:
    """Nothing but markup that only came to light by reading ("&amp;nbsp;") is read again."""
    once = fold(text).text

    assert "&" in once or "<" in once or fold(once).text == once


@pytest.mark.parametrize("mail", ["anna&#64;example.org", "anna@example&#46;org", "&#97;nna@example.or&#103;", "anna@<b>example.org</b>"])
def test_the_whole_of_an_entity_is_masked(mail: str) -> None:
    text = f"Post an {mail} bitte"

    assert masked(text, Detector().find(text)) in ("Post an [E-Mail-Adresse] bitte", "Post an [E-Mail-Adresse]</b> bitte")

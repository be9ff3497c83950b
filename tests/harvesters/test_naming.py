"""What findings repeat of names and complaints that a source made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.naming import HIDDEN, complaint, shown


@pytest.mark.parametrize(
    "name", ["mood", "phases.colour", "@id", "schema:foo", "https://example.org/ngsi-ld/wind", "Größe", "X-WR-CALNAME", "utc_start_date_2"]
)
def test_what_a_program_calls_a_field_is_shown(name: str) -> None:
    assert shown(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Erika Mustermann", "erika.mustermann@stadt.example", "tok_a1b2c3d4e5f6g7h8", "0631 205894", "Tel:06312058940", "a" * 81, "5"],
)
def test_what_no_program_calls_a_field_is_not_repeated(name: str) -> None:
    assert shown(name) == HIDDEN


ASKED = ("proposals", "retiredAt")


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("Couldn't find Proposal", "Couldn't find Proposal"),
        ("Field 'retiredAt' doesn't exist on type 'Proposal'", "Field 'retiredAt' doesn't exist on type 'Proposal'"),
        (
            "Query has depth of 9, which exceeds max depth of 8",
            "Query has depth of 9, which exceeds max depth of 8",
        ),
        ("Invalid token tok_4711 for user Erika Mustermann", "Invalid token … for user …"),
        ("User of 3008 is hidden", "User of … is hidden"),
        ("Throttled: too many requests", "Throttled: too many requests"),
        ("", ""),
    ],
)
def test_a_complaint_keeps_words_of_every_server_and_our_own(said: str, repeated: str) -> None:
    assert complaint(said, ASKED) == repeated


def test_a_complaint_is_short() -> None:
    assert len(complaint("unknown field " * 1000)) <= 200


_WORDS = st.sampled_from(
    ["Mustermann", "geheim4711", "0631205", "erika@stadt.example", "tok_abc", "field", "is", "unknown", "'", '"', "…", ": "]
)


@settings(max_examples=50)
@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_no_complaint_names_what_is_in_no_list(said: str) -> None:
    found = complaint(said)

    assert not [each for each in ("ustermann", "geheim", "4711", "0631", "erika", "stadt", "tok_") if each in found], found

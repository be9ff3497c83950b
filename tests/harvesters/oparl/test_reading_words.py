"""Keys, places and words of council systems: pure."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.oparl import keeping
from harvesters.oparl.ids import row_key
from harvesters.oparl.places import has_address, place_of, position_of
from harvesters.oparl.words import kind_of, majority_of, mode_of, outcome_of, status_of
from schemas.errors import SourceError, WrongValue
from tests.harvesters.oparl.systems import LATER, RIS, council

HOME = f"{RIS}/system"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{RIS}/meeting/281", "ris-meeting-281"),
        (f"{RIS.replace('ris.example', 'neu.example:8443')}/meeting/281", "ris-meeting-281"),
        ("https://ris.example/other/meeting/281/", "ris-other-meeting-281"),
        ("https://ris.example/oparl?typ=sitzung&id=5", "ris-oparl-typ-sitzung-id-5"),
    ],
)
def test_a_key_is_what_belongs_to_the_thing(address: str, expected: str) -> None:
    assert row_key("ris", HOME, address) == expected


def test_capitals_and_long_addresses_keep_two_things_apart() -> None:
    keys = {row_key("ris", HOME, f"{RIS}/meeting/{each}") for each in ("Ab", "aB", "AB", "x" * 200, "x" * 199 + "y")}
    assert len(keys) == 5


@pytest.mark.parametrize("address", ["", "https://ris.example", "https://ris.example/", "http://[", "   "])
def test_what_is_no_address_gives_no_key(address: str) -> None:
    with pytest.raises(WrongValue):
        row_key("ris", HOME, address)


@given(st.text(max_size=120))
@settings(max_examples=50)
def test_whatever_a_server_calls_an_id_a_key_is_a_key(text: str) -> None:
    try:
        key = row_key("ris", HOME, f"{RIS}/meeting/{text}")
    except WrongValue:
        return
    assert re.fullmatch(r"[a-z0-9][a-z0-9._:-]{1,127}", key)


@pytest.mark.parametrize(
    ("said", "expected", "majority"),
    [
        ("einstimmig beschlossen", "adopted", "unanimous"),
        ("Einstimmig abgelehnt", "rejected", "unanimous"),
        ("mehrheitlich zugestimmt", "adopted", "majority"),
        ("nicht zugestimmt", "rejected", None),
        ("zur Kenntnis genommen", "noted", None),
        ("Vertagung beschlossen", "discussed", None),
        ("in den Ausschuss verwiesen", "discussed", None),
        ("ungeändert beschlossen", "adopted", None),
        ("siehe Anlage", "unknown", None),
        ("", "unknown", None),
    ],
)
def test_results_in_words_become_codes(said: str, expected: str, majority: str | None) -> None:
    assert (outcome_of(said, {}), majority_of(said)) == (expected, majority)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Stadtrat", "council"),
        ("Ortsbeirat Dansenberg", "council"),
        ("Seniorenbeirat", "advisory-body"),
        ("Ausschuss des Stadtrates", "advisory-body"),
        ("Verwaltung", "other"),
    ],
)
def test_committees_are_told_from_councils(name: str, expected: str) -> None:
    assert kind_of(name, "") == expected


@pytest.mark.parametrize(
    ("state", "cancelled", "expected"),
    [("durchgeführt", False, "held"), ("terminiert", False, "planned"), ("durchgeführt", True, "cancelled"), ("neu", False, "unknown")],
)
def test_a_cancelled_meeting_is_cancelled_whatever_its_state_says(state: str, cancelled: bool, expected: str) -> None:
    assert status_of(state, cancelled=cancelled) == expected


@pytest.mark.parametrize(
    ("location", "mode"),
    [
        ({"description": "Rathaus"}, "analog"),
        ({"description": "Videokonferenz, https://video.example/rat"}, "digital"),
        ({"description": "online", "room": "Ratssaal"}, "hybrid"),
        ({"description": "Hybridsitzung im Rathaus"}, "hybrid"),
        ({}, "analog"),
    ],
)
def test_a_meeting_is_in_a_room_unless_its_place_says_otherwise(location: dict[str, Any], mode: str) -> None:
    assert mode_of(place_of(location), has_address=has_address(location)) == mode


@pytest.mark.parametrize("pair", [None, [], [7.7], ["7.7", "49.4"], [0, 0], [10.0, 50.0], [True, False], [float("nan"), 49.4]])
def test_what_does_not_lie_in_the_city_is_no_position(pair: object) -> None:
    assert position_of({"geojson": {"type": "Point", "coordinates": pair}}) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*keeping.MEETING, *keeping.ITEM, "x"]), inner, max_size=5),
    max_leaves=12,
)


@given(_JSON)
@settings(max_examples=50)
def test_filtering_twice_is_filtering_once_whatever_stands_there(content: object) -> None:
    for of in (keeping.meeting, keeping.paper(("a",)), keeping.organisation(frozenset({"Gremium"})), keeping.body):
        kept = keeping.page(of)
        try:
            once = kept(json.dumps({"data": [content]}).encode(), "x")
        except SourceError:
            continue
        assert kept(once, "x") == once


def test_real_answers_are_filtered_once_and_for_all() -> None:
    here = council()
    kept = keeping.page(keeping.meeting)
    once = kept(json.dumps({"data": here.meetings, "links": {"next": "x", "self": "y"}, "pagination": {"totalElements": 3}}).encode(), "x")
    assert kept(once, "x") == once
    assert b"ustermann" not in once


def test_a_field_that_nobody_knows_is_kept_by_name_only() -> None:
    kept = keeping.meeting({"id": "x", "modified": LATER, "vendor:rueckfrage": "an Erika Mustermann"})
    assert kept["vendor:rueckfrage"] is None


@pytest.mark.parametrize(
    ("name", "classification", "expected"),
    [
        ("Stadtrat", "", True),
        ("Stadtrat der Stadt Musterstadt", "", True),
        ("Ortsbeirat Dansenberg", "", True),
        ("Ausschuss für Umwelt", "", True),
        ("Planung", "Ausschuss", True),
        ("Stadtrat Peter Mustermann", "", False),
        ("Fraktion Mustermann im Stadtrat", "", False),
        ("Mustermann", "Fraktion", False),
        ("Einzelmitglied im Ausschuss", "", False),
        ("Erika Mustermann", "", False),
        ("Verwaltung", "", False),
    ],
)
def test_a_body_without_a_type_is_named_only_where_its_words_leave_no_doubt(name: str, classification: str, expected: bool) -> None:
    said = {"id": "x", "name": name, "classification": classification}
    assert ("name" in keeping.organisation(frozenset({"Gremium"}))(said)) is expected
    assert "name" in keeping.organisation(frozenset())(said), "who asks for all of them gets them"


def test_an_object_where_an_address_should_be_is_kept_without_what_stands_in_it() -> None:
    embedded = {"id": "x", "organization": [{"name": "Fraktion Mustermann"}, "https://ris.example/1"], "web": {"contact": "Mustermann"}}
    kept = keeping.meeting(embedded)
    assert kept == {"id": "x", "organization": [{}, "https://ris.example/1"], "web": {}}


def test_fields_that_nobody_knows_are_named_within_places_and_files_too() -> None:
    kept = keeping.meeting({"location": {"description": "Rathaus", "hausmeister": "Mustermann"}, "invitation": {"gez": "Mustermann"}})
    assert (kept["location"], kept["invitation"]) == ({"description": "Rathaus"}, {})
    assert {"location.hausmeister", "invitation.gez"} <= kept.keys()
    assert kept["location.hausmeister"] is None


def test_of_an_item_without_a_decision_no_words_are_kept() -> None:
    kept = keeping.meeting(
        {"agendaItem": [{"id": "1", "name": "Anfrage Mustermann"}, {"id": "2", "name": "Radweg", "result": "beschlossen"}]}
    )
    assert kept["agendaItem"] == [{"id": "1"}, {"id": "2", "name": "Radweg", "result": "beschlossen"}]


def test_the_name_of_a_field_is_kept_only_where_it_is_one() -> None:
    assert keeping.meeting({"gez. Mustermann": 1, "location": {"bei Mustermann": 1}, "neu": 2}) == {"location": {}, "…": None, "neu": None}

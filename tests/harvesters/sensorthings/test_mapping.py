"""Names of devices, and what a Thing says for its Datastreams."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.sensorthings.devices import names_a_device
from tests.harvesters.sensorthings.servers import BASE, Sta, stream, thing
from tests.harvesters.walked import walked

#: The rule as one would write it down, without regard to how long it takes.
PLAIN = (
    re.compile(
        r"[0-9]{6}|(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{16}|(?:[0-9A-Fa-f]{2}[:-]){5,7}[0-9A-Fa-f]{2})(?![0-9A-Fa-f])",
        re.ASCII,
    ),
    re.compile(r"\b(?:s/?n|serial|seriennummer|serial ?number)\b", re.IGNORECASE),
)
parts = st.one_of(
    st.sampled_from(["S/N", "sn", "ſerial", "Serial number", "seriennummer", "Messnetz", " ", "-", ":", "ß", "/"]),
    st.text("0123456789abcdefABCDEF", max_size=17),
    st.lists(st.text("0123456789abcdef", min_size=2, max_size=2), min_size=4, max_size=9).map(":".join),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(parts, max_size=4).map("".join))
def test_a_device_is_seen_wherever_the_plain_rule_sees_one(name: str) -> None:
    assert names_a_device(name) is (not name.isalpha() and any(each.search(name) is not None for each in PLAIN))


@pytest.mark.parametrize("name", ["Box 70B3D57ED0001234", "aa:bb:cc:dd:ee:ff", "Gerät 123456", "S/N 12", "Serial Number 3"])
def test_names_of_devices(name: str) -> None:
    assert names_a_device(name)


@pytest.mark.parametrize("name", ["Messnetz 12345", "NO2 an Messstation 00123 im 15-Min-Intervall", "Luftbox 3", "Sonne", ""])
def test_names_of_other_things(name: str) -> None:
    assert not names_a_device(name)


def test_what_a_datastream_leaves_empty_its_thing_still_says(tmp_path: Path) -> None:
    said = {"layerName": " Radverkehr ", "aggregateDuration": "PT15M"}
    streams = [stream(1001, properties={"layerName": " "}), stream(1002, properties={"aggregateDuration": "PT1H"}), stream(1003)]
    found = walked(Sta([thing(1, *streams, properties=said)]).routes, tmp_path, "sensorthings", BASE, personal_data=False, legal_basis="")
    (table,) = found.walk.declarations
    rows = found.rows(table)
    assert {key: row["aggregation"] for key, row in rows.items()} == {"1001": "PT15M", "1002": "PT1H", "1003": "PT15M"}

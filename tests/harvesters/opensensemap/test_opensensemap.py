"""Boxes of private persons: those of the city's group alone, and nothing that names a person or a home."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.harvester import SourceConfig
from harvesters.platforms.opensensemap import Boxes, OpenSenseMapOptions
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.harvesters.http.world import START
from tests.harvesters.opensensemap.maps import HOME, TAG, Json, Map, box, sensor
from tests.harvesters.walked import Walked, walked
from tests.shared import SHARED

LAYER = "stadt-lufttemperatur"
FIXTURE = SHARED / "reference/sensors/fixtures/opensensemap/box-57000b8745fd40c8196ad04c.json"


def walk(boxes: Map | list[Json], folder: Path, **options: Any) -> Walked:
    server = boxes if isinstance(boxes, Map) else Map(boxes)
    given = {"grouptag": TAG, **options}
    return walked(server.routes, folder, "opensensemap", "/", personal_data=False, legal_basis="", options=given)


def boxes(count: int = 3) -> list[Json]:
    return [box(number) for number in range(1, count + 1)]


def kept(found: Walked) -> bytes:
    return b"".join(each.content for each in found.archived)


def test_a_source_without_the_tag_of_a_group_is_refused(tmp_path: Path) -> None:
    source = SourceConfig(name="a", title="A", kind="opensensemap", url="https://api.opensensemap.org", folder=tmp_path)
    with pytest.raises(ConfigurationError, match="grouptag"):
        harvester_of(source)


def test_nobody_logs_in(tmp_path: Path) -> None:
    source = SourceConfig(
        name="a", title="A", kind="opensensemap", url="https://a.example", folder=tmp_path, options={"grouptag": TAG}, token_env="TOKEN"
    )
    with pytest.raises(ConfigurationError, match="ohne Anmeldung"):
        harvester_of(source)


def test_what_the_owner_wrote_is_kept_nowhere(tmp_path: Path) -> None:
    found = walk(boxes(), tmp_path)
    assert len(found.rows(LAYER)) == 3
    assert b"ustermann" not in kept(found)
    assert {row["station"] for row in found.rows(LAYER).values()} == {None}


def test_names_come_by_option(tmp_path: Path) -> None:
    found = walk(boxes(), tmp_path, names=True)
    assert "Garten Mustermann 1" in {row["station"] for row in found.rows(LAYER).values()}
    assert b"bei Erika" not in kept(found)


def test_a_position_is_rounded_before_it_is_kept(tmp_path: Path) -> None:
    found = walk(boxes(), tmp_path)
    row = next(iter(found.rows(LAYER).values()))
    assert isinstance(row["longitude"], float)
    assert row["longitude"] != pytest.approx(HOME[0], abs=1e-4) or row["latitude"] != pytest.approx(HOME[1], abs=1e-4)
    assert abs(row["longitude"] - HOME[0]) < 0.005
    assert row["position_basis"] == "auf ein Raster von 500 Metern gerundet"
    assert b"49.44321" not in kept(found)


def test_exact_positions_come_with_the_service_that_shows_them(tmp_path: Path) -> None:
    exact, rounded = walk(boxes(), tmp_path, coarsen_metres=0), walk(boxes(), tmp_path)
    assert {row["latitude"] for row in exact.rows(LAYER).values()} == {HOME[1]}
    assert len(exact.walk.declarations[LAYER].services) == 1
    assert not rounded.walk.declarations[LAYER].services


def test_the_number_of_a_box_which_leads_to_its_place_is_in_no_row(tmp_path: Path) -> None:
    found = walk(boxes(), tmp_path)
    said = json.dumps([dict(row) for row in found.rows(LAYER).values()])
    assert not [each for each in boxes() if each["_id"] in said]


def test_a_server_that_ignores_the_group_gives_nothing_of_others(tmp_path: Path) -> None:
    others = [box(9, grouptag=""), box(10, grouptag=["muenster"])]
    found = walk(Map([*boxes(), *others], ignores_tag=True), tmp_path)
    assert len(found.rows(LAYER)) == 3
    assert "2 Boxen" in found.findings["not-ours"].message
    with pytest.raises(SourceError, match="at_most"):
        walk(Map([*boxes(), *others], ignores_tag=True), tmp_path, at_most=4)


def test_boxes_indoors_are_not_even_asked_for(tmp_path: Path) -> None:
    server = Map([*boxes(), box(9, exposure="indoor"), box(10, exposure="mobile")])
    assert len(walk(server, tmp_path).rows(LAYER)) == 3
    assert len(server.requests) == 4


def test_a_box_that_tells_of_itself_tells_nothing_here(tmp_path: Path) -> None:
    own = [sensor(21, "Wifi-Stärke", "dBm"), sensor(22, "Eingangsspannung", "V"), sensor(23, "Akku", "%")]
    found = walk([box(1, sensor(1), *own), *boxes(3)[1:]], tmp_path)
    assert list(found.walk.declarations) == [LAYER]
    assert len(found.rows(LAYER)) == 3


def test_titles_and_models_are_words_of_a_person_unless_they_are_known(tmp_path: Path) -> None:
    odd = [sensor(21, "Temperatur bei Familie Mustermann"), sensor(22, sensorType="Mustermanns Fühler")]
    found = walk([box(1, *odd), *boxes(3)[1:]], tmp_path)
    assert len(found.rows(LAYER)) == 3
    assert b"ustermann" not in kept(found)


def test_new_values_change_neither_what_is_kept_nor_a_row(tmp_path: Path) -> None:
    first = walk(boxes(), tmp_path)
    later = [box(number, sensor(number, at="2026-11-22T03:59:59.000Z")) for number in range(1, 4)]
    second = walk(later, tmp_path)
    assert kept(first) == kept(second)
    assert first.rows(LAYER) == second.rows(LAYER)
    assert [each.last for each in first.walk.lately] < [each.last for each in second.walk.lately]


def test_a_sensor_that_has_been_silent_for_long_has_ended(tmp_path: Path) -> None:
    found = walk([box(1, sensor(1, at="2026-02-11T21:22:01.675Z")), *boxes(3)[1:]], tmp_path)
    states = {(row["status"], row["until"]) for row in found.rows(LAYER).values()}
    assert states == {("ended", "2026-02-11"), ("active", None)}


@pytest.mark.parametrize("metres", [1.0, 50.0, 500.0, 10_000.0])
def test_filtering_twice_is_filtering_once(metres: float) -> None:
    found = Boxes(options=OpenSenseMapOptions(grouptag=TAG, coarsen_metres=metres, names=True), now=START)
    keep = found.keeping("a")
    for number in range(1, 12):
        once = keep(json.dumps(box(number, sensor(number, at="2025-01-01T00:00:00Z"), sensor(number + 50))).encode())
        assert keep(once) == once
    assert keep(keep(b'{"_id": "x"}')) == b'{"refused":true}'


def test_a_recorded_box_is_read(tmp_path: Path) -> None:
    if not FIXTURE.is_file():
        pytest.skip("recorded answers are not here")
    recorded = json.loads(FIXTURE.read_bytes())
    here = {**recorded, "grouptag": [TAG], "currentLocation": {"type": "Point", "coordinates": list(HOME)}}
    found = walk([here], tmp_path)
    rows = [row for name in found.walk.declarations for row in found.rows(name).values()]
    assert {"Lufttemperatur", "Luftfeuchte", "Luftdruck"} <= {str(row["property"]) for row in rows}
    assert not [row for row in rows if row["unit"] in ("dBm", "V")]
    assert {row["status"] for row in rows} == {"ended"}

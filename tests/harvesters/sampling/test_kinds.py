"""Values of other kinds than SensorThings: those that keep a history, asked as their documentation says."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from harvesters.harvester import SourceConfig
from harvesters.ngsi.observations import kept as kept_of_ngsi
from harvesters.opensensemap.observations import kept as kept_of_box
from harvesters.sampling.shelf import Shelf
from harvesters.sampling.snapshot import Report
from harvesters.sampling.taking import take
from schemas.errors import ConfigurationError
from tests.harvesters.http.servers import Line, Request, Script, reply, serving
from tests.harvesters.ngsi.brokers import LD, Broker
from tests.harvesters.ngsi.brokers import station as entity
from tests.harvesters.opensensemap.maps import TAG, Map, box
from tests.harvesters.sampling.servers import NOW, QUARTER
from tests.harvesters.walked import _web

Json = dict[str, Any]
_TIMES = [NOW - QUARTER * number for number in range(1, 97)]


def _taken(routes: Mapping[str, Script], folder: Path, **settings: Any) -> tuple[Shelf, dict[str, Report]]:
    shelf = Shelf(folder / "messwerte")
    with serving(routes) as server:
        source = SourceConfig(name="netz", title="Netz", url=server.url("/"), folder=folder, allow_private=("127.0.0.1",), **settings)
        return shelf, dict(take(source, _web({}), shelf, now=NOW))


def _history(most: int, asked: list[str]) -> Script:
    """As Stellio answers: a list of states, 206 with a part of it when there are more than `most`."""

    def script(line: Line, request: Request) -> bool:
        asked.append(request.target)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        assert query["timerel"] == "between"
        begin, end = datetime.fromisoformat(query["timeAt"]), datetime.fromisoformat(query["endTimeAt"])
        states = [
            {
                "type": "Property",
                "value": 20.5,
                "unitCode": "GQ",
                "observedAt": each.isoformat(),
                "instanceId": "urn:x",
                "note": "Mustermann",
            }
            for each in _TIMES
            if begin <= each <= end
        ]
        content: Json = {"id": unquote(request.path.rpartition("/")[2]), "type": "AirQualityObserved", query["attrs"]: states[:most]}
        return reply(json.dumps(content), 206 if len(states) > most else 200, Content_Type="application/json")(line, request)

    return script


def _broker(most: int, asked: list[str]) -> dict[str, Script]:
    broker = Broker([entity(each, at="2026-11-22T03:45:00Z") for each in (1, 2, 3)])
    histories = {f"{LD}/temporal/entities/{each['id'].replace(':', '%3A')}": _history(most, asked) for each in broker.entities}
    return {**broker.routes, **histories}


@pytest.mark.parametrize("most", [10_000, 30])
def test_a_broker_that_keeps_a_history_gives_the_last_day(most: int, tmp_path: Path) -> None:
    """And where it gives only a part at once, shorter and shorter times are asked for."""
    asked: list[str] = []
    shelf, found = _taken(_broker(most, asked), tmp_path, kind="ngsi")

    assert {name: (each.added, each.complete) for name, each in found.items()} == {
        "netz-air-quality-observed-lufttemperatur": (288, True), "netz-air-quality-observed-stickstoffdioxid": (288, True),
    }  # fmt: skip
    assert len(asked) == 6 if most > 96 else len(asked) > 6
    month = shelf.read("netz-air-quality-observed-stickstoffdioxid").months["2026-11"]
    content = shelf.files.read(month.sha256)
    assert b"airqualityobserved-kl-1" in content
    assert b"Mustermann" not in content


def test_a_broker_without_history_or_behind_a_login_gives_no_values(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nur ein Broker mit NGSI-LD"):
        _taken({}, tmp_path, kind="ngsi", options={"form": "v2"})


def _box_data(asked: list[str]) -> Script:
    """The latest first, values as text, with the place."""

    def script(line: Line, request: Request) -> bool:
        asked.append(request.target)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        begin, end = datetime.fromisoformat(query["from-date"]), datetime.fromisoformat(query["to-date"])
        found = [
            {"createdAt": each.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "value": "4.25", "location": [7.76543, 49.44321]}
            for each in _TIMES
            if begin <= each <= end
        ]
        return reply(json.dumps(found), 200, Content_Type="application/json")(line, request)

    return script


def test_boxes_with_public_positions_give_the_last_day(tmp_path: Path) -> None:
    asked: list[str] = []
    boxes = [box(each) for each in (1, 2, 3)]
    data = {f"/boxes/{each['_id']}/data/{each['sensors'][0]['_id']}": _box_data(asked) for each in boxes}
    shelf, found = _taken({**Map(boxes).routes, **data}, tmp_path, kind="opensensemap", options={"grouptag": TAG, "coarsen_metres": 0})

    assert {name: (each.added, each.complete) for name, each in found.items()} == {"netz-lufttemperatur": (288, True)}
    assert "from-date=2026-11-21T04:00:00.000Z" in asked[0]
    content = shelf.files.read(shelf.read("netz-lufttemperatur").months["2026-11"].sha256)
    assert boxes[0]["_id"].encode() not in content


def test_values_of_boxes_whose_place_is_rounded_are_not_collected(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wiederfinden"):
        _taken(Map([box(1)]).routes, tmp_path, kind="opensensemap", options={"grouptag": TAG})


def test_answers_are_filtered_once_and_for_all() -> None:
    entity = json.dumps(
        {"id": "a", "no2": [{"observedAt": "b", "value": "Mustermann"}, {"observedAt": "a", "value": 1}], "x": [{}]}
    ).encode()
    states = kept_of_ngsi("u", "no2", entity)
    values = kept_of_box("u", json.dumps([{"createdAt": "b", "value": "Mustermann"}, {"createdAt": "a", "value": "1"}, 7]).encode())

    assert json.loads(states) == {"states": [["a", 1], ["b", None]]}
    assert json.loads(values) == {"values": [["a", 1.0], ["b", None]]}
    assert (kept_of_ngsi("u", "no2", states), kept_of_box("u", values)) == (states, values)

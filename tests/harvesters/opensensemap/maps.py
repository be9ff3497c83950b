"""A server on 127.0.0.1 that lists boxes as openSenseMap does: a minimal list, and each box with all that its owner wrote."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
TAG = "kaiserslautern"
HOME = (7.76543, 49.44321)


def box(number: int, *sensors: Json, **more: Any) -> Json:
    return {
        "_id": f"{number:024x}",
        "createdAt": "2023-06-02T11:22:51.817Z",
        "updatedAt": "2026-11-22T03:58:01.686Z",
        "exposure": "outdoor",
        "grouptag": [TAG],
        "name": f"Garten Mustermann {number}",
        "description": "bei Erika Mustermann",
        "image": "mustermann.png?1466435154159",
        "currentLocation": {"coordinates": [HOME[0] + number / 10_000, HOME[1]], "type": "Point", "timestamp": "2023-06-02T11:22:51.817Z"},
        "sensors": list(sensors) or [sensor(number)],
        **more,
    }


def sensor(number: int, title: str = "Temperatur", unit: str = "°C", at: str = "2026-11-22T03:58:01.675Z", **more: Any) -> Json:
    measured = {"value": "0.21", "createdAt": at}
    return {"_id": f"{number:020x}ffff", "lastMeasurement": measured, "sensorType": "HDC1008", "title": title, "unit": unit, **more}


@dataclass
class Map:
    """The list, and each box under its number. `ignores_tag`: names every box of the world."""

    boxes: list[Json]
    ignores_tag: bool = False
    requests: list[str] = field(default_factory=list)

    @property
    def routes(self) -> dict[str, Script]:
        return {"/boxes": self._list, **{f"/boxes/{each['_id']}": self._box(each) for each in self.boxes}}

    def _list(self, line: Line, request: Request) -> bool:
        self.requests.append(request.target)
        tag = parse_qs(urlsplit(request.target).query)["grouptag"][0]
        named = [each for each in self.boxes if self.ignores_tag or tag in each["grouptag"]]
        minimal = [{name: each[name] for name in ("_id", "name", "currentLocation", "exposure")} for each in named]
        return _json(minimal)(line, request)

    def _box(self, found: Json) -> Script:
        def script(line: Line, request: Request) -> bool:
            self.requests.append(request.target)
            return _json(found)(line, request)

        return script


def _json(content: Any) -> Script:
    return reply(json.dumps(content), 200, Content_Type="application/json")

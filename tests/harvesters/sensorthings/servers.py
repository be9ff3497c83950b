"""A SensorThings server on 127.0.0.1 that pages, counts and breaks down as real ones do (reference/sensors/limits.md, section 2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
BASE = "/FROST-Server/v1.1/"
COUNT_TYPE = "http://defs.opengis.net/elda-common/ogc-def/resource?uri=http://www.opengis.net/def/ogc-om/OM_CountObservation"
NO2: Json = {"@iot.id": 31, "name": "NO2", "definition": "https://example.org/def/NO2", "description": "Stickstoffdioxid"}
WARMTH: Json = {"@iot.id": 32, "name": "Temperature", "definition": "https://example.org/def/t", "description": "Temperatur"}
MODEL: Json = {"@iot.id": 21, "name": "Luftbox 3", "encodingType": "application/pdf", "metadata": "https://example.org/geraet.pdf"}


def stream(number: int, **more: Any) -> Json:
    return {
        "@iot.id": number,
        "@iot.selfLink": f"http://frost:8080{BASE}Datastreams({number})",
        "name": f"Stickstoffdioxid {number}",
        "description": "Betreut von Erika Mustermann",
        "observationType": COUNT_TYPE,
        "unitOfMeasurement": {"name": "Mikrogramm je Kubikmeter", "symbol": "µg/m³", "definition": "ucum:ug/m3"},
        "observedArea": {"type": "Point", "coordinates": [7.77, 49.44]},
        "phenomenonTime": "2021-10-20T22:00:00Z/2026-11-22T03:50:00Z",
        "resultTime": "2021-10-21T08:46:04.831Z/2026-11-22T03:51:31.336Z",
        "properties": {"infoLastUpdate": "2023-03-23T13:47:01"},
        "Sensor": MODEL,
        "ObservedProperty": NO2,
        **more,
    }


def thing(number: int, *streams: Json, point: Any = (7.7689, 49.4447), **more: Any) -> Json:
    place = {"@iot.id": 100 + number, "name": "Fruchthallstraße", "encodingType": "application/vnd.geo+json", "location": _point(point)}
    return {
        "@iot.id": number,
        "name": f"Station {number}",
        "description": "Ansprechpartnerin: Erika Mustermann, 0631 1234567",
        "properties": {"ownerThing": "Stadtwerke", "infoLastUpdate": "2021-10-12T21:07:24.253Z"},
        "Locations": [place],
        "Datastreams": list(streams),
        **more,
    }


def _point(point: Any) -> Json:
    return point if isinstance(point, dict) else {"type": "Point", "coordinates": list(point)}


def network(count: int = 3) -> list[Json]:
    """Things 1 to `count`, with one Datastream each: 1001 …"""
    return [thing(each, stream(1000 + each)) for each in range(1, count + 1)]


def _nothing(target: str) -> Script | None:
    return None


@dataclass
class Sta:
    """`things` as above: what belongs to them is in them."""

    things: list[Json]
    root: str = f"http://frost:8080{BASE}"  #: what the server calls itself
    link_base: str = ""  #: of next links; "": what the server calls itself
    most: int = 100  #: longest page
    refuses: bool = False  #: 422 above that (django-ogc-sensorthings), else shorter pages (FROST)
    cut: int = 0  #: pages end after so many entities, as when 25 MB are full
    nested: int = 100  #: longest list inside an entity
    fault: Callable[[str], Script | None] = _nothing  #: by what is asked for
    counted: Callable[[str, int], int | None] = lambda name, count: count
    linked: bool = True  #: whether pages link to the next one
    first_in_all: bool = False  #: single-valued expands repeat the first one of a page (django-ogc-sensorthings)
    conformance: tuple[str, ...] = ()
    multi: list[Json] | None = None  #: MultiDatastreams; None: the server has no such set
    observations: Json = field(default_factory=lambda: {"value": []})

    @property
    def routes(self) -> Mapping[str, Script]:
        """More paths do what the last one does."""
        return {BASE: self._answer, "*": self._answer}

    @property
    def streams(self) -> list[Json]:
        return [{**each, "Thing": one} for one in self.things for each in one["Datastreams"]]

    def _answer(self, line: Line, request: Request) -> bool:
        target = unquote(request.target)
        parts = urlsplit(request.target)
        script = self.fault(target) or self._said(parts.path.removeprefix(BASE), parse_qs(parts.query), target)
        return script(line, request)

    def _said(self, path: str, query: Mapping[str, list[str]], target: str) -> Script:
        if not path:
            return _json(self._root())
        if path.endswith("/Observations"):
            return _json(self.observations)
        found = self._set(path, target)
        if found is None:
            return reply("{}", 404, Content_Type="application/json")
        top, skip = int(query.get("$top", ["100"])[0]), int(query.get("$skip", ["0"])[0])
        if top > self.most and self.refuses:
            return reply(
                json.dumps({"detail": [{"type": "less_than_equal", "loc": ["query", "$top"]}]}), 422, Content_Type="application/json"
            )
        return _json(self._page(path, query, found, min(top, self.most, self.cut or top), skip))

    def _page(self, path: str, query: Mapping[str, list[str]], found: list[Json], top: int, skip: int) -> Json:
        page: Json = {"value": self._first(found[skip : skip + top])}
        count = self.counted(path, len(found))
        if count is not None:
            page["@iot.count"] = count
        if self.linked and skip + top < len(found):
            asked = {name: each[0] for name, each in query.items()} | {"$skip": str(skip + top)}
            page["@iot.nextLink"] = self._link(path, asked)
        return page

    def _link(self, path: str, query: Mapping[str, str]) -> str:
        """Unencoded, as some do."""
        return f"{self.link_base or self.root}{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"

    def _root(self) -> Json:
        sets = ["Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "Observations"]
        sets += ["MultiDatastreams"] if self.multi is not None else []
        settings = {"conformance": list(self.conformance), "mqtt": {"endpoints": ["mqtt://intern:1883"]}}
        return {"value": [{"name": each, "url": f"{self.root}{each}"} for each in sets], "serverSettings": settings}

    def _set(self, path: str, target: str) -> list[Json] | None:
        if path == "Things":
            return [self._thing(each, "Datastreams(" in target) for each in self.things]
        if path == "Datastreams":
            return [{**each, "Thing": {"@iot.id": each["Thing"]["@iot.id"]}} for each in self.streams]
        if path == "MultiDatastreams":
            return self.multi
        if path == "Locations":
            return _once([place for one in self.things for place in one["Locations"]])
        if path in ("Sensors", "ObservedProperties"):
            return self._owners("Sensor" if path == "Sensors" else "ObservedProperty", "Datastreams(" in target)
        if path.startswith("Things(") and path.endswith("/Datastreams"):
            number = json.loads(path[7 : -len(")/Datastreams")].replace("'", '"'))
            return [each for one in self.things if one["@iot.id"] == number for each in one["Datastreams"]]
        if path.startswith("ObservedProperties("):
            return [each for each in self.streams if str(each["ObservedProperty"]["@iot.id"]) == path[19 : -len(")/Datastreams")]]
        return None

    def _thing(self, thing: Json, expanded: bool) -> Json:
        if not expanded:
            return {name: value for name, value in thing.items() if name != "Datastreams"}
        inner = thing["Datastreams"]
        if len(inner) <= self.nested:
            return {**thing, "Datastreams": inner}
        path = f"Things({thing['@iot.id']})/Datastreams"
        link = self._link(path, {"$top": str(self.nested), "$skip": str(self.nested)})
        return {**thing, "Datastreams": inner[: self.nested], "Datastreams@iot.nextLink": link}

    def _owners(self, name: str, expanded: bool) -> list[Json]:
        found = _once([each[name] for each in self.streams if each.get(name)])
        if not expanded:
            return found
        numbers = [each[name]["@iot.id"] for each in self.streams if each.get(name)]
        return [{**each, "Datastreams": [], "Datastreams@iot.count": numbers.count(each["@iot.id"])} for each in found]

    def _first(self, page: list[Json]) -> list[Json]:
        """The real one repeats the first of the whole page: of all Datastreams of all Things on it."""
        streams = [one for each in page for one in each.get("Datastreams", [each])]
        if not self.first_in_all or not streams:
            return page
        said = {name: streams[0][name] for name in ("Sensor", "ObservedProperty") if name in streams[0]}
        return [_with_all(each, said) if "Datastreams" in each else {**each, **said} for each in page]


def _with_all(thing: Json, said: Json) -> Json:
    return {**thing, "Datastreams": [{**each, **said} for each in thing["Datastreams"]]}


def _once(entities: list[Json]) -> list[Json]:
    return list({str(each["@iot.id"]): each for each in entities}.values())


def _json(said: Json) -> Script:
    return reply(json.dumps(said), Content_Type="application/json")


def address(path: str) -> str:
    """As it stands in a request line."""
    return quote(path, safe="$&=();,/?'")

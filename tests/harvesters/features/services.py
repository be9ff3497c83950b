"""Servers on 127.0.0.1 that list stations the way pygeoapi, GeoServer and a plain file do."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from schemas.crs import transformed
from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
COLLECTION = "/collections/messstellen"
CRS84_IRI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LAT_LON_IRI = "http://www.opengis.net/def/crs/EPSG/0/4258"
PLACE = (7.7689, 49.4447)
OPTIONS: Json = {
    "station": {"name": "name", "operator": {"constant": "Stadt"}, "since": "seit"},
    "datastream": [{"property": "groesse", "unit": "einheit"}],
}


def station(number: int, **more: Any) -> Json:
    """A feature as pygeoapi writes it, with what it says of the person in charge."""
    return {
        "type": "Feature",
        "id": number,
        "geometry": {"type": "Point", "coordinates": [PLACE[0] + number / 1000, PLACE[1]]},
        "properties": {
            "name": f"Messstation {number}",
            "groesse": "Lufttemperatur",
            "einheit": "°C",
            "seit": "12.06.2023",
            "betreuung": "Erika Mustermann",
            **more,
        },
    }


def answer(content: Any, crs: str = "") -> Script:
    """`crs`: as the header Content-Crs says it."""
    said = {"Content_Crs": f"<{crs}>"} if crs else {}
    return reply(json.dumps(content), 200, Content_Type="application/geo+json", **said)


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}


@dataclass
class OgcApi:
    """pygeoapi 0.21 (reference: sensors/live-peers.md 2): clamps the limit, and its next link repeats the limit that was asked for.
    `knows_crs`: Part 2; without, an unknown parameter is a bad request. `north_first`: always answers in EPSG:4258."""

    features: list[Json]
    most: int = 2
    knows_crs: bool = True
    north_first: bool = False
    hidden: int = 0  #: counted, and not delivered
    moves: bool = False  #: the list is another one for each page: what was at the end of one stands at the beginning of the next
    requests: list[str] = field(default_factory=list)

    @property
    def routes(self) -> dict[str, Script]:
        return {f"{COLLECTION}/items": self._items}

    def _items(self, line: Line, request: Request) -> bool:
        self.requests.append(request.target)
        query = _query(request)
        if "crs" in query and not self.knows_crs:
            return reply('{"code": "InvalidParameterValue"}', 400, Content_Type="application/json")(line, request)
        start, size = int(query.get("offset", 0)), min(int(query["limit"]), self.most)
        here = start - start // size if self.moves else start
        shown = self.features[here : here + size]
        links = [{"rel": "self", "href": request.target}, {"rel": "alternate", "type": "text/html", "href": "?f=html"}]
        if start + size < len(self.features):
            following = query | {"offset": str(start + size)}
            links.append({"rel": "next", "type": "application/geo+json", "href": f"{COLLECTION}/items?{urlencode(following)}"})
        content = {
            "type": "FeatureCollection",
            "features": [_north_first(each) for each in shown] if self.north_first else shown,
            "numberMatched": len(self.features) + self.hidden,
            "numberReturned": len(shown),
            "links": links,
            "timeStamp": f"2026-11-22T02:18:{len(self.requests):02}Z",
        }
        return answer(content, LAT_LON_IRI if self.north_first else CRS84_IRI)(line, request)


def _north_first(feature: Json) -> Json:
    return {**feature, "geometry": {"type": "Point", "coordinates": feature["geometry"]["coordinates"][::-1]}}


@dataclass
class Wfs:
    """GeoServer: slices by startIndex and count, of which it may give fewer; says in which system it answers."""

    features: list[Json]
    most: int = 2
    counts: bool = True
    slices: bool = True  #: False: startIndex is ignored
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def routes(self) -> dict[str, Script]:
        return {"/geoserver/wfs": self._get_feature}

    def _get_feature(self, line: Line, request: Request) -> bool:
        query = _query(request)
        self.requests.append(query)
        if query.get("typeNames") != "umwelt:stationen":
            return reply(exception("InvalidParameterValue"), Content_Type="application/xml")(line, request)
        start = int(query["startIndex"]) if self.slices else 0
        shown = self.features[start : start + min(int(query["count"]), self.most)]
        content = {
            "type": "FeatureCollection",
            "features": [_in_metres(each) for each in shown],
            "numberMatched": len(self.features) if self.counts else "unknown",
            "numberReturned": len(shown),
            "timeStamp": f"2026-11-22T02:18:{len(self.requests):02}Z",
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}},
        }
        return answer(content)(line, request)


def _in_metres(feature: Json) -> Json:
    x, y = feature["geometry"]["coordinates"]
    there = transformed(x, y, "OGC:CRS84", "EPSG:25832")
    return {**feature, "id": f"stationen.{feature['id']}", "geometry": {"type": "Point", "coordinates": list(there)}}


def exception(code: str) -> str:
    return (
        '<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">'
        f'<ows:Exception exceptionCode="{code}" locator="typeNames"><ows:ExceptionText>Feature type Mustermann unknown'
        "</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )


def file_of(content: Callable[[], Any]) -> dict[str, Script]:
    return {"/stationen.geojson": lambda line, request: answer(content())(line, request)}

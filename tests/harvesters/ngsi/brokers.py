"""A context broker on 127.0.0.1: NGSI-LD as Orion-LD and Stellio speak it, NGSIv2 as Orion does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
LD = "/ngsi-ld/v1"
V2 = "/v2"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"


def station(number: int, at: str = "2026-10-31T22:00:00Z", **more: Any) -> Json:
    """Normalised NGSI-LD, with what names people and devices."""
    return {
        "id": f"urn:ngsi-ld:AirQualityObserved:kl-{number}",
        "type": "AirQualityObserved",
        "name": {"type": "Property", "value": f"Messstelle {number}"},
        "owner": {"type": "Property", "value": ["https://person.example/erika-mustermann"]},
        "address": {"type": "Property", "value": {"streetAddress": "Musterweg 5", "addressLocality": "Kaiserslautern"}},
        "serialNumber": {"type": "Property", "value": "SN-9845-GEHEIM"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [7.76 + number / 1000, 49.44]}},
        "no2": {"type": "Property", "value": 20 + number, "unitCode": "GQ", "observedAt": at},
        "temperature": {"type": "Property", "value": 11.5, "unitCode": "CEL", "observedAt": at},
        "refDevice": {"type": "Relationship", "object": "urn:ngsi-ld:Device:1"},
        **more,
    }


def old_station(number: int, at: str = "2026-10-31T22:00:00Z", **more: Any) -> Json:
    """Normalised NGSIv2."""
    stamp = {"timestamp": {"type": "DateTime", "value": at}, "unitCode": {"value": "CEL"}}
    return {
        "id": f"wetter-{number}",
        "type": "WeatherObserved",
        "name": {"type": "Text", "value": f"Wetter {number}", "metadata": {}},
        "location": {"type": "geo:point", "value": f"49.44, {7.76 + number / 1000:.3f}", "metadata": {}},
        "temperature": {"type": "Number", "value": 11.5, "metadata": stamp},
        **more,
    }


@dataclass
class Broker:
    """`pages`: how it says where the next page is. `most`: a larger limit is answered with 400."""

    entities: list[Json] = field(default_factory=list)
    pages: str = "count"  #: "count" (Orion-LD) or "link" (Stellio)
    most: int = 1000
    miscount: int = 0
    asked: list[Request] = field(default_factory=list)

    @property
    def routes(self) -> dict[str, Script]:
        return {
            f"{LD}/types": self._types,
            f"{LD}/entities": self._entities,
            f"{V2}/types": self._old_types,
            f"{V2}/entities": self._entities,
        }

    @property
    def kinds(self) -> list[str]:
        return sorted({each["type"] for each in self.entities})

    def _types(self, line: Line, asked: Request) -> bool:
        self.asked.append(asked)
        return said({"id": "urn:ngsi-ld:EntityTypeList:1", "type": "EntityTypeList", "typeList": self.kinds})(line, asked)

    def _old_types(self, line: Line, asked: Request) -> bool:
        self.asked.append(asked)
        return said([{"type": each, "attrs": {}, "count": 1} for each in self.kinds])(line, asked)

    def _entities(self, line: Line, asked: Request) -> bool:
        self.asked.append(asked)
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
        if "type" not in query:
            return said({"type": "https://uri.etsi.org/ngsi-ld/errors/BadRequestData", "title": "Too broad query"}, 400)(line, asked)
        limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
        if limit > self.most:
            return said({"title": "limit"}, 400)(line, asked)
        found = [each for each in self.entities if each["type"] == query["type"]]
        headers = {"Link": f'<{CORE}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}
        if self.pages == "count":
            name = "Fiware_Total_Count" if asked.path.startswith(V2) else "NGSILD_Results_Count"
            headers[name] = str(len(found) + self.miscount)
        elif offset + limit < len(found):
            following = f"{asked.path}?{urlencode({**query, 'offset': offset + limit})}"
            headers["Link"] += f', <{following}>;rel="next";type="application/json"'
        return said(found[offset : offset + limit], headers=headers)(line, asked)


def said(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    return reply(json.dumps(content), status, Content_Type="application/json", **(headers or {}))

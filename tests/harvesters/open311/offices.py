"""A server on 127.0.0.1 that behaves like GeoReport v2: 90 days at most, a limit that nobody mentions, JSON or XML."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
PATH = "/georeport/v2"


def request(number: int, at: str = "2026-10-20T09:12:00+02:00", **more: Any) -> Json:
    """As Mark-a-Spot writes it, with what it says of the person."""
    return {
        "service_request_id": f"{number}-2026",
        "title": "Schlagloch vor dem Haus",
        "description": "Vor meiner Tür, Familie Mustermann, ist ein Loch.",
        "lat": 49.4454,
        "long": 7.7688,
        "address": "Musterweg 5, 67655 Kaiserslautern",
        "service_name": "Straßenschaden",
        "service_code": "001",
        "requested_datetime": at,
        "updated_datetime": at,
        "status": "open",
        "status_notes": "Wir haben Frau Mustermann geschrieben.",
        "media_url": ["https://melder.example/foto-mustermann.jpg"],
        "email": "erika.mustermann@post.example",
        **more,
    }


SERVICES = [
    {"service_code": "001", "service_name": "Straßenschaden", "description": "A pot hole", "metadata": False, "type": "realtime"},
    {"service_code": "002", "service_name": "Wilder Müll", "description": "", "metadata": False, "type": "realtime"},
]


@dataclass
class Office:
    """`limit`: how many it names at most. `pages`: it takes `limit` and `offset`, as Mark-a-Spot does."""

    requests: list[Json] = field(default_factory=list)
    limit: int = 1000
    pages: bool = False
    empty_is_missing: bool = False  #: older Mark-a-Spot answers 404 when there is nothing
    wrapped: bool = False  #: lists stand under their name, as CitySDK servers write them

    @property
    def routes(self) -> dict[str, Script]:
        return {
            f"{PATH}/services.json": self._services,
            f"{PATH}/services.xml": self._services,
            f"{PATH}/requests.json": self._requests,
            f"{PATH}/requests.xml": self._requests,
            f"{PATH}/stats.json": reply('{"total": 99}', Content_Type="application/json"),
        }

    def _services(self, line: Line, asked: Request) -> bool:
        return self._said(SERVICES, asked, "services", "service")(line, asked)

    def _requests(self, line: Line, asked: Request) -> bool:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
        start, end = (_moment(query[name]) for name in ("start_date", "end_date"))
        end = min(end, start + timedelta(days=90))  # without a word
        found = [each for each in self.requests if start <= _moment(each["requested_datetime"]) <= end]
        if self.pages:
            offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 100)), 500)
            found = found[offset : offset + limit]
        if self.empty_is_missing and not found:
            return reply('{"message": "No service requests found"}', 404, Content_Type="application/json")(line, asked)
        return self._said(found[: self.limit], asked, "service_requests", "request")(line, asked)

    def _said(self, found: list[Json], asked: Request, root: str, item: str) -> Script:
        if asked.path.endswith(".xml"):
            return reply(xml(found, root, item), Content_Type="text/xml; charset=utf-8")
        return reply(json.dumps({root: found} if self.wrapped else found), Content_Type="application/json")


def xml(found: list[Json], root: str, item: str) -> str:
    def element(name: str, value: object) -> str:
        if isinstance(value, list):
            return f"<{name}>{''.join(element('item', each) for each in value)}</{name}>"
        return f"<{name}>{escape(str(value))}</{name}>" if value is not None else f"<{name}/>"

    items = "".join(f"<{item}>{''.join(element(name, value) for name, value in each.items())}</{item}>" for each in found)
    return f'<?xml version="1.0" encoding="utf-8"?><{root}>{items}</{root}>'


def office() -> Office:
    """Five reports of this year, two of them closed; the second harvest finds them as they are."""
    return Office(
        requests=[
            request(1, "2026-06-01T08:00:00+02:00", status="closed", updated_datetime="2026-06-03T08:00:00+02:00"),
            request(2, "2026-08-15T08:00:00Z", service_code="002", service_name="Wilder Müll"),
            request(3, "2026-10-20T23:30:00Z"),
            request(4, "2026-10-25T08:00:00+01:00", status="closed", updated_datetime="2026-10-28T23:30:00Z", lat=7.7688, long=49.4454),
            request(5, "2026-10-30T08:00:00+01:00", lat="0", long="0"),
        ]
    )


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said).astimezone(UTC)

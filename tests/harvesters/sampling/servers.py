"""A SensorThings server on 127.0.0.1 that answers for observations of Datastreams, in dense arrays or in plain entities."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harvesters.sensors.observed import Datastream
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.observations import SensorThingsObservations
from harvesters.sensorthings.root import Root
from tests.harvesters.http.servers import Line, Request, Script, reply

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
_WINDOW = re.compile(r"phenomenonTime ge (\S+) and phenomenonTime lt (\S+)")
Json = dict[str, Any]


def value(at: datetime, result: object = 12.5, **more: Any) -> Json:
    return {"phenomenonTime": at.isoformat(), "result": result, "resultTime": (at + timedelta(seconds=5)).isoformat(), **more}


def quarters(until: datetime, hours: float = 24) -> list[Json]:
    """Every quarter of an hour up to before `until`."""
    count = int(hours * 4)
    return [value(until - (count - number) * QUARTER, 10 + number / 10) for number in range(count)]


@dataclass
class Streams:
    """`dense`: knows dataArray. `ignores_window`: gives everything there is, as servers do that do not know the filter."""

    values: dict[str, list[Json]]
    dense: bool = True
    ignores_window: bool = False
    most: int = 1000  #: more in one answer are refused (422)
    sorts: bool = True  #: False: by id alone; by time it breaks down (500), as django-ogc-sensorthings does
    elsewhere: str = "http://inside.local:8080"  #: the machine that next links name
    broken: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)

    @property
    def routes(self) -> dict[str, Script]:
        return {f"/v1.1/Datastreams({number})/Observations": self._answering(number) for number in self.values}

    def _answering(self, number: str) -> Script:
        def script(line: Line, request: Request) -> bool:
            self.requests.append(number)
            if number in self.broken:
                return reply('{"detail": "Not Found"}', 404)(line, request)
            query = {name: said[0] for name, said in parse_qs(urlsplit(request.target).query).items()}
            if int(query["$top"]) > self.most:
                return reply('{"detail": [{"type": "less_than_equal"}]}', 422)(line, request)
            if not self.sorts and query["$orderby"] != "id":
                return reply('{"detail": "Internal server error"}', 500)(line, request)
            return reply(json.dumps(self._page(number, query, request)), 200, Content_Type="application/json")(line, request)

        return script

    def _page(self, number: str, query: dict[str, str], request: Request) -> Json:
        found = _WINDOW.fullmatch(query["$filter"])
        assert found is not None
        since, until = (datetime.fromisoformat(each) for each in found.groups())
        every = sorted(self.values[number], key=lambda each: str(each["phenomenonTime"])) if self.sorts else self.values[number]
        within = every if self.ignores_window else [each for each in every if since <= _begin(each) < until]
        start, size = int(query.get("$skip", 0)), int(query["$top"])
        shown = within[start : start + size]
        content: Json = {"value": self._dense(number, shown) if self.dense and "$resultFormat" in query else shown}
        if start + size < len(within):
            base = request.target.partition("&$skip")[0]
            content["@iot.nextLink"] = f"{self.elsewhere}{base}&$skip={start + size}"
        return content

    def _dense(self, number: str, shown: list[Json]) -> list[Json]:
        columns = ["id", "result", "resultTime", "phenomenonTime"]
        rows = [[f"nr-{number}", *(each.get(name) for name in columns[1:])] for each in shown]
        return [{"Datastream@iot.navigationLink": f"/Datastreams({number})", "components": columns, "dataArray": rows}]


def _begin(each: Json) -> datetime:
    return datetime.fromisoformat(str(each["phenomenonTime"]).partition("/")[0])


def streams(home: str, *numbers: str) -> list[Datastream]:
    return [Datastream(id=each, station="7", url=f"{home}v1.1/Datastreams({each})/Observations") for each in numbers]


def observing(home: str, *, size: int = 100, dense: bool = True) -> SensorThingsObservations:
    root = Root(home=f"{home}v1.1/", stated="http://inside.local:8080/v1.1/", now=NOW, has_data_array=dense)
    return SensorThingsObservations(root=root, links=Links(root.home, root.stated), size=size)

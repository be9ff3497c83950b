"""A council information system on 127.0.0.1 that behaves like OParl 1.1: pages, `modified_since`, tombstones only under that filter."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
RIS = "https://ris.example/oparl/v1.1"
SYSTEM = "/oparl/v1.1/system"
LONG_AGO = "2026-10-01T09:00:00+02:00"
#: After every harvest that a test has made before.
LATER = "2026-12-01T09:00:00+01:00"


def schema(kind: str) -> str:
    return f"https://schema.oparl.org/1.1/{kind}"


def committee(number: int, name: str, **more: Any) -> Json:
    return {
        "id": f"{RIS}/organization/{number}",
        "type": schema("Organization"),
        "body": f"{RIS}/body/1",
        "name": name,
        "organizationType": "Gremium",
        "startDate": "2024-07-01",
        "membership": [f"{RIS}/membership/{number}"],
        "post": ["Vorsitz Mustermann"],
        "location": {"id": f"{RIS}/location/9", "type": schema("Location"), "description": "bei Mustermann, Musterweg 5"},
        "created": LONG_AGO,
        "modified": LONG_AGO,
        **more,
    }


def document(name: str, number: int) -> Json:
    return {
        "id": f"{RIS}/file/{number}",
        "type": schema("File"),
        "name": f"{name} (gez. Mustermann)",
        "fileName": "niederschrift-mustermann.pdf",
        "accessUrl": f"https://ris.example/dokumente/{number}.pdf",
        "text": "Anwesend: Erika Mustermann",
        "fileLicense": "https://creativecommons.org/licenses/by/4.0/",
        "created": LONG_AGO,
        "modified": LONG_AGO,
    }


def item(number: int, name: str, **more: Any) -> Json:
    return {
        "id": f"{RIS}/agendaitem/{number}",
        "type": schema("AgendaItem"),
        "order": number,
        "number": str(number),
        "name": name,
        "public": True,
        "created": LONG_AGO,
        "modified": LONG_AGO,
        **more,
    }


def meeting(number: int, *, items: Iterable[Json] = (), **more: Any) -> Json:
    """The location as in the specification's own example: latitude first."""
    return {
        "id": f"{RIS}/meeting/{number}",
        "type": schema("Meeting"),
        "name": f"{number}. Sitzung des Stadtrates",
        "start": "2026-10-05T17:00:00+02:00",
        "end": "2026-10-05T20:30:00+02:00",
        "location": {
            "id": f"{RIS}/location/1",
            "type": schema("Location"),
            "description": "Rathaus, Großer Ratssaal",
            "geojson": {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [49.4454, 7.7688]},
                "properties": {"name": "Rathaus"},
            },
        },
        "organization": [f"{RIS}/organization/1"],
        "participant": [f"{RIS}/person/mustermann"],
        "invitation": document("Einladung", 10 * number),
        "resultsProtocol": document("Niederschrift", 10 * number + 1),
        "auxiliaryFile": [document("Anwesenheitsliste", 10 * number + 2)],
        "agendaItem": list(items),
        "created": LONG_AGO,
        "modified": LONG_AGO,
        **more,
    }


def paper(number: int, *, consultation: int, agenda_item: int, **more: Any) -> Json:
    return {
        "id": f"{RIS}/paper/{number}",
        "type": schema("Paper"),
        "body": f"{RIS}/body/1",
        "name": "Bürgerbeteiligung zum Stadtpark",
        "reference": f"{number}/2026",
        "paperType": "Beschlussvorlage",
        "originatorPerson": [f"{RIS}/person/mustermann"],
        "mainFile": document("Vorlage", 900 + number),
        "consultation": [
            {
                "id": f"{RIS}/consultation/{consultation}",
                "type": schema("Consultation"),
                "agendaItem": f"{RIS}/agendaitem/{agenda_item}",
                "created": LONG_AGO,
                "modified": LONG_AGO,
            }
        ],
        "created": LONG_AGO,
        "modified": LONG_AGO,
        **more,
    }


def tombstone(found: Json, at: str = LATER) -> None:
    """Everything goes but id, type and created; lists name it under `modified_since` only (OParl 1.1, 2.8)."""
    kept = {name: found[name] for name in ("id", "type", "created")}
    found.clear()
    found |= {**kept, "modified": at, "deleted": True}


@dataclass
class Council:
    """`page_size` objects a page. `filters`: whether the server knows `modified_since`."""

    organizations: list[Json] = field(default_factory=list)
    papers: list[Json] = field(default_factory=list)
    meetings: list[Json] = field(default_factory=list)
    page_size: int = 2
    filters: bool = True
    refuses: bool = False  #: answers 400 to parameters it does not know
    more_than_there_are: int = 0  #: what the server claims beyond that
    second: list[Json] | None = None  #: meetings of a second municipality, which has nothing else

    @property
    def routes(self) -> dict[str, Script]:
        lists: dict[str, Callable[[Request], list[Json]]] = {
            "organization": lambda request: self.organizations,
            "paper": lambda request: self.papers,
            "meeting": lambda request: self.meetings,
        }
        return {
            SYSTEM: self._system,
            "/oparl/v1.1/body": self._listing(self._bodies),
            **{f"/oparl/v1.1/body/1/{name}": self._listing(of) for name, of in lists.items()},
            **{f"/oparl/v1.1/body/2/{name}": self._listing(lambda request: []) for name in lists},
            "/oparl/v1.1/body/2/meeting": self._listing(lambda request: self.second or []),
        }

    def _system(self, line: Line, request: Request) -> bool:
        system = {
            "id": f"{RIS}/system",
            "type": schema("System"),
            "oparlVersion": "https://schema.oparl.org/1.1/",
            "body": _here(request, "/oparl/v1.1/body"),
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "contactName": "Erika Mustermann",
            "contactEmail": "erika.mustermann@ris.example",
        }
        return _said(system)(line, request)

    def _bodies(self, request: Request) -> list[Json]:
        lists = ("organization", "person", "meeting", "paper", "membership")
        names = {1: "Stadt Musterstadt"} | ({} if self.second is None else {2: "Verbandsgemeinde Nebenan"})
        return [
            {
                "id": f"{RIS}/body/{number}",
                "type": schema("Body"),
                "name": title,
                "contactName": "Erika Mustermann",
                "legislativeTerm": [],
                **{name: _here(request, f"/oparl/v1.1/body/{number}/{name}") for name in lists},
                "created": LONG_AGO,
                "modified": LONG_AGO,
            }
            for number, title in names.items()
        ]

    def _listing(self, objects: Callable[[Request], list[Json]]) -> Script:
        def answer(line: Line, request: Request) -> bool:
            parts = urlsplit(request.target)
            query = parse_qs(parts.query)
            if self.refuses and query.keys() - {"page"}:
                return reply("unbekannter Parameter", 400)(line, request)
            found = list(self._chosen(objects(request), query.get("modified_since", [""])[0]))
            number = int(query.get("page", ["1"])[0])
            shown = found[(number - 1) * self.page_size : number * self.page_size]
            links = {}
            if number * self.page_size < len(found):
                kept = "".join(
                    f"&{name}={values[0].replace(':', '%3A').replace('+', '%2B')}" for name, values in query.items() if name != "page"
                )
                links["next"] = _here(request, f"{parts.path}?page={number + 1}{kept}")
            return _said({"data": shown, "pagination": {"totalElements": len(found) + self.more_than_there_are}, "links": links})(
                line, request
            )

        return answer

    def _chosen(self, objects: list[Json], since: str) -> Iterable[Json]:
        if since and self.filters:
            moment = datetime.fromisoformat(since)
            return (each for each in objects if datetime.fromisoformat(each["modified"]).astimezone(UTC) >= moment)
        return (each for each in objects if not each.get("deleted"))


def council() -> Council:
    """Two committees, a parliamentary group, a paper, three meetings; three decisions in the first of them."""
    decided = [
        item(11, "Stadtpark: Bürgerbeteiligung", result="Geändert beschlossen", consultation=f"{RIS}/consultation/7"),
        item(12, "Radweg an der Lauter", result="mehrheitlich abgelehnt", resolutionText="Der Antrag wird abgelehnt."),
        item(13, "Bericht der Verwaltung", result="zur Kenntnis genommen"),
        item(14, "Einwohnerfragestunde"),
        item(15, "Grundstück Mustermann", public=False, result="beschlossen"),
    ]
    return Council(
        organizations=[
            committee(1, "Stadtrat"),
            committee(2, "Ausschuss für Stadtplanung", subOrganizationOf=f"{RIS}/organization/1", endDate="2029-06-30"),
            committee(3, "Fraktion Mustermann", organizationType="Fraktion"),
        ],
        papers=[paper(1, consultation=7, agenda_item=11)],
        meetings=[
            meeting(1, items=decided),
            meeting(
                2,
                start="2026-11-09T18:00:00+01:00",
                end="2026-11-09T19:00:00+01:00",
                cancelled=True,
                organization=[f"{RIS}/organization/2"],
            ),
            meeting(3, start="2026-12-07T17:00:00+01:00", end="2026-12-07T19:00:00+01:00"),
        ],
    )


def _here(request: Request, path: str) -> str:
    return f"http://{request.headers['host']}{path}"


def _said(content: object) -> Script:
    return reply(json.dumps(content), Content_Type="application/json")

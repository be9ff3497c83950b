"""A meinBerlin on 127.0.0.1: lists without pages, without ids, and with codes that differ from list to list."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]


def _entry(title: str, **more: Any) -> Json:
    return {
        "cost": "",
        "created_or_modified": "2026-01-05T10:00:00+01:00",
        "district": "City wide",
        "organisation": "Referat Umweltschutz",
        "participation": 1,
        "participation_active": True,
        "participation_string": "running",
        "point": "",
        "point_label": "",
        "published_projects_count": 0,
        "status": 0,
        "tile_image": "",
        "tile_image_alt_text": "",
        "tile_image_copyright": "Foto: Quirina Xanthopoulos",
        "title": title,
        "topics": ["URB"],
        **more,
    }


def plan(number: int, **more: Any) -> Json:
    return _entry(f"Vorhaben {number}", type="plan", subtype="plan", url=f"/vorhaben/2026-{number:05d}/") | more


def project(name: str, **more: Any) -> Json:
    phases = {"active_phase": False, "future_phase": False, "past_phase": False}
    texts = {"description": "Kurz gesagt.", "access": 1, "plan_title": None, "plan_url": None}
    return _entry(f"Projekt {name}", type="project", subtype="default", url=f"/projekte/{name}/") | phases | texts | more


def point(longitude: float, latitude: float) -> Json:
    geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "geometry": geometry, "properties": {"strasse": "Ypsilantiweg", "haus": "7"}}


@dataclass
class World:
    plans: list[Json] = field(default_factory=list)
    active: list[Json] = field(default_factory=list)
    future: list[Json] = field(default_factory=list)
    past: list[Json] = field(default_factory=list)
    external: list[Json] = field(default_factory=list)

    def routes(self) -> Mapping[str, Script]:
        def projects(line: Line, request: Request) -> bool:
            status = parse_qs(urlsplit(request.target).query).get("status", [""])[0]
            lists = {"activeParticipation": self.active, "futureParticipation": self.future, "pastParticipation": self.past}
            return said(lists[status])(line, request)

        def plans(line: Line, request: Request) -> bool:
            return said(self.plans)(line, request)

        def external(line: Line, request: Request) -> bool:
            return said(self.external)(line, request)

        return {"/api/plans/": plans, "/api/projects/": projects, "/api/extprojects/": external}


def said(entries: list[Json]) -> Script:
    return reply(json.dumps(entries), Content_Type="application/json")


def city() -> World:
    return World(
        plans=[plan(number) for number in (1, 2, 3)],
        active=[
            project("park", active_phase=[40, "12 days", "2026-12-05T23:59:00+01:00"], plan_url="/vorhaben/2026-00001/", participation=2),
            project("radweg", active_phase=[80, "2 days", "2026-11-24T12:00:00+01:00"]),
        ],
        future=[project("schulhof", future_phase="2027-01-10T00:30:00+01:00")],
        past=[project("marktplatz", past_phase="2026-03-01T18:00:00+01:00", status=2)],
        external=[project("bplan", subtype="external", url="https://bauen.example/plaene/17?x=1")],
    )

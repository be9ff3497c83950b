"""The German fork on 127.0.0.1: two tokens, two interfaces, and what each says to a wrong one."""

from typing import Any

from tests.harvesters.consul.platform import FORK, Json, Platform, answer
from tests.harvesters.http.servers import Line, Request, Script, reply

GRAPHQL_TOKEN, API_TOKEN = "graphql-geheimnis-1", "apiclient-geheimnis-2"


def fork_proposal(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "title": f"Mehr Bänke {number}",
        "description": f"<p>Fragen an beispiel{number}@example.org</p>",
        "imageUrl": "https://mitmachen.example/bild.jpg",
        "labels": "AufenthaltGrün",
        "sentiment": "Lob",
        "mapLocation": {"id": 1, "latitude": 49.4445, "longitude": 7.7689, "zoom": 14, "shape": "{}"},
        "projekt": {"id": 7, "name": "Stadt.Raum.Wir.", "active": True, "startsAt": "2026-01-01", "endsAt": "2026-12-31"},
        "projektPhase": {"id": 70, "type": "ProjektPhase::ProposalPhase", "active": True, "startDate": None, "endDate": None},
        **more,
    }


def fork(count: int = 4) -> Platform:
    return Platform({"proposals": [fork_proposal(each) for each in range(1, count + 1)]}, schema=FORK, token=GRAPHQL_TOKEN)


def phase(number: int, kind: str, **more: Any) -> Json:
    dates = {"start_date": "2026-10-01", "end_date": "2026-12-01"}
    return {
        "id": number,
        "title": "",
        "type": f"ProjektPhase::{kind}Phase",
        **dates,
        "active": True,
        "regular": True,
        "given_order": 1,
        **more,
    }


def project(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "name": f"projekt-{number}",
        "total_duration_start": "2026-01-01",
        "total_duration_end": "2026-12-31",
        "level": 1,
        "order_number": number,
        "page": {"title": f"Stadt.Raum.Wir. {number}", "subtitle": "<p>Ein Ort für alle.</p>", "slug": f"stadt-raum-wir-{number}"},
        "map_location": {"latitude": "49.4445", "longitude": "7.7689"},
        "activated": True,
        "mark_as_underway": False,
        "phases": [phase(10 * number, "Proposal"), phase(10 * number + 1, "Event", title="Rundgang", given_order=2)],
        "sdg_codes": ["11"],
        "tags": ["Kultur"],
        "image_url": None,
        **more,
    }


def overview(projects: list[Json], *, asked: list[str] | None = None) -> dict[str, Script]:
    """A wrong token is a record that is not found."""

    def said(line: Line, request: Request) -> bool:
        if asked is not None:
            asked.append(request.target)
        if request.headers.get("authorization") != f"Bearer {API_TOKEN}":
            return reply('{"status":404,"error":"Not Found"}', 404, Content_Type="application/json")(line, request)
        return answer(projects)(line, request)

    return {"/api/projekts/overview": said}

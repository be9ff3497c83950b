"""Sites on 127.0.0.1 with a calendar: The Events Calendar as it answers, a feed, pages; and one installation that harvests them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from catalog.plan import PublishedRow, RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.run import harvest
from tests.harvesters.http.servers import Line, Request, Script, reply
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import Intake, intake

Json = dict[str, Any]
ROUTE = "/wp-json/tribe/events/v1/events"
#: What the recorded probe calls today (reference: fixtures/wordpress/tribe_events_probe.yml is two years from its own day on).
TODAY = datetime(2026, 11, 1)  # noqa: DTZ001  # WordPress counts in the site's own time


def tribe_event(number: int, **more: Any) -> Json:
    """As the plug-in writes one, persons included."""
    start, end = f"2026-12-{1 + number % 28:02d} 18:00:00", f"2026-12-{1 + number % 28:02d} 20:00:00"
    return {
        "id": 700 + number,
        "global_id": f"stadt.example?id={700 + number}",
        "global_id_lineage": [f"stadt.example?id={700 + number}"],
        "author": "17",
        "status": "publish",
        "date": "2026-09-13 10:01:02",
        "date_utc": "2026-09-13 08:01:02",
        "modified": "2026-09-14 09:30:00",
        "modified_utc": "2026-09-14 07:30:00",
        "url": f"https://stadt.example/event/dialog-{number}/",
        "rest_url": f"https://stadt.example{ROUTE}/{700 + number}",
        "title": f"Stadtdialog {number} &#8211; Auftakt",
        "description": "<p>Anmeldung bei Erika Mustermann, erika.mustermann@stadt.example</p>",
        "excerpt": "",
        "slug": f"dialog-{number}",
        "image": False,
        "all_day": False,
        "start_date": start,
        "start_date_details": {"year": "2026"},
        "end_date": end,
        "end_date_details": {"year": "2026"},
        "utc_start_date": start.replace("18:", "17:"),
        "utc_start_date_details": {"year": "2026"},
        "utc_end_date": end.replace("20:", "19:"),
        "utc_end_date_details": {"year": "2026"},
        "timezone": "Europe/Berlin",
        "timezone_abbr": "CET",
        "cost": "",
        "cost_details": {"values": []},
        "website": "",
        "show_map": True,
        "show_map_link": True,
        "hide_from_listings": False,
        "sticky": False,
        "featured": False,
        "categories": [{"id": 4, "name": "Beteiligung", "slug": "beteiligung"}],
        "tags": [],
        "venue": {
            "id": 55,
            "author": "17",
            "venue": "Rathausfoyer",
            "address": "Willy-Brandt-Platz 1",
            "city": "Kaiserslautern",
            "phone": "0631 5550123",
            "show_map": True,
        },
        "organizer": [{"id": 9, "organizer": "Erika Mustermann", "phone": "0631 5550124", "email": "erika.mustermann@stadt.example"}],
        **more,
    }


@dataclass
class Plugin:
    """The Events Calendar over the events that are there now. `claims`: what it says of their number."""

    events: list[Json]
    claims: Callable[[int], int] = lambda count: count
    routes: dict[str, Script] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.routes[ROUTE] = self._answer

    def _answer(self, line: Line, request: Request) -> bool:
        asked = dict(parse_qsl(urlsplit(request.target).query))
        per_page, page = min(int(asked.get("per_page", 10)), 50), int(asked.get("page", 1))
        since = datetime.fromisoformat(asked["start_date"]) if "start_date" in asked else TODAY
        until = datetime.fromisoformat(asked["end_date"]) if "end_date" in asked else TODAY + timedelta(days=730)
        there = [each for each in self.events if since <= datetime.fromisoformat(each["end_date"]) <= until]
        there.sort(key=lambda each: each["start_date"])
        found = there[(page - 1) * per_page : page * per_page]
        if not found:
            body = {"code": "event-archive-page-not-found", "message": "Event archive page not found", "data": {"status": 404}}
            return reply(json.dumps(body), 404, Content_Type="application/json; charset=UTF-8")(line, request)
        total = self.claims(len(there))
        pages = -(-len(there) // per_page)
        answer: Json = {"events": found, "rest_url": f"https://stadt.example{request.target}", "total": total, "total_pages": pages}
        if page < pages:
            answer["next_rest_url"] = f"https://stadt.example{ROUTE}?{urlencode({**asked, 'page': page + 1})}"
        said = reply(
            json.dumps(answer), Content_Type="application/json; charset=UTF-8", X_TEC_Total=str(total), X_TEC_TotalPages=str(pages)
        )
        return said(line, request)


def calendar(*events: str, more: str = "") -> str:
    """A feed of these components, as calendar programs write it."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Stadt//Kalender//DE", *filter(None, [more, *events]), "END:VCALENDAR", ""]
    )


def vevent(uid: str, *lines: str, summary: str = "Arbeitskreis Leitlinien") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def feed(text: Callable[[], str]) -> Script:
    def answer(line: Line, request: Request) -> bool:
        return reply(text(), Content_Type="text/calendar; charset=UTF-8")(line, request)

    return answer


def page(*blocks: object, body: str = "") -> str:
    """A page with JSON-LD; a text stands there as it is."""
    scripts = "".join(
        f'<script type="application/ld+json">{each if isinstance(each, str) else json.dumps(each)}</script>' for each in blocks
    )
    return f"<!doctype html><html lang=de><head><title>Termine</title>{scripts}</head><body>{body}</body></html>"


def html(text: Callable[[], str]) -> Script:
    def answer(line: Line, request: Request) -> bool:
        return reply(text(), Content_Type="text/html; charset=UTF-8")(line, request)

    return answer


def installation(folder: Path, url: str, **options: Any) -> Intake:
    made = intake(folder)
    made.source = replace(
        made.source, name="termine", title="Stadt: Termine", kind="events", url=url, options=options, allow_private=("127.0.0.1",)
    )
    return made


def quick(folder: Path) -> Web:
    made = web_in(folder / "http", base_url="https://daten.example", contact="a@example.org")
    return replace(made, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None))


def run(made: Intake, web: Web, *, days: float = 0.0) -> RunRecord:
    made.clock.now += timedelta(days=days, seconds=1)
    return harvest(
        made.source, store=made.store, publisher=made.publisher, archive=made.archive, now=made.clock.now, web=web, vault=made.vault
    )


def rows(made: Intake) -> Mapping[str, PublishedRow]:
    """Key -> what stands published."""
    return {each.row.key: each for each in made.store.published("termine", "event")}


def said(made: Intake, *names: str) -> Sequence[tuple[object, ...]]:
    """Those columns of every row, by its start."""
    found = sorted((each.row.values for each in rows(made).values()), key=lambda each: (str(each["start"]), str(each["id"])))
    return [tuple(each[name] for name in names) for each in found]


def codes(record: RunRecord) -> list[str]:
    return [each.code for each in record.findings]

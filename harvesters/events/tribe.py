"""The Events Calendar, a plug-in for WordPress, through its REST interface.

Facts: reference participation/platforms.md 10 and its recorded probe; the plug-in's own source
(the-events-calendar: src/Tribe/REST/V1/Endpoints/Archive_Event.php, Post_Repository.php): without `start_date` the server begins yesterday,
without `end_date` it stops 24 months from now, whatever `start_date` says; at most 50 events a page; what is beyond the end, or nothing at
all, is a 404 with `event-archive-page-not-found`; `venue` is `[]` where there is none; someone who may edit gets drafts, too.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from harvesters.answers import json_of, parsed
from harvesters.catalogues.texts import line
from harvesters.events.happening import Happening, position_of, without_links
from harvesters.events.record import optional
from harvesters.events.spans import Span, span_of
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages
from harvesters.naming import complaint, shown
from harvesters.record import Record
from schemas.errors import SourceError, WrongValue
from schemas.fetch import Payload, WebFetch

PER_PAGE = 50
_ROUTE = "tribe/events/v1/events"
_NOTHING_THERE = "So antwortet The Events Calendar auch, wenn im Kalender kein einziger Termin mehr steht; alles Veröffentlichte bleibt."
_EVER = {"start_date": "1970-01-01 00:00:00", "end_date": "2037-12-31 23:59:59"}  # the plug-in reads them with PHP's strtotime
_TAKEN_NAMES = """
id status url title description start_date end_date utc_start_date utc_end_date timezone all_day modified venue categories
"""
TAKEN = frozenset(_TAKEN_NAMES.split())
#: Persons, decoration, and what other fields say as well.
_LEFT_NAMES = """
global_id global_id_lineage author date date_utc modified_utc rest_url excerpt slug image start_date_details end_date_details
utc_start_date_details utc_end_date_details timezone_abbr cost cost_details website show_map show_map_link hide_from_listings sticky
featured tags organizer json_ld
"""
_LEFT = frozenset(_LEFT_NAMES.split())
_VENUE = ("venue", "city", "geo_lat", "geo_lng")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One event of one page."""

    fields: Mapping[str, Any]
    origin: str


def listed(fetch: WebFetch, *, descriptions: bool) -> Iterator[Listed]:
    """Every event there ever was. Raises SourceError: nothing follows from a list that is shorter than it says."""
    listing = _Listing(fetch.list("")[0])
    get = partial(_page, fetch, descriptions)
    try:
        for page in pages(fetch, listing.address(1), listing.following, get=get):
            yield from listing.read(page)
    except HttpError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise SourceError(f"{error.detail} {_NOTHING_THERE}") from error
    listing.require_complete()


def happening_of(record: Record, *, wall_clock: bool) -> Happening:
    """Raises MissingField, WrongValue."""
    venue = record.get("venue")
    venue = venue if isinstance(venue, dict) else {}
    for name in ("id", "status"):  # read before there was a record
        record.get(name)
    return Happening(
        title=record.text("title"),
        span=_span(record, wall_clock=wall_clock),
        place=_place(venue),
        position=position_of(venue.get("geo_lat"), venue.get("geo_lng")),
        description=optional(record, "description"),
        modified_on=_day(optional(record, "modified")),
        address=optional(record, "url"),
        categories=_categories(record.get("categories")),
    )


def _place(venue: Mapping[str, Any]) -> str:
    """Name and town; a name that ends with its town says it already."""
    name, town = (line(str(venue[each])) if venue.get(each) else "" for each in ("venue", "city"))
    return name if town and name.casefold().endswith(town.casefold()) else ", ".join(filter(None, (name, town)))


def kept(address: str, descriptions: bool, content: bytes) -> bytes:
    """What is archived of a page: never a person; of a field that nobody knows only its name; of a draft only that there is one. Doing it
    twice is doing it once. Raises SourceError."""
    body = parsed(content, dict, address)
    events, total = body.get("events"), body.get("total")
    if not isinstance(events, list) or isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise SourceError(f"»{address}«: {_complaint(body)}")
    following = body.get("next_rest_url")
    known = {
        "events": [_kept_event(each, descriptions) for each in events],
        "total": total,
        "total_pages": body.get("total_pages") if isinstance(body.get("total_pages"), int) else None,
        "next_rest_url": following if isinstance(following, str) else None,
    }
    return json.dumps(known).encode()


def _linkless(said: object) -> object:
    return without_links(said) if isinstance(said, str) else said


def _kept_event(event: object, descriptions: bool) -> object:
    if not isinstance(event, dict):
        return None
    if event.get("status", "publish") != "publish":
        return {"id": event.get("id"), "status": "not-public"}
    left = _LEFT if descriptions else _LEFT | {"description"}
    found = {name: value if name in TAKEN else None for name, value in event.items() if name not in left}
    if "venue" in found:
        venue = found["venue"]
        found["venue"] = {name: _linkless(venue[name]) for name in _VENUE if name in venue} if isinstance(venue, dict) else None
    if "categories" in found:
        found["categories"] = [{"name": name} for name in _categories(found["categories"])]
    return found


def _complaint(body: Mapping[str, Any]) -> str:
    code, message = body.get("code"), body.get("message")
    if isinstance(code, str):
        return f"The Events Calendar meldet »{complaint(str(message), [_ROUTE])}« ({shown(code)})."
    return "In der Antwort fehlen events oder total; ist das die Schnittstelle von The Events Calendar?"


def _page(fetch: WebFetch, descriptions: bool, url: str) -> Payload:
    return fetch.get(url, keep=partial(kept, url, descriptions), accept="application/json", expected=["json"])


class _Listing:
    """Pages of one list, and whether they are one list together."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._seen: set[object] = set()
        self._count = 0
        self._page = 1

    def address(self, number: int) -> str:
        """Always with both dates; our own, because a next-link may name another host."""
        base = self._home
        if _ROUTE not in base:
            base = base.rstrip("/") + f"/wp-json/{_ROUTE}"
        query = urlencode({**_EVER, "per_page": PER_PAGE, "page": number})
        return f"{base}{'&' if '?' in base else '?'}{query}"

    def read(self, page: Payload) -> Iterator[Listed]:
        body = json_of(page, dict)
        self._count = body["total"]
        said = page.headers.get("x-tec-total", "")
        if said.isdigit() and int(said) != self._count:
            raise SourceError(f"»{page.url}«: Der Server nennt {said} Termine (x-tec-total), die Antwort {self._count}.")
        for number, each in enumerate(body["events"]):
            fields = each if isinstance(each, dict) else {}
            identity = fields.get("id")
            place = identity if isinstance(identity, int) else (self._page, number)
            if len(self._seen) > self._count:
                raise SourceError(f"»{page.url}«: Die Quelle liefert mehr Termine als die {self._count}, die sie nennt.")
            if place not in self._seen:
                self._seen.add(place)
                yield Listed(fields=fields, origin=page.url)

    def following(self, page: Payload) -> str | None:
        body = json_of(page, dict)
        more = body["next_rest_url"] is not None or self._page < (body["total_pages"] or 0)
        if not more or not body["events"]:
            return None
        self._page += 1
        return self.address(self._page)

    def require_complete(self) -> None:
        """Raises SourceError."""
        if len(self._seen) != self._count:
            raise SourceError(
                f"Die Quelle nennt {self._count} Termine, geliefert hat sie {len(self._seen)}. Nichts davon wird übernommen; hat sich der "
                "Bestand nur gerade geändert, gelingt die nächste Ernte."
            )


def _span(record: Record, *, wall_clock: bool) -> Span:
    """`utc_…` is the instant; `start_date` is in the event's own zone, which is the city's if nothing else is said."""
    said = {name: optional(record, name) for name in ("start_date", "end_date", "utc_start_date", "utc_end_date", "timezone")}
    all_day = record.get("all_day") is True
    record.text("start_date")
    by_clock = all_day or wall_clock or said["timezone"] == "Europe/Berlin" or not said["utc_start_date"]
    if by_clock:
        return span_of(_moment(said["start_date"]), _end(said["end_date"]), all_day=all_day)
    return span_of(_moment(said["utc_start_date"]).replace(tzinfo=UTC), _utc(_end(said["utc_end_date"])), all_day=all_day)


def _moment(text: str) -> datetime:
    """`2026-11-15 00:00:00`. Raises WrongValue."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise WrongValue("»start_date« oder »end_date«") from None


def _end(text: str) -> datetime | None:
    return _moment(text) if text else None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _day(text: str) -> str:
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return ""


def _categories(found: object) -> tuple[str, ...]:
    items = found if isinstance(found, list) else []
    return tuple(each["name"] for each in items if isinstance(each, dict) and isinstance(each.get("name"), str))

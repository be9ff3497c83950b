"""Projects and phases of the German fork: `GET /api/projekts/overview`, the only machine-readable profile of a project there.

Asking writes at the source (every project is marked), and a wrong token is a 404 (platforms.md 2). What is not switched on there
is not public there, and does not become public here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from harvesters.catalogues.texts import line
from harvesters.consul.days import day
from harvesters.consul.fork import district_at
from harvesters.consul.keeping import INNER, INNER_UNUSED, UNUSED, kept, listed
from harvesters.consul.phases import METHODS, PHASES, kind_of, state_of
from harvesters.consul.rows import NodeRecord, number_of
from harvesters.harvester import Remark
from harvesters.http.faults import Fault, HttpError
from harvesters.keys import key_of
from harvesters.markup import plain_text
from harvesters.moments import BERLIN
from harvesters.naming import shown
from harvesters.nodes import row_of
from harvesters.record import Record
from schemas.districts import Districts
from schemas.errors import SourceError, WrongValue
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding, Row, Value

_TODAY = "heute"  #: no field of the source: the day it answered


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the options say of projects."""

    prefix: str
    title: str  #: of the source
    home: str
    topics: Mapping[str, str] = field(default_factory=dict)  #: tag -> code of `project.topic`
    page_address: str = ""  #: with {slug}
    districts: Districts | None = None
    mode: str = "unknown"

    def found(self, fetch: WebFetch, url: str) -> Iterator[NodeRecord | Remark]:
        """Raises SourceError."""
        payload = _asked(fetch, url)
        projects = _projects(payload)
        today = payload.fetched_at.astimezone(BERLIN).date()
        off = 0
        for each in projects:
            if each.get("activated") is False:
                off += 1
                continue
            fields = {**each, _TODAY: today}
            yield NodeRecord(fields, origin=payload.url, tables=_tables(each), rows=self.rows, keys=self._keys(each))
            yield from (*_unknown_phases(each, payload.url), *_unread_fields(each, payload.url))
        if off:
            message = f"Projekte, die auf der Plattform nicht freigeschaltet sind, werden nicht übernommen: {off}."
            yield Remark(finding=Finding(code="not-public", message=message, origin=payload.url, table="project"))

    def _keys(self, project: Mapping[str, Any]) -> dict[str, str]:
        """Of its phases nothing is sure."""
        number = project.get("id")
        known = isinstance(number, (str, int)) and not isinstance(number, bool) and str(number).strip()
        return dict.fromkeys(("project", "process"), key_of(self.prefix, str(number).strip())) if known else {}

    def rows(self, record: Record) -> Iterator[Row]:
        """The project, its process if one can take part in it, and its phases. Raises RecordError."""
        record.skip(*UNUSED, "activated")
        key = key_of(self.prefix, number_of(record))
        today = record.take(_TODAY, date)
        period = (
            day(record.get("total_duration_start"), "total_duration_start"),
            day(record.get("total_duration_end"), "total_duration_end"),
        )
        page = _page(record)
        name = record.text("name")
        title = line(page.title) or line(name)
        phases = [each for each in _phases(record) if _is_on(each)]
        named = {kind_of(each.get("type")) for each in phases} & METHODS.keys()
        address = self.page_address.replace("{slug}", page.slug) if page.slug and self.page_address else None
        shared: dict[str, Value] = {"title": title, "start": period[0], "end": period[1], "website": address, "source_title": self.title}
        underway = record.get("mark_as_underway") is True
        status = "running" if underway else state_of(*period, today)
        yield self._row("project", {"id": key, **shared, "status": status, **self._described(record, page.subtitle)}, record, address)
        if named:
            method = METHODS[named.pop()] if len(named) == 1 else "other"
            yield self._row("process", {"id": key, "project_id": key, **shared, "mode": self.mode, "method": method}, record, address)
        is_process = any(kind_of(each.get("type")) in METHODS for each in phases)
        for place, each in enumerate(phases, start=1):
            yield self._phase(each, key, key if is_process else None, place, today, record)

    def _described(self, record: Record, subtitle: str) -> dict[str, Value]:
        topics = {self.topics[each] for each in _tags(record) if each in self.topics}
        district = district_at(_place(record), self.districts)
        return {
            "summary": plain_text(subtitle) or None,
            "topic": topics.pop() if len(topics) == 1 else None,
            "district_id": district,
            "district_basis": "calculated" if district else None,
        }

    def _phase(self, phase: Mapping[str, Any], project: str, process: str | None, place: int, today: date, record: Record) -> Row:
        known = PHASES.get(kind_of(phase.get("type")))
        start, end = day(phase.get("start_date"), "phases.start_date"), day(phase.get("end_date"), "phases.end_date")
        order = phase.get("given_order")
        title = line(str(phase.get("title") or "")) or (known.title if known else "Phase")
        takes_part = known is not None and known.mode == "digital"
        values: dict[str, Value] = {
            "id": key_of(self.prefix, f"phase-{_number(phase)}"),
            "process_id": process,
            "project_id": project,
            "seq": order if isinstance(order, int) and not isinstance(order, bool) and order > 0 else place,
            "phase": title,
            "title": title,
            "kind": known.format if known else "other",
            "mode": known.mode if known else "unknown",
            "channels": "web" if takes_part else None,
            "start": start,
            "end": end,
            "state": state_of(start, end, today),
            "identity": "unbekannt" if takes_part else None,
            "source_title": self.title,
        }
        return self._row("format", values, record, None)

    def _row(self, table: str, values: Mapping[str, Value], record: Record, address: str | None) -> Row:
        return row_of(table, {**values, "source_date_basis": "unknown"}, origin=record.origin, source_url=address or self.home)


def _tables(project: Mapping[str, Any]) -> list[str]:
    phases = project.get("phases")
    kinds = [kind_of(each.get("type")) for each in phases if _is_on(each)] if isinstance(phases, list) else []
    return ["project", *(["process"] if METHODS.keys() & set(kinds) else []), *(["format"] if kinds else [])]


def _is_on(phase: object) -> bool:
    return isinstance(phase, dict) and phase.get("active") is not False


def _asked(fetch: WebFetch, url: str) -> Payload:
    """Raises SourceError."""
    try:
        return fetch.get(url, keep=partial(kept, url), accept="application/json", expected=["json"])
    except HttpError as error:
        if error.fault is not Fault.MISSING:
            raise
        raise SourceError(
            f"»{url}« gibt es nicht. So antwortet diese Plattform auch auf einen falschen Token: Es muss der eines ApiClient sein, "
            "nicht der für GraphQL."
        ) from error


def _projects(payload: Payload) -> list[dict[str, Any]]:
    """Raises SourceError, also for none."""
    found = listed(payload.content, payload.url)
    if not found:
        raise SourceError(f"»{payload.url}« nennt kein einziges Projekt; daraus folgt nichts.")
    return found


@dataclass(frozen=True, kw_only=True)
class _ProjectPage:
    title: str = ""
    subtitle: str = ""
    slug: str = ""


def _page(record: Record) -> _ProjectPage:
    page = record.get("page")
    if page is None:
        return _ProjectPage()
    if not isinstance(page, dict):
        raise WrongValue("»page«")
    return _ProjectPage(**{name: str(page.get(name) or "").strip() for name in ("title", "subtitle", "slug")})


def _phases(record: Record) -> list[Mapping[str, Any]]:
    phases = record.get("phases")
    if phases is None:
        return []
    if not isinstance(phases, list) or not all(isinstance(each, dict) for each in phases):
        raise WrongValue("»phases«")
    return phases


def _number(phase: Mapping[str, Any]) -> str | int:
    number = phase.get("id")
    if isinstance(number, bool) or not isinstance(number, (str, int)) or not str(number).strip():
        raise WrongValue("»phases.id«")
    return number


def _tags(record: Record) -> list[str]:
    tags = record.get("tags")
    return [each for each in tags if isinstance(each, str)] if isinstance(tags, list) else []


def _place(record: Record) -> tuple[object, object]:
    place = record.get("map_location")
    if not isinstance(place, dict):
        return None, None
    return _degrees(place.get("longitude")), _degrees(place.get("latitude"))


def _degrees(value: object) -> object:
    """Rails writes decimals as text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _unknown_phases(project: Mapping[str, Any], origin: str) -> Iterator[Remark]:
    phases = project.get("phases")
    names = {str(each.get("type")) for each in phases if isinstance(each, dict)} if isinstance(phases, list) else set()
    for name in sorted(each for each in names if kind_of(each) not in PHASES):
        message = f"Die Art der Phase »{shown(name)}« ist nicht bekannt; sie steht als »Sonstiges« bei den Formaten."
        yield Remark(finding=Finding(code="unknown-phase", message=message, origin=origin, table="format", field="type"))


def _unread_fields(project: Mapping[str, Any], origin: str) -> Iterator[Remark]:
    """What a record says of its own fields, said of those inside of them."""
    for name, read in INNER.items():
        inner = project.get(name)
        objects = [each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)]
        for field_name in sorted({str(key) for each in objects for key in each} - {*read, *INNER_UNUSED[name]}):
            place = shown(f"{name}.{field_name}")
            message = f"Das Feld »{place}« wird weder übernommen noch übergangen."
            yield Remark(finding=Finding(code="unread-field", message=message, origin=origin, field=place))

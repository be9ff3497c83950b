"""The ZIP of a Decidim's open data (`/open-data/download`): CSV files that know less than the interface, read as what it would have said.

Facts: reference participation/platforms.md 3; decidim-core: open_data_exporter.rb (names of the files, one header for all components);
decidim-{proposals,meetings,accountability}: *_serializer.rb (columns; `attendees_count.to_i`, so that 0 means unknown).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from harvesters.answers import parsed
from harvesters.decidim.export import ENTITIES, Export, kept
from harvesters.decidim.questions import SPACES, SpaceQuestion
from harvesters.decidim.rows import Rules, Takes, contribution_row, meeting_row, process_row, result_row
from harvesters.harvester import Found, IntoVault, Remark, Unreadable
from harvesters.nodes import NodeRecord, Rows
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import RecordError, SourceError
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding
from schemas.table import microdata_tables

_SPACE_PAGE = re.compile(r"/(processes|assemblies|conferences|initiatives)/([^/?#]+)")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(UTC|Z|[+-]\d\d:?\d\d)?", re.ASCII)
_FILES = {"processes": "participatory_processes", "assemblies": "assemblies", "conferences": "conferences", "initiatives": "initiatives"}
_TABLES = {"meetings": "event", "results": "measure_item", "proposals": "contribution"}
Cells = Mapping[str, str]


class OpenData:
    """One walk over one ZIP."""

    def __init__(self, fetch: WebFetch, rules: Rules, *, kinds: tuple[str, ...], contributions: bool, texts: bool) -> None:
        self._fetch = fetch
        self._rules = rules
        self._kinds = kinds
        self._contributions = contributions
        self._texts = texts
        self._elsewhere = 0

    def found(self) -> Iterator[Found]:
        """Raises SourceError: no ZIP, a broken one, one without a single process."""
        payload = self._payload()
        export = Export(parsed(payload.content, dict, payload.url))
        spaces = [(SPACES[kind], cells) for kind in self._kinds for cells in self._spaces(kind, export, payload)]
        if not spaces:
            raise SourceError(f"»{payload.url}«: Die offenen Daten nennen kein einziges Verfahren; nichts davon wird übernommen.")
        places = _Places(spaces, self._rules)
        yield from self._announced(export)
        yield from _complaints(export, payload)
        takes = _takes(export, places)
        for question, cells in spaces:
            yield self._process(question, cells, takes, payload)
        for entity in _TABLES:
            if entity != "proposals" or self._contributions:
                yield from self._entries(entity, export, places, payload)
        if self._elsewhere:
            message = f"Einträge in Räumen, die nicht gelesen werden (options.spaces): {self._elsewhere}."
            yield Remark(finding=Finding(code="other-space", message=message, origin=payload.url))

    def _spaces(self, kind: str, export: Export, payload: Payload) -> Sequence[Cells]:
        """Raises SourceError: without its space, an entry would seem to be gone."""
        entity = _FILES[kind]
        if fault := export.fault(entity):
            raise SourceError(f"»{payload.url}«: Datei »{entity}«: {fault}")
        if not export.has(entity):
            raise SourceError(
                f"»{payload.url}«: In der ZIP fehlt die Datei »{entity}«; gibt es solche Räume dort nicht, gehören sie nicht in "
                "options.spaces."
            )
        return export.rows(entity)

    def _payload(self) -> Payload:
        address = f"{self._rules.home}open-data/download"
        keep = partial(kept, address, contributions=self._contributions, texts=self._texts)
        return self._fetch.get(address, keep=keep, archive=not self._contributions, accept="application/zip, */*;q=0.5", expected=["zip"])

    def _announced(self, export: Export) -> Iterator[Found]:
        yield declaration_of_table("process")
        for entity, table in _TABLES.items():
            if not export.rows(entity) and not export.fault(entity):
                continue
            private = microdata_tables().get(table)
            if private is None:
                yield declaration_of_table(table)
            elif self._contributions:
                yield IntoVault(table=private)

    def _process(self, question: SpaceQuestion, cells: Cells, takes: Mapping[str, Takes], payload: Payload) -> Record:
        fields: dict[str, object] = {
            "id": cells.get("id"),
            "slug": cells.get("slug") or None,
            "title": _translated(cells, "title"),
            **{name: _moment(cells.get(column)) for column, name in _PERIODS.items() if column in cells},
        }
        key = _key(self._rules, question.word, cells.get("id"))
        rows = partial(process_row, question=question, takes=takes.get(key, Takes()), rules=self._rules)
        return _record("process", key, fields, payload.url, rows)

    def _entries(self, entity: str, export: Export, places: "_Places", payload: Payload) -> Iterator[Found]:
        for cells in export.rows(entity):
            process, page = places.of(cells)
            table = _TABLES[entity]
            if process is None:
                self._elsewhere += 1
                continue
            if entity == "meetings":
                rows: Rows = partial(meeting_row, process=process, page=page, seen_at=payload.fetched_at, rules=self._rules)
                yield _record(table, _key(self._rules, "meeting", cells.get("id")), _meeting(cells), payload.url, rows)
            elif entity == "results":
                rows = partial(result_row, process=process, page=cells.get("url") or page, rules=self._rules)
                yield _record(table, _key(self._rules, "result", cells.get("id")), _result(cells), payload.url, rows)
            else:
                rows = partial(contribution_row, process=process, rules=self._rules)
                yield _record(table, f"{process}/proposal-{cells.get('id')}", _proposal(cells), payload.url, rows)


_PERIODS = {"start_date": "startDate", "end_date": "endDate", "creation_date": "creationDate", "closing_date": "closingDate"} | {
    "signature_start_date": "signatureStartDate",
    "signature_end_date": "signatureEndDate",
}


class _Places:
    """Which process an entry belongs to: by number and page of its space, or by the page it has itself."""

    def __init__(self, spaces: list[tuple[SpaceQuestion, Cells]], rules: Rules) -> None:
        self._rules = rules
        self._keys = {(question.path, cells.get("slug", "")): _key(rules, question.word, cells.get("id")) for question, cells in spaces}

    def of(self, cells: Cells) -> tuple[str | None, str]:
        """(key of the process, page of the entry). None for one of a space that is not read."""
        found = _SPACE_PAGE.search(cells.get("participatory_space/url") or cells.get("url") or "")
        key = self._keys.get((found[1], found[2])) if found else None
        return key or None, self._rules.page(found[1], found[2]) if found else self._rules.home


def _takes(export: Export, places: _Places) -> dict[str, Takes]:
    types: defaultdict[str, set[str]] = defaultdict(set)
    meetings: defaultdict[str, set[str]] = defaultdict(set)
    for entity, name in (("proposals", "Proposals"), ("meetings", "Meetings"), ("results", "Accountability")):
        for cells in export.rows(entity):
            process, _ = places.of(cells)
            if process:
                types[process].add(name)
            if process and entity == "meetings":
                meetings[process].add(cells.get("type_of_meeting", ""))
    return {key: Takes(components=frozenset(found), meetings=frozenset(meetings[key])) for key, found in types.items()}


def _meeting(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "title": _translated(cells, "title"),
        "startTime": _moment(cells.get("start_time")),
        "endTime": _moment(cells.get("end_time")),
        "typeOfMeeting": cells.get("type_of_meeting") or None,
        "address": cells.get("address") or None,
        "location": _translated(cells, "location"),
        "attendeeCount": _count(cells.get("attendees")),
        "withdrawn": _flag(cells.get("withdrawn")),
        "url": cells.get("url") or None,
    }


def _result(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "title": _translated(cells, "title"),
        "description": _translated(cells, "description"),
        "endDate": _moment(cells.get("end_date")),
        "progress": _number(cells.get("progress")),
        "status": {"key": cells.get("status/key") or None, "name": _translated(cells, "status/name")},
    }


def _proposal(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "state": cells.get("state") or None,
        "publishedAt": _moment(cells.get("published_at")),
        "createdAt": _moment(cells.get("created_at")),
        "answeredAt": _moment(cells.get("answered_at")),
        "createdInMeeting": _flag(cells.get("created_in_meeting")),
        "withdrawn": _flag(cells.get("withdrawn")),
        "title": _translated(cells, "title"),
        "body": _translated(cells, "body"),
    }


def _translated(cells: Cells, name: str) -> dict[str, Any] | None:
    """Columns `title`, `title/de`, `title/machine_translations/de` as the interface gives them: what people wrote before machines."""
    versions: dict[str, str] = {}
    for prefix in (f"{name}/machine_translations/", f"{name}/"):
        for column, text in cells.items():
            language = column.removeprefix(prefix)
            if column.startswith(prefix) and "/" not in language and text.strip():
                versions[language] = text
    if not versions and cells.get(name, "").strip():
        versions[""] = cells[name]
    return {"translations": [{"locale": each, "text": text} for each, text in versions.items()]} if versions else None


def _moment(cell: str | None) -> str | None:
    """As ISO 8601. Without a zone it is UTC: ActiveSupport's `to_s(:db)` writes it so. What is none stays for the rules to refuse."""
    found = _MOMENT.fullmatch((cell or "").strip())
    if found is None:
        return (cell or "").strip() or None
    offset = "+00:00" if found[3] in (None, "UTC", "Z") else found[3]
    return f"{found[1]}T{found[2]}{offset}"


def _count(cell: str | None) -> object:
    """0 is what this export writes for unknown."""
    found = _number(cell)
    return None if found == 0 else found


def _number(cell: str | None) -> object:
    text = (cell or "").strip()
    if not text:
        return None
    return float(text) if re.fullmatch(r"-?\d{1,12}(\.\d+)?", text, re.ASCII) else text


def _flag(cell: str | None) -> object:
    text = (cell or "").strip().lower()
    return {"": None, "true": True, "false": False}.get(text, text)


def _key(rules: Rules, word: str, number: str | None) -> str:
    """ "" for what has no number."""
    try:
        return rules.key(word, number)
    except RecordError:
        return ""


def _record(table: str, key: str, fields: Mapping[str, object], origin: str, rows: Rows) -> Record:
    """Only what the export says: what it leaves empty is not said to be empty."""
    return NodeRecord({name: value for name, value in fields.items() if value is not None}, origin=origin, table=table, key=key, rows=rows)


def _complaints(export: Export, payload: Payload) -> Iterator[Found]:
    for entity in ENTITIES:
        table = _TABLES.get(entity, "process")
        if fault := export.fault(entity):
            finding = Finding(code="unreadable-file", message=f"Datei »{entity}«: {fault}", origin=payload.url, table=table)
            yield Unreadable(finding=finding, tables=(table,))
        for name in export.unknown(entity):
            message = f"Die Spalte »{name}« der Datei »{entity}« wird weder übernommen noch übergangen."
            yield Remark(finding=Finding(code="unread-field", message=message, origin=payload.url, table=table, field=name))
